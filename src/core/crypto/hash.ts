/** The digests wolfBoot images and fingerprints use, whole or in pieces. */
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { sha3_384 } from '@noble/hashes/sha3.js';
import { toHex } from '../bytes/index.ts';

export const hashIds = ['sha256', 'sha384', 'sha3-384'] as const;

export type HashId = (typeof hashIds)[number];

const algorithms = { sha256, sha384, 'sha3-384': sha3_384 } as const;

export function hashLengthBytes(id: HashId): number {
  return algorithms[id].outputLen;
}

/** Digest of the parts one after the other. */
export function hash(id: HashId, ...parts: readonly Uint8Array[]): Uint8Array {
  const running = createHash(id);
  for (const part of parts) running.update(part);
  return running.digest();
}

export interface RunningHash {
  /** `part` is not kept. */
  update(part: Uint8Array): void;
  /** Ends the hash; afterwards it cannot be used any more. */
  digest(): Uint8Array;
}

export function createHash(id: HashId): RunningHash {
  const running = algorithms[id].create();
  return {
    update: (part) => {
      running.update(part);
    },
    digest: () => running.digest(),
  };
}

/**
 * What people compare: lower-case hex SHA-256 of a public key in keystore form. For images hashed
 * with SHA-256 this is also the public key hint in the header.
 */
export function fingerprint(publicKey: Uint8Array): string {
  return toHex(hash('sha256', publicKey));
}
