/**
 * Public key files (formats/wolfboot.md, section 8): what keygen --exportpubkey writes and what can be
 * imported, raw or SubjectPublicKeyInfo, DER or PEM. Everything is validated; keygen validates nearly
 * nothing and takes private keys for public ones.
 */
import { concatBytes, Reader } from '../bytes/index.ts';
import { scheme, type AlgorithmId } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import {
  authKeyNamed,
  authKeyOfAlgorithm,
  authKeys,
  type AuthKey,
  type AuthKeyName,
} from './auth-keys.ts';
import {
  DER_TAGS,
  derBits,
  derElement,
  encodeDer,
  expectEnd,
  nextIs,
  OBJECT_IDS,
  objectIdName,
  rest,
  type ObjectIdName,
} from './der.ts';
import { checkKeystoreKey, rsaModulusBits } from './key-check.ts';
import {
  describeOtherFile,
  foreignPrivateKeyLabel,
  keyFileError,
  rawPrivateKeyAlgorithm,
} from './key-files.ts';
import { parsePem } from './pem.ts';

export interface PublicKeyFile {
  readonly authKey: AuthKey;
  /** AUTH_KEY value. */
  readonly keyType: number;
  /** Undefined: the key can stand in a keystore, but this program cannot verify with it yet. */
  readonly algorithm: AlgorithmId | undefined;
  /** In keystore form. */
  readonly publicKey: Uint8Array;
}

/** SEC 1, 2.3.3: mark of an uncompressed point. */
const UNCOMPRESSED = 0x04;

/**
 * Reads a public key file. `bytes` is not kept. Without `expected` the type follows from the file;
 * RSA is taken as PKCS#1 v1.5, because RSA and RSA-PSS keys are the same files.
 *
 * Throws `key-invalid` (a private key, a bad key, another type than expected), `malformed`,
 * `unrecognised-file`.
 */
export async function parsePublicKeyFile(
  bytes: Uint8Array,
  fileName: string,
  expected?: AuthKeyName,
): Promise<PublicKeyFile> {
  const found = await findKey(bytes, fileName);
  const authKey = expectType(found.authKey, expected, fileName);
  try {
    checkKeystoreKey(authKey, found.publicKey);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw keyFileError('key-invalid', fileName, `cannot be used: ${error.message}`);
  }
  return {
    authKey,
    keyType: authKey.code,
    algorithm: authKey.algorithm,
    publicKey: found.publicKey,
  };
}

interface FoundKey {
  readonly authKey: AuthKey;
  readonly publicKey: Uint8Array;
}

function expectType(found: AuthKey, expected: AuthKeyName | undefined, fileName: string): AuthKey {
  if (expected === undefined || expected === found.name) return found;
  const wanted = authKeyNamed(expected);
  // One file serves RSA and RSA-PSS of the same size (section 23, 18).
  if (found.family === 'rsa' && wanted.family === 'rsa' && sameSize(found, wanted)) return wanted;
  throw keyFileError(
    'key-invalid',
    fileName,
    `is a public key of ${found.label}, but one of ${wanted.label} is needed`,
  );
}

function sameSize(a: AuthKey, b: AuthKey): boolean {
  return a.reservedKeyBytes === b.reservedKeyBytes;
}

async function findKey(bytes: Uint8Array, fileName: string): Promise<FoundKey> {
  const blocks = parsePem(bytes, fileName);
  if (blocks.length > 0) {
    const block = blocks.find(({ label }) => label === 'PUBLIC KEY');
    if (block) return findInDer(block.content, fileName);
    const labels = blocks.map(({ label }) => label);
    if (labels.some((label) => label.includes('PRIVATE KEY'))) throw isPrivate(fileName);
    throw keyFileError('key-invalid', fileName, `holds ${labels.join(', ')}, no PUBLIC KEY`);
  }
  const raw = await findRaw(bytes, fileName);
  if (raw) return raw;
  if (bytes[0] === DER_TAGS.sequence) return findInDer(bytes, fileName);
  throw keyFileError(
    'unrecognised-file',
    fileName,
    `${describeOtherFile(bytes)}. Give the file that keygen --exportpubkey writes, or a SubjectPublicKeyInfo`,
  );
}

/** Raw keys are known by their length, private ones of the same length by their halves. */
async function findRaw(bytes: Uint8Array, fileName: string): Promise<FoundKey | undefined> {
  const algorithm = await rawPrivateKeyAlgorithm(bytes);
  if (algorithm !== undefined) throw isPrivate(fileName, scheme(algorithm).label);
  const authKey = authKeys.find(
    (key) => key.family !== 'rsa' && key.keySizesBytes.includes(bytes.length),
  );
  if (authKey) return { authKey, publicKey: bytes.slice() };
  const label = foreignPrivateKeyLabel(bytes.length);
  if (label !== undefined) throw isPrivate(fileName, label);
  return undefined;
}

function isPrivate(fileName: string, label?: string): AppError {
  return keyFileError(
    'key-invalid',
    fileName,
    `is a private key${label === undefined ? '' : ` of ${label}`}, not a public one. Do not hand it out; export the public key and use that`,
  );
}

/** SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
function findInDer(bytes: Uint8Array, fileName: string): FoundKey {
  const file = new Reader(bytes, fileName);
  const spki = derElement(file, 'sequence', 'SubjectPublicKeyInfo');
  expectEnd(file, 'public key');
  if (nextIs(spki, 'integer')) throw notSpki(spki, fileName);
  const algorithm = derElement(spki, 'sequence', 'algorithm');
  const name = objectIdName(rest(derElement(algorithm, 'objectIdentifier', 'algorithm')));
  if (name === 'ecPublicKey') return readEcKey(algorithm, spki, fileName);
  if (name === 'rsaEncryption') return readRsaKey(bytes, fileName);
  const type = name && spkiTypes[name];
  if (!type) {
    throw keyFileError('key-invalid', fileName, 'is a public key of a type wolfBoot does not have');
  }
  return { authKey: authKeyNamed(type), publicKey: rest(derBits(spki, 'subjectPublicKey')) };
}

const spkiTypes: Readonly<Partial<Record<ObjectIdName, AuthKeyName>>> = {
  ed25519: 'ED25519',
  ed448: 'ED448',
  prime256v1: 'ECC256',
  secp384r1: 'ECC384',
  secp521r1: 'ECC521',
  mlDsa44: 'ML_DSA',
  mlDsa65: 'ML_DSA',
  mlDsa87: 'ML_DSA',
};

/** A version number first: a private key, or the bare RSA public key of PKCS#1. */
function notSpki(spki: Reader, fileName: string): AppError {
  const first = rest(derElement(spki, 'integer', 'version'));
  if (first.length === 1) return isPrivate(fileName);
  return keyFileError(
    'key-invalid',
    fileName,
    'is a bare RSA public key (PKCS#1); wolfBoot needs SubjectPublicKeyInfo: openssl rsa -RSAPublicKey_in -pubout',
  );
}

function readEcKey(algorithm: Reader, spki: Reader, fileName: string): FoundKey {
  const curve = objectIdName(rest(derElement(algorithm, 'objectIdentifier', 'namedCurve')));
  const type = curve && spkiTypes[curve];
  if (!type) {
    throw keyFileError('key-invalid', fileName, 'is on a curve that wolfBoot does not have');
  }
  const point = rest(derBits(spki, 'subjectPublicKey'));
  if (point[0] !== UNCOMPRESSED) {
    throw keyFileError(
      'key-invalid',
      fileName,
      'holds a compressed point; write it out: openssl ec -pubin -conv_form uncompressed',
    );
  }
  return { authKey: authKeyNamed(type), publicKey: point.slice(1) };
}

function readRsaKey(bytes: Uint8Array, fileName: string): FoundKey {
  const bits = rsaModulusBits(bytes);
  const authKey = authKeys.find((key) => key.name === `RSA${bits ?? 0}`);
  if (!authKey) {
    throw keyFileError(
      'key-invalid',
      fileName,
      bits === undefined
        ? 'is not a sound RSA public key'
        : `is an RSA key of ${bits} bits; wolfBoot has 2048, 3072 and 4096`,
    );
  }
  return { authKey, publicKey: bytes.slice() };
}

/**
 * The file of keygen --exportpubkey: `raw` is the keystore form; `der` (with --der) is
 * SubjectPublicKeyInfo for ECC, while Ed25519 stays raw as keygen has it.
 */
export function writePublicKeyFile(
  algorithm: AlgorithmId,
  publicKey: Uint8Array,
  form: 'raw' | 'der',
): Uint8Array {
  scheme(algorithm).checkPublicKey(publicKey);
  if (form === 'raw' || authKeyOfAlgorithm(algorithm).name === 'ED25519') return publicKey.slice();
  return encodeDer(
    'sequence',
    encodeDer(
      'sequence',
      encodeDer('objectIdentifier', OBJECT_IDS.ecPublicKey),
      encodeDer('objectIdentifier', OBJECT_IDS.prime256v1),
    ),
    encodeDer('bitString', concatBytes(Uint8Array.of(0, UNCOMPRESSED), publicKey)),
  );
}
