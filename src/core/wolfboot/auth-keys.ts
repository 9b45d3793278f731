/**
 * wolfBoot's key types: number, names and sizes (formats/wolfboot.md, section 1). Fourteen can
 * stand in a keystore; two of them stand for several algorithms.
 */
import { algorithmIds, type AlgorithmId } from '../crypto/index.ts';
import { AppError } from '../errors.ts';

export type AuthKeyName =
  | 'ED25519'
  | 'ECC256'
  | 'RSA2048'
  | 'RSA4096'
  | 'ED448'
  | 'ECC384'
  | 'ECC521'
  | 'RSA3072'
  | 'LMS'
  | 'XMSS'
  | 'ML_DSA'
  | 'RSAPSS2048'
  | 'RSAPSS3072'
  | 'RSAPSS4096';

export type AuthKeyFamily = 'eddsa' | 'ecdsa' | 'rsa' | 'lms' | 'xmss' | 'ml-dsa';

export interface AuthKey {
  /** AUTH_KEY value: `key_type` of a slot, high byte of an image's type field. */
  readonly code: number;
  readonly name: AuthKeyName;
  readonly cName: `AUTH_KEY_${AuthKeyName}`;
  /** Option of `keygen` and `sign`. */
  readonly option: `--${string}`;
  /** The name people use, not translated. */
  readonly label: string;
  readonly family: AuthKeyFamily;
  /**
   * KEYSTORE_PUBKEY_SIZE of a bootloader built for this type: the room a slot has for the key.
   * ML-DSA: of level 2; see `keySizesBytes` for the others.
   */
  readonly reservedKeyBytes: number;
  /**
   * Lengths a real key of this type can have. RSA: the SubjectPublicKeyInfo with exponent 65537,
   * the only one keygen makes; other exponents give other lengths up to `reservedKeyBytes`.
   */
  readonly keySizesBytes: readonly number[];
  /** Undefined where parameters decide (LMS, XMSS, ML-DSA levels). */
  readonly signatureBytes: number | undefined;
  /**
   * What the type stands for: one algorithm, but three for ML-DSA (told apart by the key's length)
   * and two for XMSS. `algorithmOfSlot` says which one a key has.
   */
  readonly algorithms: readonly AlgorithmId[];
}

type Row = readonly [
  code: number,
  name: AuthKeyName,
  label: string,
  family: AuthKeyFamily,
  reservedKeyBytes: number,
  keySizesBytes: readonly number[],
  signatureBytes: number | undefined,
];

const byAlgorithm: Readonly<Record<AlgorithmId, AuthKeyName>> = {
  ed25519: 'ED25519',
  ed448: 'ED448',
  'ecdsa-p256': 'ECC256',
  'ecdsa-p384': 'ECC384',
  'ecdsa-p521': 'ECC521',
  'rsa-2048': 'RSA2048',
  'rsa-3072': 'RSA3072',
  'rsa-4096': 'RSA4096',
  'rsa-pss-2048': 'RSAPSS2048',
  'rsa-pss-3072': 'RSAPSS3072',
  'rsa-pss-4096': 'RSAPSS4096',
  'ml-dsa-44': 'ML_DSA',
  'ml-dsa-65': 'ML_DSA',
  'ml-dsa-87': 'ML_DSA',
  lms: 'LMS',
  xmss: 'XMSS',
  xmssmt: 'XMSS',
};

const rows: readonly Row[] = [
  [0x01, 'ED25519', 'Ed25519', 'eddsa', 32, [32], 64],
  [0x02, 'ECC256', 'ECDSA P-256', 'ecdsa', 64, [64], 64],
  [0x03, 'RSA2048', 'RSA-2048', 'rsa', 320, [294], 256],
  [0x04, 'RSA4096', 'RSA-4096', 'rsa', 576, [550], 512],
  [0x05, 'ED448', 'Ed448', 'eddsa', 57, [57], 114],
  [0x06, 'ECC384', 'ECDSA P-384', 'ecdsa', 96, [96], 96],
  [0x07, 'ECC521', 'ECDSA P-521', 'ecdsa', 132, [132], 132],
  [0x08, 'RSA3072', 'RSA-3072', 'rsa', 448, [422], 384],
  [0x09, 'LMS', 'LMS/HSS', 'lms', 60, [60], undefined],
  [0x0a, 'XMSS', 'XMSS', 'xmss', 68, [68], undefined],
  [0x0b, 'ML_DSA', 'ML-DSA', 'ml-dsa', 1312, [1312, 1952, 2592], undefined],
  [0x0c, 'RSAPSS2048', 'RSA-PSS-2048', 'rsa', 320, [294], 256],
  [0x0d, 'RSAPSS3072', 'RSA-PSS-3072', 'rsa', 448, [422], 384],
  [0x0e, 'RSAPSS4096', 'RSA-PSS-4096', 'rsa', 576, [550], 512],
];

export const authKeys: readonly AuthKey[] = rows.map(
  ([code, name, label, family, reservedKeyBytes, keySizesBytes, signatureBytes]) => ({
    code,
    name,
    cName: `AUTH_KEY_${name}`,
    option: `--${name.toLowerCase()}`,
    label,
    family,
    reservedKeyBytes,
    keySizesBytes,
    signatureBytes,
    algorithms: algorithmIds.filter((id) => byAlgorithm[id] === name),
  }),
);

export type MlDsaLevel = 2 | 3 | 5;

/** Public key of ML-DSA-44, -65 and -87 (FIPS 204, table 2), by NIST security level. */
export const ML_DSA_KEY_BYTES: Readonly<Record<MlDsaLevel, number>> = { 2: 1312, 3: 1952, 5: 2592 };

/** The largest key of all, ML-DSA level 5: what a universal keystore.der reserves (section 3). */
export const LARGEST_KEY_BYTES = 2592;

export function authKeyByCode(code: number): AuthKey | undefined {
  return authKeys.find((key) => key.code === code);
}

/** By the option of `keygen` and `sign`, for example `--ecc256`. */
export function authKeyByOption(option: string): AuthKey | undefined {
  return authKeys.find((key) => key.option === option);
}

/** By the C name, with or without the `AUTH_KEY_` in front. */
export function authKeyByName(name: string): AuthKey | undefined {
  return authKeys.find((key) => key.cName === name || key.name === name);
}

export function authKeyOfAlgorithm(id: AlgorithmId): AuthKey {
  return authKeyNamed(byAlgorithm[id]);
}

export function authKeyNamed(name: AuthKeyName): AuthKey {
  const found = authKeys.find((key) => key.name === name);
  if (!found) throw new AppError('internal', `no key type ${name}`);
  return found;
}

/** Room a slot gives to its key in a per-algorithm layout; ML-DSA by the length of the key itself. */
export function reservedBytesFor(key: AuthKey, publicKeyBytes: number): number {
  const fitting = key.keySizesBytes.find((size) => size >= publicKeyBytes);
  return key.family === 'ml-dsa' ? (fitting ?? LARGEST_KEY_BYTES) : key.reservedKeyBytes;
}
