// Facts of keys before they are made: sizes, room, number of signatures, settings of the build.
import { describe, expect, it } from 'vitest';
import { algorithmIds, type KeySpec } from '../../../../src/core/crypto/index.ts';
import {
  bootloaderProfiles,
  keyFacts,
  keySpecOfProfile,
  makeProfile,
  walkthroughLms,
} from '../../../../src/core/wolfboot/index.ts';

describe('sizes of XMSS signatures', () => {
  it.each([
    ['XMSS-SHA2_10_256', 2500],
    ['XMSS-SHA2_16_256', 2692],
    ['XMSS-SHA2_20_256', 2820],
  ] as const)('%s: %i bytes', (set, bytes) => {
    expect(keyFacts({ algorithm: 'xmss', set }, 'stm32h5').signatureBytes).toBe(bytes);
  });
  it.each([
    ['XMSSMT-SHA2_20/2_256', 4963],
    ['XMSSMT-SHA2_20/4_256', 9251],
    ['XMSSMT-SHA2_40/8_256', 18469],
    ['XMSSMT-SHA2_60/12_256', 27688],
  ] as const)('%s: %i bytes', (set, bytes) => {
    expect(keyFacts({ algorithm: 'xmssmt', set }, 'stm32h5').signatureBytes).toBe(bytes);
  });
});

describe('room in OTP', () => {
  it.each([
    [{ algorithm: 'ecdsa-p256' }, 80, 24, 11],
    [{ algorithm: 'ed25519' }, 48, 41, 19],
    [{ algorithm: 'rsa-4096' }, 592, 3, 1],
    [{ algorithm: 'ml-dsa-44' }, 1328, 1, 0],
    [{ algorithm: 'ml-dsa-65' }, 1968, 1, 0],
    [{ algorithm: 'ml-dsa-87' }, 2608, 0, 0],
    [{ algorithm: 'lms', lms: walkthroughLms }, 76, 25, 12],
  ] as const satisfies readonly (readonly [KeySpec, number, number, number])[])(
    '%o: slots of %i bytes, %i on H5 and %i on H7',
    (spec, slotBytes, onH5, onH7) => {
      expect(keyFacts(spec, 'stm32h5')).toMatchObject({ slotBytes, slots: onH5 });
      expect(keyFacts(spec, 'stm32h7').slots).toBe(onH7);
    },
  );
});

it('counts the signatures of stateful keys only', () => {
  const facts = (spec: KeySpec) => keyFacts(spec, 'stm32h5').signatures;
  expect(facts({ algorithm: 'lms', lms: walkthroughLms })).toBe(1024n);
  expect(facts({ algorithm: 'xmssmt', set: 'XMSSMT-SHA2_60/12_256' })).toBe(1n << 60n);
  expect(facts({ algorithm: 'ed448' })).toBeUndefined();
});

it('names the build of the STM32H5 walkthrough as its own configuration does', () => {
  const spec = { algorithm: 'lms', lms: walkthroughLms } as const;
  expect(keyFacts(spec, 'stm32h5').buildSettings).toEqual([
    'SIGN=LMS',
    'LMS_LEVELS=2',
    'LMS_HEIGHT=5',
    'LMS_WINTERNITZ=8',
    'IMAGE_SIGNATURE_SIZE=2644',
    'IMAGE_HEADER_SIZE=8192',
  ]);
});

it('proposes for every example bootloader the key that it reads', () => {
  const proposed = bootloaderProfiles.map((profile) => [profile.id, keySpecOfProfile(profile)]);
  expect(Object.fromEntries(proposed)).toMatchObject({
    'stm32h5-tz-dualbank-otp': { algorithm: 'ecdsa-p256' },
    'stm32h5-tz-dualbank-otp-ed25519': { algorithm: 'ed25519' },
    'stm32h5-tz-dualbank-otp-lms': { algorithm: 'lms', lms: walkthroughLms },
  });
  expect(
    keySpecOfProfile(makeProfile({ target: 'stm32h5', signName: 'ML_DSA', mlDsaLevel: 3 })),
  ).toEqual({ algorithm: 'ml-dsa-65' });
});

it('tells which parameters stock wolfBoot does not know', () => {
  const known = (spec: KeySpec) => keyFacts(spec, 'stm32h5').knownToWolfboot;
  const lms = (levels: number, height: 5 | 10 | 25, winternitz: 1 | 2 | 4 | 8) =>
    known({ algorithm: 'lms', lms: { levels, height, winternitz } });
  expect(lms(1, 25, 1)).toBe(true);
  expect(lms(2, 25, 8)).toBe(false);
  expect(lms(2, 5, 1)).toBe(false);
  expect(lms(4, 10, 2)).toBe(false);
  expect(lms(5, 5, 8)).toBe(false);
  expect(known({ algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/4_256' })).toBe(true);
  expect(known({ algorithm: 'xmssmt', set: 'XMSSMT-SHA2_40/2_256' })).toBe(false);
});

it('has a word on the speed of each algorithm', () => {
  const speeds = algorithmIds
    .filter((id) => id !== 'lms' && id !== 'xmss' && id !== 'xmssmt')
    .map((algorithm) => keyFacts({ algorithm }, 'stm32h5').verifySpeed);
  expect(new Set(speeds)).toEqual(new Set(['fast', 'medium', 'slow']));
});
