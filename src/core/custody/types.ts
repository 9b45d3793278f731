/** What custody takes and gives. */
import type { CryptoCall, KeyStateAccess, PrivateKey, SignCall } from '../crypto/index.ts';
import type { Locks, Rng, Store } from '../ports/index.ts';

export interface KeyStateParts {
  /**
   * Places that remember how far each key is: IndexedDB first, perhaps a state file in a folder that
   * the person chose. The highest of all counts. All must answer: one that fails stops signing.
   */
  readonly witnesses: readonly [Store, ...Store[]];
  /** Exclusive across tabs; `board-busy` of the port becomes `key-state-busy` here. */
  readonly locks: Locks;
  /** For names of entries only. */
  readonly rng: Rng;
  /** Identity of the vault that seals the keys; undefined while keys live in memory only. */
  readonly vaultEpoch?: string | undefined;
}

/** A key as it was generated, opened or unsealed. */
export interface StatefulKeyFacts {
  /** Hex SHA-256 of the public key in keystore form. */
  readonly fingerprint: string;
  /** Of the key file, or the floor that was sealed with the key. */
  readonly nextIndex: bigint;
  readonly capacity: bigint;
}

/**
 * - `rolled-back`: higher indices were reserved than this copy knows of: it is a restored or copied
 *   state;
 * - `other-vault`: the key was last used in another vault, which may go on using it;
 * - `unknown-history`: nothing is known here about the key; only the person can say that this is its
 *   newest state and its only copy.
 */
export type SuspensionReason = 'rolled-back' | 'other-vault' | 'unknown-history';

export type KeyStanding =
  | { readonly kind: 'trusted' }
  | {
      readonly kind: 'suspended';
      readonly reason: SuspensionReason;
      /** No index from here on was used, as far as the witnesses know. May be the capacity. */
      readonly lowestSafeIndex: bigint;
    };

export interface HoldOptions {
  /**
   * Stores with the key, durably, that its next index is `floor`. Called under the exclusive lock,
   * before any index below `floor` is used. Without it nothing of the key is sealed anywhere.
   */
  readonly seal?: ((floor: bigint) => Promise<void>) | undefined;
  /**
   * The floor that is sealed with the key now. Asked under the lock, so that a reservation of another
   * tab between unsealing and holding does not look like a rollback.
   */
  readonly sealedFloor?: (() => Promise<bigint>) | undefined;
  /** Indices reserved at a time; `defaultBatch(capacity)` unless told. */
  readonly batch?: bigint | undefined;
}

export interface KeyStates {
  /**
   * Begins the record of a key that was just generated here: from now on it has a history. A record
   * that exists already stays.
   */
  establish(facts: StatefulKeyFacts): Promise<void>;
  /**
   * Takes a key into use and judges it; uses no index. Witnesses that are behind are brought up.
   * Rejects with what a witness rejects with, and with `key-state-busy` when another tab reserves at
   * this moment and the copy cannot be told from a restored one until it is done: ask again then.
   */
  hold(facts: StatefulKeyFacts, options?: HoldOptions): Promise<HeldKey>;
}

type PersistState = NonNullable<SignCall['persistState']>;

export interface HeldKey {
  readonly standing: KeyStanding;
  /** Every index below is reserved, by this holder or another: what is sealed with the key. */
  readonly floor: bigint;
  /** The index that the next `use` takes, unless another holder is faster. */
  readonly nextIndex: bigint;
  readonly capacity: bigint;
  /**
   * Makes sure that at least `count` indices (1) are reserved for this holder. `use` does it by
   * itself. Rejects with `key-state-rolled-back` (suspended; context: reason, lowestSafeIndex),
   * `key-exhausted`, `key-state-busy`, and with what `seal` or a witness rejects with: nothing was
   * used then, though indices may be lost.
   */
  reserve(count?: bigint): Promise<void>;
  /**
   * Gives `task` the key at an index of its own and the `persistState` that lets this index, and
   * this one only, be used once. An index that was given out is never given out again, whatever
   * becomes of the task. One task runs at a time. The caller keeps the advanced key that its scheme
   * gives; a function for `privateKey` is asked for it when its turn has come. It may be at any index
   * up to the reserved one. Rejects like `reserve`, with `key-state-rolled-back` also when
   * `privateKey` is further on than the reserved index, and with what `task` rejects with. `call` is
   * for the way to the index, which can be long.
   */
  use<T>(
    privateKey: PrivateKey | (() => PrivateKey),
    access: KeyStateAccess,
    task: (key: PrivateKey, persistState: PersistState) => Promise<T>,
    call?: CryptoCall,
  ): Promise<T>;
  /**
   * The first index that nobody has set aside, as far as the witnesses and this copy know: where a
   * copy that leaves may go on. Reserves nothing. Rejects with `key-state-busy`.
   */
  freeIndex(): Promise<bigint>;
  /**
   * Evidence that the key was used elsewhere, up to `nextIndex`: nothing below is used here from now
   * on. A suspended key stays suspended. Nothing happens when that is known already. Rejects with
   * `key-state-busy`, and with what `seal` or a witness rejects with.
   */
  learn(nextIndex: bigint): Promise<void>;
  /**
   * The person's word and the way out of a suspension: the key goes on at `nextIndex`, which is at
   * least the lowest safe index (of a trusted key: its floor). Everything below is given up.
   * Rejects with `invalid-argument` otherwise.
   */
  advance(nextIndex: bigint): Promise<void>;
}
