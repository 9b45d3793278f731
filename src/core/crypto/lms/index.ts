/** LMS and HSS: the scheme, its parameters and what its jobs cost. */
export { lmsScheme } from './lms.ts';
export { lmsSubtreePlain } from './plain-subtree.ts';
export { generateWork, signWork, treeCompressions } from './work.ts';
