/**
 * Erasing everything, as approved: look again, erase, read all of it back. OTP is read before and after and
 * must be the same. Whatever interrupts it, the same approval goes on with it.
 */
import { filledBytes, equalBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { LongCall } from '../ports/index.ts';
import { readOptionBytes, recogniseBoard, type DfuSession } from '../stm32/index.ts';
import { flashAlternateOf, massErase } from '../stm32/mass-erase.ts';
import { actHostOf, type ActCall, type ActEnv, type ActHost } from './acts.ts';
import { withBoard } from './board-link.ts';
import type { BurnEnv, Cancelling } from './burn-types.ts';
import { carryInspection, reviveInspection, type CarriedInspection } from './carried-inspection.ts';
import { glimpseOtp } from './inspection.ts';
import {
  approveMassErase,
  planMassErase,
  refuseNotOpen,
  requireMassEraseApproval,
  useUpMassErase,
  type ApprovedMassErase,
  type MassErasePlan,
  type MassEraseWords,
} from './mass-erase-plan.ts';
import type { JournalEntry } from './journal.ts';

export interface MassEraseProgress {
  readonly stage: 'inspecting' | 'erasing' | 'verifying';
  readonly cancelling: Cancelling;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number | undefined;
  readonly remainingMs: number | undefined;
}

/** What was seen with own eyes afterwards. */
export interface MassEraseOutcome {
  readonly serial: string;
  /** All of the user flash, read back blank. */
  readonly blank: {
    readonly address: number;
    readonly sizeBytes: number;
    readonly sectors: number;
  };
  /** `same`: read before and after and equal. `not-read`: this board does not show it. */
  readonly otp: 'same' | 'not-read';
  /** How long the erase command took. */
  readonly eraseMs: number;
  readonly endedAtWallMs: number;
}

export type MassEraseCall = LongCall<MassEraseProgress>;

/** Data only, for the thread that has the device. */
export interface MassEraseOrder {
  readonly act: 'mass-erase';
  readonly planHash: string;
  readonly typed: MassEraseWords;
  readonly inspection: CarriedInspection;
  readonly benchKind: MassErasePlan['benchKind'];
  readonly journal: JournalEntry | undefined;
}

/**
 * Errors besides those of DFU and USB: `plan-not-approved`, `board-wrong`, `board-busy` (another tab),
 * `board-not-open`, `dfu-verify-failed` (a sector is not blank: protected; context: addresses),
 * `otp-verify-failed`, `cancelled` (only before the command is sent and while reading back).
 */
export async function runMassErase(
  env: BurnEnv,
  approved: ApprovedMassErase,
  call: MassEraseCall = {},
): Promise<MassEraseOutcome> {
  const { plan, typed } = requireMassEraseApproval(approved);
  if (env.bench.kind !== plan.benchKind) {
    throw new AppError('board-wrong', `the plan was made for a ${plan.benchKind} board`);
  }
  const host = actHostOf(env);
  const outcome =
    host === undefined
      ? await env.locks.exclusive(`board/${plan.serial}`, () => erase(env, plan, call))
      : await order(host, env, plan, typed, call);
  useUpMassErase(approved);
  return outcome;
}

/** In the thread that has the device. Throws `plan-refused`, `plan-changed`, and what `runMassErase` throws. */
export async function performMassEraseOrder(
  given: MassEraseOrder,
  env: ActEnv,
  call: ActCall,
): Promise<MassEraseOutcome> {
  const { benchKind, journal, planHash, typed } = given;
  const inspection = reviveInspection(given.inspection);
  const result = planMassErase({ inspection, benchKind, journal });
  if (result.kind === 'refused') {
    throw new AppError('plan-refused', result.reasons.map(({ message }) => message).join('; '));
  }
  if (result.plan.hash !== planHash) {
    throw new AppError('plan-changed', 'what was ordered is not the plan that was approved');
  }
  const { signal, onProgress, transcript } = call;
  const approved = approveMassErase(result.plan, typed);
  return runMassErase({ ...env, transcript }, approved, { signal, onProgress });
}

async function order(
  host: ActHost,
  env: BurnEnv,
  plan: MassErasePlan,
  typed: MassEraseWords,
  call: MassEraseCall,
): Promise<MassEraseOutcome> {
  const { inspection, benchKind, journal } = plan.input;
  const given: MassEraseOrder = {
    act: 'mass-erase',
    planHash: plan.hash,
    typed,
    inspection: carryInspection(inspection),
    benchKind,
    journal,
  };
  return (await host(given, {
    signal: call.signal,
    transcript: env.transcript,
    onProgress: (progress) => call.onProgress?.(progress as MassEraseProgress),
  })) as MassEraseOutcome;
}

function erase(env: BurnEnv, plan: MassErasePlan, call: MassEraseCall): Promise<MassEraseOutcome> {
  return withBoard(env, plan.serial, call.signal, async (session) => {
    const { clock } = env.bench;
    tell(call, 'inspecting', 0, 1);
    await requireSameBoard(session, plan, call);
    const before = await glimpseOtp(session);
    const startedMs = clock.nowMs();
    await massErase(session, {
      signal: call.signal,
      onProgress: ({ doneBytes, totalBytes }) => {
        tell(call, 'erasing', doneBytes, totalBytes);
      },
    });
    const eraseMs = Math.round(clock.nowMs() - startedMs);
    await proveBlank(session, plan, call);
    const otp = await requireSameOtp(session, before?.sha256);
    return {
      serial: plan.serial,
      blank: {
        address: plan.address,
        sizeBytes: plan.sizeBytes,
        sectors: plan.sizeBytes / plan.sectorBytes,
      },
      otp,
      eraseMs,
      endedAtWallMs: Math.floor(clock.wallMs()),
    };
  });
}

async function requireSameBoard(
  session: DfuSession,
  plan: MassErasePlan,
  { signal }: MassEraseCall,
): Promise<void> {
  if (recogniseBoard(session.description)?.flash.sizeBytes !== plan.sizeBytes) {
    throw new AppError(
      'board-wrong',
      'the flash of this board is not the one that was planned for',
    );
  }
  const [reason] = refuseNotOpen({ optionBytes: await readOptionBytes(session, { signal }) });
  if (reason !== undefined) throw new AppError(reason.code, reason.message);
}

/** Protected sectors answer OK and stay. A difference is read once more: the line may have garbled it. */
async function proveBlank(
  session: DfuSession,
  plan: MassErasePlan,
  call: MassEraseCall,
): Promise<void> {
  const alternate = flashAlternateOf(session).number;
  const { signal } = call;
  const content = await session.readMemory(alternate, plan.address, plan.sizeBytes, {
    signal,
    onProgress: ({ doneBytes, totalBytes, bytesPerSecond, remainingMs }) => {
      call.onProgress?.({
        stage: 'verifying',
        cancelling: 'at-once',
        ...{ doneBytes, totalBytes, bytesPerSecond, remainingMs },
      });
    },
  });
  const blank = filledBytes(plan.sectorBytes, 0xff);
  const left: number[] = [];
  for (let at = 0; at < content.length; at += plan.sectorBytes) {
    if (equalBytes(content.subarray(at, at + plan.sectorBytes), blank)) continue;
    const address = plan.address + at;
    const again = await session.readMemory(alternate, address, plan.sectorBytes, { signal });
    if (!equalBytes(again, blank)) left.push(address);
  }
  if (left.length === 0) return;
  throw new AppError('dfu-verify-failed', `${left.length} sectors are not blank after the erase`, {
    context: { addresses: left, sectors: left.length },
  });
}

async function requireSameOtp(
  session: DfuSession,
  before: string | undefined,
): Promise<MassEraseOutcome['otp']> {
  if (before === undefined) return 'not-read';
  const after = await glimpseOtp(session);
  if (after === undefined) return 'not-read';
  if (after.sha256 === before) return 'same';
  throw new AppError('otp-verify-failed', 'the OTP does not read as it did before the erase');
}

function tell(
  call: MassEraseCall,
  stage: MassEraseProgress['stage'],
  doneBytes: number,
  totalBytes: number,
): void {
  call.onProgress?.({
    stage,
    cancelling: stage === 'erasing' ? 'finishes-step' : 'at-once',
    doneBytes,
    totalBytes,
    bytesPerSecond: undefined,
    remainingMs: undefined,
  });
}
