/**
 * Whether bytes are a public key of a curve that this program cannot sign with yet. Such keys can
 * be imported into a keystore, and a point off the curve would waste its slot.
 */
import { ed448 } from '@noble/curves/ed448.js';
import { p384, p521 } from '@noble/curves/nist.js';
import { concatBytes } from '../bytes/index.ts';

export type ForeignCurve = 'p384' | 'p521' | 'ed448';

/** SEC 1, 2.3.3: mark of an uncompressed point. */
const UNCOMPRESSED = Uint8Array.of(0x04);

/** `publicKey` in keystore form: P-384 and P-521 Qx || Qy, Ed448 raw. Never throws. */
export function isForeignCurvePoint(curve: ForeignCurve, publicKey: Uint8Array): boolean {
  switch (curve) {
    case 'p384':
      return p384.utils.isValidPublicKey(concatBytes(UNCOMPRESSED, publicKey), false);
    case 'p521':
      return p521.utils.isValidPublicKey(concatBytes(UNCOMPRESSED, publicKey), false);
    case 'ed448':
      return isEd448Point(publicKey);
  }
}

function isEd448Point(publicKey: Uint8Array): boolean {
  try {
    const point = ed448.Point.fromBytes(publicKey, false);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}
