/**
 * SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) of every type that has one: ECC (RFC 5480), EdDSA (RFC
 * 8410), RSA (RFC 3279, and RFC 4055 for keys marked PSS), ML-DSA (RFC 9881).
 */
import { concatBytes, Reader } from '../bytes/index.ts';
import {
  decodeEcPoint,
  derBits,
  derElement,
  encodeDer,
  encodeRsaSpki,
  expectEnd,
  OBJECT_IDS,
  objectIdName,
  readRsaPublicKey,
  rest,
  type AlgorithmId,
  type ObjectIdName,
  type RsaPublicKey,
} from '../crypto/index.ts';
import { keyFileError } from './key-files.ts';

export interface FoundPublicKey {
  readonly algorithm: AlgorithmId;
  /** In keystore form; not yet checked. */
  readonly publicKey: Uint8Array;
}

type EcdsaId = Extract<AlgorithmId, `ecdsa-${string}`>;

/** By the name of the algorithm; ECC by that of its curve. */
const algorithms = {
  ed25519: 'ed25519',
  ed448: 'ed448',
  mlDsa44: 'ml-dsa-44',
  mlDsa65: 'ml-dsa-65',
  mlDsa87: 'ml-dsa-87',
} as const satisfies Partial<Record<ObjectIdName, AlgorithmId>>;

const curves = {
  prime256v1: 'ecdsa-p256',
  secp384r1: 'ecdsa-p384',
  secp521r1: 'ecdsa-p521',
} as const satisfies Partial<Record<ObjectIdName, EcdsaId>>;

function isIn<K extends string>(table: Readonly<Record<K, unknown>>, name: string): name is K {
  return Object.hasOwn(table, name);
}

/** The algorithm of an object identifier that needs no parameters. */
export function algorithmOfObjectId(name: ObjectIdName | undefined): AlgorithmId | undefined {
  return name !== undefined && isIn(algorithms, name) ? algorithms[name] : undefined;
}

export function algorithmOfCurve(name: ObjectIdName | undefined): EcdsaId | undefined {
  return name !== undefined && isIn(curves, name) ? curves[name] : undefined;
}

/** AlgorithmIdentifier of a key, or undefined for types that have none here (LMS, XMSS). */
export function encodeAlgorithm(algorithm: AlgorithmId): Uint8Array | undefined {
  for (const [name, id] of Object.entries(algorithms)) {
    if (id === algorithm && isIn(OBJECT_IDS, name)) {
      return encodeDer('sequence', encodeDer('objectIdentifier', OBJECT_IDS[name]));
    }
  }
  const curve = curveOf(algorithm);
  return (
    curve &&
    encodeDer(
      'sequence',
      encodeDer('objectIdentifier', OBJECT_IDS.ecPublicKey),
      encodeDer('objectIdentifier', curve),
    )
  );
}

/** Content of the object identifier of an ECDSA algorithm's curve. */
export function curveOf(algorithm: AlgorithmId): Uint8Array | undefined {
  for (const [name, id] of Object.entries(curves)) {
    if (id === algorithm && isIn(OBJECT_IDS, name)) return OBJECT_IDS[name];
  }
  return undefined;
}

/** SEC 1, 2.3.3: mark of an uncompressed point. */
export const UNCOMPRESSED_POINT = Uint8Array.of(0x04);

/** Undefined for types that have no SubjectPublicKeyInfo here. `publicKey` is in keystore form. */
export function writeSpki(algorithm: AlgorithmId, publicKey: Uint8Array): Uint8Array | undefined {
  if (algorithm.startsWith('rsa-')) return publicKey.slice();
  const identifier = encodeAlgorithm(algorithm);
  if (!identifier) return undefined;
  const content = curveOf(algorithm) ? concatBytes(UNCOMPRESSED_POINT, publicKey) : publicKey;
  return encodeDer('sequence', identifier, encodeDer('bitString', Uint8Array.of(0), content));
}

/** Reads one. Throws `malformed`, `key-invalid` for types and curves that wolfBoot does not have. */
export function readSpki(bytes: Uint8Array, fileName: string): FoundPublicKey {
  const file = new Reader(bytes, fileName);
  const spki = derElement(file, 'sequence', 'SubjectPublicKeyInfo');
  expectEnd(file, 'public key');
  const identifier = derElement(spki, 'sequence', 'algorithm');
  const name = objectIdName(rest(derElement(identifier, 'objectIdentifier', 'algorithm')));
  if (name === 'ecPublicKey') {
    const curve = objectIdName(rest(derElement(identifier, 'objectIdentifier', 'namedCurve')));
    const algorithm = algorithmOfCurve(curve);
    if (!algorithm) {
      throw keyFileError('key-invalid', fileName, 'is on a curve that wolfBoot does not have');
    }
    return pointKey(algorithm, readKeyBits(spki), fileName);
  }
  if (name === 'rsaEncryption' || name === 'rsassaPss') {
    const key = readRsaPublicKey(derBits(spki, 'subjectPublicKey'));
    expectEnd(spki, 'public key');
    return rsaKey(key, fileName, name === 'rsassaPss');
  }
  const algorithm = algorithmOfObjectId(name);
  if (!algorithm) {
    throw keyFileError('key-invalid', fileName, 'is a public key of a type wolfBoot does not have');
  }
  return { algorithm, publicKey: readKeyBits(spki) };
}

function readKeyBits(spki: Reader): Uint8Array {
  const bits = rest(derBits(spki, 'subjectPublicKey'));
  expectEnd(spki, 'public key');
  return bits;
}

/** A point as SEC 1 encodes it; a compressed one is written out. Throws `key-invalid`. */
export function pointKey(algorithm: EcdsaId, point: Uint8Array, fileName: string): FoundPublicKey {
  const publicKey = decodeEcPoint(algorithm, point);
  if (publicKey) return { algorithm, publicKey };
  throw keyFileError('key-invalid', fileName, 'cannot be used: it is not a point of the curve');
}

const rsaIds = {
  plain: { 2048: 'rsa-2048', 3072: 'rsa-3072', 4096: 'rsa-4096' },
  pss: { 2048: 'rsa-pss-2048', 3072: 'rsa-pss-3072', 4096: 'rsa-pss-4096' },
} as const;

/** The algorithm of an RSA modulus; undefined for sizes that wolfBoot does not have. */
export function rsaAlgorithm(modulus: bigint, isPss: boolean): AlgorithmId | undefined {
  const ids: Readonly<Record<number, AlgorithmId>> = isPss ? rsaIds.pss : rsaIds.plain;
  return ids[modulus.toString(2).length];
}

/** Throws `key-invalid` for sizes that wolfBoot does not have. */
export function rsaKey(key: RsaPublicKey, fileName: string, isPss = false): FoundPublicKey {
  const algorithm = rsaAlgorithm(key.modulus, isPss);
  if (algorithm) return { algorithm, publicKey: encodeRsaSpki(key) };
  const bits = key.modulus.toString(2).length;
  throw keyFileError(
    'key-invalid',
    fileName,
    `is an RSA key of ${bits} bits; wolfBoot has 2048, 3072 and 4096`,
  );
}
