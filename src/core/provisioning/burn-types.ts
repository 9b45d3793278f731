/** What a burn takes, says on its way, and ends with. */
import type { Bench, Clock, LongCall, Locks, Store } from '../ports/index.ts';
import type { TransferEntry } from '../stm32/index.ts';
import type { Inspection } from './inspection.ts';
import type { BurnPlan } from './plan.ts';
import type { Verification } from './verify.ts';

export interface BurnEnv {
  readonly bench: Pick<Bench, 'kind' | 'usb' | 'clock' | 'log'>;
  /** Where the journal is kept. */
  readonly store: Store;
  readonly locks: Locks;
  /** How long a person may take for plugs, jumpers and buttons; 15 minutes when not given. */
  readonly personTimeoutMs?: number | undefined;
  /** What a person's time is measured by when the bench's own is simulated; else the bench's clock. */
  readonly personClock?: Clock | undefined;
  /** For the diagnostic bundle; holds no secret by construction. */
  readonly transcript?: ((entry: TransferEntry) => void) | undefined;
}

/**
 * What cancelling does at this moment. `at-once`: nothing is under way. `finishes-step`: the step is a point of
 * no return; it is finished and checked, then the burn stops. The journal keeps what is left in all cases.
 */
export type Cancelling = 'at-once' | 'finishes-step';

export type BurnProgress =
  | { readonly stage: 'inspecting'; readonly cancelling: 'at-once' }
  /** OTP units through the OTP alternate. */
  | {
      readonly stage: 'writing-otp';
      readonly cancelling: 'finishes-step';
      readonly doneHalfwords: number;
      readonly totalHalfwords: number;
      readonly block: number;
    }
  | {
      readonly stage: 'flashing-primer';
      readonly cancelling: 'at-once';
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /** For the person: BOOT0 off, press reset. Seen when the board leaves the bus. */
  | { readonly stage: 'waiting-for-run'; readonly cancelling: 'at-once'; readonly run: number }
  /** For the person: wait a few seconds, BOOT0 on, press reset. Seen when the board is back. */
  | { readonly stage: 'waiting-for-dfu'; readonly cancelling: 'at-once'; readonly run: number }
  /** The board is back and its OTP is as before: BOOT0 was still on. It is offered again. */
  | { readonly stage: 'primer-did-not-run'; readonly cancelling: 'at-once'; readonly run: number }
  /** Before anything resets the board again. */
  | { readonly stage: 'erasing-primer'; readonly cancelling: 'finishes-step' }
  | { readonly stage: 'verifying'; readonly cancelling: 'at-once' };

export type BurnCall = LongCall<BurnProgress>;

export interface ContentDigests {
  readonly sha256: string;
  readonly sha256WithoutUds: string;
}

export interface BurnOutcome {
  /** `already-burned`: this call wrote nothing, everything was there. */
  readonly kind: 'burned' | 'already-burned';
  readonly plan: BurnPlan;
  /** Over the probe's drive and the serial line; the primer is still in flash then, and may be. */
  readonly oneCable?: boolean | undefined;
  /** An earlier attempt had been interrupted, or had done all of it. */
  readonly resumed: boolean;
  /** Written by this call through the OTP alternate; 0 on the primer route, where the board writes. */
  readonly halfwordsWritten: number;
  readonly before: ContentDigests;
  readonly inspection: Inspection;
  readonly verification: Verification;
  readonly beganAtWallMs: number;
  readonly endedAtWallMs: number;
}
