/** Drawing a device's unique secret (formats/wolfboot.md, section 5). */
import type { Rng } from '../ports/index.ts';
import { UDS_BYTES } from '../wolfboot/index.ts';
import { BLANK_HALFWORD, halfwordAt, HALFWORD_BYTES } from './otp-content.ts';

/**
 * 32 bytes from `rng`, no halfword of them 0xFFFF: such a halfword would have to stay unprogrammed, and
 * its neighbour could not be written in whole words. Costs less than a thousandth of a bit. The
 * caller owns the bytes and wipes them.
 */
export function drawUds(rng: Rng): Uint8Array {
  const uds = rng.bytes(UDS_BYTES);
  for (let index = 0; index < UDS_BYTES / HALFWORD_BYTES; index++) {
    while (halfwordAt(uds, index) === BLANK_HALFWORD) {
      uds.set(rng.bytes(HALFWORD_BYTES), index * HALFWORD_BYTES);
    }
  }
  return uds;
}
