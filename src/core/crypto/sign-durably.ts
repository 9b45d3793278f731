/**
 * Signing as callers do it: with a stateful scheme no signature leaves before the advanced key is
 * stored, because an index used twice gives the key away (NIST SP 800-208, section 9).
 */
import { AppError } from '../errors.ts';
import type { PrivateKey, SignCall, Signed, SignatureScheme } from './scheme.ts';

/**
 * `scheme.sign`, held to its promise. Throws `invalid-argument` when a stateful scheme is used
 * without `persistState`, and `internal` when the scheme released a signature before its state was
 * durable: the signature is dropped then.
 */
export async function signDurably(
  scheme: SignatureScheme,
  privateKey: PrivateKey,
  message: Uint8Array,
  call: SignCall,
): Promise<Signed> {
  if (!scheme.stateful) return scheme.sign(privateKey, message, call);
  const { persistState } = call;
  if (!persistState) {
    throw new AppError(
      'invalid-argument',
      `${scheme.label} uses up a one-time index: it needs a place to store the advanced key`,
    );
  }
  let storedIndex: bigint | undefined;
  const signed = await scheme.sign(privateKey, message, {
    ...call,
    persistState: async (advanced, consumedIndex) => {
      await persistState(advanced, consumedIndex);
      storedIndex = consumedIndex;
    },
  });
  if (signed.consumedIndex === undefined || storedIndex !== signed.consumedIndex) {
    throw new AppError('internal', `${scheme.label} signed without storing its state first`);
  }
  return signed;
}
