import { beforeAll, describe, expect, it } from 'vitest';
import { filledBytes, toHex } from '../../../../src/core/bytes/index.ts';
import {
  blankOtp,
  bootloaderProfiles,
  buildOtpImage,
  describeOtp,
  makeProfile,
  otpGeometry,
  parseOtpImage,
  profileForKeystore,
  redactUds,
  slotStrideBytes,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { slots as makeSlots } from '../../../support/keys.ts';

const [p256] = bootloaderProfiles;
const universal = bootloaderProfiles.find((profile) => profile.universal)!;
const uds = Uint8Array.from({ length: 32 }, (_, index) => index + 1);

let slots: readonly KeystoreSlot[];
let image: Uint8Array;

beforeAll(async () => {
  slots = await makeSlots('ecdsa-p256', 3);
  image = buildOtpImage({ profile: p256, slots, uds });
});

function with16(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint16(at, value, true);
  return copy;
}

describe('buildOtpImage', () => {
  it('has the size of the area, blank where nothing belongs', () => {
    expect(image).toHaveLength(2048);
    expect(image.slice(16 + 3 * 80, 1984).every((byte) => byte === 0xff)).toBe(true);
    expect(image.slice(2016).every((byte) => byte === 0xff)).toBe(true);
    expect(image.slice(1984, 2016)).toEqual(uds);
  });

  it('numbers slots by their place', () => {
    const odd = slots.map((slot) => ({ ...slot, slotId: 77 }));
    expect(buildOtpImage({ profile: p256, slots: odd, uds })).toEqual(image);
  });

  it('leaves the UDS blank when there is none, and takes any version word', () => {
    const bytes = buildOtpImage({ profile: p256, slots, uds: undefined, versionWord: 1 });
    const found = parseOtpImage(bytes, 'otp.bin');
    expect(found.uds).toBe('absent');
    expect(found.versionWord).toBe(1);
  });

  it('uses the stride of a universal bootloader', () => {
    const bytes = buildOtpImage({ profile: universal, slots, uds });
    expect(parseOtpImage(bytes, 'otp.bin', { strideBytes: 592 }).slots).toEqual(slots);
    expect(parseOtpImage(bytes, 'otp.bin').strideBytes).toBe(592);
  });

  it('fits stm32h7', () => {
    const profile = makeProfile({ target: 'stm32h7', signName: 'ECC256' });
    const bytes = buildOtpImage({ profile, slots, uds });
    expect(bytes).toHaveLength(1024);
    expect(parseOtpImage(bytes, 'otp.bin').target).toBe('stm32h7');
    expect(bytes.slice(960, 992)).toEqual(uds);
  });

  it.each([
    ['31 bytes', new Uint8Array(31).fill(1)],
    ['all zero', new Uint8Array(32)],
    ['all FF', filledBytes(32, 0xff)],
  ])('refuses a UDS of %s', (_name, wrong) => {
    expectThrows(() => buildOtpImage({ profile: p256, slots, uds: wrong }), 'invalid-argument');
  });
});

describe('parseOtpImage', () => {
  it('reads a single slot, whatever its stride', async () => {
    const one = await makeSlots('ed25519', 1);
    const profile = makeProfile({ target: 'stm32h5', signName: 'ED25519' });
    const bytes = buildOtpImage({ profile, slots: one, uds });
    expect(parseOtpImage(bytes, 'otp.bin')).toMatchObject({ slots: one, strideBytes: 48 });
  });

  it.each([0, 1000, 2047, 2049])('refuses a file of %i bytes', (length) => {
    expectThrows(() => parseOtpImage(new Uint8Array(length), 'otp.bin'), 'malformed', 'bytes long');
  });

  it('refuses the size of another target', () => {
    expectThrows(
      () => parseOtpImage(image, 'otp.bin', { target: 'stm32h7' }),
      'malformed',
      'stm32h7 has 1024',
    );
  });

  it('refuses blank OTP and a wrong magic', () => {
    expectThrows(() => parseOtpImage(blankOtp('stm32h5'), 'otp.bin'), 'malformed', 'magic');
  });

  it('refuses more slots than the bootloader accepts', () => {
    expectThrows(
      () => parseOtpImage(with16(image, 8, 25), 'otp.bin', { strideBytes: 80 }),
      'malformed',
      'at most 24',
    );
    expectThrows(() => parseOtpImage(with16(image, 8, 4), 'otp.bin'), 'malformed', 'stride');
  });

  it('refuses a first slot that is none', () => {
    expectThrows(() => parseOtpImage(with16(image, 20, 99), 'otp.bin'), 'malformed', 'slots[0]');
  });

  it('shows foreign slots when it is told the stride', () => {
    const found = parseOtpImage(with16(image, 20, 99), 'otp.bin', { strideBytes: 80 });
    expect(found.slots[0]!.keyType).toBe(99);
    expect(found.spans.find(({ path }) => path === 'slots[0].key_type')!.value).toContain('99');
  });

  it('reads an area without keys', () => {
    const found = parseOtpImage(with16(image, 8, 0), 'otp.bin');
    expect(found.slots).toEqual([]);
    expect(found.warnings.join()).toContain('no key');
  });

  it('warns of flags, of content behind the slots and behind the UDS', () => {
    expect(parseOtpImage(with16(image, 10, 1), 'o').warnings.join()).toContain('flags');
    expect(parseOtpImage(with16(image, 2020, 1), 'o').warnings.join()).toContain('after the UDS');
    const behind = parseOtpImage(with16(image, 1000, 1), 'o', { strideBytes: 80 });
    expect(behind.warnings.join()).toContain('after the last slot');
  });

  it.each([0x00, 0xff])('takes a UDS of all %i for absent', (value) => {
    const bytes = image.slice().fill(value, 1984, 2016);
    expect(parseOtpImage(bytes, 'otp.bin').uds).toBe('absent');
  });
});

describe('the UDS', () => {
  it('is in no span, value or error', () => {
    const secret = [toHex(uds.slice(0, 4)), toHex(uds.slice(28))];
    const shown = JSON.stringify([
      parseOtpImage(image, 'otp.bin'),
      describeOtp(image),
      describeOtp(with16(image, 20, 99)),
      toHex(redactUds(image)),
    ]);
    for (const part of secret) expect(shown).not.toContain(part);
  });

  it('is overwritten in a redacted copy only when it is there', () => {
    const redacted = redactUds(image);
    expect(redacted.slice(1984, 2016)).toEqual(filledBytes(32, 0xaa));
    expect(redacted.slice(0, 1984)).toEqual(image.slice(0, 1984));
    expect(image.slice(1984, 2016)).toEqual(uds);
    expect(redactUds(blankOtp('stm32h7'))).toEqual(blankOtp('stm32h7'));
  });
});

describe('describeOtp', () => {
  it('shows blank, good and foreign areas without gaps', () => {
    const foreign = with16(image, 20, 99);
    for (const bytes of [blankOtp('stm32h5'), image, foreign, new Uint8Array(1024)]) {
      let at = 0;
      for (const span of describeOtp(bytes).spans) {
        expect(span.startBytes).toBe(at);
        at = span.endBytes;
      }
      expect(at).toBe(bytes.length);
    }
  });

  it('says what is wrong with a foreign area, and nothing about a blank one', () => {
    expect(describeOtp(blankOtp('stm32h5')).problem).toBeUndefined();
    expect(describeOtp(image).problem).toBeUndefined();
    expect(describeOtp(new Uint8Array(2048)).problem).toContain('magic');
  });

  it('does not throw for anything', () => {
    for (const length of [0, 1, 63, 64, 65, 4096]) {
      expect(() => describeOtp(new Uint8Array(length))).not.toThrow();
    }
  });
});

describe('profiles', () => {
  it('has the geometry of both chips', () => {
    expect(otpGeometry('stm32h5')).toMatchObject({
      baseAddress: 0x08fff000,
      blockCount: 32,
      udsOffsetBytes: 0x7c0,
    });
    expect(otpGeometry('stm32h7')).toMatchObject({ blockCount: 16, udsOffsetBytes: 0x3c0 });
  });

  it('has the example configurations with their strides', () => {
    expect(bootloaderProfiles.map((profile) => [profile.id, slotStrideBytes(profile)])).toEqual([
      ['stm32h5-tz-dualbank-otp', 80],
      ['stm32h5-tz-dualbank-otp-ed25519', 48],
      ['stm32h5-tz-psa-otp', 592],
      ['stm32h5-tz-dualbank-otp-lms', 76],
      ['stm32h5-tz-otp', 80],
      ['stm32h5-tz-otp-lms', 76],
      ['stm32h5-otp', 80],
      ['stm32h5-no-tz-otp', 80],
      ['stm32h5-dualbank-otp', 80],
      ['stm32h7-otp', 80],
      ['stm32h7-otp-ed25519', 48],
    ]);
  });

  it('follows from a keystore of one type, and from no other', async () => {
    expect(profileForKeystore('stm32h5', slots)).toMatchObject({ signName: 'ECC256' });
    const mixed = [...slots, ...(await makeSlots('ed25519', 1))];
    expectThrows(() => profileForKeystore('stm32h5', mixed), 'keystore-mixed-sizes');
    expectThrows(() => profileForKeystore('stm32h5', []), 'keystore-empty');
  });
});
