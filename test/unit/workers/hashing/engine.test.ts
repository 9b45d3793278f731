/** The WebAssembly engine: same nodes as node:crypto and as plain JavaScript, and exactly so much work. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plainTreeHasher } from '../../../../src/core/crypto/plain-tree-hasher.ts';
import type { LmsTree, XmssTree } from '../../../../src/core/ports/index.ts';
import { createHashEngine } from '../../../../src/workers/hashing/engine.ts';
import { partCompressions } from '../../../../src/workers/hashing/hash-tree.ts';
import { engineBytes, engineModule, hashEngine } from '../../../support/hash-engine.ts';
import { referenceLms, referenceXmss } from '../../../support/reference-trees.ts';

const bytes = (lengthBytes: number, first: number): Uint8Array =>
  Uint8Array.from({ length: lengthBytes }, (_, i) => first + 7 * i);

const lmsTree = (winternitz: LmsTree['winternitz'], height: LmsTree['height'] = 10): LmsTree => ({
  identifier: bytes(16, 1),
  seed: bytes(32, 99),
  height,
  winternitz,
});

const xmssTree: XmssTree = {
  secretSeed: bytes(32, 3),
  publicSeed: bytes(32, 201),
  layer: 0,
  tree: 0n,
  height: 10,
};

describe('hash engine', () => {
  it('is the module whose sha256 stands beside it', () => {
    const path = '../../../../src/workers/hashing/hash-engine.wasm.sha256';
    const stated = readFileSync(new URL(path, import.meta.url), 'utf8');
    const sha256 = createHash('sha256').update(engineBytes).digest('hex');
    expect(stated).toBe(`${sha256}  hash-engine.wasm\n`);
  });

  it.each([1, 2, 4, 8] as const)('hashes LMS trees with W=%i as RFC 8554 writes them', (w) => {
    const engine = hashEngine();
    engine.begin({ kind: 'lms', tree: lmsTree(w) });
    // Heights that use four lanes, one lane, and both; the very last leaves of the tree.
    for (const part of [
      { firstLeaf: 0, height: 0 },
      { firstLeaf: 6, height: 1 },
      { firstLeaf: 1016, height: 3 },
    ]) {
      expect(Buffer.from(engine.subtree(part))).toEqual(referenceLms(lmsTree(w), part));
    }
  });

  it('numbers the nodes of the highest LMS trees', () => {
    const tree = lmsTree(1, 25);
    const engine = hashEngine();
    engine.begin({ kind: 'lms', tree });
    const part = { firstLeaf: 2 ** 25 - 8, height: 3 };
    expect(Buffer.from(engine.subtree(part))).toEqual(referenceLms(tree, part));
  });

  it.each([
    { layer: 0, tree: 0n, height: 10, part: { firstLeaf: 1020, height: 2 } },
    { layer: 0, tree: 1023n, height: 10, part: { firstLeaf: 16, height: 3 } },
    { layer: 1, tree: 0n, height: 10, part: { firstLeaf: 3, height: 0 } },
    { layer: 3, tree: 0x12_3456_789a_bcden, height: 5, part: { firstLeaf: 30, height: 1 } },
    { layer: 11, tree: 0xffff_ffff_ffffn, height: 20, part: { firstLeaf: 2 ** 20 - 4, height: 2 } },
  ])('hashes XMSS trees: layer $layer, tree $tree', ({ part, ...place }) => {
    const tree = { ...xmssTree, ...place };
    const engine = hashEngine();
    engine.begin({ kind: 'xmss', tree });
    expect(Buffer.from(engine.subtree(part))).toEqual(referenceXmss(tree, part));
  });

  it('gives what plain JavaScript gives', async () => {
    const part = { firstLeaf: 32, height: 4 };
    const engine = hashEngine();
    engine.begin({ kind: 'lms', tree: lmsTree(4) });
    expect(engine.subtree(part)).toEqual(await plainTreeHasher.lmsSubtree(lmsTree(4), part));
    engine.begin({ kind: 'xmss', tree: xmssTree });
    expect(engine.subtree(part)).toEqual(await plainTreeHasher.xmssSubtree(xmssTree, part));
  });

  it('climbs from nodes in the middle of a tree', () => {
    for (const job of [
      { kind: 'lms', tree: lmsTree(2) },
      { kind: 'xmss', tree: xmssTree },
    ] as const) {
      const engine = hashEngine();
      engine.begin(job);
      const whole = engine.subtree({ firstLeaf: 64, height: 5 });
      const at = (32 + 16) * 32;
      const level2 = whole.slice(at, at + 8 * 32);
      expect(engine.climb(2, 16, level2)).toEqual(whole.slice(at + 8 * 32));
    }
  });

  it.each([
    { w: 1, height: 5, total: 21_310 },
    { w: 2, height: 5, total: 19_262 },
    { w: 4, height: 5, total: 35_486 },
    { w: 8, height: 5, total: 279_198 },
    { w: 4, height: 10, total: 1_135_614 },
  ] as const)('does $total compressions for LMS W=$w H=$height', ({ w, height, total }) => {
    const engine = hashEngine();
    const job = { kind: 'lms', tree: lmsTree(w, height) } as const;
    engine.begin(job);
    engine.subtree({ firstLeaf: 0, height });
    expect(engine.takeCompressions()).toBe(total);
    expect(partCompressions(job, height)).toBe(total);
  });

  it('does 4,550 compressions for an XMSS leaf and 6 for a node', () => {
    const engine = hashEngine();
    const job = { kind: 'xmss', tree: xmssTree } as const;
    engine.begin(job);
    engine.subtree({ firstLeaf: 0, height: 5 });
    expect(engine.takeCompressions()).toBe(32 * 4550 + 31 * 6);
    expect(partCompressions(job, 10)).toBe(1024 * 4550 + 1023 * 6);
  });

  it('counts on over a wipe and never twice', () => {
    const engine = hashEngine();
    engine.begin({ kind: 'xmss', tree: xmssTree });
    engine.subtree({ firstLeaf: 0, height: 0 });
    engine.wipe();
    engine.begin({ kind: 'lms', tree: lmsTree(1, 5) });
    engine.subtree({ firstLeaf: 0, height: 0 });
    expect(engine.takeCompressions()).toBe(4550 + 664);
    expect(engine.takeCompressions()).toBe(0);
  });

  it('leaves nothing in its memory when it is wiped, and works on', () => {
    const memories: WebAssembly.Memory[] = [];
    const { Instance } = WebAssembly;
    class Watched extends Instance {
      constructor(module: WebAssembly.Module) {
        super(module);
        memories.push(this.exports.memory as WebAssembly.Memory);
      }
    }
    WebAssembly.Instance = Watched;
    const engine = createHashEngine(engineModule);
    WebAssembly.Instance = Instance;

    const part = { firstLeaf: 0, height: 2 };
    engine.begin({ kind: 'lms', tree: lmsTree(4) });
    const before = engine.subtree(part);
    const memory = new Uint8Array(memories[0]!.buffer);
    expect(memory.some((byte) => byte !== 0)).toBe(true);
    engine.wipe();
    expect(memory.every((byte) => byte === 0)).toBe(true);
    engine.begin({ kind: 'lms', tree: lmsTree(4) });
    expect(engine.subtree(part)).toEqual(before);
  });

  it('refuses work without a tree or beyond its room', () => {
    const engine = hashEngine();
    expect(() => engine.subtree({ firstLeaf: 0, height: 0 })).toThrow('no tree');
    engine.begin({ kind: 'lms', tree: lmsTree(1) });
    expect(() => engine.subtree({ firstLeaf: 0, height: 11 })).toThrow('no room');
  });
});
