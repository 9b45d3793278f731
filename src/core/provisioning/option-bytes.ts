/**
 * Writing a board's TrustZone option bytes, as approved: look again, write the regions that differ, one after
 * the other, and read each back, after the chip's reset if it was one. TZEN goes last: what comes before it is
 * harmless while TrustZone is off, and a ROM that does not take watermarks is found out before it matters.
 * Whatever interrupts it, the same approval goes on with it.
 */
import { AppError, isAppError } from '../errors.ts';
import type { LongCall } from '../ports/index.ts';
import { optionField, type DfuSession, type OptionField } from '../stm32/index.ts';
import { optionBytesOf, readOptionRegions, type OptionRegion } from '../stm32/option-bytes.ts';
import type { OptionWriteEnd } from '../stm32/dfu-powers.ts';
import { OPTION_REGISTER_ADDRESS, registersIn } from '../stm32/option-registers.ts';
import { optionBlock, writeOptionRegion } from '../stm32/option-write.ts';
import { actHostOf, type ActCall, type ActEnv, type ActHost } from './acts.ts';
import { waitUntilBack, withBoard } from './board-link.ts';
import type { BurnEnv, Cancelling } from './burn-types.ts';
import { carryInspection, reviveInspection, type CarriedInspection } from './carried-inspection.ts';
import type { JournalEntry } from './journal.ts';
import {
  approveOptionBytes,
  planOptionBytes,
  requireOptionApproval,
  useUpOptionApproval,
  type ApprovedOptionBytes,
  type OptionPlan,
  type OptionWords,
} from './option-plan.ts';
import type { OptionPresetId } from './option-presets.ts';

export type OptionProgress =
  | { readonly stage: 'inspecting'; readonly cancelling: 'at-once' }
  | { readonly stage: 'writing'; readonly cancelling: 'finishes-step' }
  /** The chip resets to load them; a board with BOOT0 on comes back by itself. */
  | { readonly stage: 'waiting-for-board'; readonly cancelling: Cancelling }
  | { readonly stage: 'verifying'; readonly cancelling: 'at-once' };

export type OptionCall = LongCall<OptionProgress>;

export interface OptionOutcome {
  readonly serial: string;
  /** `proven`: read back and equal. `not-readable`: TrustZone hides them from this bootloader now. */
  readonly proof: 'proven' | 'not-readable';
  /** As they read now. */
  readonly fields: readonly OptionField[];
  /** How often the chip reset before its second status. */
  readonly resets: number;
  readonly endedAtWallMs: number;
}

/** Data only, for the thread that has the device. */
export interface OptionOrder {
  readonly act: 'option-bytes';
  readonly planHash: string;
  readonly typed: OptionWords;
  readonly inspection: CarriedInspection;
  readonly benchKind: OptionPlan['benchKind'];
  readonly presetId: OptionPresetId;
  readonly journal: JournalEntry | undefined;
  readonly personTimeoutMs: number | undefined;
}

/**
 * Errors besides those of DFU and USB: `plan-not-approved`, `board-wrong`, `board-busy` (another tab),
 * `board-not-open`, `plan-changed` (a field is neither as it was nor as it shall be), `not-supported`,
 * `dfu-verify-failed` (the chip did not take them; context: fields), `board-gone`, `cancelled`.
 */
export async function writeOptionBytes(
  env: BurnEnv,
  approved: ApprovedOptionBytes,
  call: OptionCall = {},
): Promise<OptionOutcome> {
  const { plan, typed } = requireOptionApproval(approved);
  if (env.bench.kind !== plan.benchKind) {
    throw new AppError('board-wrong', `the plan was made for a ${plan.benchKind} board`);
  }
  const host = actHostOf(env);
  const outcome =
    host === undefined
      ? await env.locks.exclusive(`board/${plan.serial}`, () => write(env, plan, call))
      : await order(host, env, plan, typed, call);
  useUpOptionApproval(approved);
  return outcome;
}

/** In the thread that has the device. Throws `plan-refused`, `plan-changed`, and what `writeOptionBytes` throws. */
export async function performOptionOrder(
  given: OptionOrder,
  env: ActEnv,
  call: ActCall,
): Promise<OptionOutcome> {
  const { benchKind, presetId, journal, planHash, typed, personTimeoutMs } = given;
  const inspection = reviveInspection(given.inspection);
  const result = planOptionBytes({ inspection, benchKind, presetId, journal });
  if (result.kind === 'refused') {
    throw new AppError('plan-refused', result.reasons.map(({ message }) => message).join('; '));
  }
  if (result.kind === 'already' || result.plan.hash !== planHash) {
    throw new AppError('plan-changed', 'what was ordered is not the plan that was approved');
  }
  const { signal, onProgress, transcript } = call;
  const approved = approveOptionBytes(result.plan, typed);
  return writeOptionBytes({ ...env, personTimeoutMs, transcript }, approved, {
    signal,
    onProgress,
  });
}

async function order(
  host: ActHost,
  env: BurnEnv,
  plan: OptionPlan,
  typed: OptionWords,
  call: OptionCall,
): Promise<OptionOutcome> {
  const { inspection, benchKind, presetId, journal } = plan.input;
  const given: OptionOrder = {
    act: 'option-bytes',
    planHash: plan.hash,
    typed,
    inspection: carryInspection(inspection),
    benchKind,
    presetId,
    journal,
    personTimeoutMs: env.personTimeoutMs,
  };
  return (await host(given, {
    signal: call.signal,
    transcript: env.transcript,
    onProgress: (progress) => call.onProgress?.(progress as OptionProgress),
  })) as OptionOutcome;
}

/** Each turn writes one region, so that every writing starts from what the chip says at that moment. */
async function write(env: BurnEnv, plan: OptionPlan, call: OptionCall): Promise<OptionOutcome> {
  let resets = 0;
  for (const name of WRITING_ORDER) {
    const end = await withBoard(env, plan.serial, call.signal, (session) =>
      writeRegionOf(session, OPTION_REGISTER_ADDRESS[name], plan, call),
    );
    if (end === undefined) continue;
    if (end === 'left') resets += 1;
    call.onProgress?.({ stage: 'waiting-for-board', cancelling: 'at-once' });
    requireTaken(await readAfterWriting(env, plan, call), plan, regionFieldsOf(plan, name));
  }
  const fields = await readAfterWriting(env, plan, call);
  const proof = requireTaken(fields, plan, plan.values);
  return {
    serial: plan.serial,
    proof,
    fields,
    resets,
    endedAtWallMs: Math.floor(env.bench.clock.wallMs()),
  };
}

/** The registers by whose addresses the regions are known; the one with TZEN last. */
const WRITING_ORDER = ['SECWM2R', 'OPTSR2'] as const;

function regionFieldsOf(
  plan: OptionPlan,
  name: (typeof WRITING_ORDER)[number],
): OptionPlan['values'] {
  const second = (field: string): boolean => field.startsWith('SECWM2');
  return plan.values.filter((value) => second(value.name) === (name === 'SECWM2R'));
}

/** `undefined`: this region holds everything already. */
async function writeRegionOf(
  session: DfuSession,
  registerAddress: number,
  plan: OptionPlan,
  call: OptionCall,
): Promise<OptionWriteEnd | undefined> {
  call.onProgress?.({ stage: 'inspecting', cancelling: 'at-once' });
  const regions = await readOptionRegions(session, { signal: call.signal });
  const { fields, productState } = optionBytesOf(registersIn(regions));
  if (productState?.name !== 'open') {
    throw new AppError('board-not-open', 'the product state is not Open');
  }
  requireAsPlanned(fields, plan);
  const region = regions.find((one) => holds(one, registerAddress));
  if (region === undefined) {
    throw new AppError('not-supported', 'the bootloader does not offer these option bytes');
  }
  const missing = plan.values.filter(
    ({ name, value }) => optionField(fields, name)?.value !== value,
  );
  if (optionBlock(region, missing) === undefined) return undefined;
  call.onProgress?.({ stage: 'writing', cancelling: 'finishes-step' });
  return writeOptionRegion(session, region, missing, call.signal);
}

function holds({ address, bytes }: OptionRegion, registerAddress: number): boolean {
  return registerAddress >= address && registerAddress + 4 <= address + bytes.length;
}

/** Every field is as it was when the plan was made, or already as it shall be. */
function requireAsPlanned(fields: readonly OptionField[], plan: OptionPlan): void {
  const strange = fields.filter(
    ({ name, value }) =>
      value !== optionField(plan.before, name)?.value &&
      value !== optionField(plan.after, name)?.value,
  );
  if (strange.length === 0) return;
  throw new AppError('plan-changed', 'the option bytes are no longer what the plan was made for', {
    context: { fields: strange.map(({ name }) => name) },
  });
}

const READ_ATTEMPTS = 3;

/** The chip may reset a moment after its status, so a reading that breaks off is begun again. */
async function readAfterWriting(
  env: BurnEnv,
  plan: OptionPlan,
  call: OptionCall,
): Promise<readonly OptionField[]> {
  for (let attempt = 1; ; attempt++) {
    await waitUntilBack(env, plan.serial, call.signal);
    call.onProgress?.({ stage: 'verifying', cancelling: 'at-once' });
    try {
      return await withBoard(env, plan.serial, call.signal, async (session) => {
        const regions = await readOptionRegions(session, { signal: call.signal });
        return optionBytesOf(registersIn(regions)).fields;
      });
    } catch (error) {
      const gone = isAppError(error, 'usb-disconnected') || isAppError(error, 'usb-no-device');
      if (!gone || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/** Throws `dfu-verify-failed` for fields of `wanted` that read otherwise, and for any other that changed. */
function requireTaken(
  fields: readonly OptionField[],
  plan: OptionPlan,
  wanted: OptionPlan['values'],
): OptionOutcome['proof'] {
  const valueOf = (name: OptionField['name']): number | undefined =>
    optionField(fields, name)?.value;
  const refused = wanted.filter(({ name, value }) => differs(valueOf(name), value));
  const changed = plan.before.filter(
    ({ name, value }) =>
      !plan.values.some((one) => one.name === name) && differs(valueOf(name), value),
  );
  if (refused.length > 0 || changed.length > 0) {
    const names = [...refused, ...changed].map(({ name }) => name);
    throw new AppError('dfu-verify-failed', `option bytes read otherwise: ${names.join(', ')}`, {
      context: { fields: names },
    });
  }
  return wanted.every(({ name }) => valueOf(name) !== undefined) ? 'proven' : 'not-readable';
}

function differs(found: number | undefined, wanted: number | undefined): boolean {
  return found !== undefined && found !== wanted;
}
