/** Whether two files of a stateful key are of the same key, whatever index they are at. */
import { equalBytes } from '../../core/bytes/index.ts';
import type { PrivateKey } from '../../core/crypto/index.ts';
import { xmssSetOfKeyFile } from '../../core/crypto/xmss/index.ts';
import { AppError } from '../../core/errors.ts';

/** LMS: the index comes first. All after it is parameters, seed, identifier and public key. */
const LMS_INDEX_BYTES = 8;
/** XMSS: secret seed, PRF key, root and public seed stand behind the index. */
const XMSS_SEED_BYTES = 128;

/**
 * Whether two private keys of a stateful scheme are the same but for their state. The caller has
 * parsed both; nothing is computed.
 */
export function sameSecret(one: PrivateKey, other: PrivateKey): boolean {
  if (one.algorithm !== other.algorithm || one.bytes.length !== other.bytes.length) return false;
  const [from, to] = secretRange(one);
  return equalBytes(one.bytes.subarray(from, to), other.bytes.subarray(from, to));
}

function secretRange({ algorithm, bytes }: PrivateKey): readonly [number, number] {
  if (algorithm === 'lms') return [LMS_INDEX_BYTES, bytes.length];
  const set = xmssSetOfKeyFile(bytes.length);
  if (set === undefined) throw new AppError('internal', `${algorithm} keys have no state`);
  return [set.indexBytes, set.indexBytes + XMSS_SEED_BYTES];
}
