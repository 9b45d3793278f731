/**
 * The route through the OTP alternate: writes what is new, unit by unit, and reads the whole area back
 * after each step (formats/stm32-dfu.md, section 5, steps 8 to 13). Nothing is ever written twice: a
 * difference stops the burn and names the halfwords.
 */
import { equalBytes } from '../bytes/index.ts';
import { AppError, isAppError, type ErrorCode } from '../errors.ts';
import { throwIfCancelled } from '../ports/index.ts';
import type { DfuSession } from '../stm32/index.ts';
import { writeOtpUnit } from '../stm32/otp-write.ts';
import type { BurnCall } from './burn-types.ts';
import { intendedBytes } from './intended-otp.ts';
import { HALFWORD_BYTES, OtpContent } from './otp-content.ts';
import type { PlanRow } from './otp-diff.ts';
import type { BurnPlan } from './plan.ts';
import { verifyFailed, wrongHalfwords } from './verify.ts';
import { planSteps, type WriteStep, type WriteUnit } from './write-units.ts';

export interface OtpBurnJob {
  readonly session: DfuSession;
  readonly alternate: number;
  readonly plan: BurnPlan;
  /** As it stands now, compared with what is intended. */
  readonly rows: readonly PlanRow[];
  /** As it stands now. */
  readonly before: OtpContent;
  /** Resolves when it is durable that this unit is about to be written. */
  readonly announce: (unit: WriteUnit) => Promise<void>;
  readonly call: BurnCall;
}

/** Returns how many halfwords were written. */
export async function writeNewHalfwords(job: OtpBurnJob): Promise<number> {
  const { signal } = job.call;
  const written = new Set<number>();
  for (const step of planSteps(job.rows, job.plan.intended)) {
    throwIfCancelled(signal);
    await writeStep(job, step, written);
    await proveArea(job, written);
  }
  return written.size;
}

async function writeStep(job: OtpBurnJob, step: WriteStep, written: Set<number>): Promise<void> {
  for (const unit of step.units) {
    // What was written so far in this step is proven before the cancel goes on its way.
    if (job.call.signal?.aborted) return;
    await writeUnit(job, unit);
    const first = unit.offsetBytes / HALFWORD_BYTES;
    for (let at = 0; at < unit.lengthBytes / HALFWORD_BYTES; at++) written.add(first + at);
    job.call.onProgress?.({
      stage: 'writing-otp',
      cancelling: 'finishes-step',
      doneHalfwords: written.size,
      totalHalfwords: job.rows.filter((row) => row.kind === 'new').length,
      block: Math.floor(unit.offsetBytes / job.plan.intended.geometry.blockBytes),
    });
  }
}

const ROM_REFUSES: readonly ErrorCode[] = ['dfu-status', 'usb-stall', 'not-supported'];

async function writeUnit(job: OtpBurnJob, unit: WriteUnit): Promise<void> {
  const { intended } = job.plan;
  const start = unit.offsetBytes;
  const bytes = intendedBytes(intended).slice(start, start + unit.lengthBytes);
  await job.announce(unit);
  try {
    await writeOtpUnit(job.session, job.alternate, intended.geometry.baseAddress + start, bytes, {
      unitBytes: unit.granularityBytes,
    });
  } catch (error) {
    const refused = ROM_REFUSES.some((code) => isAppError(error, code));
    if (!refused || unit.granularityBytes !== HALFWORD_BYTES) throw error;
    throw new AppError(
      'not-supported',
      `the bootloader does not write single halfwords, and the one at offset ${start} has a neighbour that must stay as it is`,
      { cause: error, context: { halfwords: [start / HALFWORD_BYTES] } },
    );
  } finally {
    bytes.fill(0);
  }
}

/**
 * Reads everything back, not only what was written: an address that was garbled on its way shows here at
 * once. A first difference may be the reading's fault, so two more must agree on it.
 */
async function proveArea(job: OtpBurnJob, written: ReadonlySet<number>): Promise<void> {
  const wrongIn = (content: OtpContent) =>
    wrongHalfwords(job.before, content, job.plan.intended, written);
  const first = await readArea(job);
  if (wrongIn(contentOf(job, first)).length === 0) return;
  const second = await readArea(job);
  const third = await readArea(job);
  if (!equalBytes(second, third)) {
    throw new AppError('otp-read-unstable', 'readings of the OTP differ from one to the next');
  }
  const wrong = wrongIn(contentOf(job, third));
  if (wrong.length > 0) throw verifyFailed(wrong, 'the OTP does not hold what was written');
}

function readArea({ session, alternate, plan }: OtpBurnJob): Promise<Uint8Array> {
  const { baseAddress, sizeBytes } = plan.intended.geometry;
  return session.readMemory(alternate, baseAddress, sizeBytes);
}

function contentOf({ plan }: OtpBurnJob, bytes: Uint8Array): OtpContent {
  return new OtpContent(bytes, plan.intended.target);
}
