/**
 * Public key files (formats/wolfboot.md, section 8): what keygen --exportpubkey writes and what can be
 * imported: raw, SubjectPublicKeyInfo, PKCS#1, X.509 certificates, each as DER or PEM, and JWK.
 * Everything is validated; keygen validates nearly nothing and takes private keys for public ones.
 */
import { Reader } from '../bytes/index.ts';
import {
  DER_TAGS,
  derElement,
  isDerSequence,
  nextIs,
  readRsaPublicKey,
  rest,
  scheme,
  type AlgorithmId,
} from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { authKeyNamed, authKeyOfAlgorithm, authKeys } from './auth-keys.ts';
import type { AuthKey, AuthKeyName } from './auth-keys.ts';
import { isCertificate, spkiOfCertificate } from './certificates.ts';
import { looksLikeJson, readJwk } from './jwk.ts';
import { checkKeystoreKey } from './key-check.ts';
import { describeOtherFile, keyFileError } from './key-files.ts';
import { parsePem, writePem } from './pem.ts';
import { halvesBelongTogether, splitRawPrivateKey } from './raw-private-keys.ts';
import { algorithmOfSlot } from './slot-algorithm.ts';
import { pointKey, readSpki, rsaKey, writeSpki, type FoundPublicKey } from './spki.ts';

export interface PublicKeyFile {
  readonly authKey: AuthKey;
  /** AUTH_KEY value. */
  readonly keyType: number;
  /** XMSS and XMSS^MT keys look alike: then it is `xmss` until a signature says otherwise. */
  readonly algorithm: AlgorithmId;
  /** In keystore form. */
  readonly publicKey: Uint8Array;
}

/**
 * Reads a public key file. `bytes` is not kept. Without `expected` the type follows from the file;
 * RSA is taken as PKCS#1 v1.5 unless the file says PSS, because both use the same keys. Nobody's
 * signature on a certificate is checked.
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
  const { code: keyType, algorithms } = authKey;
  const algorithm = algorithmOfSlot(keyType, found.publicKey) ?? algorithms[0];
  if (!algorithm) throw new AppError('internal', `${authKey.name} stands for no algorithm`);
  return { authKey, keyType, algorithm, publicKey: found.publicKey };
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
  if (blocks.length > 0) return withType(findInPem(blocks, fileName));
  if (looksLikeJson(bytes)) return withType(readJwk(bytes, fileName));
  const whole = findWholeDer(bytes, fileName);
  if (whole) return withType(whole);
  const raw = await findRaw(bytes, fileName);
  if (raw) return raw;
  if (bytes[0] === DER_TAGS.sequence) return withType(findInDer(bytes, fileName));
  throw keyFileError(
    'unrecognised-file',
    fileName,
    `${describeOtherFile(bytes)}. Give the file that keygen --exportpubkey writes, a SubjectPublicKeyInfo, a certificate or a JWK`,
  );
}

/** Certificates can have the length of any raw key; raw keys can start like DER, but no further. */
function findWholeDer(bytes: Uint8Array, fileName: string): FoundPublicKey | undefined {
  if (!isDerSequence(bytes)) return undefined;
  try {
    return findInDer(bytes, fileName);
  } catch (error) {
    if (isAppError(error, 'malformed')) return undefined;
    throw error;
  }
}

function withType({ algorithm, publicKey }: FoundPublicKey): FoundKey {
  return { authKey: authKeyOfAlgorithm(algorithm), publicKey };
}

/** Private keys first: whoever hands out a file with both must be told. */
function findInPem(
  blocks: readonly { readonly label: string; readonly content: Uint8Array }[],
  fileName: string,
): FoundPublicKey {
  const labels = blocks.map(({ label }) => label);
  if (labels.some((label) => label.includes('PRIVATE KEY'))) throw isPrivate(fileName);
  const block = blocks.find(({ label }) => pemLabels.includes(label));
  if (block) return findInDer(block.content, fileName);
  throw keyFileError('key-invalid', fileName, `holds ${labels.join(', ')}, no PUBLIC KEY`);
}

const pemLabels: readonly string[] = [
  'PUBLIC KEY',
  'RSA PUBLIC KEY',
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
];

/** Raw keys are known by their length, private ones of the same length by their halves. */
async function findRaw(bytes: Uint8Array, fileName: string): Promise<FoundKey | undefined> {
  const authKey = authKeys.find(
    (key) => key.family !== 'rsa' && key.keySizesBytes.includes(bytes.length),
  );
  const split = splitRawPrivateKey(bytes);
  if (split) {
    try {
      // A length that no public key has needs no proof.
      if (!authKey || (await halvesBelongTogether(split))) {
        throw isPrivate(fileName, scheme(split.algorithm).label);
      }
    } finally {
      split.secret.fill(0);
    }
  }
  if (authKey) return { authKey, publicKey: bytes.slice() };
  const point = findPoint(bytes, fileName);
  return point && withType(point);
}

/** Points as SEC 1 encodes them, compressed or not: their lengths and first bytes say so. */
function findPoint(bytes: Uint8Array, fileName: string): FoundPublicKey | undefined {
  const [mark] = bytes;
  const algorithm = mark === 0x04 ? uncompressedPoints[bytes.length] : undefined;
  const compressed = mark === 0x02 || mark === 0x03 ? compressedPoints[bytes.length] : undefined;
  const found = algorithm ?? compressed;
  return found && pointKey(found, bytes, fileName);
}

type EcdsaId = Extract<AlgorithmId, `ecdsa-${string}`>;

const uncompressedPoints: Readonly<Record<number, EcdsaId>> = {
  65: 'ecdsa-p256',
  97: 'ecdsa-p384',
  133: 'ecdsa-p521',
};
const compressedPoints: Readonly<Record<number, EcdsaId>> = {
  33: 'ecdsa-p256',
  49: 'ecdsa-p384',
  67: 'ecdsa-p521',
};

function isPrivate(fileName: string, label?: string): AppError {
  return keyFileError(
    'key-invalid',
    fileName,
    `is a private key${label === undefined ? '' : ` of ${label}`}, not a public one. Do not hand it out; export the public key and use that`,
  );
}

/** A certificate, a SubjectPublicKeyInfo, or the bare RSA key of PKCS#1. */
function findInDer(bytes: Uint8Array, fileName: string): FoundPublicKey {
  const outer = derElement(new Reader(bytes, fileName), 'sequence', 'public key');
  if (nextIs(outer, 'integer')) return readPkcs1(bytes, outer, fileName);
  return readSpki(
    isCertificate(bytes, fileName) ? spkiOfCertificate(bytes, fileName) : bytes,
    fileName,
  );
}

/** RSAPublicKey; a number of one byte in front is the version of a private key. */
function readPkcs1(bytes: Uint8Array, outer: Reader, fileName: string): FoundPublicKey {
  const first = rest(derElement(outer, 'integer', 'modulus'));
  if (first.length === 1) throw isPrivate(fileName);
  const file = new Reader(bytes, fileName);
  const key = readRsaPublicKey(file);
  if (file.remainingBytes > 0) file.fail('bytes follow the public key');
  return rsaKey(key, fileName);
}

/**
 * How a public key can be written. `raw` is the keystore form and `der` what keygen --der makes of it:
 * SubjectPublicKeyInfo for ECC and ML-DSA, everything else stays as it is. `spki` and `spki-pem` are
 * SubjectPublicKeyInfo wherever there is one: not for LMS, XMSS and XMSS^MT.
 */
export type PublicKeyForm = 'raw' | 'der' | 'spki' | 'spki-pem';

/** Throws `key-invalid`, and `invalid-argument` for a form that the algorithm does not have. */
export function writePublicKeyFile(
  algorithm: AlgorithmId,
  publicKey: Uint8Array,
  form: PublicKeyForm,
): Uint8Array {
  scheme(algorithm).checkPublicKey(publicKey);
  if (form === 'raw') return publicKey.slice();
  const spki = writeSpki(algorithm, publicKey);
  if (form === 'der') {
    const { family } = authKeyOfAlgorithm(algorithm);
    const changes = family === 'ecdsa' || family === 'ml-dsa';
    return spki && changes ? spki : publicKey.slice();
  }
  if (spki) return form === 'spki' ? spki : writePem('PUBLIC KEY', spki);
  throw new AppError('invalid-argument', `${algorithm} keys have no SubjectPublicKeyInfo here`);
}
