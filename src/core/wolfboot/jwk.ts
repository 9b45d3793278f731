/** Public keys as JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037). */
import { bytesToLatin1, concatBytes, fromBase64Url, malformed, toHex } from '../bytes/index.ts';
import { MOST_RSA_NUMBER_BYTES, type AlgorithmId } from '../crypto/index.ts';
import { keyFileError } from './key-files.ts';
import { pointKey, rsaKey, UNCOMPRESSED_POINT, type FoundPublicKey } from './spki.ts';

const curves = {
  'P-256': { algorithm: 'ecdsa-p256', fieldBytes: 32 },
  'P-384': { algorithm: 'ecdsa-p384', fieldBytes: 48 },
  'P-521': { algorithm: 'ecdsa-p521', fieldBytes: 66 },
} as const;

const edwardsCurves = { Ed25519: 'ed25519', Ed448: 'ed448' } as const satisfies Record<
  string,
  AlgorithmId
>;

/** Members that only a private or a symmetric key has. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** Of base64url; no other field is longer than RSA's modulus. */
const MOST_FIELD_CHARACTERS = Math.ceil((MOST_RSA_NUMBER_BYTES * 4) / 3);

type Members = Readonly<Record<string, unknown>>;

/** Far more white space than stands in front of any JSON; binary files end the look here. */
const PREAMBLE_BYTES = 256;
const STARTS_LIKE_JSON = /^(?:\u00ef\u00bb\u00bf)?\s*(?:\{|$)/;

/** Whether the file is JSON text: a raw key can start with the same character. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  if (!STARTS_LIKE_JSON.test(bytesToLatin1(bytes.subarray(0, PREAMBLE_BYTES)))) return false;
  const text = bytesToLatin1(bytes);
  return (
    /^(?:\u00ef\u00bb\u00bf)?\s*\{[\s\x20-\x7e]*$/.test(text) || jsonMembers(text) !== undefined
  );
}

/**
 * Reads one JWK, or a set of just one. Throws `malformed`, `key-invalid` (a private key, several
 * keys, a type that wolfBoot does not have).
 */
export function readJwk(bytes: Uint8Array, fileName: string): FoundPublicKey {
  const members = onlyKey(parseJson(bytes, fileName), fileName);
  if (SECRET_MEMBERS.some((name) => Object.hasOwn(members, name))) {
    throw keyFileError(
      'key-invalid',
      fileName,
      'is a private key (JWK), not a public one. Do not hand it out; export the public key and use that',
    );
  }
  const { kty, crv } = members;
  const field = (name: string): Uint8Array => readField(members, name, fileName);
  if (kty === 'EC' && isName(curves, crv)) {
    const { algorithm, fieldBytes } = curves[crv];
    const coordinates = ['x', 'y'].map((name) => {
      const value = field(name);
      if (value.length === fieldBytes) return value;
      throw malformed(fileName, 0, name, `has ${value.length} bytes, not ${fieldBytes}`);
    });
    return pointKey(algorithm, concatBytes(UNCOMPRESSED_POINT, ...coordinates), fileName);
  }
  if (kty === 'OKP' && isName(edwardsCurves, crv)) {
    return { algorithm: edwardsCurves[crv], publicKey: field('x') };
  }
  if (kty === 'RSA') {
    const [modulus = 0n, exponent = 0n] = ['n', 'e'].map((name) => toNumber(field(name)));
    const isPss = typeof members.alg === 'string' && members.alg.startsWith('PS');
    return rsaKey({ modulus, exponent }, fileName, isPss);
  }
  throw keyFileError('key-invalid', fileName, 'is a JWK of a type wolfBoot does not have');
}

function isName<K extends string>(table: Readonly<Record<K, unknown>>, name: unknown): name is K {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array, fileName: string): Members {
  const members = jsonMembers(bytesToLatin1(bytes));
  if (members) return members;
  throw malformed(fileName, 0, 'JSON', 'starts as JSON text but is no JSON object');
}

/** The parser's own message quotes the text, which may be a secret: it is dropped. */
function jsonMembers(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\u00ef\u00bb\u00bf/, ''));
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function onlyKey(members: Members, fileName: string): Members {
  if (!Array.isArray(members.keys)) return members;
  const keys: readonly unknown[] = members.keys;
  const [key] = keys;
  if (keys.length === 1 && isMembers(key)) return key;
  throw keyFileError(
    'key-invalid',
    fileName,
    `is a set of ${keys.length} keys (JWK Set); give one key at a time`,
  );
}

function readField(members: Members, name: string, fileName: string): Uint8Array {
  const text = members[name];
  if (typeof text === 'string' && text.length > MOST_FIELD_CHARACTERS) {
    throw malformed(fileName, 0, name, `has ${text.length} characters, more than any RSA key here`);
  }
  const value = typeof text === 'string' ? fromBase64Url(text) : undefined;
  if (value && value.length > 0) return value;
  throw malformed(fileName, 0, name, 'is missing or not base64url text');
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}
