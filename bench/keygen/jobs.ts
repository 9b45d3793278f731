/** What is measured, the same in Node and in a browser. */
import { sha256 } from '@noble/hashes/sha2.js';
import { plainTreeHasher } from '../../src/core/crypto/plain-tree-hasher.ts';
import { scheme, type KeyPair, type KeySpec } from '../../src/core/crypto/index.ts';
import type { LmsTree, TreeHasher } from '../../src/core/ports/index.ts';
import { partCompressions } from '../../src/workers/hashing/hash-tree.ts';

export const jobNames = [
  'lms-l1h10w8',
  'lms-l2h5w8-both-trees',
  'xmss-10',
  'xmssmt-20/2',
  'lms-l1h10w8-sign',
] as const;

export type JobName = (typeof jobNames)[number];

const rng = {
  bytes: (lengthBytes: number) => crypto.getRandomValues(new Uint8Array(lengthBytes)),
};

const specs: Partial<Record<JobName, KeySpec>> = {
  'lms-l1h10w8': { algorithm: 'lms', lms: { levels: 1, height: 10, winternitz: 8 } },
  'xmss-10': { algorithm: 'xmss', set: 'XMSS-SHA2_10_256' },
  'xmssmt-20/2': { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/2_256' },
};

const lmsTree = (height: 5 | 10): LmsTree => ({
  identifier: rng.bytes(16),
  seed: rng.bytes(32),
  height,
  winternitz: 8,
});

/** A key with the nodes that a signature needs, made once for each hasher. */
interface Signer {
  readonly pair: KeyPair;
  readonly trees: Map<string, Uint8Array>;
}

const signers = new WeakMap<TreeHasher, Signer>();

/** Does a job once. The first signature of a hasher makes the key and its cache as well. */
export async function runJob(
  name: JobName,
  hasher: TreeHasher,
  signal?: AbortSignal,
): Promise<void> {
  const spec = specs[name];
  if (spec !== undefined) {
    await scheme(spec.algorithm).generate(spec, { rng, hasher, signal });
  } else if (name === 'lms-l1h10w8-sign') {
    await sign(hasher);
  } else {
    const whole = { firstLeaf: 0, height: 5 };
    await Promise.all([hasher.lmsSubtree(lmsTree(5), whole), hasher.lmsSubtree(lmsTree(5), whole)]);
  }
}

async function sign(hasher: TreeHasher): Promise<void> {
  let signer = signers.get(hasher);
  if (signer === undefined) {
    const spec = { algorithm: 'lms', lms: { levels: 1, height: 10, winternitz: 8 } } as const;
    const trees = new Map<string, Uint8Array>();
    signer = { pair: await scheme('lms').generate(spec, { rng, hasher }), trees };
    signers.set(hasher, signer);
    await sign(hasher);
  }
  const { pair, trees } = signer;
  await scheme('lms').sign(pair.privateKey, rng.bytes(32), {
    rng,
    hasher,
    trees: {
      get: (name) => trees.get(name),
      put: (name, nodes) => void trees.set(name, nodes),
      delete: (name) => void trees.delete(name),
    },
    persistState: () => Promise.resolve(),
  });
}

/** Million compressions a second of plain JavaScript, over a part that takes about a second. */
export async function plainRates(): Promise<{ lms: number; xmss: number; noble: number }> {
  const part = { firstLeaf: 0, height: 6 };
  const lms = { kind: 'lms', tree: lmsTree(10) } as const;
  const xmss = {
    kind: 'xmss',
    tree: {
      secretSeed: rng.bytes(32),
      publicSeed: rng.bytes(32),
      layer: 0,
      tree: 0n,
      height: 10,
    },
  } as const;
  return {
    lms: await rate(partCompressions(lms, part.height), () =>
      plainTreeHasher.lmsSubtree(lms.tree, part),
    ),
    xmss: await rate(partCompressions(xmss, part.height), () =>
      plainTreeHasher.xmssSubtree(xmss.tree, part),
    ),
    noble: await rate(NOBLE_STEPS, nobleChain),
  };
}

const NOBLE_STEPS = 300_000;
const CHAIN_MESSAGE_BYTES = 55;
const CHAIN_VALUE_AT = 23;

/** LMS chain steps with noble's sha256, as a program without an engine of its own does them. */
function nobleChain(): Promise<Uint8Array> {
  const message = rng.bytes(CHAIN_MESSAGE_BYTES);
  for (let step = 0; step < NOBLE_STEPS; step++) {
    message[CHAIN_VALUE_AT - 1] = step;
    message.set(sha256(message), CHAIN_VALUE_AT);
  }
  return Promise.resolve(message);
}

async function rate(compressions: number, work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return compressions / (performance.now() - startedMs) / 1000;
}
