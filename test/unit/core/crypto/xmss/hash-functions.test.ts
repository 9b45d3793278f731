/** The fast functions against the words of RFC 8391 and SP 800-208, hash by hash. */
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../../src/core/bytes/index.ts';
import { compress, INITIAL } from '../../../../../src/core/crypto/xmss/compression.ts';
import { XmssHash } from '../../../../../src/core/crypto/xmss/hash-functions.ts';
import { baseW, bytesToWords, wordsToBytes } from '../../../../../src/core/crypto/xmss/words.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';

const rng = seededRng('XMSS functions');
const secretSeed = rng.bytes(32);
const publicSeed = rng.bytes(32);

type Address = readonly [number, bigint, number, number, number, number, number];

function addressBytes([layer, tree, ...words]: Address): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, layer);
  view.setBigUint64(4, tree);
  words.forEach((word, at) => {
    view.setUint32(12 + 4 * at, word);
  });
  return bytes;
}

const pad = (kind: number): Uint8Array => new Uint8Array(32).with(31, kind);
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, at) => byte ^ b[at]!);
const prf = (address: Uint8Array): Uint8Array => sha256(concatBytes(pad(3), publicSeed, address));
const masks = (address: Uint8Array, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, kind) => prf(address.with(31, kind)));

function step(value: Uint8Array, address: Uint8Array): Uint8Array {
  const [key, mask] = masks(address, 2);
  return sha256(concatBytes(pad(0), key!, xor(value, mask!)));
}

function join(left: Uint8Array, right: Uint8Array, address: Uint8Array): Uint8Array {
  const [key, leftMask, rightMask] = masks(address, 3);
  return sha256(concatBytes(pad(1), key!, xor(left, leftMask!), xor(right, rightMask!)));
}

function slowChain(layer: number, tree: bigint, leaf: number, chain: number, steps: number) {
  const start = addressBytes([layer, tree, 0, leaf, chain, 0, 0]);
  let value: Uint8Array = sha256(concatBytes(pad(4), secretSeed, publicSeed, start));
  for (let at = 0; at < steps; at++) {
    value = step(value, addressBytes([layer, tree, 0, leaf, chain, at, 0]));
  }
  return value;
}

function slowLeaf(layer: number, tree: bigint, leaf: number): Uint8Array {
  let nodes = Array.from({ length: 67 }, (_, chain) => slowChain(layer, tree, leaf, chain, 15));
  for (let height = 0; nodes.length > 1; height++) {
    const above: Uint8Array[] = [];
    for (let at = 0; at + 1 < nodes.length; at += 2) {
      const address = addressBytes([layer, tree, 1, leaf, height, at / 2, 0]);
      above.push(join(nodes[at]!, nodes[at + 1]!, address));
    }
    if (nodes.length % 2 === 1) above.push(nodes.at(-1)!);
    nodes = above;
  }
  return nodes[0]!;
}

const places = [
  [0, 0n, 0],
  [1, 5n, 1023],
  [11, 0n, 31],
  [2, 2n ** 31n + 7n, 2 ** 19 + 1],
  [0, 2n ** 55n - 3n, 17],
] as const;

describe.each(places)('layer %i, tree %s, leaf %i', (layer, tree, leaf) => {
  const hash = new XmssHash(publicSeed, secretSeed);
  hash.setTree(layer, tree);

  it('the leaf', () => {
    const words = new Int32Array(8);
    hash.leaf(leaf, words);
    expect(toBytes(words)).toEqual(slowLeaf(layer, tree, leaf));
  });

  it('a node above it', () => {
    const children = rng.bytes(64);
    const words = new Int32Array(16);
    bytesToWords(children, 0, words, 0);
    bytesToWords(children, 32, words, 8);
    hash.node(words, 0, 3, leaf >> 3, words, 8);
    const address = addressBytes([layer, tree, 2, 0, 2, leaf >> 3, 0]);
    expect(toBytes(words.subarray(8))).toEqual(
      join(children.subarray(0, 32), children.subarray(32), address),
    );
  });

  it('a signature, which leads back to the leaf', () => {
    const digest = rng.bytes(32);
    const digits = new Uint8Array(67);
    baseW(digest, digits);
    const signature = new Uint8Array(67 * 32);
    hash.signWots(leaf, digest, signature);
    const chains = [...digits].map((steps, chain) => slowChain(layer, tree, leaf, chain, steps));
    expect(signature).toEqual(concatBytes(...chains));
    const words = new Int32Array(8);
    hash.leafOfSignature(leaf, digest, signature, words);
    expect(toBytes(words)).toEqual(slowLeaf(layer, tree, leaf));
  });
});

describe('digits', () => {
  it.each([
    [0x00, [0, 0], [3, 12, 0]],
    [0xff, [15, 15], [0, 0, 0]],
    [0x1e, [1, 14], [1, 14, 0]],
  ])('of a digest full of %i', (byte, pair, checksum) => {
    const digits = new Uint8Array(67);
    baseW(new Uint8Array(32).fill(byte), digits);
    expect([...digits.subarray(0, 2)]).toEqual(pair);
    expect([...digits.subarray(64)]).toEqual(checksum);
  });
});

describe('the compression function', () => {
  it('hashes a message of one block', () => {
    const message = rng.bytes(32);
    const block = new Int32Array(16);
    bytesToWords(message, 0, block, 0);
    block[8] = 0x80000000 | 0;
    block[15] = 256;
    const out = new Int32Array(8);
    compress(INITIAL, block, out);
    expect(toBytes(out)).toEqual(sha256(message));
  });
});

describe('a hash without the secret', () => {
  it('computes no leaf', () => {
    const hash = new XmssHash(publicSeed);
    expect(() => {
      hash.leaf(0, new Int32Array(8));
    }).toThrow(RangeError);
  });
});

function toBytes(words: Int32Array): Uint8Array {
  const bytes = new Uint8Array(32);
  wordsToBytes(words, 0, bytes, 0);
  return bytes;
}
