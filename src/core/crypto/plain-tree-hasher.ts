/** The tree hasher that works anywhere: plain JavaScript, in the thread that calls it. */
import type { TreeHasher } from '../ports/index.ts';
import { lmsSubtreePlain } from './lms/plain-subtree.ts';
import { xmssSubtreePlain } from './xmss/plain-subtree.ts';

export const plainTreeHasher: TreeHasher = {
  lmsSubtree: lmsSubtreePlain,
  xmssSubtree: xmssSubtreePlain,
};
