/**
 * A burn that is ordered by one thread and done by another. An approval cannot travel; what it stands for
 * can: what the plan was made of, its hash, and what was typed. `perform-burn.ts` judges all of it anew.
 */
import { wipe } from '../bytes/index.ts';
import type { Bench } from '../ports/index.ts';
import type { BootloaderProfile, KeystoreSlot } from '../wolfboot/index.ts';
import type { ActHost } from './acts.ts';
import { requireApproved, typedFor, type ApprovedPlan, type TypedTails } from './approval.ts';
import type { BurnCall, BurnEnv, BurnOutcome, BurnProgress } from './burn-types.ts';
import { carryInspection, reviveInspection, type CarriedInspection } from './carried-inspection.ts';
import { intendedBytes, type IntendedOtp, type UdsPolicy } from './intended-otp.ts';
import type { JournalEntry } from './journal.ts';
import { inputOf } from './plan.ts';
import type { KeyBackups } from './plan-policy.ts';

export type CarriedImage =
  | {
      readonly route: 'otp-alternate';
      readonly name: string;
      /** With its UDS. */
      readonly bytes: Uint8Array;
      readonly udsPolicy: UdsPolicy;
    }
  | { readonly route: 'primer'; readonly name: string; readonly bytes: Uint8Array };

/** Data only: it can be cloned into another thread. */
export interface BurnOrder {
  readonly act: 'burn';
  readonly planHash: string;
  readonly typed: TypedTails;
  readonly inspection: CarriedInspection;
  readonly benchKind: Bench['kind'];
  readonly profile: BootloaderProfile;
  readonly keystore: readonly KeystoreSlot[];
  readonly image: CarriedImage;
  readonly backups: KeyBackups;
  readonly journal: JournalEntry | undefined;
  readonly personTimeoutMs: number | undefined;
}

export type CarriedOutcome = Omit<BurnOutcome, 'plan' | 'inspection'> & {
  readonly inspection: CarriedInspection;
};

/** Throws what `burn` throws, and what the other thread fails with. */
export async function orderBurn(
  host: ActHost,
  approved: ApprovedPlan,
  env: BurnEnv,
  call: BurnCall,
): Promise<BurnOutcome> {
  const plan = requireApproved(approved);
  const { inspection, benchKind, profile, keystore, intended, backups, journal } = inputOf(plan);
  const image = carryImage(intended);
  const order: BurnOrder = {
    act: 'burn',
    planHash: plan.hash,
    typed: typedFor(approved),
    inspection: carryInspection(inspection),
    benchKind,
    profile,
    keystore,
    image,
    backups,
    journal,
    personTimeoutMs: env.personTimeoutMs,
  };
  try {
    const outcome = (await host(order, {
      signal: call.signal,
      transcript: env.transcript ?? env.bench.log?.usb,
      onProgress: (progress) => call.onProgress?.(progress as BurnProgress),
    })) as CarriedOutcome;
    return { ...outcome, plan, inspection: reviveInspection(outcome.inspection) };
  } finally {
    wipe(image.bytes);
  }
}

function carryImage(intended: IntendedOtp): CarriedImage {
  const { imageName: name, primer, udsPolicy } = intended;
  return primer === undefined
    ? { route: 'otp-alternate', name, bytes: intendedBytes(intended).slice(), udsPolicy }
    : { route: 'primer', name, bytes: primer.bytes.slice() };
}
