/**
 * A burn that another thread ordered. Nothing is taken on trust: from the parts that came the plan is made
 * here, by the same policy; it must be the very plan that was approved (its hash), and what was typed must
 * confirm it; only then it is burnt, with an approval of its own. The burn then reads the board and refuses
 * whatever differs, as ever.
 */
import { wipe } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { analysePrimer, type BootloaderProfile } from '../wolfboot/index.ts';
import type { ActCall, ActEnv } from './acts.ts';
import { approvePlan } from './approval.ts';
import type { BurnOrder, CarriedImage, CarriedOutcome } from './burn-order.ts';
import { burn } from './burn.ts';
import { carryInspection, reviveInspection } from './carried-inspection.ts';
import { intendOtpImage, intendPrimer, type IntendedOtp } from './intended-otp.ts';
import { makePlan, requirePlan, type BurnPlan } from './plan.ts';

/**
 * In the thread that has the device. Throws `plan-refused` and `plan-changed` when the order's plan is not
 * the one that its parts make, `confirmation-mismatch` when what was typed does not confirm it, and what
 * `burn` throws.
 */
export async function performBurnOrder(
  order: BurnOrder,
  env: ActEnv,
  call: ActCall,
): Promise<CarriedOutcome> {
  const { typed, image, personTimeoutMs } = order;
  const intended = reviveImage(image, order.profile);
  try {
    const plan = planOf(order, intended);
    const outcome = await burn(
      approvePlan(plan, typed),
      { ...env, personTimeoutMs, transcript: call.transcript },
      { signal: call.signal, onProgress: call.onProgress },
    );
    const { kind, resumed, halfwordsWritten, before, verification } = outcome;
    const { beganAtWallMs, endedAtWallMs } = outcome;
    return {
      ...{ kind, resumed, halfwordsWritten, before, verification, beganAtWallMs, endedAtWallMs },
      inspection: carryInspection(outcome.inspection),
    };
  } finally {
    intended.wipe();
    wipe(image.bytes);
  }
}

/** Throws `plan-refused`, and `plan-changed` when the parts make another plan than the one approved. */
function planOf(order: BurnOrder, intended: IntendedOtp): BurnPlan {
  const { benchKind, profile, keystore, backups, journal } = order;
  const inspection = reviveInspection(order.inspection);
  const plan = requirePlan(
    makePlan({ inspection, benchKind, profile, keystore, intended, backups, journal }),
  );
  if (plan.hash === order.planHash) return plan;
  throw new AppError('plan-changed', 'what was ordered is not the plan that was approved');
}

function reviveImage(image: CarriedImage, profile: BootloaderProfile): IntendedOtp {
  const { name, bytes } = image;
  return image.route === 'primer'
    ? intendPrimer(analysePrimer(bytes, name), bytes)
    : intendOtpImage(bytes, name, profile, { udsPolicy: image.udsPolicy });
}
