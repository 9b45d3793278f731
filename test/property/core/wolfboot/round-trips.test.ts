import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  authKeys,
  buildKeystoreDer,
  buildOtpImage,
  encodeSlotArray,
  keystoreFingerprint,
  makeProfile,
  parseKeystoreC,
  parseKeystoreDer,
  parseOtpImage,
  slotCapacity,
  slotStrideBytes,
  writeKeystoreC,
  type AuthKey,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { slotsOf, vectors } from '../../../support/wolfboot-vectors.ts';

/* Writing and reading again gives the same, for every key type and mixture. */

const u32 = fc.integer({ min: 0, max: 0xffffffff });

/** Bytes of a length the type can have; RSA keys say their own length as DER does. */
function keyBytes(key: AuthKey): fc.Arbitrary<Uint8Array> {
  return fc.constantFrom(...key.keySizesBytes).chain((length) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
      if (key.family !== 'rsa') return bytes;
      const inner = length - 4;
      return Uint8Array.of(0x30, 0x82, inner >>> 8, inner & 0xff, ...bytes.slice(4));
    }),
  );
}

const anySlot: fc.Arbitrary<KeystoreSlot> = fc.constantFrom(...authKeys).chain((key) =>
  fc.record({ slotId: u32, partitionMask: u32, publicKey: keyBytes(key) }).map((slot) => ({
    ...slot,
    keyType: key.code,
    publicKeySize: slot.publicKey.length,
  })),
);

const anySlots = fc.array(anySlot, { minLength: 1, maxLength: 6 });

/** A keystore.der says the reserved size of an RSA key. */
function withoutSize(slots: readonly KeystoreSlot[]): readonly object[] {
  return slots.map(({ publicKeySize: _size, ...slot }) => slot);
}

const realSlots: fc.Arbitrary<readonly KeystoreSlot[]> = fc
  .constantFrom(
    ...vectors.keystores
      .map((vector) => slotsOf(vector))
      .filter((slots) => slots.every(({ keyType }) => keyType === slots[0]!.keyType))
      .filter((slots) => slots.every(({ publicKey }) => publicKey.some((byte) => byte !== 0)))
      .filter((slots) =>
        slots.every(({ publicKey, keyType }) => keyType !== 2 || publicKey.length === 64),
      ),
  )
  .chain((slots) => fc.subarray([...slots], { minLength: 1 }))
  .map((slots) => slots.map((slot, slotId) => ({ ...slot, slotId, partitionMask: 0xffffffff })));

describe('keystores', () => {
  it('keystore.der, both layouts', () => {
    fc.assert(
      fc.property(anySlots, fc.constantFrom('per-algorithm', 'universal'), (slots, layout) => {
        const file = buildKeystoreDer(slots, { layout });
        const read = parseKeystoreDer(file, 'k');
        expect(withoutSize(read.slots)).toEqual(withoutSize(slots));
        expect(buildKeystoreDer(read.slots, { layout })).toEqual(file);
        expect(keystoreFingerprint(read.slots)).toBe(keystoreFingerprint(slots));
      }),
      { numRuns: 60 },
    );
  });

  it('keystore.c', () => {
    fc.assert(
      fc.property(anySlots, fc.string({ unit: 'binary', maxLength: 40 }), (slots, source) => {
        const text = writeKeystoreC(slots.map((slot) => ({ ...slot, source })));
        expect(parseKeystoreC(text, 'k').slots).toEqual(slots);
      }),
      { numRuns: 60 },
    );
  });

  it('otp.bin, on both chips, as far as the keys fit', () => {
    const uds = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => {
      const values = new Set(bytes);
      return values.size > 1;
    });
    const target = fc.constantFrom('stm32h5' as const, 'stm32h7' as const);
    fc.assert(
      fc.property(realSlots, target, fc.option(uds, { nil: undefined }), (slots, chip, secret) => {
        const key = authKeys.find(({ code }) => code === slots[0]!.keyType)!;
        const length = slots[0]!.publicKey.length;
        const mlDsaLevel = length === 1952 ? 3 : length === 2592 ? 5 : 2;
        const profile = makeProfile({ target: chip, signName: key.name, mlDsaLevel });
        const strideBytes = slotStrideBytes(profile);
        fc.pre(slots.length <= slotCapacity(chip, strideBytes));
        const image = buildOtpImage({ profile, slots, uds: secret });
        const read = parseOtpImage(image, 'otp.bin', { strideBytes, target: chip });
        expect(read.slots).toEqual(slots);
        expect(read.uds).toBe(secret ? 'present' : 'absent');
        expect(parseOtpImage(image, 'otp.bin')).toMatchObject({ strideBytes, slots });
        expect(keystoreFingerprint(read.slots)).toBe(keystoreFingerprint(slots));
        expect(encodeSlotArray(slots, profile).length % 4).toBe(0);
      }),
      { numRuns: 80 },
    );
  });
});
