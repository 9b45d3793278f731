import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../../../src/core/bytes/index.ts';
import { builtInPrimer } from '../../../../src/core/wolfboot/built-in-primer.ts';
import {
  analysePrimer,
  buildOtpImage,
  fillKeyfusePrimer,
  makeProfile,
  primerOtpContent,
  recogniseKeyfusePrimer,
  refusePrimer,
  type KeyfusePrimerInput,
} from '../../../../src/core/wolfboot/index.ts';
import { p256Profile } from '../../../support/burning.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { slots as makeSlots } from '../../../support/keys.ts';

const slots = await makeSlots('ecdsa-p256', 2);

function filled(input: Partial<KeyfusePrimerInput> = {}, image = builtInPrimer()): Uint8Array {
  const wish = { profile: p256Profile, slots, uds: 'generate', ...input } as const;
  return fillKeyfusePrimer(image, wish);
}

function changed(image: Uint8Array, at: number): Uint8Array {
  const copy = image.slice();
  copy[recogniseKeyfusePrimer(image)!.regionOffsetBytes + at]! ^= 1;
  return copy;
}

describe('the built-in primer', () => {
  it('is recognised, with and without TrustZone, and holds nothing yet', () => {
    expect(recogniseKeyfusePrimer(builtInPrimer())).toMatchObject({
      trustZone: false,
      loadAddress: 0x08000000,
      state: 'empty',
    });
    const secure = recogniseKeyfusePrimer(builtInPrimer({ trustZone: true }));
    expect(secure).toMatchObject({ trustZone: true, loadAddress: 0x0c000000, state: 'empty' });
    expectThrows(
      () => analysePrimer(builtInPrimer(), 'p.bin'),
      'primer-not-recognised',
      'no keystore in it yet',
    );
  });

  it('fits into one sector of the flash', () => {
    expect(builtInPrimer().length).toBeLessThanOrEqual(8192);
    expect(builtInPrimer({ trustZone: true }).length).toBeLessThanOrEqual(8192);
  });
});

describe('fillKeyfusePrimer', () => {
  it('changes nothing but the region', () => {
    const image = builtInPrimer();
    const { regionOffsetBytes } = recogniseKeyfusePrimer(image)!;
    const full = filled();
    expect(full.length).toBe(image.length);
    expect(
      equalBytes(full.subarray(0, regionOffsetBytes), image.subarray(0, regionOffsetBytes)),
    ).toBe(true);
    expect(toHex(image)).toBe(toHex(builtInPrimer()));
    // Filled again it is as if it had been filled once.
    expect(toHex(filled({}, filled({ uds: 'none', lockBlocks: [3] })))).toBe(toHex(full));
  });

  it('says what it will burn: the OTP image without its UDS', () => {
    const found = recogniseKeyfusePrimer(filled({ lockBlocks: [31, 0] }))!;
    const image = buildOtpImage({ profile: p256Profile, slots, uds: undefined });
    expect(toHex(found.content)).toBe(toHex(image));
    expect(found).toMatchObject({ uds: 'generate', lockBlocks: [0, 31], strideBytes: 80 });
    // Header and two slots, FFFF of the masks included; nothing else.
    expect(found.written.lastIndexOf(true)).toBe((16 + 2 * 80) / 2 - 1);
    expect(found.written.filter(Boolean)).toHaveLength((16 + 2 * 80) / 2);
  });

  it('leaves what lies behind the keys blank, unless asked', () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ECC256', universal: true });
    const plain = recogniseKeyfusePrimer(filled({ profile }))!;
    expect(plain.written.filter(Boolean)).toHaveLength((16 + 2 * 80) / 2);
    expect(plain.written[(16 + 592) / 2]).toBe(true);
    const padded = recogniseKeyfusePrimer(filled({ profile, fillPadding: true }))!;
    expect(padded.written.filter(Boolean)).toHaveLength((16 + 2 * 592) / 2);
  });

  it.each<[string, () => unknown, Parameters<typeof expectThrows>[1]]>([
    [
      'another chip',
      () => filled({ profile: makeProfile({ target: 'stm32h7', signName: 'ECC256' }) }),
      'not-supported',
    ],
    ['no key', () => filled({ slots: [] }), 'keystore-empty'],
    ['a block that is none', () => filled({ lockBlocks: [32] }), 'invalid-argument'],
    ['another image', () => filled({}, new Uint8Array(9000)), 'primer-not-recognised'],
    ['a damaged one', () => filled({}, changed(filled(), 70)), 'primer-not-recognised'],
  ])('refuses %s', (_what, fill, code) => {
    expectThrows(fill, code);
  });
});

describe('recogniseKeyfusePrimer', () => {
  it('knows no other image', () => {
    expect(recogniseKeyfusePrimer(new Uint8Array(0))).toBeUndefined();
    expect(recogniseKeyfusePrimer(builtInPrimer().subarray(0, 4096))).toBeUndefined();
  });

  it('takes no region in which a bit flipped', () => {
    const full = filled();
    for (let at = 16; at < 2240; at += 13) {
      expectThrows(() => recogniseKeyfusePrimer(changed(full, at)), 'primer-not-recognised');
    }
  });

  it('takes no region without its program', () => {
    const full = filled();
    full.fill(0xff, 0, 64);
    expectThrows(() => recogniseKeyfusePrimer(full), 'primer-not-recognised', 'no program');
  });
});

describe('analysePrimer', () => {
  it('tells of ours exactly, in the order in which it writes', () => {
    const primer = analysePrimer(filled(), 'p.bin');
    expect(primer).toMatchObject({
      complete: true,
      locking: 'not-found',
      sample: false,
      warnings: [],
    });
    expect(primer.slots).toEqual(slots);
    expect(
      primer.writes.map(({ what, offsetBytes, lengthBytes }) => [what, offsetBytes, lengthBytes]),
    ).toEqual([
      ['slot 0', 16, 80],
      ['slot 1', 96, 80],
      ['uds', 1984, 32],
      ['header', 0, 16],
    ]);
    expect(refusePrimer(primer, p256Profile)).toEqual([]);
    const { content, written, udsHalfwords } = primerOtpContent(primer);
    expect(toHex(content)).toBe(toHex(primer.keyfuse!.content));
    expect(udsHalfwords).toEqual({ start: 992, end: 1008 });
    expect(written.filter(Boolean)).toHaveLength(88 + 16);
    expect(
      primerOtpContent(analysePrimer(filled({ uds: 'none' }), 'p')).udsHalfwords,
    ).toBeUndefined();
  });

  it('says what it will lock', () => {
    const primer = analysePrimer(filled({ lockBlocks: [0, 1] }), 'p.bin');
    expect(primer.locking).toBe('found');
    expect(primer.warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'locks-blocks: locks OTP blocks 0, 1 for ever when all is written',
    ]);
  });

  it('gives no primer for TrustZone to a plan', () => {
    const primer = analysePrimer(filled({}, builtInPrimer({ trustZone: true })), 'p.bin');
    expect(primer.loadAddress).toBe(0x0c000000);
    expect(refusePrimer(primer, p256Profile)).toMatchObject([{ code: 'not-supported' }]);
  });
});
