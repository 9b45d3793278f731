import { beforeEach, describe, expect, it } from 'vitest';
import { filledBytes } from '../../../src/core/bytes/index.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { Clock } from '../../../src/core/ports/index.ts';
import { createVirtualBench, type BoardSnapshot } from '../../../src/virtual/index.ts';
import { simBench, yieldToHost, type SimBench } from '../../support/sim-bench.ts';
import { DfuClient, openRom, TIMEOUT, withAddress } from './dfu-rom/dfu-client.ts';

const FLASH = 0x08000000;
const OTP = 0x08fff000;

describe('the board fresh from the factory', () => {
  it('is a blank NUCLEO-H563ZI on its ST-LINK plug', () => {
    expect(simBench().panel.state()).toEqual({
      boardName: 'NUCLEO-H563ZI',
      plugs: { userUsb: false, stLink: true },
      powered: true,
      boot0: false,
      running: { kind: 'nothing' },
      leds: { green: false, yellow: false, red: false },
      trustZone: false,
      otpAlternate: true,
      optionAlternate: true,
      realTimePace: false,
      build: {
        oneBank: false,
        deltaUpdates: false,
        cipher: undefined,
        checksSignatures: true,
        headerSizeBytes: undefined,
      },
      updateKeyHanded: false,
      armedFaults: [],
    });
  });

  it('stays off until a plug is in', () => {
    const bench = simBench({ startPowered: false });
    expect(bench.panel.state()).toMatchObject({ powered: false, running: { kind: 'off' } });
    bench.panel.setPlug('userUsb', true);
    expect(bench.panel.state()).toMatchObject({ powered: true, running: { kind: 'nothing' } });
  });
});

describe('getting into DFU and out', () => {
  let bench: SimBench;
  beforeEach(() => {
    bench = simBench();
  });

  it('takes BOOT0, a reset and the USER USB plug, in any order of the last two', async () => {
    bench.panel.setBoot0(true);
    await bench.clock.sleep(500);
    expect(bench.panel.state().running.kind).toBe('nothing');
    bench.panel.pressReset();
    expect(bench.panel.state().running.kind).toBe('rom-dfu');
    await bench.clock.sleep(500);
    expect(await bench.bench.usb.list()).toHaveLength(0);
    bench.panel.setPlug('userUsb', true);
    await bench.clock.sleep(244);
    expect(await bench.bench.usb.list()).toHaveLength(0);
    await bench.clock.sleep(2);
    expect(await bench.bench.usb.list()).toHaveLength(1);
  });

  it('comes back as a new device after a reset, and is gone when BOOT0 is released', async () => {
    const arrivals: number[] = [];
    bench.bench.usb.watch(() => arrivals.push(bench.clock.nowMs()));
    const first = await openRom(bench);
    const [before] = await bench.bench.usb.list();
    bench.panel.pressReset();
    await expect(first.getStatus()).rejects.toMatchObject({ code: 'usb-disconnected' });
    await bench.clock.sleep(300);
    const [after] = await bench.bench.usb.list();
    expect(after?.id).not.toBe(before?.id);
    expect(after?.identity.serial).toBe(before?.identity.serial);
    bench.panel.setBoot0(false);
    expect(await bench.bench.usb.list()).toHaveLength(1);
    bench.panel.pressReset();
    expect(await bench.bench.usb.list()).toHaveLength(0);
    expect(arrivals).toHaveLength(4);
    await expect(after?.open(TIMEOUT)).rejects.toMatchObject({ code: 'usb-no-device' });
    await expect(bench.bench.usb.choose()).rejects.toMatchObject({ code: 'usb-no-device' });
  });

  it('lets one opener hold the interface', async () => {
    const client = await openRom(bench);
    const device = await bench.bench.usb.choose();
    await expect(device.open(TIMEOUT)).rejects.toMatchObject({ code: 'usb-busy' });
    await client.pipe.close();
    await client.pipe.close();
    const again = new DfuClient(await device.open(TIMEOUT), bench);
    expect((await again.getStatus()).state).toBe(2);
    await expect(client.getStatus()).rejects.toMatchObject({ code: 'usb-transfer-failed' });
  });

  it('goes without BOOT0 in the product state Provisioning, and not at all when closed', async () => {
    bench.panel.setPlug('userUsb', true);
    bench.board.optionBytes.productState = 0x17;
    bench.panel.pressReset();
    expect(bench.panel.state().running.kind).toBe('rom-dfu');
    bench.board.optionBytes.productState = 0x72;
    bench.panel.setBoot0(true);
    bench.panel.pressReset();
    expect(bench.panel.state().running.kind).toBe('nothing');
  });

  it('rejects what is under way when the plug is pulled, and goes on from idle when it is back', async () => {
    const client = await openRom(bench);
    await client.download(0, withAddress(0x21, FLASH));
    const pending = client.getStatus();
    bench.panel.setPlug('userUsb', false);
    await expect(pending).rejects.toMatchObject({ code: 'usb-disconnected' });
    bench.panel.setPlug('userUsb', true);
    await bench.clock.sleep(300);
    const device = await bench.bench.usb.choose();
    const again = new DfuClient(await device.open(TIMEOUT), bench);
    expect((await again.getStatus()).state).toBe(2);
  });
});

describe('power', () => {
  it('fails in the middle of a write: what was written stays, the rest does not', async () => {
    const bench = simBench();
    const client = await openRom(bench);
    bench.panel.setPlug('stLink', false);
    expect(bench.panel.state().running.kind).toBe('rom-dfu');
    await client.setAddress(FLASH);
    await client.download(2, filledBytes(1024, 0));
    await client.getStatus();
    await bench.clock.sleep(14);
    bench.panel.setPlug('userUsb', false);
    expect(bench.panel.state()).toMatchObject({ powered: false, running: { kind: 'off' } });
    const written = bench.board.flash.read(FLASH, 1024).filter((byte) => byte === 0).length;
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(1024);
    expect(written % 16).toBe(0);
  });

  it('outlasts the USB plug as long as the ST-LINK plug is in: the chip finishes its write', async () => {
    const bench = simBench();
    const client = await openRom(bench);
    await client.setAddress(FLASH);
    await client.download(2, filledBytes(1024, 0));
    await client.getStatus();
    bench.panel.setPlug('userUsb', false);
    expect(bench.board.flash.read(FLASH, 1024).every((byte) => byte === 0)).toBe(true);
  });
});

describe('TrustZone', () => {
  it('keeps OTP but erases the flash when it is switched off', () => {
    const bench = simBench();
    bench.panel.setTrustZone(true);
    bench.board.flash.load(FLASH, filledBytes(16, 0));
    bench.board.otp.program(0, 0x1234);
    bench.panel.setTrustZone(false);
    expect(bench.board.flash.usedSectors()).toEqual([]);
    expect(bench.board.otp.stateOf(0)).toBe('written');
  });
});

describe('the panel', () => {
  it('tells its watchers of every change and of nothing after they left', () => {
    const bench = simBench();
    let calls = 0;
    const stop = bench.panel.watch(() => {
      calls += 1;
    });
    for (const act of [
      () => {
        bench.panel.setBoot0(true);
      },
      () => {
        bench.panel.setPlug('userUsb', true);
      },
      () => {
        bench.panel.pressReset();
      },
      () => {
        bench.panel.setAlternates({ otp: false, option: true });
      },
      () => {
        bench.panel.setTrustZone(true);
      },
      () => {
        bench.panel.armFault({ kind: 'slow-poll', pollTimeoutMs: 5 });
      },
      () => {
        bench.panel.clearFaults();
      },
    ]) {
      const before = calls;
      act();
      expect(calls).toBeGreaterThan(before);
    }
    stop();
    const before = calls;
    bench.panel.setBoot0(false);
    expect(calls).toBe(before);
  });
});

describe('the pace', () => {
  it('can be switched off and on; the clock of the bench stays the same object', async () => {
    let hostMs = 0;
    let asleep = 0;
    // A host on which no time passes: who sleeps can only be woken by a cancel.
    const host: Clock = {
      nowMs: () => hostMs,
      wallMs: () => hostMs,
      sleep: (_durationMs, signal) =>
        new Promise((_resolve, reject) => {
          asleep += 1;
          signal?.addEventListener('abort', () => {
            reject(new AppError('cancelled', 'cancelled'));
          });
        }),
    };
    const { bench } = createVirtualBench({ seed: 1, clock: host, yieldToHost });
    const { clock } = bench;
    expect(bench.panel.state().realTimePace).toBe(true);
    bench.panel.setPlug('userUsb', true);
    bench.panel.setBoot0(true);
    bench.panel.pressReset();
    await yieldToHost();
    expect(asleep).toBeGreaterThan(0);
    expect(await bench.usb.list()).toHaveLength(0);
    bench.panel.setRealTimePace(false);
    expect(bench.panel.state().realTimePace).toBe(false);
    await clock.sleep(300);
    expect(await bench.usb.list()).toHaveLength(1);
    expect(hostMs).toBe(0);
    bench.panel.setRealTimePace(true);
    expect(bench.clock).toBe(clock);
    hostMs = 7;
    expect(clock.nowMs()).toBeCloseTo(307, 6);
  });
});

describe('the bootloader build of the board', () => {
  it('has one bank as soon as it takes deltas or ciphertext, and neither with two', () => {
    const { panel } = simBench();
    panel.setBuild({ deltaUpdates: true });
    expect(panel.state().build).toMatchObject({ oneBank: true, deltaUpdates: true });
    panel.setBuild({ cipher: 'chacha20', headerSizeBytes: 2048 });
    expect(panel.state().build).toMatchObject({ cipher: 'chacha20', deltaUpdates: true });
    panel.setBuild({ oneBank: false });
    expect(panel.state().build).toEqual({
      oneBank: false,
      deltaUpdates: false,
      cipher: undefined,
      headerSizeBytes: 2048,
      checksSignatures: true,
    });
  });

  it('forgets a key with its cipher, and no snapshot holds one', () => {
    const { panel, board } = simBench({ build: { cipher: 'chacha20' } });
    const key = new Uint8Array(32).fill(0xab);
    panel.handUpdateKey({ key, nonce: new Uint8Array(12) });
    key.fill(0);
    expect(panel.state().updateKeyHanded).toBe(true);
    expect(JSON.stringify(board.snapshot({ uds: 'keep' }))).not.toContain('abababab');
    const copy = simBench({
      snapshot: JSON.parse(JSON.stringify(board.snapshot())) as BoardSnapshot,
    });
    expect(copy.panel.state()).toMatchObject({
      build: { cipher: 'chacha20', oneBank: true },
      updateKeyHanded: false,
    });
    panel.setBuild({ cipher: 'aes128-ctr' });
    expect(panel.state().updateKeyHanded).toBe(false);
  });
});

describe('a snapshot', () => {
  const written = (bench: SimBench): number[] =>
    Array.from({ length: 1024 }, (_, at) => at).filter(
      (at) => bench.board.otp.stateOf(at) !== 'blank',
    );

  it('carries memories and options through JSON to another board', () => {
    const bench = simBench({ seed: 3 });
    bench.board.flash.load(FLASH + 0x4000, filledBytes(100, 5));
    bench.board.otp.program(7, 0xffff);
    bench.board.otp.lock(2);
    bench.panel.setTrustZone(true);
    const json = JSON.stringify(bench.board.snapshot());
    const copy = simBench({ seed: 3, snapshot: JSON.parse(json) as BoardSnapshot });
    expect(copy.board.flash.usedSectors()).toEqual(bench.board.flash.usedSectors());
    expect(copy.board.otp.stateOf(7)).toBe('written');
    expect(copy.board.otp.lockWord).toBe(2);
    expect(copy.panel.state().trustZone).toBe(true);
    expect(JSON.stringify(copy.board.snapshot()) === json).toBe(true);
  });

  it('does not carry the UDS unless it is told to keep it', () => {
    const bench = simBench();
    for (let at = 0; at < 16; at++) bench.board.otp.program(0x7c0 / 2 + at, 0x5a00 + at);
    bench.board.otp.program(0, 0x4f57);
    const before = bench.board.otp.peek();
    const copy = simBench({ snapshot: bench.board.snapshot() });
    expect(copy.board.otp.peek().slice(0, 0x7c0)).toEqual(before.slice(0, 0x7c0));
    expect(copy.board.otp.peek().slice(0x7c0, 0x7e0)).not.toEqual(before.slice(0x7c0, 0x7e0));
    expect(written(copy)).toEqual(written(bench));
    const moved = simBench({ snapshot: bench.board.snapshot({ uds: 'keep' }) });
    expect(moved.board.otp.peek()).toEqual(before);
  });

  it('of another format is refused and changes nothing', () => {
    const bench = simBench();
    bench.board.otp.program(0, 0x1234);
    const snapshot = bench.board.snapshot();
    expect(() => {
      bench.board.restore({ ...snapshot, format: 'other' } as never);
    }).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(() => {
      bench.board.restore({ ...snapshot, otp: { ...snapshot.otp, data: '00' } });
    }).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(bench.board.otp.stateOf(0)).toBe('written');
    bench.board.restore(simBench().board.snapshot());
    expect(bench.board.otp.stateOf(0)).toBe('blank');
  });
});

describe('faults on USB', () => {
  let bench: SimBench;
  let client: DfuClient;
  beforeEach(async () => {
    bench = simBench();
    client = await openRom(bench);
  });

  it('stalls the transfer it was armed for, once', async () => {
    bench.panel.armFault({ kind: 'stall-at-transfer', atTransfer: 1 });
    await client.getStatus();
    expect(bench.panel.state().armedFaults).toHaveLength(1);
    await expect(client.getStatus()).rejects.toMatchObject({ code: 'usb-stall' });
    expect(bench.panel.state().armedFaults).toHaveLength(0);
    expect((await client.getStatus()).state).toBe(2);
  });

  it('stays busy for ever, over another enumeration too, until a reset', async () => {
    bench.panel.armFault({ kind: 'stuck-busy', atTransfer: 0 });
    await client.download(0, withAddress(0x41, FLASH));
    for (let poll = 0; poll < 5; poll++) {
      expect((await client.getStatus()).state).toBe(4);
      await bench.clock.sleep(10_000);
    }
    await expect(client.clearStatus()).rejects.toMatchObject({ code: 'usb-stall' });
    await expect(client.abort()).rejects.toMatchObject({ code: 'usb-stall' });
    bench.panel.setPlug('userUsb', false);
    bench.panel.setPlug('userUsb', true);
    await bench.clock.sleep(300);
    const stuck = await bench.bench.usb.choose();
    expect((await new DfuClient(await stuck.open(TIMEOUT), bench).getStatus()).state).toBe(4);
    const fresh = await openRom(bench);
    expect((await fresh.getStatus()).state).toBe(2);
  });

  it('announces and takes a long time for one operation', async () => {
    bench.panel.armFault({ kind: 'slow-poll', pollTimeoutMs: 4000 });
    await client.download(0, withAddress(0x21, FLASH));
    expect((await client.getStatus()).pollTimeoutMs).toBe(4000);
    await bench.clock.sleep(3990);
    expect((await client.getStatus()).state).toBe(4);
    await bench.clock.sleep(10);
    expect((await client.getStatus()).state).toBe(5);
    await client.download(0, withAddress(0x21, FLASH));
    expect((await client.getStatus()).pollTimeoutMs).toBeLessThan(100);
  });

  it('pulls the plug at a byte of the data; a request that was cut never happened', async () => {
    await client.setAddress(FLASH);
    bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte: 100 });
    await expect(client.download(2, filledBytes(1024, 0))).rejects.toMatchObject({
      code: 'usb-disconnected',
    });
    expect(bench.panel.state().plugs.userUsb).toBe(false);
    expect(bench.board.flash.read(FLASH, 16)).toEqual(filledBytes(16, 0xff));
  });

  it('flips one bit of one byte on the way out or in', async () => {
    await client.setAddress(FLASH);
    bench.panel.armFault({ kind: 'corrupt-byte', path: 'usb-out', atByte: 18 });
    await client.run(2, filledBytes(16, 0));
    await client.run(3, filledBytes(16, 0));
    await client.abort();
    const flash = [
      ...bench.board.flash.read(FLASH, 16),
      ...bench.board.flash.read(FLASH + 1024, 16),
    ];
    expect(flash.map((byte, at) => (byte === 0 ? -1 : at)).filter((at) => at >= 0)).toEqual([18]);
    bench.panel.armFault({ kind: 'corrupt-byte', path: 'usb-in', atByte: 3 });
    expect([...(await client.upload(2, 8))]).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
    expect([...(await client.upload(2, 8))]).toEqual(new Array(8).fill(0));
  });

  it('keeps an OTP bit stuck until the faults are cleared', async () => {
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes: 2, bit: 4, stuckAt: 1 });
    await client.pipe.selectAlternate(3, TIMEOUT);
    await client.setAddress(OTP);
    await client.run(2, filledBytes(4, 0));
    await client.abort();
    expect([...(await client.read(OTP, 4))]).toEqual([0, 0, 0x10, 0]);
    expect(bench.panel.state().armedFaults).toHaveLength(1);
    bench.panel.clearFaults();
    expect([...(await client.read(OTP, 4))]).toEqual([0, 0, 0, 0]);
  });
});
