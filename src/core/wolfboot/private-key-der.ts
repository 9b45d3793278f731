/**
 * Private keys in DER: PKCS#8 (RFC 5958; RFC 5915 for ECC, RFC 8410 for EdDSA, RFC 9881 for ML-DSA),
 * SEC1 (RFC 5915) and PKCS#1 (RFC 8017). Read and written; what is read is not yet checked.
 */
import { concatBytes, equalBytes, Reader, toHex } from '../bytes/index.ts';
import {
  derBits,
  derElement,
  encodeDer,
  expectEnd,
  ML_DSA_SEED_BYTES,
  MOST_RSA_NUMBER_BYTES,
  mlDsaSecretBytes,
  mlDsaSecretFromSeed,
  nextIs,
  objectIdName,
  rest,
  rsaPrivateToPkcs8,
  type AlgorithmId,
  type KeyPair,
  type MlDsaId,
} from '../crypto/index.ts';
import type { AppError } from '../errors.ts';
import { keyFileError } from './key-files.ts';
import {
  algorithmOfCurve,
  algorithmOfObjectId,
  curveOf,
  encodeAlgorithm,
  pointKey,
  rsaAlgorithm,
  UNCOMPRESSED_POINT,
} from './spki.ts';

/** What a file says; the public half may be missing. `secret` is a copy, to be wiped. */
export interface FoundPrivateKey {
  readonly algorithm: AlgorithmId;
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array | undefined;
}

/** ECC scalars and EdDSA seeds. */
const SECRET_BYTES = {
  'ecdsa-p256': 32,
  'ecdsa-p384': 48,
  'ecdsa-p521': 66,
  ed25519: 32,
  ed448: 57,
} as const satisfies Partial<Record<AlgorithmId, number>>;

function isPublic(fileName: string): AppError {
  return keyFileError('key-invalid', fileName, 'is a public key; give the private key');
}

/**
 * Reads any of the forms. Throws `malformed`, `key-invalid` (a public key), `not-supported` (a type
 * that wolfBoot does not have), `unrecognised-file`.
 */
export function readPrivateKeyDer(bytes: Uint8Array, fileName: string): FoundPrivateKey {
  const file = new Reader(bytes, fileName);
  const key = derElement(file, 'sequence', 'private key');
  expectEnd(file, 'private key');
  if (nextIs(key, 'sequence')) throw isPublic(fileName);
  const version = rest(derElement(key, 'integer', 'version'));
  if (nextIs(key, 'octetString')) return readSec1(key, fileName, undefined);
  if (nextIs(key, 'sequence')) return readPkcs8(key, fileName);
  if (nextIs(key, 'integer')) {
    if (version.length > 1) throw isPublic(fileName);
    return readPkcs1(bytes, fileName, false);
  }
  throw keyFileError('unrecognised-file', fileName, 'is DER, but no private key');
}

function readPkcs8(key: Reader, fileName: string): FoundPrivateKey {
  const identifier = derElement(key, 'sequence', 'privateKeyAlgorithm');
  const name = objectIdName(rest(derElement(identifier, 'objectIdentifier', 'algorithm')));
  const content = derElement(key, 'octetString', 'privateKey');
  const outside = readAttributesAndPublicKey(key);
  const found = readPkcs8Content(identifier, name, content, fileName);
  return { ...found, publicKey: found.publicKey ?? outside };
}

/** RFC 5958: both may be missing; the public key is a BIT STRING with another tag. */
function readAttributesAndPublicKey(key: Reader): Uint8Array | undefined {
  if (nextIs(key, 'explicit0')) derElement(key, 'explicit0', 'attributes');
  if (!nextIs(key, 'implicit1')) {
    expectEnd(key, 'private key');
    return undefined;
  }
  const bits = derElement(key, 'implicit1', 'publicKey');
  if (bits.take(1)[0] !== 0) bits.fail('is not a string of whole bytes');
  expectEnd(key, 'private key');
  return rest(bits);
}

function readPkcs8Content(
  identifier: Reader,
  name: ReturnType<typeof objectIdName>,
  content: Reader,
  fileName: string,
): FoundPrivateKey {
  if (name === 'ecPublicKey') {
    const curve = rest(derElement(identifier, 'objectIdentifier', 'namedCurve'));
    const inner = derElement(content, 'sequence', 'ECPrivateKey');
    derElement(inner, 'integer', 'version');
    return readSec1(inner, fileName, curve);
  }
  if (name === 'rsaEncryption' || name === 'rsassaPss') {
    const pkcs1 = rest(content);
    try {
      return readPkcs1(pkcs1, fileName, name === 'rsassaPss');
    } finally {
      pkcs1.fill(0);
    }
  }
  const algorithm = algorithmOfObjectId(name);
  if (algorithm === 'ed25519' || algorithm === 'ed448') return readSeed(algorithm, content);
  if (isMlDsa(algorithm)) return readMlDsa(algorithm, content, fileName);
  throw notSupported(fileName, 'a type that wolfBoot does not have');
}

function isMlDsa(algorithm: AlgorithmId | undefined): algorithm is MlDsaId {
  return algorithm?.startsWith('ml-dsa') ?? false;
}

function notSupported(fileName: string, what: string): AppError {
  return keyFileError('not-supported', fileName, `is a private key of ${what}`);
}

/** RFC 8410: the private key is an OCTET STRING inside the OCTET STRING. */
function readSeed(algorithm: 'ed25519' | 'ed448', content: Reader): FoundPrivateKey {
  const secret = rest(derElement(content, 'octetString', 'CurvePrivateKey'));
  const expected = SECRET_BYTES[algorithm];
  if (secret.length !== expected) content.fail(`holds ${secret.length} bytes, not ${expected}`);
  return { algorithm, secret, publicKey: undefined };
}

/** RFC 9881, section 6: the seed, the expanded key, or both, which then must belong together. */
function readMlDsa(algorithm: MlDsaId, content: Reader, fileName: string): FoundPrivateKey {
  const expanded = (reader: Reader): Uint8Array =>
    readOctets(reader, 'octetString', 'expandedKey', mlDsaSecretBytes(algorithm));
  const grown = (seed: Uint8Array): Uint8Array => {
    const secret = mlDsaSecretFromSeed(algorithm, seed);
    seed.fill(0);
    return secret;
  };
  if (nextIs(content, 'implicit0')) {
    const secret = grown(readOctets(content, 'implicit0', 'seed', ML_DSA_SEED_BYTES));
    return { algorithm, secret, publicKey: undefined };
  }
  if (nextIs(content, 'octetString')) {
    return { algorithm, secret: expanded(content), publicKey: undefined };
  }
  const both = derElement(content, 'sequence', 'both');
  const secret = grown(readOctets(both, 'octetString', 'seed', ML_DSA_SEED_BYTES));
  const stored = expanded(both);
  const same = equalBytes(secret, stored);
  stored.fill(0);
  if (same) return { algorithm, secret, publicKey: undefined };
  secret.fill(0);
  throw keyFileError(
    'key-mismatch',
    fileName,
    'holds a seed and an expanded key that do not belong together',
  );
}

function readOctets(
  reader: Reader,
  tag: 'octetString' | 'implicit0',
  name: string,
  lengthBytes: number,
): Uint8Array {
  const field = derElement(reader, tag, name);
  if (field.remainingBytes !== lengthBytes) {
    field.fail(`${name} holds ${field.remainingBytes} bytes, not ${lengthBytes}`);
  }
  return rest(field);
}

/** RSAPrivateKey: the scheme keeps and checks it as it stands. */
function readPkcs1(pkcs1: Uint8Array, fileName: string, isPss: boolean): FoundPrivateKey {
  const file = new Reader(pkcs1, fileName);
  const key = derElement(file, 'sequence', 'RSAPrivateKey');
  expectEnd(file, 'RSAPrivateKey');
  derElement(key, 'integer', 'version');
  const field = derElement(key, 'integer', 'modulus');
  if (field.remainingBytes > MOST_RSA_NUMBER_BYTES) {
    field.fail(`modulus has ${field.remainingBytes} bytes, more than any RSA key here`);
  }
  const modulus = BigInt(`0x0${toHex(rest(field))}`);
  const algorithm = rsaAlgorithm(modulus, isPss);
  if (algorithm) return { algorithm, secret: pkcs1.slice(), publicKey: undefined };
  throw notSupported(
    fileName,
    `RSA with ${modulus.toString(2).length} bits; wolfBoot has 2048, 3072 and 4096`,
  );
}

/** ECPrivateKey after its version; PKCS#8 names the curve outside. */
function readSec1(key: Reader, fileName: string, outer: Uint8Array | undefined): FoundPrivateKey {
  const scalarField = derElement(key, 'octetString', 'privateKey');
  const inner = nextIs(key, 'explicit0')
    ? rest(derElement(derElement(key, 'explicit0', 'parameters'), 'objectIdentifier', 'namedCurve'))
    : undefined;
  const curve = outer ?? inner;
  if (curve === undefined) key.fail('does not name its curve');
  if (outer && inner && !equalBytes(outer, inner)) key.fail('names two curves');
  const algorithm = algorithmOfCurve(objectIdName(curve));
  if (!algorithm) throw notSupported(fileName, 'ECDSA on a curve that wolfBoot does not have');
  const expected = SECRET_BYTES[algorithm];
  const secret = rest(scalarField);
  if (secret.length !== expected) {
    scalarField.fail(`the private key has ${secret.length} bytes, not ${expected}`);
  }
  if (!nextIs(key, 'explicit1')) {
    expectEnd(key, 'private key');
    return { algorithm, secret, publicKey: undefined };
  }
  const point = rest(derBits(derElement(key, 'explicit1', 'publicKey'), 'publicKey'));
  expectEnd(key, 'private key');
  return { algorithm, secret, publicKey: pointKey(algorithm, point, fileName).publicKey };
}

/** ECPrivateKey with its curve and public key; PKCS#8 names the curve outside. */
export function writeSec1(
  { algorithm, publicKey, privateKey }: KeyPair,
  withCurve: boolean,
): Uint8Array | undefined {
  const curve = curveOf(algorithm);
  if (!curve) return undefined;
  const point = concatBytes(Uint8Array.of(0), UNCOMPRESSED_POINT, publicKey);
  return encodeDer(
    'sequence',
    encodeDer('integer', Uint8Array.of(1)),
    encodeDer('octetString', privateKey.bytes),
    ...(withCurve ? [encodeDer('explicit0', encodeDer('objectIdentifier', curve))] : []),
    encodeDer('explicit1', encodeDer('bitString', point)),
  );
}

/**
 * PKCS#8; undefined for algorithms that have none here (LMS, XMSS). ML-DSA keys are written as
 * expanded keys: the seed they grew from is not kept.
 */
export function writePkcs8(keyPair: KeyPair): Uint8Array | undefined {
  const { algorithm, privateKey } = keyPair;
  if (algorithm.startsWith('rsa-')) return rsaPrivateToPkcs8(privateKey.bytes);
  const identifier = encodeAlgorithm(algorithm);
  if (!identifier) return undefined;
  const content = writeSec1(keyPair, false) ?? encodeDer('octetString', privateKey.bytes);
  const file = encodeDer(
    'sequence',
    encodeDer('integer', Uint8Array.of(0)),
    identifier,
    encodeDer('octetString', content),
  );
  content.fill(0);
  return file;
}
