/** Signatures of images, judged by node's OpenSSL and by a plain reading of RFC 8554; section 12 of formats/wolfboot.md. */
import { constants, createHash, createPublicKey, publicDecrypt, verify } from 'node:crypto';
import type { KeyObject, JsonWebKey } from 'node:crypto';

export interface OrderKey {
  /** AUTH_KEY value. */
  readonly authKey: number;
  /** In keystore form. */
  readonly publicKey: Uint8Array;
  /** XMSS^MT: its keys look like those of XMSS. */
  readonly multiTree?: boolean | undefined;
  /** RSA with DigestInfo (`--rsa2048enc`). */
  readonly digestInfo?: boolean | undefined;
}

interface Signed {
  readonly hash: 'sha256' | 'sha384' | 'sha3-384';
  readonly digest: Uint8Array;
  /** What the digest is of; OpenSSL hashes by itself. */
  readonly text: Uint8Array | undefined;
}

const FIXED_LENGTHS: Readonly<Record<number, number>> = {
  0x01: 64,
  0x02: 64,
  0x03: 256,
  0x04: 512,
  0x05: 114,
  0x06: 96,
  0x07: 132,
  0x08: 384,
  0x0c: 256,
  0x0d: 384,
  0x0e: 512,
};

const ML_DSA_LENGTHS: Readonly<Record<number, number>> = { 1312: 2420, 1952: 3309, 2592: 4627 };
/** By number of the parameter set: the height. */
const XMSS_HEIGHTS: Readonly<Record<number, number>> = { 1: 10, 2: 16, 3: 20 };
/** By number of the parameter set: the trees on top of each other, 20 high together. */
const XMSSMT_LAYERS: Readonly<Record<number, number>> = { 1: 2, 2: 4 };

const N = 32;
const XMSS_CHAINS = 67;

/** Section 1, 9 and 10. */
export function signatureLength(key: OrderKey): number {
  const { authKey, publicKey } = key;
  switch (authKey) {
    case 0x09: {
      const { levels, height, chains } = lmsParameters(publicKey);
      const one = 4 + 4 + N * (chains + 1) + 4 + N * height;
      return 4 + levels * one + (levels - 1) * 56;
    }
    case 0x0a: {
      const set = publicKey[3] ?? 0;
      const layers = key.multiTree ? (XMSSMT_LAYERS[set] ?? 0) : 1;
      const height = key.multiTree ? 20 : (XMSS_HEIGHTS[set] ?? 0);
      return (key.multiTree ? 3 : 4) + N + layers * XMSS_CHAINS * N + height * N;
    }
    case 0x0b:
      return ML_DSA_LENGTHS[publicKey.length] ?? 0;
    default:
      return FIXED_LENGTHS[authKey] ?? 0;
  }
}

/** undefined where nothing here can tell: ML-DSA, XMSS, and digests of an unknown text. */
export function isGoodSignature(
  key: OrderKey,
  signed: Signed,
  signature: Uint8Array,
): boolean | undefined {
  const { digest, text, hash } = signed;
  switch (key.authKey) {
    case 0x01:
      return verify(null, digest, edwards('Ed25519', key.publicKey), signature);
    case 0x05:
      return verify(null, digest, edwards('Ed448', key.publicKey), signature);
    case 0x02:
    case 0x06:
    case 0x07:
      if (!text) return undefined;
      return verify(
        hash,
        text,
        { key: weierstrass(key.publicKey), dsaEncoding: 'ieee-p1363' },
        signature,
      );
    case 0x03:
    case 0x04:
    case 0x08:
      return isGoodRsa(key, signed, signature);
    case 0x0c:
    case 0x0d:
    case 0x0e: {
      if (!text) return undefined;
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const saltLength = digest.length;
      return verify(hash, text, { key: rsa(key.publicKey), padding, saltLength }, signature);
    }
    case 0x09:
      return isGoodHss(key.publicKey, digest, signature);
    default:
      return undefined;
  }
}

function isGoodRsa(key: OrderKey, { hash, text, digest }: Signed, signature: Uint8Array) {
  const publicKey = rsa(key.publicKey);
  if (key.digestInfo === true) return text && verify(hash, text, publicKey, signature);
  const padding = constants.RSA_PKCS1_PADDING;
  try {
    return publicDecrypt({ key: publicKey, padding }, signature).equals(digest);
  } catch {
    return false;
  }
}

function rsa(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

function edwards(curve: string, publicKey: Uint8Array): KeyObject {
  return fromJwk({ kty: 'OKP', crv: curve, x: base64url(publicKey) });
}

/** x and y, of equal length. */
function weierstrass(publicKey: Uint8Array): KeyObject {
  const half = publicKey.length / 2;
  const curve = { 32: 'P-256', 48: 'P-384', 66: 'P-521' }[half] ?? 'unknown';
  const [x, y] = [publicKey.subarray(0, half), publicKey.subarray(half)];
  return fromJwk({ kty: 'EC', crv: curve, x: base64url(x), y: base64url(y) });
}

function fromJwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function lmsParameters(publicKey: Uint8Array) {
  const levels = publicKey[3] ?? 0;
  const height = { 5: 5, 6: 10, 7: 15, 8: 20, 9: 25 }[publicKey[7] ?? 0] ?? 0;
  const width = { 1: 1, 2: 2, 3: 4, 4: 8 }[publicKey[11] ?? 0] ?? 1;
  const chains = { 1: 265, 2: 133, 4: 67, 8: 34 }[width] ?? 0;
  return { levels, height, width, chains };
}

/** RFC 8554, section 6.3: every level but the last signs the public key of the next. */
function isGoodHss(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { levels, height, chains } = lmsParameters(publicKey);
  const oneLength = 4 + 4 + N * (chains + 1) + 4 + N * height;
  const shortLength = oneLength + 56;
  const full = Buffer.from(signature);
  if (full.length !== signatureLength({ authKey: 0x09, publicKey })) return false;
  if (full.readUInt32BE(0) !== levels - 1) return false;
  let key = Buffer.from(publicKey.subarray(4));
  for (let level = 0; level < levels; level++) {
    const at = 4 + level * shortLength;
    const isLast = level === levels - 1;
    const next = full.subarray(at + oneLength, at + shortLength);
    const text = isLast ? Buffer.from(message) : next;
    if (!isGoodLms(key, text, full.subarray(at, at + oneLength))) return false;
    key = next;
  }
  return true;
}

/** RFC 8554, algorithms 4b and 6a. */
function isGoodLms(publicKey: Buffer, message: Buffer, signature: Buffer): boolean {
  const { height, width, chains } = lmsParameters(Buffer.concat([Buffer.alloc(4), publicKey]));
  const [id, root] = [publicKey.subarray(8, 24), publicKey.subarray(24)];
  const leaf = signature.readUInt32BE(0);
  if (leaf >= 2 ** height || !signature.subarray(4, 8).equals(publicKey.subarray(4, 8)))
    return false;
  const ots = signature.subarray(8, 8 + N * (chains + 1));
  const digits = coefficients(
    sha256(id, u32(leaf), u16(0x8181), ots.subarray(0, N), message),
    width,
    chains,
  );
  const ends = digits.map((digit, chain) => {
    let value = ots.subarray(N * (chain + 1), N * (chain + 2));
    for (let step = digit; step < 2 ** width - 1; step++) {
      value = sha256(id, u32(leaf), u16(chain), Buffer.of(step), value);
    }
    return value;
  });
  let node = sha256(id, u32(leaf), u16(0x8080), ...ends);
  let number = 2 ** height + leaf;
  node = sha256(id, u32(number), u16(0x8282), node);
  const path = signature.subarray(8 + ots.length + 4);
  for (let at = 0; number > 1; at += N, number >>>= 1) {
    const sibling = path.subarray(at, at + N);
    const pair = number % 2 === 1 ? [sibling, node] : [node, sibling];
    node = sha256(id, u32(number >>> 1), u16(0x8383), ...pair);
  }
  return node.equals(root);
}

/** RFC 8554, section 3.1.3 and 4.4: the digits of the hash, then those of their checksum. */
function coefficients(hash: Buffer, width: number, chains: number): number[] {
  const shift = { 1: 7, 2: 6, 4: 4, 8: 0 }[width] ?? 0;
  const digits = (bytes: Buffer): number[] =>
    [...bytes].flatMap((byte) =>
      Array.from(
        { length: 8 / width },
        (_, index) => (byte >>> (8 - width * (index + 1))) % 2 ** width,
      ),
    );
  const most = 2 ** width - 1;
  const sum = digits(hash).reduce((total, digit) => total + most - digit, 0);
  return [...digits(hash), ...digits(u16(sum << shift))].slice(0, chains);
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function u32(value: number): Buffer {
  return Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function u16(value: number): Buffer {
  return Buffer.of(value >>> 8, value);
}
