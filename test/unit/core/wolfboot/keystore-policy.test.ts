import { beforeAll, describe, expect, it } from 'vitest';
import {
  bootloaderProfiles,
  buildOtpImage,
  keystoreWarnings,
  makeProfile,
  refuseKeystore,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { slots as makeSlots } from '../../../support/keys.ts';
import { byId, slotsOf, vectors } from '../../../support/wolfboot-vectors.ts';

const [p256] = bootloaderProfiles;
const universal = bootloaderProfiles.find((profile) => profile.universal)!;
const lms = bootloaderProfiles.find((profile) => profile.lms)!;

let p256Slots: readonly KeystoreSlot[];
let edSlots: readonly KeystoreSlot[];

beforeAll(async () => {
  p256Slots = await makeSlots('ecdsa-p256', 25);
  edSlots = await makeSlots('ed25519', 2);
});

function codes(slots: readonly KeystoreSlot[], profile: BootloaderProfile): readonly string[] {
  return refuseKeystore(slots, profile).map(({ code, slot }) =>
    slot === undefined ? code : `${slot}: ${code}`,
  );
}

function keystore(id: string): readonly KeystoreSlot[] {
  return slotsOf(byId(vectors.keystores, id));
}

describe('refuseKeystore', () => {
  it('accepts what fits, up to the last slot', () => {
    expect(codes(p256Slots.slice(0, 24), p256)).toEqual([]);
    expect(codes(p256Slots, p256)).toEqual(['keystore-too-large']);
  });

  it('refuses an empty keystore', () => {
    expect(codes([], p256)).toEqual(['keystore-empty']);
  });

  it('refuses keys of another type than SIGN=', () => {
    expect(codes(edSlots, p256)).toEqual([
      '0: keystore-key-type-refused',
      '1: keystore-key-type-refused',
      'keystore-no-application-key',
    ]);
  });

  it('refuses mixed sizes unless the bootloader is universal', () => {
    const mixed = [p256Slots[0]!, edSlots[0]!];
    expect(codes(mixed, p256)).toEqual(['keystore-mixed-sizes', '1: keystore-key-type-refused']);
    expect(codes(mixed, universal)).toEqual([]);
  });

  it('refuses a universal keystore without a key the bootloader has code for', () => {
    expect(codes(edSlots, universal)).toEqual(['keystore-no-application-key']);
    const restricted = [{ ...p256Slots[0]!, partitionMask: 1 }, edSlots[0]!];
    expect(codes(restricted, universal)).toEqual(['keystore-no-application-key']);
  });

  it('refuses keys that do not fit a universal slot', () => {
    const slots = [p256Slots[0]!, ...keystore('otp-mldsa2-1')];
    expect(codes(slots, universal)).toEqual(['1: keystore-mixed-sizes']);
  });

  it.each([
    [0x00000001, ['keystore-no-application-key']],
    [0x00000000, ['keystore-no-application-key']],
    [0xfffffffd, ['keystore-no-application-key']],
    [0x00000002, []],
    [0xffffffff, []],
  ])('judges the mask %i by partition 1', (partitionMask, expected) => {
    expect(codes([{ ...p256Slots[0]!, partitionMask }], p256)).toEqual(expected);
  });

  it('is content with one key for the application among others', () => {
    const slots = [{ ...p256Slots[0]!, partitionMask: 1 }, p256Slots[1]!];
    expect(codes(slots, p256)).toEqual([]);
  });

  it('refuses LMS keys of other parameters than the build', () => {
    const good = keystore('otp-lms-5');
    expect(codes(good, lms)).toEqual([]);
    const others = slotsOf(byId(vectors.keys, 'lms-l1h10w8'));
    expect(codes(others, lms)).toEqual(['0: keystore-parameters-refused']);
    expect(refuseKeystore(others, lms)[0]!.message).toContain('L1-H10-W8');
    expect(codes(others, { ...lms, lms: { levels: 1, height: 10, winternitz: 8 } })).toEqual([]);
    expect(codes(good, { ...lms, lms: { levels: 2, height: 5, winternitz: 4 } })).toHaveLength(5);
  });

  it('refuses LMS sets that no bootloader can be built for, whatever the profile knows', () => {
    const [slot] = keystore('otp-lms-5');
    const of = (levels: number, width: number): KeystoreSlot => {
      const publicKey = slot!.publicKey.slice();
      publicKey[3] = levels;
      publicKey[11] = width;
      return { ...slot!, publicKey };
    };
    const any = makeProfile({ target: 'stm32h5', signName: 'LMS' });
    expect(codes([of(2, 4)], any)).toEqual([]);
    for (const bad of [of(5, 4), of(2, 1)]) {
      expect(codes([bad], any)).toEqual(['0: keystore-parameters-refused']);
      expect(refuseKeystore([bad], any)[0]!.message).toContain('no wolfBoot can be built');
    }
  });

  it('refuses XMSS sets that no bootloader can be built for, and those of another build', () => {
    const [slot] = slotsOf(byId(vectors.keys, 'xmss-10'));
    const of = (oid: number): KeystoreSlot => {
      const publicKey = slot!.publicKey.slice();
      publicKey[3] = oid;
      return { ...slot!, publicKey };
    };
    const any = makeProfile({ target: 'stm32h5', signName: 'XMSS' });
    const built = makeProfile({
      target: 'stm32h5',
      signName: 'XMSS',
      xmss: 'XMSSMT-SHA2_20/2_256',
    });
    expect(codes([of(1)], any)).toEqual([]);
    expect(codes([of(1)], built)).toEqual([]);
    expect(codes([of(2)], built)).toEqual(['0: keystore-parameters-refused']);
    expect(codes([of(4)], any)).toEqual(['0: keystore-parameters-refused']);
    expect(keystoreWarnings([of(1)], any)).toMatchObject([
      {
        code: 'xmss-parameters-unproven',
        parameters: 'XMSS-SHA2_10_256 or XMSSMT-SHA2_20/2_256',
      },
    ]);
    expect(keystoreWarnings([of(1)], built)).toEqual([]);
  });

  it('refuses ML-DSA keys of another level', () => {
    const key = keystore('otp-mldsa2-1');
    const level = (mlDsaLevel: 2 | 3) =>
      makeProfile({ target: 'stm32h5', signName: 'ML_DSA', mlDsaLevel });
    expect(codes(key, level(2))).toEqual([]);
    expect(codes(key, level(3))).toEqual(['0: keystore-parameters-refused']);
    const five = makeProfile({ target: 'stm32h5', signName: 'ML_DSA', mlDsaLevel: 5 });
    expect(codes(slotsOf(byId(vectors.keys, 'mldsa5')), five)).toEqual(['keystore-too-large']);
  });

  it('refuses keys that can verify nothing', () => {
    const broken = { ...p256Slots[0]!, publicKey: new Uint8Array(64).fill(9) };
    expect(codes([broken, p256Slots[1]!], p256)).toEqual(['0: key-invalid']);
    expect(codes([{ ...broken, keyType: 77 }, p256Slots[1]!], universal)).toEqual([
      '0: keystore-key-type-refused',
    ]);
  });

  it.each(
    vectors.keys
      .filter(({ id }) => !id.includes('trunc'))
      .map((vector) => ({ id: vector.id, vector })),
  )('accepts the key of $id for its own bootloader where OTP has room', ({ vector }) => {
    const slots = slotsOf(vector);
    const name = vector.keystore_c.slots[0]!.key_type.replace('AUTH_KEY_', '');
    const mlDsaLevel = ({ 1312: 2, 1952: 3, 2592: 5 } as const)[slots[0]!.publicKey.length as 1312];
    const profile = makeProfile({
      target: 'stm32h5',
      signName: name as BootloaderProfile['signName'],
      ...(name === 'ML_DSA' && { mlDsaLevel }),
    });
    const expected = vector.id.startsWith('mldsa5') ? ['keystore-too-large'] : [];
    expect(codes(slots, profile)).toEqual(expected);
  });

  it('is what buildOtpImage throws', () => {
    const build = (slots: readonly KeystoreSlot[]) => () =>
      buildOtpImage({ profile: p256, slots, uds: undefined });
    expectThrows(build([]), 'keystore-empty');
    expectThrows(build(p256Slots), 'keystore-too-large', '25 keys');
    expectThrows(build(edSlots), 'keystore-key-type-refused', 'slot 1');
  });
});

describe('keystoreWarnings', () => {
  it('is silent about a plain keystore', () => {
    expect(keystoreWarnings(p256Slots.slice(0, 3), p256)).toEqual([]);
  });

  it('names a key that is there twice', () => {
    const twice = [p256Slots[0]!, p256Slots[1]!, p256Slots[0]!];
    expect(keystoreWarnings(twice, p256)).toMatchObject([
      { code: 'duplicate-key', slot: 2, firstSlot: 0 },
    ]);
    expect(codes(twice, p256)).toEqual([]);
  });

  it('says when LMS parameters cannot be compared', () => {
    const { lms: _parameters, ...unknown } = lms;
    const found = keystoreWarnings(keystore('otp-lms-5'), unknown);
    expect(found).toHaveLength(5);
    expect(found[0]).toMatchObject({
      code: 'lms-parameters-unproven',
      slot: 0,
      parameters: 'L2-H5-W8',
    });
    expect(found[0]!.message).toContain('L2-H5-W8');
  });

  it('warns of several Ed448 keys', () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ED448' });
    const slots = keystore('max-ed448-12');
    expect(codes(slots, profile)).toEqual([]);
    expect(keystoreWarnings(slots, profile).map(({ code }) => code)).toEqual([
      'ed448-slots-at-odd-addresses',
    ]);
    expect(keystoreWarnings(slots.slice(0, 1), profile)).toEqual([]);
  });
});
