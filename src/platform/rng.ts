/** Randomness from Web Crypto. */
import type { Rng } from '../core/ports/index.ts';

/** getRandomValues fills at most this many bytes a call (Web Cryptography API, section 10.1.1). */
const largestDrawBytes = 65536;

export function createWebRng(webCrypto: Crypto): Rng {
  return {
    bytes(lengthBytes) {
      const result = new Uint8Array(lengthBytes);
      for (let at = 0; at < lengthBytes; at += largestDrawBytes) {
        webCrypto.getRandomValues(result.subarray(at, at + largestDrawBytes));
      }
      return result;
    },
  };
}
