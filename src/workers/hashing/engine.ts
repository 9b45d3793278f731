/**
 * The WebAssembly module (native/hash-engine) as TypeScript sees it: one tree at a time, everything at
 * once. Secrets stand in its memory from `begin` until `wipe`.
 */
import { oneTimeSet } from '../../core/crypto/lms/parameters.ts';
import { AppError } from '../../core/errors.ts';
import type { SubtreePart } from '../../core/ports/index.ts';
import type { HashTree } from './hash-tree.ts';

const NODE_BYTES = 32;
const IDENTIFIER_BYTES = 16;
/** Leaves per call: more would stay in V8's baseline code, which a running call never leaves. */
const LEAVES_A_CALL = 8;

interface EngineExports {
  readonly memory: WebAssembly.Memory;
  key_area(): number;
  node_area(): number;
  node_capacity(): number;
  compressions(): number;
  lms_begin(height: number, winternitz: number, chains: number): void;
  lms_leaves(first: number, count: number, slot: number): void;
  lms_climb(level: number, first: number, count: number, slot: number): void;
  xmss_begin(layer: number, treeHigh: number, treeLow: number): void;
  xmss_leaves(first: number, count: number, slot: number): void;
  xmss_climb(level: number, first: number, count: number, slot: number): void;
}

export interface HashEngine {
  /** Takes a tree into the memory; the former one is wiped. */
  begin(job: HashTree): void;
  /**
   * All nodes of a part of it, leaves first, root last, 32 bytes each. The part's height is 10 at
   * most.
   */
  subtree(part: SubtreePart): Uint8Array<ArrayBuffer>;
  /**
   * All nodes above `nodes`, which are neighbours of the same level (0: leaves), a power of two of
   * them, 1024 at most; `first` is the index of the first.
   */
  climb(level: number, first: number, nodes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Compressions since the last call. The midstates of an XMSS tree's seeds are not counted. */
  takeCompressions(): number;
  /** Zeros over the whole memory, the engine's stack included. */
  wipe(): void;
}

export function createHashEngine(module: WebAssembly.Module): HashEngine {
  const engine = new WebAssembly.Instance(module).exports as unknown as EngineExports;
  const memory = new Uint8Array(engine.memory.buffer);
  const keyAt = engine.key_area();
  const nodesAt = engine.node_area();
  const capacity = engine.node_capacity();
  let begun: HashTree['kind'] | undefined;
  let counted = 0;
  let taken = 0;

  const wipe = (): void => {
    counted += engine.compressions();
    memory.fill(0);
    begun = undefined;
  };
  const reserve = (nodes: number): void => {
    if (begun === undefined || nodes > capacity) {
      throw new AppError('internal', `the hash engine has no room for ${nodes} nodes, or no tree`);
    }
  };
  const nodesFrom = (slot: number, count: number): Uint8Array<ArrayBuffer> =>
    memory.slice(nodesAt + slot * NODE_BYTES, nodesAt + (slot + count) * NODE_BYTES);

  return {
    begin({ kind, tree }) {
      if (begun !== undefined) wipe();
      begun = kind;
      if (kind === 'lms') {
        memory.set(tree.identifier, keyAt);
        memory.set(tree.seed, keyAt + IDENTIFIER_BYTES);
        engine.lms_begin(tree.height, tree.winternitz, oneTimeSet(tree.winternitz).chains);
      } else {
        memory.set(tree.secretSeed, keyAt);
        memory.set(tree.publicSeed, keyAt + NODE_BYTES);
        engine.xmss_begin(
          tree.layer,
          Number(BigInt.asIntN(32, tree.tree >> 32n)),
          Number(BigInt.asIntN(32, tree.tree)),
        );
      }
    },
    subtree({ firstLeaf, height }) {
      const leaves = 2 ** height;
      reserve(2 * leaves - 1);
      for (let done = 0; done < leaves; done += LEAVES_A_CALL) {
        const count = Math.min(LEAVES_A_CALL, leaves - done);
        if (begun === 'lms') engine.lms_leaves(firstLeaf + done, count, done);
        else engine.xmss_leaves(firstLeaf + done, count, done);
      }
      if (begun === 'lms') engine.lms_climb(0, firstLeaf, leaves, 0);
      else engine.xmss_climb(0, firstLeaf, leaves, 0);
      return nodesFrom(0, 2 * leaves - 1);
    },
    climb(level, first, nodes) {
      const count = nodes.length / NODE_BYTES;
      reserve(2 * count - 1);
      memory.set(nodes, nodesAt);
      if (begun === 'lms') engine.lms_climb(level, first, count, 0);
      else engine.xmss_climb(level, first, count, 0);
      return nodesFrom(count, count - 1);
    },
    takeCompressions() {
      const all = counted + engine.compressions();
      const fresh = all - taken;
      taken = all;
      return fresh;
    },
    wipe,
  };
}
