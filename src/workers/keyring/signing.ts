/** Signing with a key that is held: stateful keys through their custody, all others directly. */
import { wipe } from '../../core/bytes/index.ts';
import { scheme, signDurably, type PrivateKey } from '../../core/crypto/index.ts';
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
    if (using.state !== undefined && custody === undefined) {
      throw new AppError('key-state-busy', 'the state of this key is being read', {
        context: { key: held.id },
      });
    }
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
      signCall,
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
