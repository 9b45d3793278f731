import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { padTo } from '../../src/core/bytes/index.ts';
import { sendXmodem, type XmodemOptions, type XmodemReport } from '../../src/core/serial/index.ts';
import { createRealClock } from '../../src/platform/clock.ts';
import { childPipe, type Child } from '../support/serial/child-pipe.ts';
import { imageLike } from '../support/serial/model-receiver.ts';

/* `rx` of lrzsz, an implementation that owes us nothing, receives what we send. */

const RX = ['rx', 'lrx'].find((name) => spawnSync(name, ['--version']).status === 0);

let folder: string;
let child: Child | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyfuse-rx-'));
});
afterEach(() => {
  child?.kill();
  rmSync(folder, { recursive: true });
});

async function receive(
  file: Uint8Array,
  rxOptions: readonly string[],
  options: Partial<XmodemOptions>,
): Promise<{ report: XmodemReport; received: Uint8Array; exitCode: number | null }> {
  const target = join(folder, 'received.bin');
  child = spawn(RX ?? 'rx', ['-q', '-b', ...rxOptions, target], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child?.once('exit', resolve));
  const report = await sendXmodem(childPipe(child), createRealClock(), file, {
    receiver: 'classic',
    ...options,
  });
  const exitCode = await ended;
  return { report, received: new Uint8Array(readFileSync(target)), exitCode };
}

describe('rx of lrzsz', () => {
  // More than 256 packets, so that the number wraps; not a multiple of a block.
  const file = imageLike(300, 256);

  it('receives packets with checksums', async () => {
    const { report, received, exitCode } = await receive(file, [], {});
    expect(exitCode).toBe(0);
    expect(received).toEqual(padTo(file, 128, 0x1a));
    expect(report).toMatchObject({ check: 'checksum', packets: 300, resends: 0 });
  });

  it('receives packets with CRC', async () => {
    const { report, received, exitCode } = await receive(file, ['-c'], { blockSize: 128 });
    expect(exitCode).toBe(0);
    expect(received).toEqual(padTo(file, 128, 0x1a));
    expect(report).toMatchObject({ check: 'crc16', packets: 300, resends: 0 });
  });

  it('receives blocks of 1024', async () => {
    const { report, received, exitCode } = await receive(file, ['-c'], { blockSize: 1024 });
    expect(exitCode).toBe(0);
    expect(received).toEqual(padTo(file, 128, 0x1a));
    expect(report.check).toBe('crc16');
    expect(report.packets).toBeLessThan(50);
  });

  it('receives a file of one byte', async () => {
    const { received } = await receive(Uint8Array.of(0x42), ['-c'], { paddingByte: 0xff });
    expect(received).toEqual(padTo(Uint8Array.of(0x42), 128, 0xff));
  });
});
