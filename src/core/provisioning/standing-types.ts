/** Where a board stands, and what can be done with it, as values. */
import type { BurnRoute } from './intended-otp.ts';
import type { JournalEntry } from './journal.ts';
import type { UdsCells } from './otp-content.ts';
import type { PlanRefusal } from './plan-policy.ts';

export type Standing =
  /** Erase it before anything resets the board. */
  | { readonly kind: 'primer-in-flash'; readonly journal: JournalEntry }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'blank' }
  /**
   * `all` blocks; those `needed` by what is to be burned; or `some`, and nobody said yet what is to be
   * burned.
   */
  | {
      readonly kind: 'locked';
      readonly extent: 'all' | 'needed' | 'some';
      readonly blocks: readonly number[];
    }
  /** Nothing contradicts what is to be burned, and some of it is there or was begun. */
  | {
      readonly kind: 'partial-of-this-plan';
      readonly doneHalfwords: number;
      readonly leftHalfwords: number;
      /** The journal here knows of it. */
      readonly begunHere: boolean;
    }
  /** Something of a keystore; of which one cannot be told, or it is another than the wanted one. */
  | { readonly kind: 'partial'; readonly problem: string; readonly begun: JournalEntry | undefined }
  /** Holds the keystore that is wanted. */
  | {
      readonly kind: 'complete';
      readonly fingerprint: string;
      readonly udsChanged: boolean;
      readonly udsCells: UdsCells;
    }
  | { readonly kind: 'other-keystore'; readonly fingerprint: string; readonly slotCount: number }
  /** A burn of just this content wrote here, and these halfwords hold something else. */
  | { readonly kind: 'damaged'; readonly halfwords: readonly number[] }
  | { readonly kind: 'foreign'; readonly problem: string };

/**
 * `burn`: begin on this board. `continue`: finish what stands here. `verify`: read back, write nothing.
 * `install`: bootloader and firmware into flash. `look`: read again; always possible.
 */
export type ActionId =
  | 'erase-primer'
  | 'continue'
  | 'burn'
  | 'verify'
  | 'install'
  | 'boot-proof'
  | 'trust-zone'
  | 'export-journal'
  | 'import-journal'
  | 'look';

export type ActionReason =
  /** The plan's own refusals, each with its code. */
  | { readonly kind: 'refused'; readonly refusal: PlanRefusal }
  /** No key is chosen yet, so nothing can be said. */
  | { readonly kind: 'no-keystore' }
  /** There is no image for this route here; the page Burn makes or opens one. */
  | { readonly kind: 'no-image' }
  | { readonly kind: 'nothing-to-write' }
  | { readonly kind: 'something-to-write' }
  /** Nothing of it stands here: begin instead. */
  | { readonly kind: 'nothing-stands' }
  /** Some of it stands here: continue instead. */
  | { readonly kind: 'some-stands' }
  | { readonly kind: 'no-primer' }
  | { readonly kind: 'primer-first' }
  | { readonly kind: 'not-this-keystore' }
  | { readonly kind: 'no-serial' }
  | { readonly kind: 'no-journal' }
  | { readonly kind: 'unknown-board' }
  | { readonly kind: 'not-open' }
  | { readonly kind: 'option-bytes-unread' }
  | { readonly kind: 'trust-zone-is-on' }
  /** A primer does not run any more once TrustZone is on. */
  | { readonly kind: 'burn-first' };

export interface PossibleAction {
  readonly id: ActionId;
  /** Of `burn` and `continue`, which are there once a route. */
  readonly route?: BurnRoute | undefined;
  readonly allowed: boolean;
  /** Empty exactly when it is allowed. */
  readonly reasons: readonly ActionReason[];
  /** What could not be read and might still stop it; a burn finds it out before or at the first write. */
  readonly unseen: readonly Unseen[];
}

export type Unseen = 'product-state' | 'trust-zone' | 'locks';
