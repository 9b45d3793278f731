/** `.config` files of wolfBoot's examples (formats/wolfboot.md, section 20) and what people make of them. */
import { describe, expect, it } from 'vitest';
import {
  bootloaderProfiles,
  readBootloaderConfig,
  type BootloaderConfig,
} from '../../../../src/core/wolfboot/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';

type Settings = Readonly<Record<string, string | undefined>>;

const SHARED: Settings = {
  ARCH: 'ARM',
  TARGET: 'stm32h5',
  SIGN: 'ECC256',
  HASH: 'SHA256',
  IMAGE_HEADER_SIZE: '1024',
  WOLFBOOT_PARTITION_SIZE: '0xA0000',
  WOLFBOOT_SECTOR_SIZE: '0x2000',
  WOLFBOOT_PARTITION_BOOT_ADDRESS: '0x08060000',
};

const TRUSTZONE: Settings = {
  TZEN: '1',
  WOLFBOOT_KEYVAULT_ADDRESS: '0x0C040000',
  WOLFBOOT_KEYVAULT_SIZE: '0x1C000',
  WOLFBOOT_NSC_ADDRESS: '0x0C05C000',
  WOLFBOOT_NSC_SIZE: '0x4000',
};

const DUAL_BANK: Settings = {
  DUALBANK_SWAP: '1',
  WOLFBOOT_PARTITION_SWAP_ADDRESS: '0xFFFFFFFF',
  WOLFBOOT_PARTITION_UPDATE_ADDRESS: '0x0C160000',
};

const SINGLE_BANK: Settings = {
  DUALBANK_SWAP: '0',
  WOLFBOOT_PARTITION_UPDATE_ADDRESS: '0x0C100000',
  WOLFBOOT_PARTITION_SWAP_ADDRESS: '0x0C1A0000',
};

const NON_SECURE: Settings = {
  WOLFBOOT_PARTITION_UPDATE_ADDRESS: '0x08100000',
  WOLFBOOT_PARTITION_SWAP_ADDRESS: '0x081A0000',
};

const OTP: Settings = { FLASH_OTP_KEYSTORE: '1' };
const LMS: Settings = {
  SIGN: 'LMS',
  LMS_LEVELS: '2',
  LMS_HEIGHT: '5',
  LMS_WINTERNITZ: '8',
  IMAGE_SIGNATURE_SIZE: '2644',
  IMAGE_HEADER_SIZE: '8192',
};

/** By the profile that the example is the source of. */
const EXAMPLES: Readonly<Record<string, Settings>> = {
  'stm32h5-tz-dualbank-otp': { ...SHARED, ...TRUSTZONE, ...DUAL_BANK, ...OTP },
  'stm32h5-tz-psa-otp': {
    ...SHARED,
    ...TRUSTZONE,
    ...SINGLE_BANK,
    ...OTP,
    WOLFBOOT_UNIVERSAL_KEYSTORE: '1',
  },
  'stm32h5-tz-dualbank-otp-lms': { ...SHARED, ...TRUSTZONE, ...DUAL_BANK, ...OTP, ...LMS },
  'stm32h5-tz-otp': { ...SHARED, ...TRUSTZONE, ...SINGLE_BANK, ...OTP },
  'stm32h5-otp': { ...SHARED, TZEN: '1', ...NON_SECURE, ...OTP },
  'stm32h5-no-tz-otp': {
    ...SHARED,
    TZEN: '0',
    ...NON_SECURE,
    ...OTP,
    WOLFBOOT_SECTOR_SIZE: '0x4000',
  },
  'stm32h5-dualbank-otp': {
    ...SHARED,
    ...DUAL_BANK,
    ...OTP,
    WOLFBOOT_PARTITION_UPDATE_ADDRESS: '0x08160000',
  },
  'stm32h7-otp': {
    ...SHARED,
    ...OTP,
    TARGET: 'stm32h7',
    IMAGE_HEADER_SIZE: undefined,
    WOLFBOOT_PARTITION_SIZE: '0xD0000',
    WOLFBOOT_SECTOR_SIZE: '0x20000',
    WOLFBOOT_PARTITION_BOOT_ADDRESS: '0x08020000',
    WOLFBOOT_PARTITION_UPDATE_ADDRESS: '0x080F0000',
    WOLFBOOT_PARTITION_SWAP_ADDRESS: '0x081C0000',
  },
};

/** wolfBoot's own example: its partitions do not begin where a sector of 128 KiB does. */
const H7_WARNINGS = [
  'IMAGE_HEADER_SIZE: missing',
  'WOLFBOOT_PARTITION_SIZE: contradictory',
  'WOLFBOOT_PARTITION_UPDATE_ADDRESS: contradictory',
];

const FULL = EXAMPLES['stm32h5-tz-dualbank-otp'] ?? {};

function configText(settings: Settings): string {
  return Object.entries(settings)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}?=${value}\n`]))
    .join('');
}

const read = (text: string): BootloaderConfig => readBootloaderConfig(text, '.config');
const readSettings = (settings: Settings): BootloaderConfig => read(configText(settings));

/** Key and code of each warning. */
const warned = ({ warnings }: BootloaderConfig): readonly string[] =>
  warnings.map(({ key, code }) => `${key ?? 'a line'}: ${code}`);

describe('the example configurations', () => {
  it.each(Object.keys(EXAMPLES))('%s become their profile', (id) => {
    const stock = bootloaderProfiles.find((profile) => profile.id === id);
    const config = readSettings(EXAMPLES[id] ?? {});
    expect(config.profile).toEqual({
      ...stock,
      id: expect.any(String) as string,
      name: expect.stringContaining('.config: ') as string,
    });
    expect(warned(config)).toEqual(id === 'stm32h7-otp' ? H7_WARNINGS : []);
  });

  it('say how to sign for them', () => {
    const { signWords, signEnvironment } = readSettings(EXAMPLES['stm32h5-tz-dualbank-otp-lms']!);
    expect(signWords).toEqual(['--lms', '--sha256']);
    expect(signEnvironment).toEqual({
      IMAGE_HEADER_SIZE: '8192',
      WOLFBOOT_PARTITION_SIZE: String(0xa0000),
      WOLFBOOT_SECTOR_SIZE: String(0x2000),
      LMS_LEVELS: '2',
      LMS_HEIGHT: '5',
      LMS_WINTERNITZ: '8',
    });
  });

  it('list what does not matter here', () => {
    expect(readSettings(FULL).unusedKeys).toEqual([
      'ARCH',
      'WOLFBOOT_KEYVAULT_ADDRESS',
      'WOLFBOOT_KEYVAULT_SIZE',
      'WOLFBOOT_NSC_ADDRESS',
      'WOLFBOOT_NSC_SIZE',
    ]);
  });
});

describe('a .config is read as make reads it', () => {
  const signOf = (text: string): string | undefined => read(text).sign?.name;

  it.each([
    ['the last of =', 'SIGN=ECC256\nSIGN=ED25519\n'],
    ['= after ?=', 'SIGN?=ECC256\nSIGN=ED25519\n'],
    ['the first of ?=', 'SIGN?=ED25519\nSIGN?=ECC256\n'],
    ['= before ?=', 'SIGN=ED25519\nSIGN?=ECC256\n'],
    [':= like =', 'SIGN=ECC256\nSIGN := ED25519\n'],
    ['blanks and tabs', '  SIGN \t ?= \tED25519  \n'],
    ['CR LF', 'TARGET=stm32h5\r\nSIGN=ED25519\r\n'],
    ['CR', 'TARGET=stm32h5\rSIGN=ED25519\r'],
    ['a byte order mark', '\uFEFFSIGN=ED25519'],
    ['export', 'export SIGN=ED25519\nexport SIGN\n'],
    ['override', 'override SIGN=ED25519'],
    ['comments', '# SIGN=ECC256\nSIGN=ED25519 # SIGN=RSA2048'],
    ['double quotes', 'SIGN="ED25519"'],
    ['single quotes', "SIGN='ED25519'"],
    ['a line that goes on', 'SIGN= \\\n  ED25519\n'],
    ['a reference', 'KIND=ED25519\nSIGN=$(KIND)\n'],
    ['references to references', 'SIGN=${A}\nA=$(B)519\nB=ED25\n'],
    ['+=', 'SIGN=\nSIGN+=ED25519'],
  ])('with %s', (_, text) => {
    expect(signOf(text)).toBe('ED25519');
  });

  it('but does not run it: what make would have to work out is said', () => {
    const config = read('ifeq ($(X),1)\nSIGN=$(shell cat x)\nendif\nHASH=$(HASH)\nTARGET=stm32h5');
    expect(config.sign).toBeUndefined();
    expect(warned(config)).toEqual(
      expect.arrayContaining([
        'a line: not-evaluated',
        'SIGN: not-evaluated',
        'HASH: not-evaluated',
      ]),
    );
    expect(config.warnings[0]?.message).toBe('.config: line 1: "ifeq ($(X),1)" is not looked into');
    expect(config.hash).toBe('sha256');
  });

  it('names lines as the file has them, also behind lines that go on', () => {
    const text = 'A=1 \\\n 2\nSIGN=ROT13\n';
    expect(read(text).warnings.map(({ line }) => line)).toContain(3);
  });

  it.each([
    ['nothing', ''],
    ['text', 'this is a readme\n'],
    ['bytes', '\0\u0001\u0002'],
  ])('and refused when it holds %s', (_, text) => {
    expectThrows(() => read(text), 'unrecognised-file', 'no wolfBoot configuration');
  });

  it.each(['0x', '12k', '0x1FFFFFFFF', '-1', '0600', '1024 bytes'])(
    'and refused where %s should be a number',
    (value) => {
      expectThrows(
        () => read(`A=1\nIMAGE_HEADER_SIZE=${value}`),
        'malformed',
        'IMAGE_HEADER_SIZE at line 2',
      );
    },
  );

  it('takes time in proportion', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `A${index}?=$(A${index + 1})\n`);
    expect(read(lines.join('')).unusedKeys).toHaveLength(20_000);
    expect(read(`A=${'$(A)'.repeat(5_000)}`).unusedKeys).toEqual(['A']);
  });
});

describe('what a build was asked for', () => {
  it('includes two signatures, encryption, delta updates and write-once flash', () => {
    const config = readSettings({
      ...FULL,
      HASH: 'SHA384',
      SIGN_SECONDARY: 'ML_DSA',
      ML_DSA_LEVEL: '3',
      IMAGE_HEADER_SIZE: '8192',
      ENCRYPT: '1',
      ENCRYPT_WITH_AES256: '1',
      DELTA_UPDATES: '1',
      NVM_FLASH_WRITEONCE: '1',
    });
    expect(warned(config)).toEqual([]);
    expect(config).toMatchObject({
      hash: 'sha384',
      signSecondary: { name: 'ML_DSA' },
      encryption: 'aes256-ctr',
      deltaUpdates: true,
      room: { partitionSizeBytes: 0xa0000, sectorSizeBytes: 0x2000, writeOnce: true },
      signWords: ['--ecc256', '--ml_dsa', '--sha384'],
    });
    expect(config.signEnvironment).toMatchObject({ NVM_FLASH_WRITEONCE: '1', ML_DSA_LEVEL: '3' });
  });

  it.each([
    ['ENCRYPT=1', 'chacha20'],
    ['ENCRYPT=1\nENCRYPT_WITH_CHACHA=1', 'chacha20'],
    ['ENCRYPT=1\nENCRYPT_WITH_AES128=1', 'aes128-ctr'],
    ['ENCRYPT=0', undefined],
    ['', undefined],
  ])('%j means the cipher %s', (text, cipher) => {
    expect(read(`A=1\n${text}`).encryption).toBe(cipher);
  });

  it('includes XMSS sets', () => {
    const config = readSettings({
      ...FULL,
      SIGN: 'XMSS',
      XMSS_PARAMS: "'XMSS-SHA2_10_256'",
      IMAGE_HEADER_SIZE: '8192',
    });
    expect(config.profile?.xmss).toBe('XMSS-SHA2_10_256');
    expect(warned(config)).toEqual([]);
  });

  it('gives the header that follows from SIGN when none is set, and does not ask sign for it', () => {
    const config = readSettings({ ...FULL, SIGN: 'RSA4096', IMAGE_HEADER_SIZE: undefined });
    expect(config.headerSizeBytes).toBe(1024);
    expect(config.profile?.headerSizeBytes).toBe(1024);
    expect(config.signEnvironment).not.toHaveProperty('IMAGE_HEADER_SIZE');
    expect(warned(config)).toEqual(['IMAGE_HEADER_SIZE: missing']);
  });
});

describe('a build that cannot work', () => {
  it.each([
    ['without SIGN', { SIGN: undefined }, ['SIGN: missing']],
    ['for an unknown SIGN', { SIGN: 'ROT13' }, ['SIGN: unknown-value']],
    ['for another chip', { TARGET: 'stm32f4' }, ['TARGET: unknown-value']],
    ['without a target', { TARGET: undefined }, ['TARGET: missing']],
    ['with keys in its program', { FLASH_OTP_KEYSTORE: '0' }, ['FLASH_OTP_KEYSTORE: missing']],
    [
      'without its partitions',
      { WOLFBOOT_PARTITION_BOOT_ADDRESS: undefined, WOLFBOOT_SECTOR_SIZE: undefined },
      ['WOLFBOOT_PARTITION_BOOT_ADDRESS: missing', 'WOLFBOOT_SECTOR_SIZE: missing'],
    ],
    [
      'without a place to swap',
      { DUALBANK_SWAP: '0' },
      ['WOLFBOOT_PARTITION_SWAP_ADDRESS: missing'],
    ],
    [
      'with too small a header',
      { SIGN: 'ML_DSA', ML_DSA_LEVEL: '2' },
      ['IMAGE_HEADER_SIZE: contradictory'],
    ],
    ['of LMS without parameters', { SIGN: 'LMS' }, ['LMS_LEVELS: missing']],
    [
      'of LMS nobody can build',
      { ...LMS, LMS_LEVELS: '7' },
      ['LMS_LEVELS: unknown-value', 'IMAGE_HEADER_SIZE: contradictory'],
    ],
    ['of XMSS without parameters', { SIGN: 'XMSS' }, ['XMSS_PARAMS: missing']],
    [
      'with two ciphers',
      { ENCRYPT: '1', ENCRYPT_WITH_AES128: '1', ENCRYPT_WITH_AES256: '1' },
      ['ENCRYPT_WITH_AES256: contradictory'],
    ],
    [
      'with a cipher but no encryption',
      { ENCRYPT_WITH_AES128: '1' },
      ['ENCRYPT_WITH_AES128: contradictory'],
    ],
    [
      'with the same algorithm twice',
      { SIGN_SECONDARY: 'ECC256' },
      ['SIGN_SECONDARY: contradictory'],
    ],
    [
      'with a switch that is neither on nor off',
      { DELTA_UPDATES: 'yes' },
      ['DELTA_UPDATES: unknown-value'],
    ],
    [
      'with sectors too large for patches',
      { DELTA_UPDATES: '1', WOLFBOOT_SECTOR_SIZE: '0x20000' },
      ['DELTA_UPDATES: contradictory'],
    ],
    [
      'with partitions of broken sectors',
      { WOLFBOOT_PARTITION_SIZE: '0xA0100' },
      ['WOLFBOOT_PARTITION_SIZE: contradictory'],
    ],
    [
      'with a partition inside a sector',
      { WOLFBOOT_PARTITION_BOOT_ADDRESS: '0x08060100' },
      ['WOLFBOOT_PARTITION_BOOT_ADDRESS: contradictory'],
    ],
    [
      'with partitions over each other, one by its secure address',
      { WOLFBOOT_PARTITION_UPDATE_ADDRESS: '0x0C0E0000' },
      ['WOLFBOOT_PARTITION_UPDATE_ADDRESS: contradictory'],
    ],
    ['with TrustZone on a chip without', { TARGET: 'stm32h7' }, ['TZEN: contradictory']],
  ])('%s is warned of', (_, change, expected) => {
    const found = warned(readSettings({ ...FULL, ...change }));
    expect(found).toEqual(expect.arrayContaining([...expected]));
  });

  it('makes no profile of what is not known', () => {
    expect(readSettings({ ...FULL, SIGN: undefined }).profile).toBeUndefined();
    expect(readSettings({ ...FULL, TARGET: 'stm32f4' }).profile).toBeUndefined();
    const partless = readSettings({ ...FULL, WOLFBOOT_SECTOR_SIZE: undefined });
    expect(partless.profile).not.toHaveProperty('partitions');
    expect(partless.room?.sectorSizeBytes).toBe(0);
  });
});
