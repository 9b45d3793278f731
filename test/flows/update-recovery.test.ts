/**
 * Updates of the virtual board that are interrupted by a person or begin where another ended: the
 * board must never be left where only a reset helps.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createCanceller } from '../../src/core/ports/index.ts';
import {
  compareKeystore,
  createConsole,
  updateFirmware,
  type BootBanner,
  type ConsoleDialogue,
  type UpdateOptions,
  type UpdateOutcome,
} from '../../src/core/serial/index.ts';
import { buildSampleApplication } from '../../src/virtual/index.ts';
import {
  openConsole,
  provisionedBench,
  signImage,
  testKey,
  type TestKey,
} from '../support/booted-board.ts';
import type { SimBench } from '../support/sim-bench.ts';

const HEADER_BYTES = 1024;

let key: TestKey;
let version1: Uint8Array;
let version2: Uint8Array;
beforeAll(async () => {
  key = await testKey();
  const payload = buildSampleApplication('small').slice(0, 6 * 1024);
  version1 = await signImage(key, { version: 1, payload });
  version2 = await signImage(key, { version: 2, payload });
});

async function bootedBench(): Promise<SimBench> {
  const bench = provisionedBench({ keys: [key], bootImage: version1 });
  bench.panel.setPlug('stLink', true);
  await bench.clock.sleep(5000);
  return bench;
}

async function consoleOf(bench: SimBench): Promise<ConsoleDialogue> {
  return createConsole(await openConsole(bench), bench.clock);
}

async function update(
  bench: SimBench,
  console: ConsoleDialogue,
  options: Partial<UpdateOptions> = {},
): Promise<UpdateOutcome> {
  return updateFirmware(
    console,
    bench.clock,
    {
      bytes: version2,
      version: 2,
      headerSizeBytes: HEADER_BYTES,
      payloadSizeBytes: version2.length - HEADER_BYTES,
    },
    { receiverHeaderSizeBytes: HEADER_BYTES, ...options },
  );
}

async function cancelHalfWay(
  bench: SimBench,
  console: ConsoleDialogue,
  onAbandon: 'stay' | 'leave',
): Promise<void> {
  const canceller = createCanceller();
  const cancelled = update(bench, console, {
    signal: canceller.signal,
    onAbandon,
    onProgress: (progress) => {
      if (progress.stage === 'sending' && progress.packets === 20) canceller.cancel();
    },
  });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
}

describe('an update of the virtual board', () => {
  it('gets over a lost answer to the first packet by a second transfer', async () => {
    const bench = await bootedBench();
    bench.panel.armFault({ kind: 'lost-ack', atPacket: 1 });
    expect(await update(bench, await consoleOf(bench))).toMatchObject({
      kind: 'proven',
      transfersNeeded: 2,
    });
  });

  it('can be cancelled, which leads the board back to its prompt, and started again', async () => {
    const bench = await bootedBench();
    const console = await consoleOf(bench);
    await cancelHalfWay(bench, console, 'leave');
    expect(await console.probe()).toBe('prompt');
    expect((await console.info()).firmwareVersion).toBe(1);
    expect(await update(bench, console)).toMatchObject({ kind: 'proven' });
  });

  it('starts over when an earlier one left the receiver waiting', async () => {
    const bench = await bootedBench();
    const first = await consoleOf(bench);
    await cancelHalfWay(bench, first, 'stay');
    await first.close();
    const second = await consoleOf(bench);
    expect(await second.probe()).toBe('xmodem-receiver');
    expect(await update(bench, second)).toMatchObject({ kind: 'proven' });
  });

  it('that was cancelled is not booted: the bootloader throws the torn image away', async () => {
    const bench = await bootedBench();
    const console = await consoleOf(bench);
    await cancelHalfWay(bench, console, 'leave');
    const boot = await console.reboot();
    expect(boot.banner?.version).toBe(1);
    expect(boot.info.update).toEqual({ kind: 'empty' });
  });

  it('runs beside a console that is listened to all the time', async () => {
    const bench = await bootedBench();
    const heard: number[] = [];
    const boots: BootBanner['version'][] = [];
    const console = createConsole(await openConsole(bench), bench.clock, {
      onBytes: ({ length }) => heard.push(length),
      onBoot: ({ version }) => boots.push(version),
    });
    const listening = console.listen();
    expect(await update(bench, console)).toMatchObject({ kind: 'proven' });
    bench.panel.pressReset();
    await bench.clock.sleep(5000);
    expect(boots).toEqual([2, 2]);
    expect(heard.length).toBeGreaterThan(0);
    await console.close();
    await listening;
  });
});

describe('the console of the virtual board', () => {
  it('lists the keys that are in its OTP', async () => {
    const bench = await bootedBench();
    const { keys } = await (await consoleOf(bench)).info();
    expect(compareKeystore(keys, [key.slot]).equal).toBe(true);
    const other = await testKey({ name: 'other' });
    expect(compareKeystore(keys, [other.slot]).equal).toBe(false);
  });

  it('tells when a hand resets the board', async () => {
    const bench = await bootedBench();
    const console = await consoleOf(bench);
    bench.clock.schedule(3000, () => bench.panel.pressReset());
    expect((await console.waitForBoot()).banner?.version).toBe(1);
  });
});
