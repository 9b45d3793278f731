/**
 * Hash trees computed with node:crypto, message by message as the standards write them: what the engine is
 * compared with. Slow.
 */
import { createHash } from 'node:crypto';
import type { LmsTree, SubtreePart, XmssTree } from '../../src/core/ports/index.ts';

const hash = (...parts: readonly Uint8Array[]): Buffer => {
  const sha = createHash('sha256');
  for (const part of parts) sha.update(part);
  return sha.digest();
};

function unsigned(value: number | bigint, lengthBytes: number): Buffer {
  return Buffer.from(
    BigInt(value)
      .toString(16)
      .padStart(2 * lengthBytes, '0'),
    'hex',
  );
}

const chainsOf = { 1: 265, 2: 133, 4: 67, 8: 34 } as const;

/** RFC 8554, sections 4 and 5.3, secrets by appendix A. */
export function referenceLms(tree: LmsTree, part: SubtreePart): Buffer {
  const { identifier, seed, winternitz } = tree;
  const node = (r: number, type: number, ...content: readonly Uint8Array[]): Buffer =>
    hash(identifier, unsigned(r, 4), unsigned(type, 2), ...content);
  const leaf = (q: number): Buffer => {
    const ends = Array.from({ length: chainsOf[winternitz] }, (_, i) => {
      const step = (j: number, t: Uint8Array): Buffer =>
        hash(identifier, unsigned(q, 4), unsigned(i, 2), unsigned(j, 1), t);
      let t = step(0xff, seed);
      for (let j = 0; j < 2 ** winternitz - 1; j++) t = step(j, t);
      return t;
    });
    return node(2 ** tree.height + q, 0x8282, node(q, 0x8080, ...ends));
  };
  return levels(part, leaf, (level, index, left, right) =>
    node(2 ** (tree.height - level) + index, 0x8383, left, right),
  );
}

/** RFC 8391, sections 3.1 and 4.1; secrets by SP 800-208, section 6.1. */
export function referenceXmss(tree: XmssTree, part: SubtreePart): Buffer {
  const { secretSeed, publicSeed } = tree;
  const address = (type: number, ...words: readonly number[]): Buffer =>
    Buffer.concat([
      unsigned(tree.layer, 4),
      unsigned(tree.tree, 8),
      unsigned(type, 4),
      ...words.map((word) => unsigned(word, 4)),
    ]);
  const prf = (at: Buffer): Buffer => hash(unsigned(3, 32), publicSeed, at);
  const masked = (x: Buffer, mask: Buffer): Buffer => x.map((byte, i) => byte ^ mask[i]!) as Buffer;
  const step = (x: Buffer, q: number, chain: number, at: number): Buffer =>
    hash(
      unsigned(0, 32),
      prf(address(0, q, chain, at, 0)),
      masked(x, prf(address(0, q, chain, at, 1))),
    );
  const join = (left: Buffer, right: Buffer, type: number, ...at: readonly number[]): Buffer =>
    hash(
      unsigned(1, 32),
      prf(address(type, ...at, 0)),
      masked(left, prf(address(type, ...at, 1))),
      masked(right, prf(address(type, ...at, 2))),
    );
  const leaf = (q: number): Buffer => {
    let nodes = Array.from({ length: 67 }, (_, chain) => {
      let x = hash(unsigned(4, 32), secretSeed, publicSeed, address(0, q, chain, 0, 0));
      for (let at = 0; at < 15; at++) x = step(x, q, chain, at);
      return x;
    });
    for (let height = 0; nodes.length > 1; height++) {
      nodes = Array.from({ length: Math.ceil(nodes.length / 2) }, (_, i) => {
        const left = nodes[2 * i]!;
        const right = nodes[2 * i + 1];
        return right === undefined ? left : join(left, right, 1, q, height, i);
      });
    }
    return nodes[0]!;
  };
  return levels(part, leaf, (level, index, left, right) =>
    join(left, right, 2, 0, level - 1, index),
  );
}

function levels(
  part: SubtreePart,
  leaf: (index: number) => Buffer,
  parent: (level: number, index: number, left: Buffer, right: Buffer) => Buffer,
): Buffer {
  let row = Array.from({ length: 2 ** part.height }, (_, i) => leaf(part.firstLeaf + i));
  const all = [...row];
  for (let level = 1; level <= part.height; level++) {
    const first = part.firstLeaf / 2 ** level;
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      parent(level, first + i, row[2 * i]!, row[2 * i + 1]!),
    );
    all.push(...row);
  }
  return Buffer.concat(all);
}
