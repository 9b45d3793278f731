import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../../src/core/bytes/index.ts';
import {
  analysePrimer,
  bootloaderProfiles,
  makeProfile,
  primerOtpContent,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { createPrng } from '../../../../src/virtual/prng.ts';
import { buildSamplePrimer } from '../../../../src/virtual/index.ts';
import { simBench, type SimBench } from '../../../support/sim-bench.ts';

const FLASH = 0x08000000;
const UDS = 0x7c0;
const SECOND_MS = 1000;

function slot(slotId: number, keyType: number, lengthBytes: number): KeystoreSlot {
  const publicKey = createPrng(slotId, 'test key').bytes(lengthBytes);
  return { slotId, keyType, partitionMask: 0xffffffff, publicKey, publicKeySize: lengthBytes };
}

const P256 = 2;
const ED448 = 5;
const [p256Profile] = bootloaderProfiles;
const onePrimer = buildSamplePrimer([slot(0, P256, 64)], p256Profile);

async function run(bench: SimBench, image?: Uint8Array): Promise<void> {
  if (image) bench.board.flash.load(FLASH, image);
  bench.panel.pressReset();
  await bench.clock.sleep(SECOND_MS);
}

function writtenOffsets(bench: SimBench): number[] {
  const offsets: number[] = [];
  for (let halfword = 0; halfword < 1024; halfword++) {
    if (bench.board.otp.stateOf(halfword) !== 'blank') offsets.push(2 * halfword);
  }
  return offsets;
}

describe('a primer in flash', () => {
  it('burns exactly the halfwords that carry content: 64 for one P-256 key', async () => {
    const bench = simBench();
    await run(bench, onePrimer);
    const offsets = writtenOffsets(bench);
    expect(offsets).toHaveLength(64);
    expect(offsets[0]).toBe(0);
    expect(offsets.filter((offset) => offset < UDS).at(-1)).toBe(0x5e);
    expect(offsets.filter((offset) => offset >= UDS)).toEqual(
      Array.from({ length: 16 }, (_, at) => UDS + 2 * at),
    );
  });

  it('burns what analysePrimer reads in it, and a random UDS that depends on the board', async () => {
    const bench = simBench({ seed: 5 });
    await run(bench, onePrimer);
    const { content, written } = primerOtpContent(analysePrimer(onePrimer, 'sample'));
    const otp = bench.board.otp.peek();
    for (const [halfword, isWritten] of written.entries()) {
      if (!isWritten || 2 * halfword >= UDS) continue;
      const at = 2 * halfword;
      expect(otp.slice(at, at + 2)).toEqual(content.slice(at, at + 2));
    }
    const other = simBench({ seed: 6 });
    await run(other, onePrimer);
    const uds = (one: SimBench): Uint8Array => one.board.otp.peek().slice(UDS, UDS + 32);
    expect(uds(bench)).not.toEqual(uds(other));
    const again = simBench({ seed: 5 });
    await run(again, onePrimer);
    expect(uds(again)).toEqual(uds(bench));
  });

  it('shows nothing but the panel: no LED, no output', async () => {
    const bench = simBench();
    const port = await bench.bench.serial.choose();
    const pipe = await port.open({ baudRate: 115200 });
    await run(bench, onePrimer);
    expect(bench.panel.state().leds).toEqual({ green: false, yellow: false, red: false });
    expect(await pipe.read({ timeoutMs: 3000 })).toHaveLength(0);
    expect(bench.panel.state().running).toMatchObject({ kind: 'firmware', name: 'OTP primer' });
  });

  it('damages two halfwords of the UDS when it runs again, then hangs; the keys stay', async () => {
    const bench = simBench();
    await run(bench, onePrimer);
    const before = bench.board.otp.peek();
    await run(bench);
    const after = bench.board.otp.peek();
    expect(equalBytes(after.slice(0, UDS), before.slice(0, UDS))).toBe(true);
    const changed = Array.from(after.keys()).filter((at) => after[at] !== before[at]);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.every((at) => at >= UDS && at < UDS + 4)).toBe(true);
    expect(bench.panel.state().running.kind).toBe('hung');
  });

  it('stops at the first cells that read back differently', async () => {
    const bench = simBench();
    bench.board.otp.program(0x20 / 2, 0x0000);
    await run(bench, onePrimer);
    expect(bench.panel.state().running).toMatchObject({ kind: 'hung' });
    expect(writtenOffsets(bench).at(-1)).toBe(0x22);
  });

  it('leaves out the second Ed448 slot, which would start at an odd offset, but counts it', async () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ED448' });
    const bench = simBench();
    await run(bench, buildSamplePrimer([slot(0, ED448, 57), slot(1, ED448, 57)], profile));
    const otp = bench.board.otp.peek();
    expect(otp[8]).toBe(2);
    expect([...otp.slice(89, 93)]).toEqual([0, 0, 0, 0xff]);
    expect(writtenOffsets(bench).filter((offset) => offset > 90 && offset < UDS)).toEqual([]);
    expect(bench.board.otp.stateOf(UDS / 2)).toBe('written');
  });

  it('writes the keys and then hangs without a UDS when there are too many', async () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ECC256' });
    const slots = Array.from({ length: 25 }, (_, index) => slot(index, P256, 64));
    const bench = simBench();
    await run(bench, buildSamplePrimer(slots, profile));
    expect(bench.panel.state().running.kind).toBe('hung');
    expect(bench.board.otp.peek()[16 + 24 * 80]).toBe(24);
  });

  it('does not work with TrustZone on', async () => {
    const bench = simBench();
    bench.panel.setTrustZone(true);
    await run(bench, onePrimer);
    expect(writtenOffsets(bench)).toEqual([]);
    expect(bench.panel.state().running.kind).toBe('hung');
  });

  it('stops where the power failed and can be told from a finished one', async () => {
    const bench = simBench();
    bench.board.flash.load(FLASH, onePrimer);
    bench.panel.pressReset();
    await bench.clock.sleep(21);
    bench.panel.setPlug('stLink', false);
    await bench.clock.sleep(SECOND_MS);
    const offsets = writtenOffsets(bench);
    expect(offsets.length).toBeGreaterThan(4);
    expect(offsets.length).toBeLessThan(64);
    bench.panel.setPlug('stLink', true);
    await bench.clock.sleep(SECOND_MS);
    expect(writtenOffsets(bench)).toHaveLength(64);
    expect(bench.panel.state().running.kind).toBe('firmware');
  });
});

describe('other content of the flash', () => {
  it.each([
    ['blank', new Uint8Array(), 'nothing'],
    ['without a plausible vector table', new Uint8Array(4096), 'nothing'],
  ])('%s: nothing runs', async (_what, image, kind) => {
    const bench = simBench();
    if (image.length > 0) bench.board.flash.load(FLASH, image);
    await run(bench);
    expect(bench.panel.state().running.kind).toBe(kind);
  });

  it('a program that nobody knows runs in silence', async () => {
    const image = new Uint8Array(512);
    const view = new DataView(image.buffer);
    view.setUint32(0, 0x20001000, true);
    for (const at of [4, 8, 12]) view.setUint32(at, 0x08000101, true);
    const bench = simBench({ flashImage: image });
    await bench.clock.sleep(SECOND_MS);
    expect(bench.panel.state().running).toMatchObject({ name: 'unknown firmware' });
    expect(writtenOffsets(bench)).toEqual([]);
  });
});
