/** A seeded generator for tests: the same seed gives the same keys. Not for anything else. */
import { hash } from '../../src/core/crypto/index.ts';
import { asciiToBytes, concatBytes } from '../../src/core/bytes/index.ts';
import type { Rng } from '../../src/core/ports/index.ts';

export function seededRng(seed: string): Rng {
  let counter = 0;
  return {
    bytes(lengthBytes) {
      let result = new Uint8Array();
      while (result.length < lengthBytes) {
        const block = hash('sha256', asciiToBytes(`${seed}/${counter++}`));
        result = new Uint8Array(concatBytes(result, block));
      }
      return result.slice(0, lengthBytes);
    },
  };
}

/** Always gives these bytes; whoever asks for another number of them is wrong. */
export function fixedRng(content: Uint8Array): Rng {
  return {
    bytes(lengthBytes) {
      if (lengthBytes !== content.length) throw new Error(`${lengthBytes} bytes were asked for`);
      return content.slice();
    },
  };
}
