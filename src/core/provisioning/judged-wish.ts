/**
 * A keystore that is wanted on a board, held against it: the plan that would come of it, or why there is none.
 * The plan itself is not for burning; what is burned is planned on its own, with the real image.
 */
import { AppError } from '../errors.ts';
import { buildOtpImage, type BootloaderProfile, type KeystoreSlot } from '../wolfboot/index.ts';
import type { Inspection } from './inspection.ts';
import { intendOtpImage, type BurnRoute, type IntendedOtp } from './intended-otp.ts';
import type { JournalEntry } from './journal.ts';
import { BLANK_HALFWORD } from './otp-content.ts';
import type { PlanRow } from './otp-diff.ts';
import { makePlan, type PlanResult } from './plan.ts';
import type { PlanInput } from './plan-policy.ts';

/** What is to be burned by one route: what a plan takes besides the board. */
export interface BurnWish extends Omit<PlanInput, 'inspection' | 'journal' | 'intended'> {
  /** Missing: the OTP image of this keystore, whose secret is not needed to know where a board stands. */
  readonly intended?: IntendedOtp | undefined;
}

export interface JudgedWish {
  readonly route: BurnRoute;
  /** Of the whole area without the UDS; undefined where no image can be made of the keystore. */
  readonly contentSha256: string | undefined;
  readonly result: PlanResult;
}

export function judgeWish(
  wish: BurnWish,
  inspection: Inspection,
  journal: JournalEntry | undefined,
): JudgedWish {
  if (wish.intended !== undefined) {
    return judged({ ...wish, intended: wish.intended }, inspection, journal);
  }
  try {
    const intended = standInFor(wish.keystore, wish.profile);
    try {
      return judged({ ...wish, intended }, inspection, journal);
    } finally {
      // From here on nothing can burn it.
      intended.wipe();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    return {
      route: 'otp-alternate',
      contentSha256: undefined,
      result: { kind: 'refused', reasons: [{ code, message }], rows: undefined },
    };
  }
}

function judged(
  wish: Omit<PlanInput, 'inspection' | 'journal'>,
  inspection: Inspection,
  journal: JournalEntry | undefined,
): JudgedWish {
  const { route, contentSha256 } = wish.intended;
  return { route, contentSha256, result: makePlan({ ...wish, inspection, journal }) };
}

/** Of no secret: 32 equal bytes, which a comparison treats as it treats any other fresh UDS. */
const STAND_IN_UDS = new Uint8Array(32).fill(0x5a);

function standInFor(slots: readonly KeystoreSlot[], profile: BootloaderProfile): IntendedOtp {
  const image = buildOtpImage({ profile, slots, uds: STAND_IN_UDS });
  return intendOtpImage(image, 'otp.bin', profile);
}

/** The comparison, where the OTP could be read and is of the wanted kind. */
export function rowsOf(result: PlanResult): readonly PlanRow[] | undefined {
  return result.kind === 'plan' ? result.plan.rows : result.rows;
}

/** Halfwords that hold what is intended, not counting those that are to look blank. */
export function standingHalfwords(rows: readonly PlanRow[]): number {
  return rows.filter(({ kind, present }) => kind === 'equal' && present !== BLANK_HALFWORD).length;
}
