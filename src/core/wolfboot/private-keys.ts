/**
 * Private key files as wolfBoot's keygen writes and its sign reads them (formats/wolfboot.md, section
 * 7): raw, or DER for RSA and, with --der, ECC. PKCS#8 and PEM are read and written too, so that keys
 * of other tools need no detour.
 *
 * The public half is always derived and compared: a file whose halves do not belong together signs
 * images that no board accepts.
 */
import { equalBytes } from '../bytes/index.ts';
import {
  DER_TAGS,
  isDerSequence,
  scheme,
  type AlgorithmId,
  type CryptoCall,
  type KeyPair,
} from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { authKeys } from './auth-keys.ts';
import { describeOtherFile, keyFileError } from './key-files.ts';
import { parsePem, writePem } from './pem.ts';
import {
  readPrivateKeyDer,
  writePkcs8,
  writeSec1,
  type FoundPrivateKey,
} from './private-key-der.ts';
import {
  halvesBelongTogether,
  joinRawPrivateKey,
  splitRawPrivateKey,
  type RawPrivateKey,
} from './raw-private-keys.ts';

export interface ReadPrivateKeyOptions {
  /** Hasher, progress and cancel for keys whose public half takes long to compute. */
  readonly call?: CryptoCall | undefined;
  /**
   * `recomputed`, the default: the public half is computed from the secret and compared. `stored`,
   * for keys with state only: the parts of the file must agree with each other, which takes no time
   * and finds no bad root. Everything else is always recomputed.
   */
  readonly publicHalf?: 'recomputed' | 'stored' | undefined;
}

/**
 * Reads a private key file of any algorithm: raw, PKCS#1, SEC1 or PKCS#8, DER or PEM. `bytes` is not
 * kept; the caller owns and wipes the result. `expected` refuses every other algorithm; RSA keys are
 * PKCS#1 v1.5 keys unless it says PSS, because both use the same files.
 *
 * Throws `malformed` (broken DER or PEM), `unrecognised-file`, `key-mismatch` (the halves do not
 * belong together), `key-invalid` (a public key, an encrypted key, another algorithm than expected),
 * `not-supported` (a key that wolfBoot does not have), `cancelled`.
 */
export async function parsePrivateKeyFile(
  bytes: Uint8Array,
  fileName: string,
  expected?: AlgorithmId | readonly AlgorithmId[],
  options: ReadPrivateKeyOptions = {},
): Promise<KeyPair> {
  const found = expectedForm(await findKey(bytes, fileName), expected);
  const { algorithm, secret } = found;
  try {
    checkExpected(algorithm, expected, fileName);
    const publicKey = await publicHalf(found, options);
    if (found.publicKey && !equalBytes(found.publicKey, publicKey)) {
      throw mismatch(bytes, found, fileName);
    }
    return { algorithm, publicKey, privateKey: { algorithm, bytes: secret } };
  } catch (error) {
    secret.fill(0);
    if (isAppError(error, 'key-invalid') && error.context.file === undefined) {
      throw mismatch(bytes, found, fileName);
    }
    throw error;
  }
}

/** A file of RSA serves both schemes of its size. */
function expectedForm(
  found: FoundPrivateKey,
  expected: AlgorithmId | readonly AlgorithmId[] | undefined,
): FoundPrivateKey {
  const size = /^rsa-(?:pss-)?(\d+)$/.exec(found.algorithm)?.[1];
  if (size === undefined || expected === undefined) return found;
  const wanted = [expected].flat().find((id) => id.startsWith('rsa-') && id.endsWith(size));
  return { ...found, algorithm: wanted ?? found.algorithm };
}

function checkExpected(
  algorithm: AlgorithmId,
  expected: AlgorithmId | readonly AlgorithmId[] | undefined,
  fileName: string,
): void {
  const wanted = expected === undefined ? [algorithm] : [expected].flat();
  if (wanted.includes(algorithm)) return;
  const labels = wanted.map((id) => scheme(id).label).join(' or ');
  throw keyFileError(
    'key-invalid',
    fileName,
    `is a private key of ${scheme(algorithm).label}, but one of ${labels} is needed`,
  );
}

async function publicHalf(
  { algorithm, secret, publicKey }: FoundPrivateKey,
  { call, publicHalf: how }: ReadPrivateKeyOptions,
): Promise<Uint8Array> {
  const using = scheme(algorithm);
  const privateKey = { algorithm, bytes: secret };
  if (how !== 'stored' || !using.state || !publicKey) {
    return await using.derivePublicKey(privateKey, call);
  }
  using.checkPublicKey(publicKey);
  using.state.usage(privateKey);
  return publicKey;
}

/** The same lengths also occur as raw public keys of another type. */
function mismatch(bytes: Uint8Array, found: FoundPrivateKey, fileName: string): AppError {
  const publicType = publicKeysOfTheSameLength[bytes.length];
  return keyFileError(
    'key-mismatch',
    fileName,
    `is not a whole private key of ${scheme(found.algorithm).label}: its public half does not belong to its private half` +
      (publicType === undefined
        ? ''
        : `. A public key of ${publicType} has the same length; give the private key`),
  );
}

const publicKeysOfTheSameLength: Readonly<Record<number, string>> = {
  64: 'ECDSA P-256',
  96: 'ECDSA P-384',
};

async function findKey(bytes: Uint8Array, fileName: string): Promise<FoundPrivateKey> {
  const blocks = parsePem(bytes, fileName);
  if (blocks.length > 0) return findInPem(blocks, fileName);
  const raw = splitRawPrivateKey(bytes);
  if (raw && isDerSequence(bytes)) return await findInEither(bytes, raw, fileName);
  if (raw) return raw;
  if (startsLikeDer(bytes)) return readPrivateKeyDer(bytes, fileName);
  throw keyFileError('unrecognised-file', fileName, `${wrongFile(bytes)}. ${WAY_OUT}`);
}

/** Raw public keys may start with any byte: where their lengths fit, all of the file must be DER. */
function startsLikeDer(bytes: Uint8Array): boolean {
  const isPublicLength = authKeys.some(({ keySizesBytes }) => keySizesBytes.includes(bytes.length));
  return isPublicLength ? isDerSequence(bytes) : bytes[0] === DER_TAGS.sequence;
}

/** Short DER files have lengths of raw ones, and raw ones start like DER: the halves decide. */
async function findInEither(
  bytes: Uint8Array,
  raw: RawPrivateKey,
  fileName: string,
): Promise<FoundPrivateKey> {
  if (!scheme(raw.algorithm).stateful && (await halvesBelongTogether(raw))) return raw;
  try {
    const found = readPrivateKeyDer(bytes, fileName);
    raw.secret.fill(0);
    return found;
  } catch (error) {
    if (isAppError(error, 'malformed')) return raw;
    raw.secret.fill(0);
    throw error;
  }
}

const WAY_OUT =
  'Give a private key file of wolfBoot, or PKCS#8, SEC1 or PKCS#1 as DER or PEM (openssl writes all of them)';

function wrongFile(bytes: Uint8Array): string {
  if (bytes.length === 32) {
    return 'is 32 bytes: a public Ed25519 key or a bare seed, not a private key file';
  }
  if (bytes.length === 57) {
    return 'is 57 bytes: a public Ed448 key or a bare seed, not a private key file';
  }
  return describeOtherFile(bytes);
}

const PRIVATE_LABELS: readonly string[] = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'];

function findInPem(
  blocks: readonly { readonly label: string; readonly content: Uint8Array }[],
  fileName: string,
): FoundPrivateKey {
  const labels = blocks.map(({ label }) => label);
  if (labels.some((label) => label.startsWith('ENCRYPTED'))) {
    throw keyFileError(
      'key-invalid',
      fileName,
      'is encrypted. Decrypt it first: openssl pkey -in FILE -out PLAIN',
    );
  }
  const block = blocks.find(({ label }) => PRIVATE_LABELS.includes(label));
  if (block) {
    try {
      return readPrivateKeyDer(block.content, fileName);
    } finally {
      block.content.fill(0);
    }
  }
  if (labels.some((label) => label.endsWith('PUBLIC KEY'))) {
    throw keyFileError('key-invalid', fileName, 'is a public key; give the private key');
  }
  throw keyFileError('key-invalid', fileName, `holds ${labels.join(', ')}, no private key`);
}

/**
 * How a private key can be written. `raw` is what keygen writes, which is PKCS#1 for RSA; `der` is
 * what keygen --der writes, which differs for ECC only and is SEC1 there; `pem` is the same content as
 * PEM, for ECC (EC PRIVATE KEY) and RSA (RSA PRIVATE KEY).
 */
export type BackupForm = 'raw' | 'der' | 'pem' | 'pkcs8' | 'pkcs8-pem';

/**
 * The forms in which an algorithm's keys differ, that of wolfBoot's keygen first. `sign` of wolfBoot
 * reads all but PEM, and of Ed25519, Ed448 and ML-DSA the first only (section 7).
 */
export function backupForms(algorithm: AlgorithmId): readonly BackupForm[] {
  if (algorithm.startsWith('rsa-')) return ['der', 'pem', 'pkcs8', 'pkcs8-pem'];
  if (algorithm.startsWith('ecdsa-')) return ['raw', 'der', 'pem', 'pkcs8', 'pkcs8-pem'];
  return scheme(algorithm).stateful ? ['raw'] : ['raw', 'pkcs8', 'pkcs8-pem'];
}

/**
 * Writes a private key file; the file of a stateful key carries its state. Secret; the caller owns
 * and wipes it. Throws `invalid-argument` for a form that the algorithm does not have; `raw` and
 * `der` always exist.
 */
export function writePrivateKeyFile(keyPair: KeyPair, form: BackupForm): Uint8Array {
  const { algorithm, publicKey, privateKey } = keyPair;
  const raw = (): Uint8Array =>
    joinRawPrivateKey({ algorithm, secret: privateKey.bytes, publicKey });
  switch (form) {
    case 'raw':
      return raw();
    case 'der':
      return writeSec1(keyPair, true) ?? raw();
    case 'pem': {
      const isRsa = algorithm.startsWith('rsa-');
      const content = isRsa ? raw() : required(keyPair, form, writeSec1(keyPair, true));
      return asPem(isRsa ? 'RSA PRIVATE KEY' : 'EC PRIVATE KEY', content);
    }
    case 'pkcs8':
      return required(keyPair, form, writePkcs8(keyPair));
    case 'pkcs8-pem':
      return asPem('PRIVATE KEY', required(keyPair, form, writePkcs8(keyPair)));
  }
}

function required(
  { algorithm }: KeyPair,
  form: BackupForm,
  content: Uint8Array | undefined,
): Uint8Array {
  if (content) return content;
  throw new AppError('invalid-argument', `${algorithm} keys cannot be written as ${form}`);
}

function asPem(label: string, content: Uint8Array): Uint8Array {
  const file = writePem(label, content);
  content.fill(0);
  return file;
}
