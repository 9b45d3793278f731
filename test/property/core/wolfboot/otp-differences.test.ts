import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../../src/core/bytes/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import {
  authKeys,
  buildOtpImage,
  makeProfile,
  otpDifferences,
  parseOtpImage,
  slotStrideBytes,
  upstreamStrideBytes,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { slotsOf, vectors } from '../../../support/wolfboot-vectors.ts';

/* Real keys in any mixture, for any bootloader: the list of differences tells the truth. */

const pool: readonly KeystoreSlot[] = vectors.keys
  .filter(({ id }) => !/-(?:der|trunc)$/.test(id))
  .flatMap((vector) => slotsOf(vector))
  .filter(({ publicKey }) => publicKey.length > 0);

const slotsArbitrary = fc
  .array(fc.constantFrom(...pool), { minLength: 1, maxLength: 8 })
  .map((slots) => slots.map((slot, slotId) => ({ ...slot, slotId })));

const profileArbitrary: fc.Arbitrary<BootloaderProfile> = fc
  .record({
    target: fc.constantFrom('stm32h5' as const, 'stm32h7' as const),
    key: fc.constantFrom(...authKeys),
    universal: fc.boolean(),
    mlDsaLevel: fc.constantFrom(2 as const, 3 as const, 5 as const),
  })
  .map(({ target, key, universal, mlDsaLevel }) =>
    makeProfile({ target, signName: key.name, universal, mlDsaLevel }),
  );

function tryBuild(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
  upstreamCompatible: boolean,
): Uint8Array | undefined {
  try {
    return buildOtpImage({ profile, slots, uds: undefined, upstreamCompatible });
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** Mostly the type of the keys, so that something can be built. */
const caseArbitrary = fc
  .tuple(slotsArbitrary, profileArbitrary, fc.boolean())
  .map(([slots, profile, plain]): [readonly KeystoreSlot[], BootloaderProfile] => {
    const [first] = slots;
    const key = authKeys.find(({ code }) => code === first!.keyType)!;
    if (!plain) return [slots, profile];
    const same = slots.filter(({ publicKey, keyType }) => {
      return keyType === first!.keyType && publicKey.length === first!.publicKey.length;
    });
    const mlDsaLevel = ({ 1312: 2, 1952: 3, 2592: 5 } as const)[first!.publicKey.length as 1312];
    const { target } = profile;
    return [
      same.map((slot, slotId) => ({ ...slot, slotId })),
      makeProfile({ target, signName: key.name, ...(key.name === 'ML_DSA' && { mlDsaLevel }) }),
    ];
  });

describe('otpDifferences', () => {
  it('is empty exactly where both tools write the same bytes', () => {
    fc.assert(
      fc.property(caseArbitrary, ([slots, profile]) => {
        const ours = tryBuild(profile, slots, false);
        const theirs = tryBuild(profile, slots, true);
        const codes = otpDifferences(profile, slots).map(({ code }) => code);
        if (ours && theirs) {
          expect(codes.length === 0).toBe(equalBytes(ours, theirs));
          expect(codes).not.toContain('we-refuse');
          expect(codes).not.toContain('upstream-refuses');
        } else if (ours) {
          expect(codes).toSatisfy(
            (found: readonly string[]) =>
              found.includes('upstream-refuses') || found.includes('foreign-memory'),
          );
        } else if (theirs) {
          expect(codes).toContain('we-refuse');
        }
      }),
    );
  });

  it('never calls a slot found that the bootloader does not read, nor the reverse', () => {
    fc.assert(
      fc.property(caseArbitrary, ([slots, profile]) => {
        const ours = tryBuild(profile, slots, false);
        const theirs = tryBuild(profile, slots, true);
        if (!ours || !theirs) return;
        const strideBytes = slotStrideBytes(profile);
        const wrong = new Set(
          otpDifferences(profile, slots).flatMap((difference) =>
            difference.code === 'slot-misplaced' || difference.code === 'slot-cut'
              ? [difference.slot]
              : [],
          ),
        );
        expect(parseOtpImage(ours, 'ours', { strideBytes }).slots).toEqual(slots);
        const read = parseOtpImage(theirs, 'theirs', { strideBytes }).slots;
        for (const [index, slot] of slots.entries()) {
          expect(equalBytes(read[index]!.publicKey, slot.publicKey)).toBe(!wrong.has(index));
        }
        expect(upstreamStrideBytes(slots)).toBe(16 + slots[0]!.publicKey.length);
      }),
    );
  });
});
