/**
 * Private key files for the hex view (formats/wolfboot.md, sections 7, 9 and 10): where what lies. Of the
 * secret parts neither value nor length of the value is said, only their place.
 */
import { equalBytes, toHex } from '../../bytes/index.ts';
import { isDerSequence, type AlgorithmId } from '../../crypto/index.ts';
import { derSpans, pemSpans } from './der-spans.ts';
import type { ExaminedSpan } from './examine-types.ts';
import { inSequence, type SpanPart } from './spans.ts';

/** RFC 8017, appendix A.1.2. */
const PKCS1_NAMES: readonly string[] = [
  'version',
  'modulus',
  'publicExponent',
  'privateExponent',
  'prime1',
  'prime2',
  'exponent1',
  'exponent2',
  'coefficient',
];

/** Of a whole file that was recognised as a private key of `algorithm`. */
export function privateKeySpans(
  bytes: Uint8Array,
  algorithm: AlgorithmId,
  publicKey: Uint8Array,
): readonly ExaminedSpan[] {
  const parts = rawParts(bytes, algorithm, publicKey);
  const length = parts?.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  const isDer = isDerSequence(bytes) && derSpans(bytes, { secret: true }) !== undefined;
  if (parts && length === bytes.length && !isDer) return inSequence(parts);
  return secretFileSpans(bytes, algorithm.startsWith('rsa-') ? PKCS1_NAMES : undefined);
}

/** Of any file that holds a secret and is not raw: its structure without content. */
export function secretFileSpans(
  bytes: Uint8Array,
  names?: readonly string[],
): readonly ExaminedSpan[] {
  if (bytes.length === 0) return [];
  const pem = pemSpans(bytes, true);
  if (pem.some(({ path }) => path === 'begin')) return pem;
  const der = isDerSequence(bytes)
    ? derSpans(bytes, { secret: true, ...(names && { names }) })
    : undefined;
  return der ?? inSequence([secretPart('content', bytes.length)]);
}

function secretPart(path: string, lengthBytes: number): SpanPart {
  return { path, lengthBytes, note: 'secret, not shown', secret: true };
}

function publicPart(publicKey: Uint8Array): SpanPart {
  return { path: 'public key', lengthBytes: publicKey.length, value: toHex(publicKey) };
}

function rawParts(
  bytes: Uint8Array,
  algorithm: AlgorithmId,
  publicKey: Uint8Array,
): readonly SpanPart[] | undefined {
  const secretBytes = bytes.length - publicKey.length;
  if (algorithm.startsWith('ecdsa-')) {
    const half = publicKey.length / 2;
    return [
      { path: 'Qx', lengthBytes: half, value: toHex(publicKey.subarray(0, half)) },
      { path: 'Qy', lengthBytes: half, value: toHex(publicKey.subarray(half)) },
      secretPart('d', secretBytes),
    ];
  }
  switch (algorithm) {
    case 'ed25519':
    case 'ed448':
      return [secretPart('seed', secretBytes), publicPart(publicKey)];
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return [secretPart('secret key', secretBytes), publicPart(publicKey)];
    case 'lms':
      return lmsParts(bytes, publicKey);
    case 'xmss':
    case 'xmssmt':
      return xmssParts(bytes, publicKey);
    default:
      return undefined;
  }
}

/** Section 9, "Key file". The index and the parameters are no secrets. */
function lmsParts(bytes: Uint8Array, publicKey: Uint8Array): readonly SpanPart[] {
  const q = bytes.subarray(0, 8).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  return [
    { path: 'q', lengthBytes: 8, value: String(q), note: 'next unused index' },
    { path: 'parameters', lengthBytes: 8, note: 'tree and chain type of every level' },
    secretPart('SEED', 32),
    { path: 'I', lengthBytes: 16, value: toHex(bytes.subarray(48, 64)) },
    publicPart(publicKey),
  ];
}

const XMSS_NODE_BYTES = 32;
/** By the height of the tree; the public seed, which stands in the file twice, tells which. */
const XMSS_INDEX_BYTES: readonly number[] = [3, 4, 5, 8];

/** Section 10, "State layout". The trees' nodes are as public as the signatures made of them. */
function xmssParts(bytes: Uint8Array, publicKey: Uint8Array): readonly SpanPart[] | undefined {
  const indexBytes = XMSS_INDEX_BYTES.find((length) =>
    equalBytes(
      bytes.subarray(length + 3 * XMSS_NODE_BYTES, length + 4 * XMSS_NODE_BYTES),
      publicKey.subarray(-XMSS_NODE_BYTES),
    ),
  );
  if (indexBytes === undefined) return undefined;
  const seedsEnd = indexBytes + 4 * XMSS_NODE_BYTES;
  const index = bytes
    .subarray(0, indexBytes)
    .reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const node = (at: number): string => toHex(bytes.subarray(at, at + XMSS_NODE_BYTES));
  return [
    { path: 'idx', lengthBytes: indexBytes, value: String(index), note: 'next unused index' },
    secretPart('SK_SEED', XMSS_NODE_BYTES),
    secretPart('SK_PRF', XMSS_NODE_BYTES),
    { path: 'root', lengthBytes: XMSS_NODE_BYTES, value: node(indexBytes + 64) },
    { path: 'PUB_SEED', lengthBytes: XMSS_NODE_BYTES, value: node(indexBytes + 96) },
    {
      path: 'trees',
      lengthBytes: bytes.length - publicKey.length - seedsEnd,
      note: 'state of the tree traversal (BDS)',
    },
    publicPart(publicKey),
  ];
}
