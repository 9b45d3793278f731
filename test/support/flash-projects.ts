/** Flash projects and a board to flash them into, with the steps of a person who does so. */
import type { KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import { buildSampleBootloader } from '../../src/virtual/index.ts';
import {
  approveFlashPlan,
  approvePlan,
  isBurnPart,
  makeFlashProject,
  makePlan,
  openFlashParts,
  planFlashProject,
  readFlashJournal,
  readJournal,
  requiredTails,
  runFlashProject,
  type ApprovedFlash,
  type FlashCall,
  type FlashOutcome,
  type FlashPlan,
  type FlashPlanResult,
  type FlashProject,
  type ProjectPart,
} from '../../src/core/provisioning/index.ts';
import { signImage, testKey, type TestKey } from './booted-board.ts';
import { allProven, inspect, p256Profile, type BurnBench } from './burning.ts';

export interface FlashFiles {
  readonly key: TestKey;
  readonly bootloader: Uint8Array;
  readonly image: Uint8Array;
}

export async function flashFiles(): Promise<FlashFiles> {
  const key = await testKey();
  return { key, bootloader: buildSampleBootloader(), image: await signImage(key, { version: 1 }) };
}

/** Parts of files, in this order; the files stay the caller's. */
export async function partsOf(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<readonly ProjectPart[]> {
  const opened = [];
  for (const { name, bytes } of files) {
    opened.push(await openFlashParts(bytes.slice(), name, p256Profile));
  }
  return opened.flatMap(({ parts }) => parts);
}

/** Bootloader and signed image. */
export async function twoParts({ bootloader, image }: FlashFiles): Promise<readonly ProjectPart[]> {
  return partsOf([
    { name: 'wolfboot.bin', bytes: bootloader },
    { name: 'app_v1_signed.bin', bytes: image },
  ]);
}

export function projectOf(
  parts: readonly ProjectPart[],
  slots: readonly KeystoreSlot[] = [],
): Promise<FlashProject> {
  return makeFlashProject({ parts, profile: p256Profile, slots });
}

/** Inspects the board and plans for it as the app does. */
export async function tryFlashPlan(
  bench: BurnBench,
  parts: readonly ProjectPart[],
  slots: readonly KeystoreSlot[],
): Promise<FlashPlanResult> {
  const inspection = await inspect(bench.bench);
  const journal = await readJournal(bench.store, bench.serial);
  const burnPart = parts.find(isBurnPart);
  return planFlashProject({
    project: await projectOf(parts, slots),
    inspection,
    benchKind: bench.bench.kind,
    journal,
    flashJournal: await readFlashJournal(bench.store, bench.serial),
    burn:
      burnPart &&
      makePlan({
        inspection,
        benchKind: bench.bench.kind,
        profile: p256Profile,
        keystore: slots,
        intended: burnPart.intended,
        backups: allProven(slots),
        journal,
      }),
  });
}

export async function flashPlan(
  bench: BurnBench,
  parts: readonly ProjectPart[],
  slots: readonly KeystoreSlot[],
): Promise<FlashPlan> {
  const result = await tryFlashPlan(bench, parts, slots);
  if (result.kind === 'plan') return result.plan;
  throw new Error(`refused: ${JSON.stringify(result.problems)}`);
}

/** A yes, and where it burns also what is typed. */
export function approveAll(plan: FlashPlan): ApprovedFlash {
  if (plan.burn?.work !== 'write') return approveFlashPlan(plan);
  return approveFlashPlan(plan, approvePlan(plan.burn, requiredTails(plan.burn)));
}

export function flash(
  bench: BurnBench,
  approved: ApprovedFlash,
  call: FlashCall = {},
): Promise<FlashOutcome> {
  return runFlashProject(approved, bench.env, call);
}

export function flashHolds(
  { board }: BurnBench,
  address: number,
  bytes: Uint8Array,
): readonly number[] {
  const found = board.flash.read(address, bytes.length);
  return [...bytes.keys()].filter((index) => found[index] !== bytes[index]);
}
