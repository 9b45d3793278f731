/**
 * The work of XMSS in compressions of SHA-256, with the first block of PRF and PRF_keygen done once
 * for a key: what estimates and progress count in.
 */
import { CHAINS, CHAIN_STEPS, type XmssParameters } from './parameters.ts';

/** PRF_keygen for one chain. */
export const SECRET_COMPRESSIONS = 2;
/** F: two PRF, then two blocks. */
export const STEP_COMPRESSIONS = 4;
/** H: three PRF, then three blocks. */
export const NODE_COMPRESSIONS = 6;
/** One WOTS+ key and its L-tree: 4,550. */
export const LEAF_COMPRESSIONS =
  CHAINS * (SECRET_COMPRESSIONS + CHAIN_STEPS * STEP_COMPRESSIONS) +
  (CHAINS - 1) * NODE_COMPRESSIONS;

/** All nodes over `2 ** height` leaves. */
export function subtreeCompressions(height: number): number {
  return 2 ** height * LEAF_COMPRESSIONS + (2 ** height - 1) * NODE_COMPRESSIONS;
}

/** A new key: the first tree of every layer. The d - 1 signatures between them do not count. */
export function xmssGenerateCompressions({ layers, treeHeight }: XmssParameters): number {
  return layers * subtreeCompressions(treeHeight);
}

/** One WOTS+ signature, on average of all digests: each chain is half walked. */
export const WOTS_SIGN_COMPRESSIONS =
  CHAINS * (SECRET_COMPRESSIONS + (CHAIN_STEPS / 2) * STEP_COMPRESSIONS);
