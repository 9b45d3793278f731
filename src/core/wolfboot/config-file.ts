/**
 * The user's own wolfBoot `.config`, read for what images and keystores have to agree with
 * (formats/wolfboot.md, sections 13, 16 and 20).
 */
import type { HashId } from '../crypto/index.ts';
import { xmssMtSetNames, xmssSetNames } from '../crypto/index.ts';
import { authKeys, type AuthKey, type MlDsaLevel } from './auth-keys.ts';
import { makeProfile } from './bootloader-profiles.ts';
import {
  canBuildLms,
  canBuildXmss,
  lmsName,
  lmsSignatureBytes,
  xmssSignatureBytes,
  type LmsParameters,
  type XmssName,
} from './bootloader-sets.ts';
import { checkConfig } from './config-checks.ts';
import { ConfigReader } from './config-reader.ts';
import type { BootloaderConfig, ConfigFacts } from './config-types.ts';
import type { ImageCipher } from './image/image-encrypt.ts';
import { leastHeaderBytes } from './image/image-signature.ts';
import { otpTargets } from './otp-geometry.ts';
import type { PartitionLayout } from './profile.ts';

const HASHES: Readonly<Record<string, HashId>> = {
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA3: 'sha3-384',
};

const HASH_OPTIONS: Readonly<Record<HashId, string>> = {
  sha256: '--sha256',
  sha384: '--sha384',
  'sha3-384': '--sha3',
};

const SIGN_CHOICES: Readonly<Record<string, AuthKey>> = Object.fromEntries(
  authKeys.map((key) => [key.name, key]),
);

const ML_DSA_LEVELS: Readonly<Record<string, MlDsaLevel>> = { 2: 2, 3: 3, 5: 5 };
const ML_DSA_SIGNATURE_BYTES: Readonly<Record<MlDsaLevel, number>> = { 2: 2420, 3: 3309, 5: 4627 };

const XMSS_CHOICES: Readonly<Record<string, XmssName>> = Object.fromEntries(
  [...xmssSetNames, ...xmssMtSetNames].map((name) => [name, name]),
);

const CIPHER_KEYS: readonly (readonly [key: string, cipher: ImageCipher])[] = [
  ['ENCRYPT_WITH_CHACHA', 'chacha20'],
  ['ENCRYPT_WITH_AES128', 'aes128-ctr'],
  ['ENCRYPT_WITH_AES256', 'aes256-ctr'],
];

/** What stands for "no such partition" in wolfBoot's examples. */
const NO_ADDRESS = 0xffffffff;

/**
 * Never fills in an address or a size. Throws `unrecognised-file` for a file without a setting and
 * `malformed` with line and key for a number that is none; all else becomes a warning.
 */
export function readBootloaderConfig(text: string, fileName: string): BootloaderConfig {
  const reader = new ConfigReader(text, fileName);
  const target = reader.text('TARGET');
  const signing = readSigning(reader);
  const memory = readMemory(reader);
  const encryption = readEncryption(reader);
  const deltaUpdates = reader.flag('DELTA_UPDATES');
  const otpKeystore = reader.flag('FLASH_OTP_KEYSTORE');
  const universalKeystore = reader.flag('WOLFBOOT_UNIVERSAL_KEYSTORE');
  const givenHeaderBytes = reader.number('IMAGE_HEADER_SIZE');
  const headerSizeBytes = givenHeaderBytes ?? leastHeaderOf(signing);
  const facts = {
    fileName,
    target,
    ...signing,
    ...memory,
    encryption,
    deltaUpdates,
    otpKeystore,
    universalKeystore,
    headerSizeBytes,
  };
  checkConfig(reader, facts, leastHeaderOf(signing));
  return {
    ...facts,
    profile: profileOf(facts),
    signWords: signWordsOf(signing),
    signEnvironment: environmentOf(facts, givenHeaderBytes),
    values: reader.values,
    unusedKeys: reader.unusedKeys,
    warnings: reader.warnings,
  };
}

type Signing = ReturnType<typeof readSigning>;
function readSigning(reader: ConfigReader) {
  const sign = reader.choice('SIGN', SIGN_CHOICES);
  const signSecondary = reader.choice('SIGN_SECONDARY', SIGN_CHOICES);
  return {
    sign,
    signSecondary,
    hash: reader.choice('HASH', HASHES) ?? ('sha256' as const),
    lms: readLms(reader),
    xmss: readXmss(reader),
    mlDsaLevel: reader.choice('ML_DSA_LEVEL', ML_DSA_LEVELS),
  };
}

function readLms(reader: ConfigReader): LmsParameters | undefined {
  const levels = reader.number('LMS_LEVELS');
  const height = reader.number('LMS_HEIGHT');
  const winternitz = reader.number('LMS_WINTERNITZ');
  if (levels === undefined || height === undefined || winternitz === undefined) return undefined;
  const lms = { levels, height, winternitz };
  if (!canBuildLms(lms)) {
    reader.warn('unknown-value', 'LMS_LEVELS', `wolfBoot has no code for LMS ${lmsName(lms)}`);
  }
  return lms;
}

function readXmss(reader: ConfigReader): XmssName | undefined {
  const name = reader.choice('XMSS_PARAMS', XMSS_CHOICES);
  if (name !== undefined && !canBuildXmss(name)) {
    reader.warn('unknown-value', 'XMSS_PARAMS', `wolfBoot has no code for ${name}`);
  }
  return name;
}

function readMemory(reader: ConfigReader) {
  const address = (key: string): number | undefined => {
    const value = reader.number(key);
    return value === NO_ADDRESS ? undefined : value;
  };
  const bootAddress = address('WOLFBOOT_PARTITION_BOOT_ADDRESS');
  const updateAddress = address('WOLFBOOT_PARTITION_UPDATE_ADDRESS');
  const swapAddress = address('WOLFBOOT_PARTITION_SWAP_ADDRESS');
  const partitionSizeBytes = reader.number('WOLFBOOT_PARTITION_SIZE');
  const sectorSizeBytes = reader.number('WOLFBOOT_SECTOR_SIZE');
  const trustZone = reader.flag('TZEN');
  const dualBank = reader.flag('DUALBANK_SWAP');
  const writeOnce = reader.flag('NVM_FLASH_WRITEONCE');
  const partitions: PartitionLayout | undefined =
    bootAddress === undefined ||
    updateAddress === undefined ||
    partitionSizeBytes === undefined ||
    sectorSizeBytes === undefined
      ? undefined
      : {
          bootAddress,
          updateAddress,
          ...(dualBank || swapAddress === undefined ? {} : { swapAddress }),
          sizeBytes: partitionSizeBytes,
          sectorBytes: sectorSizeBytes,
          trustZone,
          dualBank,
        };
  const room =
    partitionSizeBytes === undefined
      ? undefined
      : { partitionSizeBytes, sectorSizeBytes: sectorSizeBytes ?? 0, writeOnce };
  return {
    bootAddress,
    partitionSizeBytes,
    sectorSizeBytes,
    trustZone,
    dualBank,
    writeOnce,
    partitions,
    room,
  };
}

/** ChaCha20 where ENCRYPT=1 names no cipher (section 16). */
function readEncryption(reader: ConfigReader): ImageCipher | undefined {
  const on = reader.flag('ENCRYPT');
  const named = CIPHER_KEYS.filter(([key]) => reader.flag(key));
  const [first, second] = named;
  if (second) {
    reader.warn(
      'contradictory',
      second[0],
      `${named.map(([key]) => key).join(' and ')} exclude each other`,
    );
    return undefined;
  }
  if (first && !on) {
    reader.warn('contradictory', first[0], `${first[0]} does nothing without ENCRYPT=1`);
  }
  return on ? (first?.[1] ?? 'chacha20') : undefined;
}

function signatureBytesOf(key: AuthKey, { lms, xmss, mlDsaLevel }: Signing): number | undefined {
  if (key.family === 'lms') return lms && lmsSignatureBytes(lms);
  if (key.family === 'xmss') return xmss && xmssSignatureBytes(xmss);
  if (key.family === 'ml-dsa') return ML_DSA_SIGNATURE_BYTES[mlDsaLevel ?? 2];
  return key.signatureBytes;
}

/** What one signature needs by the rules of section 13; undefined when its size is not known. */
function leastHeaderOf(signing: Signing): number | undefined {
  const { sign, signSecondary, hash } = signing;
  let most = 0;
  for (const key of [sign, signSecondary]) {
    if (!key) continue;
    const signatureBytes = signatureBytesOf(key, signing);
    if (signatureBytes === undefined) return undefined;
    most = Math.max(most, leastHeaderBytes(key.code, hash, signatureBytes));
  }
  return sign && most;
}

function profileOf(facts: ConfigFacts): BootloaderConfig['profile'] {
  const { target, sign, partitions, headerSizeBytes, lms, xmss, mlDsaLevel } = facts;
  const known = otpTargets.find((each) => each === target);
  if (!known || !sign) return undefined;
  const made = makeProfile({
    target: known,
    signName: sign.name,
    universal: facts.universalKeystore,
    ...(headerSizeBytes === undefined ? {} : { headerSizeBytes }),
    ...(partitions ? { partitions } : {}),
    ...(lms ? { lms } : {}),
    ...(xmss ? { xmss } : {}),
    ...(mlDsaLevel ? { mlDsaLevel } : {}),
  });
  return { ...made, id: `config-${made.id}`, name: `${facts.fileName}: ${made.name}` };
}

function signWordsOf({ sign, signSecondary, hash }: Signing): readonly string[] {
  const keys = sign ? [sign, ...(signSecondary ? [signSecondary] : [])] : [];
  return [...keys.map(({ option }) => option), HASH_OPTIONS[hash]];
}

/** By the names and in the form of `sign` (section 19). */
function environmentOf(
  facts: ConfigFacts,
  headerSizeBytes: number | undefined,
): Readonly<Record<string, string>> {
  const { partitionSizeBytes, sectorSizeBytes, writeOnce, lms, xmss } = facts;
  const entries: readonly (readonly [string, string | number | undefined])[] = [
    ['IMAGE_HEADER_SIZE', headerSizeBytes],
    ['WOLFBOOT_PARTITION_SIZE', partitionSizeBytes],
    ['WOLFBOOT_SECTOR_SIZE', sectorSizeBytes],
    ['NVM_FLASH_WRITEONCE', writeOnce ? 1 : undefined],
    ['LMS_LEVELS', lms?.levels],
    ['LMS_HEIGHT', lms?.height],
    ['LMS_WINTERNITZ', lms?.winternitz],
    ['XMSS_PARAMS', xmss],
    ['ML_DSA_LEVEL', facts.mlDsaLevel],
  ];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
