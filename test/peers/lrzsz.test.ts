import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { padTo } from '../../src/core/bytes/index.ts';
import {
  receiveXmodem,
  sendXmodem,
  type XmodemOptions,
  type XmodemReceived,
  type XmodemReceiveOptions,
  type XmodemReport,
} from '../../src/core/serial/index.ts';
import { createRealClock } from '../../src/platform/clock.ts';
import { childPipe, type Child } from '../support/serial/child-pipe.ts';
import { imageLike } from '../support/serial/model-receiver.ts';

/* `rx` and `sx` of lrzsz, an implementation that owes us nothing, receive what we send and send what we receive. */

const SX = ['sx', 'lsx'].find((name) => spawnSync(name, ['--version']).status === 0);
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

describe('sx of lrzsz', () => {
  const file = imageLike(300, 256);

  async function fetch(
    sxOptions: readonly string[],
    options: XmodemReceiveOptions,
  ): Promise<{ received: XmodemReceived; exitCode: number | null }> {
    const source = join(folder, 'source.bin');
    writeFileSync(source, file);
    child = spawn(SX ?? 'sx', ['-q', ...sxOptions, source], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise<number | null>((resolve) => child?.once('exit', resolve));
    const received = await receiveXmodem(childPipe(child), createRealClock(), options);
    return { received, exitCode: await ended };
  }

  it('sends us packets with CRC', async () => {
    const { received, exitCode } = await fetch([], {});
    expect(exitCode).toBe(0);
    expect(received.file).toEqual(padTo(file, 128, 0x1a));
    expect(received).toMatchObject({ check: 'crc16', packets: 300, blockBytes: 128, refusals: 0 });
  });

  it('sends us packets with checksums, and the length tells where the file ends', async () => {
    const { received, exitCode } = await fetch([], {
      check: 'checksum',
      expectedBytes: file.length,
    });
    expect(exitCode).toBe(0);
    expect(received.file).toEqual(file);
    expect(received.check).toBe('checksum');
  });

  it('sends us blocks of 1024', async () => {
    const { received, exitCode } = await fetch(['-k'], { expectedBytes: file.length });
    expect(exitCode).toBe(0);
    expect(received.file).toEqual(file);
    expect(received.blockBytes).toBe(1024);
  });

  it('stops when we do not want so much', async () => {
    await expect(fetch([], { maxBytes: 4096 })).rejects.toMatchObject({
      code: 'xmodem-receive-failed',
      context: { reason: 'too-large' },
    });
  });
});
