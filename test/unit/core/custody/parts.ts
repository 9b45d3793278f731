/** A stateful key that signs nothing but counts, and a world around it that can fail. */
import { AppError } from '../../../../src/core/errors.ts';
import type { KeyStateAccess, PrivateKey } from '../../../../src/core/crypto/index.ts';
import {
  openKeyStates,
  type HeldKey,
  type HoldOptions,
  type KeyStates,
} from '../../../../src/core/custody/index.ts';
import type { Locks, Store } from '../../../../src/core/ports/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';

export const FINGERPRINT = 'f0'.repeat(32);

/** The whole state of the fake key is one number. */
export function fakeKey(index: bigint): PrivateKey {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, index);
  return { algorithm: 'lms', bytes };
}

export function fakeAccess(capacity: bigint): KeyStateAccess {
  const usage = (key: PrivateKey) => ({
    nextIndex: new DataView(key.bytes.buffer).getBigUint64(0),
    capacity,
    parameters: 'fake',
  });
  return {
    usage,
    advanceTo: async (key, nextIndex) => {
      if (nextIndex < usage(key).nextIndex) throw new AppError('invalid-argument', 'back');
      return fakeKey(nextIndex);
    },
  };
}

/** Signs as schemes do: computes, has its state stored, releases. Notes the index when released. */
export async function fakeSign(
  held: HeldKey,
  key: PrivateKey,
  access: KeyStateAccess,
  released: bigint[],
): Promise<PrivateKey> {
  return held.use(key, access, async (at, persistState) => {
    const index = access.usage(at).nextIndex;
    const advanced = fakeKey(index + 1n);
    await persistState(advanced, index);
    released.push(index);
    return advanced;
  });
}

let openings = 0;

export function statesOver(
  witnesses: readonly [Store, ...Store[]],
  locks: Locks,
  vaultEpoch?: string,
): KeyStates {
  return openKeyStates({ witnesses, locks, vaultEpoch, rng: seededRng(`states ${openings++}`) });
}

export function holdAt(
  states: KeyStates,
  nextIndex: bigint,
  capacity: bigint,
  options?: HoldOptions,
): Promise<HeldKey> {
  return states.hold({ fingerprint: FINGERPRINT, nextIndex, capacity }, options);
}
