/**
 * Leaves and nodes of hash-based signature trees, the long work of LMS and XMSS. The plain
 * implementation stands in `core/crypto`; `workers/hashing` has one in WebAssembly on several threads.
 * Both give the same bytes.
 */
import type { LongCall } from './cancel.ts';

/** Compressions of SHA-256 done and to do, in one call. */
export interface TreeProgress {
  readonly done: number;
  readonly total: number;
}

export type TreeCall = LongCall<TreeProgress>;

/** One LMS tree (RFC 8554, section 5) with secrets derived as in its appendix A. */
export interface LmsTree {
  /** 16 bytes. */
  readonly identifier: Uint8Array;
  /** 32 bytes, secret. */
  readonly seed: Uint8Array;
  readonly height: 5 | 10 | 15 | 20 | 25;
  readonly winternitz: 1 | 2 | 4 | 8;
}

/** One tree of XMSS or XMSS^MT, SHA-256, n = 32, WOTS+ secrets by PRF_keygen of SP 800-208. */
export interface XmssTree {
  /** 32 bytes, secret. */
  readonly secretSeed: Uint8Array;
  /** 32 bytes. */
  readonly publicSeed: Uint8Array;
  /** 0 is the bottom. */
  readonly layer: number;
  readonly tree: bigint;
  /** Of this tree alone: h / d. */
  readonly height: number;
}

/** The part of a tree over `2 ** height` leaves from `firstLeaf` on, which is a multiple of that. */
export interface SubtreePart {
  readonly firstLeaf: number;
  readonly height: number;
}

/**
 * Resolves with all nodes of the part, 32 bytes each: its leaves first, level by level, its root
 * last; (2 ** (height + 1) - 1) * 32 bytes. The caller owns them; the arguments are not kept.
 * Rejects with `cancelled`.
 */
export interface TreeHasher {
  lmsSubtree(tree: LmsTree, part: SubtreePart, call?: TreeCall): Promise<Uint8Array>;
  xmssSubtree(tree: XmssTree, part: SubtreePart, call?: TreeCall): Promise<Uint8Array>;
}
