/** Erasing everything and setting option bytes as a person does, with the defaults that tests do not care about. */
import {
  approveMassErase,
  approveOptionBytes,
  planMassErase,
  planOptionBytes,
  wordsForMassErase,
  wordsForOptionBytes,
  type ApprovedMassErase,
  type ApprovedOptionBytes,
  type MassErasePlan,
  type OptionPlan,
  type OptionPresetId,
} from '../../src/core/provisioning/index.ts';
import { inspect, journalOf, type BurnBench } from './burning.ts';

export async function massErasePlan(bench: BurnBench): Promise<MassErasePlan> {
  const inspection = await inspect(bench.bench);
  const benchKind = bench.bench.kind;
  const result = planMassErase({ inspection, benchKind, journal: await journalOf(bench) });
  if (result.kind === 'refused') throw new Error(result.reasons.map(({ code }) => code).join());
  return result.plan;
}

export async function approvedMassErase(bench: BurnBench): Promise<ApprovedMassErase> {
  const plan = await massErasePlan(bench);
  return approveMassErase(plan, wordsForMassErase(plan));
}

export async function optionPlan(
  bench: BurnBench,
  presetId: OptionPresetId = 'trustzone-dual-bank',
): Promise<OptionPlan> {
  const inspection = await inspect(bench.bench);
  const benchKind = bench.bench.kind;
  const journal = await journalOf(bench);
  const result = planOptionBytes({ inspection, benchKind, presetId, journal });
  if (result.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(result)}`);
  return result.plan;
}

export async function approvedOptions(
  bench: BurnBench,
  presetId?: OptionPresetId,
): Promise<ApprovedOptionBytes> {
  const plan = await optionPlan(bench, presetId);
  return approveOptionBytes(plan, wordsForOptionBytes(plan));
}
