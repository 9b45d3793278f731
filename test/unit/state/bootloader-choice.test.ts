// The bootloader that reads the keystore: an example configuration, or a build of one's own.
import { describe, expect, it } from 'vitest';
import { bootloaderProfiles, profileKeyBytes } from '../../../src/core/wolfboot/index.ts';
import {
  buildKeys,
  canBeUniversal,
  chooseProfile,
  configBuild,
  firstChoice,
  importConfig,
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

describe('the .config of a build', () => {
  const CONFIG = `TARGET=stm32h7
SIGN=ED25519
IMAGE_HEADER_SIZE=512
WOLFBOOT_PARTITION_SIZE=0xC0000
WOLFBOOT_SECTOR_SIZE=0x20000
WOLFBOOT_PARTITION_BOOT_ADDRESS=0x08020000
WOLFBOOT_PARTITION_UPDATE_ADDRESS=0x080E0000
WOLFBOOT_PARTITION_SWAP_ADDRESS=0x081C0000
FLASH_OTP_KEYSTORE=1
`;
  const file = (text: string, name = 'my.config') => ({
    name,
    bytes: new TextEncoder().encode(text),
  });

  it('becomes the bootloader, with its own addresses and header', async () => {
    const choice = await importConfig(firstChoice, file(CONFIG));
    expect(choice).toMatchObject({
      profileId: configBuild,
      target: 'stm32h7',
      buildKey: 'ED25519',
      config: { fileName: 'my.config', warnings: [] },
    });
    expect(profileOfChoice(choice)).toMatchObject({
      signName: 'ED25519',
      headerSizeBytes: 512,
      partitions: { bootAddress: 0x08020000, sizeBytes: 0xc0000 },
    });
  });

  it('is remembered while another bootloader is chosen', async () => {
    const own = await importConfig(firstChoice, file(CONFIG));
    const example = chooseProfile(own, bootloaderProfiles[0].id);
    expect(profileOfChoice(example)).toBe(bootloaderProfiles[0]);
    expect(chooseProfile(example, configBuild)).toEqual(own);
    expect(chooseProfile(chooseProfile(own, otherBuild), configBuild)).toEqual(own);
    expect(() => chooseProfile(firstChoice, configBuild)).toThrow('no .config was opened');
  });

  it('may be made universal, but not where the keys are too large for it', async () => {
    const own = await importConfig(firstChoice, file(CONFIG));
    expect(profileOfChoice({ ...own, universal: true })).toMatchObject({ universal: true });
    expect(canBeUniversal(own)).toBe(true);
    const large = await importConfig(firstChoice, file(CONFIG.replace('ED25519', 'ML_DSA')));
    expect(canBeUniversal(large)).toBe(false);
  });

  it('says what is odd in it', async () => {
    const { config } = await importConfig(firstChoice, file(CONFIG.replace('512', '128')));
    expect(config?.warnings[0]).toContain('my.config: line 3: IMAGE_HEADER_SIZE=128 is too small');
  });

  it('is refused where no bootloader with keys in OTP can be made of it', async () => {
    const other = file(CONFIG.replace('stm32h7', 'stm32f4'));
    await expect(importConfig(firstChoice, other)).rejects.toThrow('TARGET=stm32f4');
    await expect(importConfig(firstChoice, file('hello'))).rejects.toThrow(
      'no wolfBoot configuration',
    );
  });
});
