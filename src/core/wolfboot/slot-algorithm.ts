/**
 * Which algorithm a key in a slot has. Most key types stand for one; ML-DSA keys tell their level by
 * their length, and XMSS and XMSS^MT keys share type, length and parameter numbers, so only a
 * signature tells them apart (formats/wolfboot.md, sections 1 and 10).
 */
import { scheme, type AlgorithmId } from '../crypto/index.ts';
import { isAppError } from '../errors.ts';
import { authKeyByCode, type AuthKey } from './auth-keys.ts';

/**
 * The algorithm of a key in keystore form. With `signatureBytes`, the one whose signatures of this
 * key have that length; without, or when none has, the first that knows the key. Undefined where
 * several could be and none knows the key.
 */
export function algorithmOfSlot(
  keyType: number,
  publicKey: Uint8Array,
  signatureBytes?: number,
): AlgorithmId | undefined {
  const key = authKeyByCode(keyType);
  if (key?.algorithms.length === 1) return key.algorithms[0];
  const fitting = key ? algorithmsOfKey(key, publicKey) : [];
  return (
    fitting.find((id) => scheme(id).signatureBytes(publicKey) === signatureBytes) ?? fitting[0]
  );
}

/** Parameter sets that are not built here belong to no algorithm of ours. */
function algorithmsOfKey(key: AuthKey, publicKey: Uint8Array): readonly AlgorithmId[] {
  return key.algorithms.filter((id) => {
    try {
      return publicKeyProblem(id, publicKey) === undefined;
    } catch (error) {
      if (isAppError(error, 'not-supported')) return false;
      throw error;
    }
  });
}

/** What the scheme has against the key; undefined when nothing. Throws `not-supported`. */
export function publicKeyProblem(id: AlgorithmId, publicKey: Uint8Array): string | undefined {
  try {
    scheme(id).checkPublicKey(publicKey);
    return undefined;
  } catch (error) {
    if (!isAppError(error, 'key-invalid')) throw error;
    const { problem } = error.context;
    return typeof problem === 'string' ? problem : error.message;
  }
}
