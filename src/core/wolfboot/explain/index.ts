/** What a file is, whether a board would start it, and how two images differ. */
export * from './boot-types.ts';
export * from './compare-types.ts';
export * from './examine-types.ts';
