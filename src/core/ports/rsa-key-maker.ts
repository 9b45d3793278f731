/** RSA key generation, which every host has and does faster than any code of ours. */
import type { CancelSignal } from './cancel.ts';

export interface RsaKeyMaker {
  /**
   * A new key with exponent 65537 from the host's own randomness, as PKCS#8 in DER. Secret: the
   * caller wipes it. Rejects with `cancelled`, `not-supported` where the host has no RSA.
   */
  generate(modulusBits: 2048 | 3072 | 4096, signal?: CancelSignal): Promise<Uint8Array>;
}
