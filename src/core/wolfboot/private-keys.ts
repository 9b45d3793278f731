/**
 * Private key files as wolfBoot's keygen writes and its sign reads them (formats/wolfboot.md, section
 * 7): raw, or DER for ECC. PKCS#8 and PEM are read too, so that keys of other tools need no detour.
 *
 * The public half is always derived and compared: a file whose halves do not belong together signs
 * images that no board accepts.
 */
import { concatBytes, equalBytes, Reader } from '../bytes/index.ts';
import { scheme, type AlgorithmId, type KeyPair } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
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
import {
  describeOtherFile,
  foreignPrivateKeyLabel,
  joinRawPrivateKey,
  keyFileError,
  splitRawPrivateKey,
} from './key-files.ts';
import { parsePem } from './pem.ts';

const SCALAR_BYTES = 32;
const SEED_BYTES = 32;
/** SEC 1, 2.3.3: mark of an uncompressed point. */
const UNCOMPRESSED = Uint8Array.of(0x04);

/** What a file says; the public half may be missing. */
interface FoundKey {
  readonly algorithm: AlgorithmId;
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array | undefined;
}

/**
 * Reads a private key file: raw (Ed25519 64 bytes, P-256 96 bytes), SEC1 or PKCS#8, DER or PEM.
 * `bytes` is not kept; the caller owns and wipes the result. `expected` refuses every other scheme.
 *
 * Throws `malformed` (broken DER or PEM), `unrecognised-file`, `key-mismatch` (the halves do not
 * belong together), `key-invalid` (a public key, an encrypted key, another scheme than expected),
 * `not-supported` (a key type that cannot sign here yet).
 */
export async function parsePrivateKeyFile(
  bytes: Uint8Array,
  fileName: string,
  expected?: AlgorithmId,
): Promise<KeyPair> {
  const found = findKey(bytes, fileName);
  const { algorithm, secret } = found;
  try {
    const publicKey = await scheme(algorithm).derivePublicKey({ algorithm, bytes: secret });
    if (found.publicKey && !equalBytes(found.publicKey, publicKey)) {
      throw mismatch(bytes, found, fileName);
    }
    if (expected !== undefined && expected !== algorithm) {
      throw keyFileError(
        'key-invalid',
        fileName,
        `is a private key of ${scheme(algorithm).label}, but one of ${scheme(expected).label} is needed`,
      );
    }
    return { algorithm, publicKey, privateKey: { algorithm, bytes: secret } };
  } catch (error) {
    secret.fill(0);
    if (error instanceof AppError && error.code === 'key-invalid' && !error.context.file) {
      throw mismatch(bytes, found, fileName);
    }
    throw error;
  }
}

/** The same lengths also occur as raw public keys of another type. */
function mismatch(bytes: Uint8Array, found: FoundKey, fileName: string): AppError {
  const isRaw = splitRawPrivateKey(bytes) !== undefined;
  const publicType = found.algorithm === 'ed25519' ? 'ECDSA P-256' : 'ECDSA P-384';
  return keyFileError(
    'key-mismatch',
    fileName,
    `is not a whole private key of ${scheme(found.algorithm).label}: its public half does not belong to its private half` +
      (isRaw ? `. A public key of ${publicType} has the same length; give the private key` : ''),
  );
}

function findKey(bytes: Uint8Array, fileName: string): FoundKey {
  const blocks = parsePem(bytes, fileName);
  if (blocks.length > 0) return findInPem(blocks, fileName);
  const raw = splitRawPrivateKey(bytes);
  if (raw) return raw;
  if (bytes[0] === DER_TAGS.sequence) return findInDer(bytes, fileName);
  const label = foreignPrivateKeyLabel(bytes.length);
  if (label !== undefined) throw notSupported(fileName, label);
  throw keyFileError('unrecognised-file', fileName, `${wrongFile(bytes)}. ${wayOut}`);
}

const wayOut =
  'A private key file of wolfBoot has 64 bytes (Ed25519) or 96 bytes (ECDSA P-256), or is the DER that keygen --der writes';

function wrongFile(bytes: Uint8Array): string {
  if (bytes.length === 32) {
    return 'is 32 bytes: a public Ed25519 key or a bare seed, not a private key file';
  }
  return describeOtherFile(bytes);
}

function notSupported(fileName: string, label: string): AppError {
  return keyFileError(
    'not-supported',
    fileName,
    `is a private key of ${label}; Keyfuse can use keys of Ed25519 and ECDSA P-256 so far`,
  );
}

function findInPem(
  blocks: readonly { readonly label: string; readonly content: Uint8Array }[],
  fileName: string,
): FoundKey {
  const labels = blocks.map(({ label }) => label);
  if (labels.some((label) => label.startsWith('ENCRYPTED'))) {
    throw keyFileError(
      'key-invalid',
      fileName,
      'is encrypted. Decrypt it first: openssl pkey -in FILE -out PLAIN',
    );
  }
  const block = blocks.find(({ label }) => label === 'PRIVATE KEY' || label === 'EC PRIVATE KEY');
  if (block) {
    try {
      return findInDer(block.content, fileName);
    } finally {
      block.content.fill(0);
    }
  }
  if (labels.includes('RSA PRIVATE KEY')) throw notSupported(fileName, 'RSA');
  if (labels.includes('PUBLIC KEY')) throw isPublic(fileName);
  throw keyFileError('key-invalid', fileName, `holds ${labels.join(', ')}, no private key`);
}

function isPublic(fileName: string): AppError {
  return keyFileError('key-invalid', fileName, 'is a public key; give the private key');
}

/** SEC1 (RFC 5915), PKCS#8 (RFC 5958), and what may be taken for them. */
function findInDer(bytes: Uint8Array, fileName: string): FoundKey {
  const file = new Reader(bytes, fileName);
  const key = derElement(file, 'sequence', 'private key');
  expectEnd(file, 'private key');
  if (nextIs(key, 'sequence')) throw isPublic(fileName);
  const version = rest(derElement(key, 'integer', 'version'));
  if (nextIs(key, 'octetString')) return readSec1(key, fileName, undefined);
  if (nextIs(key, 'sequence')) return readPkcs8(key, fileName);
  if (version.length === 1 && version[0] === 0) throw notSupported(fileName, 'RSA');
  throw keyFileError('unrecognised-file', fileName, `is DER, but no private key. ${wayOut}`);
}

function readPkcs8(key: Reader, fileName: string): FoundKey {
  const algorithm = derElement(key, 'sequence', 'privateKeyAlgorithm');
  const name = objectIdName(rest(derElement(algorithm, 'objectIdentifier', 'algorithm')));
  const content = derElement(key, 'octetString', 'privateKey');
  if (name === 'ed25519') return readEd25519(content);
  if (name === 'ecPublicKey') {
    const curve = objectIdName(rest(derElement(algorithm, 'objectIdentifier', 'namedCurve')));
    const inner = derElement(content, 'sequence', 'ECPrivateKey');
    derElement(inner, 'integer', 'version');
    return readSec1(inner, fileName, curve ?? 'unknown');
  }
  throw notSupported(fileName, name ? OTHER_LABELS[name] : 'a type unknown to wolfBoot');
}

const OTHER_LABELS: Readonly<Record<ObjectIdName, string>> = {
  ecPublicKey: 'ECDSA on another curve than P-256',
  prime256v1: 'ECDSA P-256',
  secp384r1: 'ECDSA P-384',
  secp521r1: 'ECDSA P-521',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  rsaEncryption: 'RSA',
  mlDsa44: 'ML-DSA-44',
  mlDsa65: 'ML-DSA-65',
  mlDsa87: 'ML-DSA-87',
};

/** RFC 8410: the private key is an OCTET STRING inside the OCTET STRING. */
function readEd25519(content: Reader): FoundKey {
  const seed = rest(derElement(content, 'octetString', 'CurvePrivateKey'));
  if (seed.length !== SEED_BYTES) content.fail(`holds ${seed.length} bytes, not ${SEED_BYTES}`);
  return { algorithm: 'ed25519', secret: seed, publicKey: undefined };
}

/** ECPrivateKey after its version; PKCS#8 names the curve outside. */
function readSec1(
  key: Reader,
  fileName: string,
  outer: ObjectIdName | 'unknown' | undefined,
): FoundKey {
  const scalarField = derElement(key, 'octetString', 'privateKey');
  const inner = nextIs(key, 'explicit0')
    ? objectIdName(
        rest(
          derElement(derElement(key, 'explicit0', 'parameters'), 'objectIdentifier', 'namedCurve'),
        ),
      )
    : undefined;
  const curve = outer ?? inner;
  if (curve === undefined) key.fail('does not name its curve');
  if (curve !== 'prime256v1') {
    throw notSupported(fileName, OTHER_LABELS[curve === 'unknown' ? 'ecPublicKey' : curve]);
  }
  const scalar = rest(scalarField);
  if (scalar.length !== SCALAR_BYTES) {
    scalarField.fail(`the private key has ${scalar.length} bytes, not ${SCALAR_BYTES}`);
  }
  return { algorithm: 'ecdsa-p256', secret: scalar, publicKey: readSec1PublicKey(key) };
}

function readSec1PublicKey(key: Reader): Uint8Array | undefined {
  if (!nextIs(key, 'explicit1')) return undefined;
  const point = rest(derBits(derElement(key, 'explicit1', 'publicKey'), 'publicKey'));
  return point[0] === UNCOMPRESSED[0] ? point.slice(1) : undefined;
}

/**
 * The file keygen writes: `raw`, or `der` (keygen --der), which differs for ECC only and is SEC1 with
 * curve and public key. Secret; the caller owns and wipes it.
 */
export function writePrivateKeyFile(keyPair: KeyPair, form: 'raw' | 'der'): Uint8Array {
  const { algorithm, publicKey } = keyPair;
  const secret = keyPair.privateKey.bytes;
  if (form === 'raw' || algorithm === 'ed25519') {
    return joinRawPrivateKey({ algorithm, secret, publicKey });
  }
  const zero = Uint8Array.of(0);
  return encodeDer(
    'sequence',
    encodeDer('integer', Uint8Array.of(1)),
    encodeDer('octetString', secret),
    encodeDer('explicit0', encodeDer('objectIdentifier', OBJECT_IDS.prime256v1)),
    encodeDer('explicit1', encodeDer('bitString', concatBytes(zero, UNCOMPRESSED, publicKey))),
  );
}
