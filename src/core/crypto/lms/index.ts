/** LMS and HSS: the scheme, its parameters and what its jobs cost. */
export { lmsScheme } from './lms.ts';
export { parametersName, type LmsHeight, type Winternitz } from './parameters.ts';
export { lmsSubtreePlain } from './plain-subtree.ts';
export { generateWork, signWork, treeCompressions, type LmsWork } from './work.ts';
