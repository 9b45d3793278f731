/** The primer that comes with Keyfuse, ready to be filled. Of some weight: load it when it is wanted. */
import { concatBytes, fromHex } from '../bytes/index.ts';
import { PRIMER_CODE_HEX, SECURE_PRIMER_CODE_HEX } from './keyfuse-primer-image.ts';
import { emptyPrimerRegion } from './keyfuse-primer.ts';

/** The image with an empty region, byte for byte public/firmware/keyfuse-primer-h563[-tz].bin. The caller owns it. */
export function builtInPrimer(options: { readonly trustZone?: boolean } = {}): Uint8Array {
  const code = options.trustZone === true ? SECURE_PRIMER_CODE_HEX : PRIMER_CODE_HEX;
  return concatBytes(fromHex(code), emptyPrimerRegion());
}
