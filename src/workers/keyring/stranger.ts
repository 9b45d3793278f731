/**
 * A signature by a key that nobody has: made for it, wiped behind it. Boards must refuse what it signs.
 * It knows nothing of images.
 */
import { wipe } from '../../core/bytes/index.ts';
import { scheme, signDurably, type AlgorithmId, type KeySpec } from '../../core/crypto/index.ts';
import { AppError } from '../../core/errors.ts';
import type { KeyringParts } from './parts.ts';
import type { KeyCall } from './protocol.ts';

/** Throws `invalid-argument` for stateful algorithms, whose keys are too dear to be thrown away. */
export async function signAsStranger(
  { rng, rsa }: Pick<KeyringParts, 'rng' | 'rsa'>,
  algorithm: AlgorithmId,
  digest: Uint8Array,
  call: KeyCall,
): Promise<Uint8Array> {
  const using = scheme(algorithm);
  if (using.state !== undefined) {
    throw new AppError('invalid-argument', `no key of ${algorithm} is made to be thrown away`);
  }
  // Stateless algorithms have no parameters.
  const pair = await using.generate({ algorithm } as KeySpec, { ...call, rng, rsa });
  try {
    return (await signDurably(using, pair.privateKey, digest, { ...call, rng })).signature;
  } finally {
    wipe(pair.privateKey.bytes);
  }
}
