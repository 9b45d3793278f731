import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex, toHex } from '../../../src/core/bytes/index.ts';
import { isAppError } from '../../../src/core/errors.ts';
import {
  authKeyByCode,
  bootloaderProfiles,
  buildOtpImage,
  keystoreFingerprint,
  keystoreWarnings,
  makeProfile,
  otpDifferences,
  otpGeometry,
  parseKeystoreDer,
  parseOtpImage,
  profileForKeystore,
  readKeystoreFile,
  refuseKeystore,
  slotCapacity,
  slotStrideBytes,
  type BootloaderProfile,
  type KeystoreSlot,
  type OtpTarget,
} from '../../../src/core/wolfboot/index.ts';
import {
  byId,
  slotsOf,
  vectorFile,
  vectors,
  type OtpVector,
} from '../../support/wolfboot-vectors.ts';
import { itIf } from '../../support/it-if.ts';

interface NamedOtp {
  readonly id: string;
  readonly vector: OtpVector;
  readonly bytes: Uint8Array;
  readonly real: readonly KeystoreSlot[];
}

const generated: readonly NamedOtp[] = vectors.otp
  .filter(({ kind }) => kind !== 'primer-result')
  .map((vector) => ({
    id: vector.id,
    vector,
    bytes: vectorFile(vector.otp),
    real: slotsOf(byId(vectors.keystores, vector.keystore!)),
  }));

const primed: readonly NamedOtp[] = vectors.otp
  .filter(({ kind }) => kind === 'primer-result')
  .map((vector) => ({
    id: vector.id,
    vector,
    bytes: vectorFile(vector.otp),
    real: parseKeystoreDer(vectorFile(vector.keystore_der!), 'keystore.der').slots.map((slot) => ({
      ...slot,
      publicKeySize: slot.publicKey.length,
    })),
  }));

/** Upstream's generator is right where all keys are of one type and fill their slot (section 5.2). */
function isRight({ id }: { readonly id: string }): boolean {
  return !/^(?:rsa|mldsa|mixed)/.test(id);
}

function profileOf(target: OtpTarget, slots: readonly KeystoreSlot[]): BootloaderProfile {
  return profileForKeystore(target, slots);
}

describe.each(generated.filter(isRight))('otp-keystore-gen $id', ({ vector, bytes, real }) => {
  const image = parseOtpImage(bytes, 'otp.bin');

  it('has the stride, the slots and the version word of the tool', () => {
    expect(image.strideBytes).toBe(vector.slot_size);
    expect(image.slots).toEqual(real);
    expect(image.versionWord).toBe(0x02090000);
    expect(image.target).toBe(vector.target ?? undefined);
    expect(image.warnings).toEqual([]);
  });

  it('has a UDS, which is in no span and no value', () => {
    expect(image.uds).toBe('present');
    const words = JSON.stringify(image);
    for (let at = 0; at < vector.uds.length; at += 8) {
      expect(words).not.toContain(vector.uds.slice(at, at + 8));
    }
  });

  it('is wholly described by spans, one after the other', () => {
    let at = 0;
    for (const span of image.spans) {
      expect(span.startBytes).toBe(at);
      at = span.endBytes;
    }
    expect(at).toBe(bytes.length);
  });

  it('is a keystore with the fingerprint of its keystore.der', async () => {
    const found = await readKeystoreFile(bytes, 'otp.bin');
    expect(found.from).toBe('otp.bin');
    expect(keystoreFingerprint(found.slots)).toBe(keystoreFingerprint(real));
  });

  itIf(vector.target !== null)('is built byte for byte', () => {
    const profile = profileOf(vector.target!, real);
    expect(buildOtpImage({ profile, slots: real, uds: fromHex(vector.uds) })).toEqual(bytes);
  });
});

describe('otp-keystore-gen with RSA keys', () => {
  const rsa = generated.filter(({ id }) => id.startsWith('rsa'));

  it.each(rsa.filter(({ vector }) => vector.num_slots === 1))(
    '$id: one key is where the bootloader looks',
    ({ vector, bytes, real }) => {
      const profile = profileOf(vector.target!, real);
      const read = parseOtpImage(bytes, 'otp.bin', { strideBytes: slotStrideBytes(profile) });
      expect(read.slots).toEqual(real);
      expect(buildOtpImage({ profile, slots: real, uds: fromHex(vector.uds) })).toEqual(bytes);
    },
  );

  it('puts the second key where no bootloader looks; ours is where it belongs', () => {
    const { bytes, real, vector } = rsa.find(({ vector }) => vector.num_slots === 2)!;
    const profile = profileOf('stm32h5', real);
    expect(slotStrideBytes(profile)).toBe(336);

    const inferred = parseOtpImage(bytes, 'otp.bin');
    expect(inferred.strideBytes).toBe(310);
    expect(inferred.slots).toEqual(real);
    expect(inferred.warnings.join()).toContain('expects 336');

    const asBootloader = parseOtpImage(bytes, 'otp.bin', { strideBytes: 336 });
    expect(asBootloader.slots[0]).toEqual(real[0]);
    expect(asBootloader.slots[1]!.publicKey).not.toEqual(real[1]!.publicKey);

    const ours = buildOtpImage({ profile, slots: real, uds: fromHex(vector.uds) });
    expect(parseOtpImage(ours, 'ours', { strideBytes: 336 }).slots).toEqual(real);
    expect(parseOtpImage(ours, 'ours').strideBytes).toBe(336);
  });
});

describe('otp-keystore-gen with keys of several sizes', () => {
  const mixed = generated.filter(({ id }) => id.startsWith('mixed'));

  it.each(mixed)('$id: the cut or filled key is named', ({ vector, bytes, real }) => {
    const strideBytes = vector.slot_size!;
    const image = parseOtpImage(bytes, 'otp.bin', { strideBytes });
    expect(image.slots[0]).toEqual(real[0]);
    const room = strideBytes - 16;
    const held = real[1]!.publicKey.subarray(0, room);
    expect(image.slots[1]!.publicKey).toEqual(held);
    const isCut = real[1]!.publicKey.length > room;
    expect(image.warnings.some((text) => text.includes('slot 1') && text.includes('cut'))).toBe(
      isCut,
    );
  });

  it.each(mixed)(
    '$id: we refuse to make it, except for a universal bootloader',
    ({ vector, real }) => {
      const plain = makeProfile({ target: vector.target!, signName: 'ECC256' });
      expect(() => buildOtpImage({ profile: plain, slots: real, uds: undefined })).toThrow(
        /different sizes/,
      );
      const universal = makeProfile({ target: 'stm32h5', signName: 'ECC256', universal: true });
      const ours = buildOtpImage({ profile: universal, slots: real, uds: undefined });
      const again = parseOtpImage(ours, 'ours', { strideBytes: 592 });
      expect(again.slots).toEqual(real);
      expect(parseOtpImage(ours, 'ours').strideBytes).toBe(592);
    },
  );
});

describe('otp-keystore-gen with ML-DSA keys', () => {
  it.each(generated.filter(({ id }) => id.startsWith('mldsa')))(
    '$id: only the first 576 bytes of the key are right; ours is whole',
    ({ vector, bytes, real }) => {
      const theirs = parseOtpImage(bytes, 'otp.bin').slots[0]!.publicKey;
      const key = real[0]!.publicKey;
      expect(theirs.subarray(0, 576)).toEqual(key.subarray(0, 576));
      expect(equalBytes(theirs, key)).toBe(false);
      const profile = profileOf('stm32h5', real);
      const ours = buildOtpImage({ profile, slots: real, uds: fromHex(vector.uds) });
      expect(parseOtpImage(ours, 'ours').slots).toEqual(real);
    },
  );
});

/** As the tool was built: it has no profile, only TARGET. */
function anyProfile(target: OtpTarget, slots: readonly KeystoreSlot[]): BootloaderProfile {
  const { name } = authKeyByCode(slots[0]!.keyType)!;
  return makeProfile({ target, signName: name });
}

describe('upstreamCompatible', () => {
  const withTarget = generated.filter(({ vector }) => vector.target !== null);
  const isMlDsa = ({ id }: NamedOtp): boolean => id.startsWith('mldsa');

  it.each(withTarget.filter((row) => !isMlDsa(row)))(
    '$id: byte for byte what otp-keystore-gen wrote',
    ({ vector, bytes, real }) => {
      const profile = anyProfile(vector.target!, real);
      const input = { profile, slots: real, upstreamCompatible: true };
      expect(buildOtpImage({ ...input, uds: fromHex(vector.uds) })).toEqual(bytes);
      const blank = bytes.slice();
      blank.fill(0xff, blank.length - 64);
      expect(buildOtpImage({ ...input, uds: undefined })).toEqual(blank);
    },
  );

  it.each(withTarget.filter(isMlDsa))(
    '$id: refused, because the tool copied memory of its own',
    ({ real }) => {
      const profile = profileOf('stm32h5', real);
      expect(() =>
        buildOtpImage({ profile, slots: real, uds: undefined, upstreamCompatible: true }),
      ).toThrow(/other memory of the tool/);
      expect(otpDifferences(profile, real)).toMatchObject([
        { code: 'slot-cut', slot: 0, writtenBytes: 576 },
        { code: 'foreign-memory', slot: 0, fromKeyByte: 576 },
      ]);
    },
  );

  it.each(withTarget)('$id: no difference is noted where there is none', ({ vector, real }) => {
    const profile = anyProfile(vector.target!, real);
    if (isMlDsa({ id: vector.id } as NamedOtp)) return;
    const theirs = buildOtpImage({
      profile,
      slots: real,
      uds: undefined,
      upstreamCompatible: true,
    });
    const differences = otpDifferences(profile, real);
    if (differences.some(({ code }) => code === 'we-refuse')) return;
    const ours = buildOtpImage({ profile, slots: real, uds: undefined });
    expect(differences.length === 0).toBe(equalBytes(ours, theirs));
  });

  it('names the stride and the lost key of two RSA keys', () => {
    const real = slotsOf(byId(vectors.keystores, 'otp-rsa2048-2'));
    expect(otpDifferences(profileOf('stm32h5', real), real)).toMatchObject([
      { code: 'stride', oursBytes: 336, upstreamBytes: 310 },
      { code: 'slot-misplaced', slot: 1 },
    ]);
  });

  it('names the sixth RSA key, which the bootloader takes for no keys at all', () => {
    const [first, second] = slotsOf(byId(vectors.keystores, 'otp-rsa2048-2'));
    const slots = [first!, second!, first!, second!, first!, second!];
    const codes = otpDifferences(profileOf('stm32h5', slots), slots).map(({ code }) => code);
    expect(codes).toContain('count-passes');
    expect(codes).toContain('we-refuse');
  });

  it.each(withTarget.filter(({ id }) => id.startsWith('mixed')))(
    '$id: names what is cut or filled, and that we refuse',
    ({ id, vector, real }) => {
      const differences = otpDifferences(anyProfile(vector.target!, real), real);
      expect(differences.map(({ code }) => code)).toContain('we-refuse');
      expect(differences).toContainEqual(
        id.startsWith('mixed-ecc256')
          ? expect.objectContaining({ code: 'slot-cut', slot: 1, writtenBytes: 64 })
          : expect.objectContaining({ code: 'slot-filled', slot: 1, zeroBytes: 32 }),
      );
    },
  );

  it('names the stride of a universal bootloader', () => {
    const real = slotsOf(byId(vectors.keystores, 'mixed-ecc256-first'));
    const profile = makeProfile({ target: 'stm32h5', signName: 'ECC256', universal: true });
    const codes = otpDifferences(profile, real).map(({ code }) => code);
    expect(codes).toEqual(['stride', 'slot-misplaced', 'slot-cut']);
  });

  it.each(vectors.errors.filter(({ tool }) => tool === 'otp-keystore-gen'))(
    '$id: refused as the tool refuses it',
    ({ target, keystore }) => {
      const slots = slotsOf(byId(vectors.keystores, keystore!));
      const profile = anyProfile(target!, slots);
      expect(() =>
        buildOtpImage({ profile, slots, uds: undefined, upstreamCompatible: true }),
      ).toThrow(expect.toSatisfy((error) => isAppError(error, 'keystore-too-large')));
      expect(otpDifferences(profile, slots)).toEqual([]);
    },
  );
});

describe('overflow', () => {
  const overflows = vectors.errors.filter(({ tool }) => tool === 'otp-keystore-gen');

  it.each(overflows)('$id: as upstream, no image', ({ target, keystore }) => {
    const slots = slotsOf(byId(vectors.keystores, keystore!));
    const profile = profileOf(target!, slots);
    expect(slots).toHaveLength(slotCapacity(target!, slotStrideBytes(profile)) + 1);
    expect(() => buildOtpImage({ profile, slots, uds: undefined })).toThrow(
      expect.toSatisfy((error) => isAppError(error, 'keystore-too-large')),
    );
  });

  it('refuses the sixth RSA-2048 key, which upstream lets pass', () => {
    const [first, second] = slotsOf(byId(vectors.keystores, 'otp-rsa2048-2'));
    const slots = [first!, second!, first!, second!, first!, second!];
    const profile = profileOf('stm32h5', slots);
    expect(16 + 6 * 310).toBeLessThanOrEqual(otpGeometry('stm32h5').udsOffsetBytes);
    expect(refuseKeystore(slots, profile).map(({ code }) => code)).toEqual(['keystore-too-large']);
    expect(keystoreWarnings(slots, profile)).toHaveLength(4);
  });
});

describe.each(primed)('OTP after $id', ({ vector, bytes, real }) => {
  const strideBytes = vector.slot_stride!;

  itIf(!(vector.id === 'primer-ed448'))('has the slots of its keystore at the stride', () => {
    const image = parseOtpImage(bytes, 'OTP', { strideBytes });
    expect(image.slots).toEqual(real);
    expect(image.uds).toBe('absent');
    expect(image.versionWord).toBe(1);
    expect(parseOtpImage(bytes, 'OTP')).toMatchObject({ strideBytes, slots: real });
  });

  itIf(vector.id === 'primer-ed448')('lacks the second Ed448 key', () => {
    const image = parseOtpImage(bytes, 'OTP', { strideBytes });
    expect(image.itemCount).toBe(2);
    expect(image.slots[0]).toEqual(real[0]);
    expect(image.slots[1]!.publicKey).not.toEqual(real[1]!.publicKey);
  });

  itIf(!(vector.id === 'primer-ed448'))('differs from our image in filler and version only', () => {
    const profile = bootloaderFor(vector.id, real);
    const ours = buildOtpImage({ profile, slots: real, uds: undefined, versionWord: 1 });
    expect(slotStrideBytes(profile)).toBe(strideBytes);
    for (const [offset, byte] of ours.entries()) {
      if (byte !== bytes[offset]) {
        expect([toHex(Uint8Array.of(byte)), bytes[offset]]).toEqual(['ff', 0]);
      }
    }
  });
});

function bootloaderFor(id: string, slots: readonly KeystoreSlot[]): BootloaderProfile {
  if (id === 'primer-uni') return bootloaderProfiles.find((profile) => profile.universal)!;
  return profileOf('stm32h5', slots);
}

describe('capacity (section 5.4)', () => {
  it.each([
    [48, 41, 19],
    [73, 26, 12],
    [80, 24, 11],
    [112, 17, 8],
    [148, 13, 6],
    [76, 25, 12],
    [84, 23, 11],
    [336, 5, 2],
    [464, 4, 2],
    [592, 3, 1],
    [1328, 1, 0],
    [1968, 1, 0],
    [2608, 0, 0],
  ])('slots of %i bytes: %i on stm32h5, %i on stm32h7', (stride, h5, h7) => {
    expect(slotCapacity('stm32h5', stride)).toBe(h5);
    expect(slotCapacity('stm32h7', stride)).toBe(h7);
  });

  it('has a stride for every key type', () => {
    for (const { real } of generated) {
      const key = authKeyByCode(real[0]!.keyType)!;
      if (key.family === 'ml-dsa') continue;
      expect(slotStrideBytes(makeProfile({ target: 'stm32h5', signName: key.name }))).toBe(
        16 + key.reservedKeyBytes,
      );
    }
  });
});
