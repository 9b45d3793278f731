import { describe, expect, it } from 'vitest';
import { bytesToLatin1 } from '../../../../src/core/bytes/index.ts';
import {
  analysePrimer,
  authKeyNamed,
  bootloaderProfiles,
  isSampleImage,
  refusePrimer,
  slotStrideBytes,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import {
  buildSampleApplication,
  buildSampleBootloader,
  buildSamplePrimer,
} from '../../../../src/virtual/index.ts';
import { createPrng } from '../../../../src/virtual/prng.ts';
import { testKey } from '../../../support/booted-board.ts';

describe('sample images', () => {
  it.each([
    ['bootloader', buildSampleBootloader()],
    ['application', buildSampleApplication('version 1')],
    ['primer', buildSamplePrimer([], bootloaderProfiles[0])],
  ])('the %s says in plain words that it is for the virtual board only', (_what, image) => {
    expect(isSampleImage(image)).toBe(true);
    expect(bytesToLatin1(image)).toContain('For the virtual board only, not a program.');
  });

  it('are the same every time, and differ from version to version', () => {
    expect(buildSampleApplication('a')).toEqual(buildSampleApplication('a'));
    expect(buildSampleApplication('a')).not.toEqual(buildSampleApplication('b'));
    expect(buildSampleBootloader()).toEqual(buildSampleBootloader());
  });

  const profiles = bootloaderProfiles.filter(
    ({ target, signName }) => target === 'stm32h5' && signName !== 'LMS',
  );

  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    'the primer for %s is read by analysePrimer as one that may run',
    async (_id, profile) => {
      const keys = await Promise.all(
        ['first', 'second'].map((name) => testKey({ name, type: profile.signName })),
      );
      const slots = keys.map(({ slot }, slotId) => ({ ...slot, slotId }));
      const primer = analysePrimer(buildSamplePrimer(slots, profile), 'primer.bin');
      expect(primer.slots).toEqual(slots);
      expect(primer).toMatchObject({
        strideBytes: slotStrideBytes(profile),
        sample: true,
        complete: true,
        warnings: [],
      });
      expect(refusePrimer(primer, profile)).toEqual([]);
    },
  );

  it('the primer holds keys of types that cannot be used here yet', () => {
    const lms = bootloaderProfiles.find(({ signName }) => signName === 'LMS')!;
    const publicKeySize = authKeyNamed('LMS').reservedKeyBytes;
    const slot: KeystoreSlot = {
      slotId: 0,
      keyType: authKeyNamed('LMS').code,
      partitionMask: 2,
      publicKey: createPrng(1, 'lms').bytes(publicKeySize),
      publicKeySize,
    };
    const primer = analysePrimer(buildSamplePrimer([slot], lms), 'primer.bin');
    expect(primer.slots).toEqual([slot]);
  });

  it('the bootloader and the application are no primers', () => {
    for (const image of [buildSampleBootloader(), buildSampleApplication('version 1')]) {
      expect(() => analysePrimer(image, 'image.bin')).toThrow(
        expect.objectContaining({ code: 'primer-not-recognised' }),
      );
    }
  });
});
