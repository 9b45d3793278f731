/**
 * Verification (RFC 8554, algorithms 6a and 14), strict: type codes must be those of the public
 * key, lengths must be exact. Every level may have parameters of its own.
 */
import { equalBytes } from '../../bytes/index.ts';
import { readHssPublicKey, readLmsPublicKey, viewOf, type LmsPublicKey } from './key-file.ts';
import { LmsHash, bytesOf } from './lms-hash.ts';
import { candidateKey } from './one-time.ts';
import { LMS_PUBLIC_KEY_BYTES, oneTimeSignatureBytes, treeSignatureBytes } from './parameters.ts';
import { climb } from './tree.ts';

/** False for anything that is not a good signature, malformed input included. Never throws. */
export function verifyHss(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = readHssPublicKey(publicKey);
  if (!key || signature.length < 4) return false;
  if (viewOf(signature).getUint32(0) !== key.levels - 1) return false;
  let signer = key.top;
  let rest = signature.subarray(4);
  for (let level = 1; level < key.levels; level++) {
    const signatureEnd = treeSignatureBytes(signer.set);
    const keyEnd = signatureEnd + LMS_PUBLIC_KEY_BYTES;
    if (rest.length < keyEnd) return false;
    const childBytes = rest.subarray(signatureEnd, keyEnd);
    const child = readLmsPublicKey(childBytes);
    if (!child || !verifyLms(signer, childBytes, rest.subarray(0, signatureEnd))) return false;
    signer = child;
    rest = rest.subarray(keyEnd);
  }
  return verifyLms(signer, message, rest);
}

/** One tree's signature: q || LM-OTS signature || LMS type || path. */
export function verifyLms(
  { set, identifier, root }: LmsPublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== treeSignatureBytes(set)) return false;
  const view = viewOf(signature);
  const typeAt = 4 + oneTimeSignatureBytes(set.oneTime);
  const q = view.getUint32(0);
  if (view.getUint32(4) !== set.oneTime.type || view.getUint32(typeAt) !== set.type) return false;
  if (q >= 2 ** set.height) return false;
  const hash = new LmsHash(identifier, set.oneTime);
  candidateKey(hash, set.oneTime, q, message, signature.subarray(4, typeAt));
  const leafNumber = 2 ** set.height + q;
  hash.hashLeaf(leafNumber);
  climb(hash, leafNumber, signature.subarray(typeAt + 4));
  return equalBytes(bytesOf(hash.value), root);
}
