/** Keys and signatures: one registry of schemes, and the hashes they go with. */
export * from './curve-points.ts';
export * from './hash.ts';
export * from './key-proof.ts';
export * from './registry.ts';
export * from './scheme.ts';
export * from './sign-durably.ts';
