/** XMSS and XMSS^MT: schemes, parameter sets, and the hashing of a tree in plain JavaScript. */
export { xmssGenerateCompressions } from './counts.ts';
export { xmssSetOfKeyFile } from './key-file.ts';
export { parametersByName as xmssParametersByName } from './parameters.ts';
export { xmssSubtreePlain } from './plain-subtree.ts';
export { xmssMtScheme, xmssScheme } from './scheme.ts';
