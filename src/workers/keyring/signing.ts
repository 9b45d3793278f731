/** Signing with a key that is held: stateful keys through their custody, all others directly. */
import { equalBytes, wipe } from '../../core/bytes/index.ts';
import { scheme, signDurably, type PrivateKey } from '../../core/crypto/index.ts';
import { xmssSetOfKeyFile } from '../../core/crypto/xmss/index.ts';
import { AppError } from '../../core/errors.ts';
import { throwIfCancelled } from '../../core/ports/index.ts';
import type { HeldKey, HeldKeys } from './held-keys.ts';
import type { KeyringParts } from './parts.ts';
import type { KeyCall } from './protocol.ts';

const CHALLENGE_BYTES = 32;

export interface Signer {
  /** The signature leaves only when its index is durably set aside and nobody cancelled. */
  sign(held: HeldKey, message: Uint8Array, call: KeyCall): Promise<Uint8Array>;
  /** Lets the held key sign fresh randomness and verifies it. Throws `key-mismatch`. */
  challenge(held: HeldKey, call: KeyCall): Promise<void>;
}

export function createSigner({ rng, hasher }: KeyringParts, keys: HeldKeys): Signer {
  const sign = async (held: HeldKey, message: Uint8Array, call: KeyCall): Promise<Uint8Array> => {
    const using = scheme(held.facts.algorithm);
    const signCall = { ...call, rng, hasher, trees: held.trees };
    const { custody } = held;
    if (using.state === undefined || custody === undefined) {
      return (await signDurably(using, held.privateKey, message, signCall)).signature;
    }
    const signed = await custody.use(
      () => held.privateKey,
      using.state,
      async (key, persistState) => {
        try {
          return await signDurably(using, key, message, {
            ...signCall,
            persistState: async (advanced, consumedIndex) => {
              throwIfCancelled(call.signal);
              await persistState(advanced, consumedIndex);
              moveOn(held, advanced);
            },
          });
        } finally {
          // A key that was advanced to the index that is its own is a copy for this signature only.
          if (key.bytes !== held.privateKey.bytes) wipe(key.bytes);
        }
      },
    );
    await keys.sealTrees(held);
    return signed.signature;
  };
  return {
    sign,
    async challenge(held, call) {
      const message = rng.bytes(CHALLENGE_BYTES);
      const signature = await sign(held, message, call);
      const { algorithm, publicKey } = held.facts;
      if (!(await scheme(algorithm).verify(publicKey, message, signature, call))) {
        throw new AppError('key-mismatch', 'this private key does not belong to the public key', {
          context: { algorithm },
        });
      }
    },
  };
}

/** The state before is of no use to anybody. */
function moveOn(held: HeldKey, advanced: PrivateKey): void {
  if (held.privateKey.bytes !== advanced.bytes) wipe(held.privateKey.bytes);
  held.privateKey = advanced;
}

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
