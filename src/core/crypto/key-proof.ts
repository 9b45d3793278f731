/** Proof that a private key belongs to a public key: it signs a challenge, which is then verified. */
import { AppError } from '../errors.ts';
import { scheme } from './registry.ts';
import type { PrivateKey, SignCall } from './scheme.ts';
import { signDurably } from './sign-durably.ts';

const MINIMUM_CHALLENGE_BYTES = 32;

/**
 * Resolves when the pair belongs together. `challenge` is fresh randomness of the caller, at least
 * 32 bytes: it is signed as it stands. Consumes an index of a stateful scheme.
 * Throws `key-mismatch`, or `key-invalid` when one half is not a key at all.
 */
export async function proveKeyPair(
  publicKey: Uint8Array,
  privateKey: PrivateKey,
  challenge: Uint8Array,
  call: SignCall,
): Promise<void> {
  if (challenge.length < MINIMUM_CHALLENGE_BYTES) {
    throw new AppError(
      'invalid-argument',
      `a challenge of ${challenge.length} bytes proves little`,
    );
  }
  const using = scheme(privateKey.algorithm);
  using.checkPublicKey(publicKey);
  const { signature } = await signDurably(using, privateKey, challenge, call);
  if (!(await using.verify(publicKey, challenge, signature, call))) {
    throw new AppError('key-mismatch', 'this private key does not belong to the public key', {
      context: { algorithm: using.id },
    });
  }
}
