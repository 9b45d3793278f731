/**
 * Stateful keys (LMS, XMSS, XMSS^MT): no one-time index is ever used twice, by whichever tab, after
 * whichever crash, from whichever copy. Pure logic over the ports `Store`, `Locks` and `Rng`; where
 * the key itself is kept is the caller's business.
 *
 * How it is used:
 *
 *     const states = openKeyStates({ witnesses: [store], locks, rng, vaultEpoch });
 *     await states.establish(facts);                   // once, for a key generated here
 *     const held = await states.hold(facts, { seal }); // for a key opened or unsealed
 *     if (held.standing.kind === 'suspended') …        // show it; the way out is held.advance(index)
 *     const signed = await held.use(() => privateKey, access, (key, persistState) =>
 *       signDurably(scheme, key, digest, { rng, hasher, trees, persistState }));
 *
 * What the caller promises:
 * - `seal(floor)` stores durably, with the key, that its next index is `floor`; what is unsealed
 *   later is held with `nextIndex: floor`, whatever the key's own bytes say. It is never set back:
 *   a key that is sealed again for another reason (a new name) keeps `held.floor`.
 * - A backup that leaves the program is the key advanced to `held.floor`.
 * - A record is never deleted, also when the key is.
 */
export { openKeyStates } from './key-states.ts';
export { defaultBatch, signaturesLeft, type SignaturesLeft } from './signatures-left.ts';
export {
  type HeldKey,
  type HoldOptions,
  type KeyStanding,
  type KeyStateParts,
  type KeyStates,
  type StatefulKeyFacts,
  type SuspensionReason,
} from './types.ts';
