/** What jobs cost in compressions: the table of the performance notes, and what is really done. */
import { describe, expect, it } from 'vitest';
import {
  LEAF_COMPRESSIONS,
  NODE_COMPRESSIONS,
  subtreeCompressions,
  WOTS_SIGN_COMPRESSIONS,
  xmssGenerateCompressions,
} from '../../../../../src/core/crypto/xmss/counts.ts';
import { XmssHash } from '../../../../../src/core/crypto/xmss/hash-functions.ts';
import { parametersByName } from '../../../../../src/core/crypto/xmss/parameters.ts';
import { xmssMtScheme, xmssSubtreePlain } from '../../../../../src/core/crypto/xmss/index.ts';
import type { SubtreePart, TreeHasher, XmssTree } from '../../../../../src/core/ports/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';

const rng = seededRng('work');
const seed = rng.bytes(32);

const set = (name: string) => parametersByName(name.startsWith('XMSSMT') ? 'xmssmt' : 'xmss', name);

/** Notes what it was asked for. */
function notingHasher(): Pick<TreeHasher, 'xmssSubtree'> & {
  readonly asked: { readonly tree: XmssTree; readonly part: SubtreePart }[];
} {
  const asked: { readonly tree: XmssTree; readonly part: SubtreePart }[] = [];
  return {
    asked,
    xmssSubtree: (tree, part, call) => {
      asked.push({ tree, part });
      return xmssSubtreePlain(tree, part, call);
    },
  };
}

const withoutLms = (hasher: Pick<TreeHasher, 'xmssSubtree'>): TreeHasher => ({
  ...hasher,
  lmsSubtree: () => Promise.reject(new Error('not LMS')),
});

describe('one leaf and one node', () => {
  it('4,550 and 6', () => {
    expect([LEAF_COMPRESSIONS, NODE_COMPRESSIONS]).toEqual([4550, 6]);
    const hash = new XmssHash(seed, seed);
    hash.leaf(0, new Int32Array(8));
    expect(hash.compressions).toBe(4550);
    hash.node(new Int32Array(16), 0, 1, 0, new Int32Array(8), 0);
    expect(hash.compressions).toBe(4556);
  });
});

describe('a new key', () => {
  it.each([
    ['XMSS-SHA2_10_256', 4_665_338, 4.67e6],
    ['XMSS-SHA2_16_256', 298_582_010, 299e6],
    ['XMSSMT-SHA2_20/2_256', 9_330_676, 9.33e6],
  ] as const)('%s: %i', (name, exact, table) => {
    const work = xmssGenerateCompressions(set(name));
    expect(work).toBe(exact);
    expect(Math.abs(work / table - 1)).toBeLessThan(0.002);
  });

  it('asks the hasher for each first tree once', async () => {
    const hasher = notingHasher();
    const spec = { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/4_256' } as const;
    const progress: number[] = [];
    await xmssMtScheme.generate(spec, {
      rng,
      hasher: withoutLms(hasher),
      onProgress: ({ done, total }) => {
        expect(total).toBe(xmssGenerateCompressions(set(spec.set)));
        progress.push(done);
      },
    });
    expect(
      hasher.asked.map(({ tree: { layer, tree, height }, part }) => ({
        layer,
        tree,
        height,
        part,
      })),
    ).toEqual(
      [3, 0, 1, 2].map((layer) => ({
        layer,
        tree: 0n,
        height: 5,
        part: { firstLeaf: 0, height: 5 },
      })),
    );
    expect(progress.at(-1)).toBe(xmssGenerateCompressions(set(spec.set)));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  it('takes a tall tree in parts of 1,024 leaves and keeps little of them', async () => {
    const asked: SubtreePart[] = [];
    const nodes = new Uint8Array((2 ** 11 - 1) * 32);
    const spec = { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_40/2_256' } as const;
    const hasher = withoutLms({
      xmssSubtree: async (_tree, part) => {
        asked.push(part);
        return nodes;
      },
    });
    await xmssMtScheme.generate(spec, { rng, hasher });
    expect(asked.length).toBe(2 * 1024);
    expect(asked.every(({ height }) => height === 10)).toBe(true);
    expect(asked[1023]).toEqual({ firstLeaf: 1023 * 1024, height: 10 });
  });
});

describe('a signature', () => {
  it('about 2.1 k, exactly by its digits', () => {
    expect(WOTS_SIGN_COMPRESSIONS).toBe(2144);
    const hash = new XmssHash(seed, seed);
    hash.setTree(0, 0n);
    // Digits 0: no steps but those of the checksum 960 = 3c0.
    hash.signWots(0, new Uint8Array(32), new Uint8Array(67 * 32));
    expect(hash.compressions).toBe(67 * 2 + (3 + 12 + 0) * 4);
  });
});

describe('the plain hasher', () => {
  it('counts what it says it will', async () => {
    const seen: number[] = [];
    const nodes = await xmssSubtreePlain(
      { secretSeed: seed, publicSeed: seed, layer: 0, tree: 0n, height: 10 },
      { firstLeaf: 16, height: 3 },
      {
        onProgress: ({ done, total }) => {
          seen.push(done);
          expect(total).toBe(subtreeCompressions(3));
        },
      },
    );
    expect(nodes.length).toBe(15 * 32);
    expect(seen).toEqual([0, subtreeCompressions(3)]);
  });
});
