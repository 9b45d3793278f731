/** Randomness of cryptographic quality, or a seeded generator on the virtual board. */
export interface Rng {
  /** `lengthBytes` fresh bytes; the caller owns them. */
  bytes(lengthBytes: number): Uint8Array;
}
