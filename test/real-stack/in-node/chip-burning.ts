/** Burning the chip of this folder with the unchanged engine, with the defaults that a test does not care about. */
import {
  approvePlan,
  burn,
  inspectBoard,
  makePlan,
  readJournal,
  requiredTails,
  requirePlan,
  type ApprovedPlan,
  type BurnCall,
  type BurnEnv,
  type BurnOutcome,
  type Inspection,
  type IntendedOtp,
  type PlanResult,
} from '../../../src/core/provisioning/index.ts';
import { openDfu, type DfuSession } from '../../../src/core/stm32/index.ts';
import type { KeystoreSlot } from '../../../src/core/wolfboot/index.ts';
import { allProven, p256Profile } from '../../support/burning.ts';
import { memoryLocks, memoryStore } from '../../support/memory-store.ts';
import type { ChipOptions } from '../chip/stm32h5.ts';
import { chipBench, type ChipBench } from './chip-bench.ts';

export interface BurningChip extends ChipBench {
  readonly env: BurnEnv;
}

export function burningChip(options: ChipOptions = {}): BurningChip {
  const bench = chipBench(options);
  const env = { bench, store: memoryStore(), locks: memoryLocks(), personTimeoutMs: 60_000 };
  return { ...bench, env };
}

/** Opens the chip for `work` and closes it again. */
export async function withChip<T>(
  bench: ChipBench,
  work: (session: DfuSession) => Promise<T>,
): Promise<T> {
  const device = await bench.usb.choose();
  const pipe = await device.open({ timeoutMs: 1000 });
  try {
    return await work(await openDfu(pipe, bench.clock));
  } finally {
    await pipe.close();
  }
}

export const inspectChip = (bench: ChipBench): Promise<Inspection> =>
  withChip(bench, (session) => inspectBoard(session, bench.clock));

export interface Wish {
  readonly keystore: readonly KeystoreSlot[];
  readonly intended: IntendedOtp;
}

export async function tryPlan(bench: BurningChip, wish: Wish): Promise<PlanResult> {
  return makePlan({
    inspection: await inspectChip(bench),
    benchKind: bench.kind,
    profile: p256Profile,
    backups: allProven(wish.keystore),
    journal: await readJournal(bench.env.store, bench.chip.serialNumber ?? ''),
    ...wish,
  });
}

export async function approve(bench: BurningChip, wish: Wish): Promise<ApprovedPlan> {
  const plan = requirePlan(await tryPlan(bench, wish));
  return approvePlan(plan, requiredTails(plan));
}

export const burnChip = (
  bench: BurningChip,
  approval: ApprovedPlan,
  call: BurnCall = {},
): Promise<BurnOutcome> => burn(approval, bench.env, call);

/** Pulls the plug when the chip does something for the n-th time; with `power`, the power too. */
export function pullPlugAt(
  bench: ChipBench,
  wish: { readonly line: RegExp; readonly nth: number; readonly power?: boolean },
): void {
  let seen = 0;
  bench.chip.dfu.onTrace = (line) => {
    if (!wish.line.test(line)) return;
    seen += 1;
    if (seen !== wish.nth) return;
    bench.chip.dfu.onTrace = undefined;
    bench.time.after(0.5, () => {
      if (wish.power === true) bench.chip.dfu.losePower();
      bench.usb.unplug();
    });
  };
}
