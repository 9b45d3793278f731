// The bootloader that reads the keystore: an example configuration, or a build of one's own.
import { describe, expect, it } from 'vitest';
import { bootloaderProfiles, profileKeyBytes } from '../../../src/core/wolfboot/index.ts';
import {
  buildKeys,
  chooseProfile,
  firstChoice,
  otherBuild,
  profileOfChoice,
} from '../../../src/state/bootloader-choice.ts';

describe('the choice of a bootloader', () => {
  it('begins with the first example configuration', () => {
    expect(profileOfChoice(firstChoice)).toBe(bootloaderProfiles[0]);
  });

  it('takes every example configuration as it is', () => {
    for (const profile of bootloaderProfiles) {
      expect(profileOfChoice(chooseProfile(firstChoice, profile.id))).toBe(profile);
    }
    expect(() => chooseProfile(firstChoice, 'none')).toThrow('no bootloader profile');
  });

  it('makes an example universal under a name and id of its own, and takes that back', () => {
    const universal = profileOfChoice({ ...firstChoice, universal: true });
    expect(universal.universal).toBe(true);
    expect(universal.id).not.toBe(bootloaderProfiles[0].id);
    expect(profileKeyBytes(universal)).toBe(576);
    expect(profileOfChoice({ ...firstChoice, universal: false })).toBe(bootloaderProfiles[0]);
  });

  it('goes on from the example to a build of one’s own', () => {
    const lms = chooseProfile(firstChoice, 'stm32h5-tz-dualbank-otp-lms');
    const own = chooseProfile(lms, otherBuild);
    expect(profileOfChoice(own)).toMatchObject({ target: 'stm32h5', signName: 'LMS' });
  });

  it('knows a build for every key type, ML-DSA by its level', () => {
    const own = chooseProfile(firstChoice, otherBuild);
    const profiles = buildKeys.map((buildKey) => profileOfChoice({ ...own, buildKey }));
    expect(new Set(profiles.map(({ id }) => id)).size).toBe(buildKeys.length);
    expect(profileOfChoice({ ...own, buildKey: 'ML_DSA-5', universal: true })).toMatchObject({
      signName: 'ML_DSA',
      mlDsaLevel: 5,
      universal: false,
    });
  });
});
