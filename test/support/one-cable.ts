/** A virtual board with nothing but its ST-LINK cable in, and the steps of a person on the one-cable route. */
import type { ProbeDrive, Store } from '../../src/core/ports/index.ts';
import {
  approvePlan,
  burnOverLine,
  planOneCable,
  readBoardOverLine,
  readJournal,
  requiredTails,
  requirePlan,
  type ApprovedPlan,
  type BurnOutcome,
  type OneCableCall,
  type OneCableEnv,
  type OneCableReading,
} from '../../src/core/provisioning/index.ts';
import { builtInPrimer } from '../../src/core/wolfboot/built-in-primer.ts';
import type { KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import type { VirtualBenchOptions } from '../../src/virtual/index.ts';
import { allProven, p256Profile } from './burning.ts';
import { intendedKeyfusePrimer } from './keyfuse-primer.ts';
import { memoryLocks, memoryStore, type MemoryStore } from './memory-store.ts';
import { simBench, type SimBench } from './sim-bench.ts';

export interface OneCableBench extends SimBench {
  readonly store: MemoryStore;
  readonly serial: string;
  readonly env: OneCableEnv;
}

export async function oneCableBench(
  options: Partial<VirtualBenchOptions> & { readonly byHand?: boolean } = {},
): Promise<OneCableBench> {
  const bench = simBench(options);
  const store = memoryStore();
  const drive = await bench.bench.drives?.choose();
  return {
    ...bench,
    store,
    serial: bench.board.usbSerial,
    env: envOf(bench, store, options.byHand === true ? undefined : drive),
  };
}

export function envOf(bench: SimBench, store: Store, drive: ProbeDrive | undefined): OneCableEnv {
  return {
    bench: bench.bench,
    store,
    locks: memoryLocks(),
    findPort: () => bench.bench.serial.choose(),
    drive,
    personTimeoutMs: 60_000,
  };
}

export function readOver(
  { env }: Pick<OneCableBench, 'env'>,
  call: OneCableCall = {},
): Promise<OneCableReading> {
  return readBoardOverLine(env, builtInPrimer(), call);
}

export function planFor(
  bench: OneCableBench,
  reading: OneCableReading,
  slots: readonly KeystoreSlot[],
) {
  return planOneCable(
    {
      inspection: reading.inspection,
      benchKind: bench.bench.kind,
      profile: p256Profile,
      keystore: slots,
      intended: intendedKeyfusePrimer(slots),
      backups: allProven(slots),
      journal: reading.journal,
    },
    reading.damaged,
  );
}

export async function readAndApprove(
  bench: OneCableBench,
  slots: readonly KeystoreSlot[],
): Promise<ApprovedPlan> {
  const plan = requirePlan(planFor(bench, await readOver(bench), slots));
  return approvePlan(plan, requiredTails(plan));
}

export async function burnOneCable(
  bench: OneCableBench,
  slots: readonly KeystoreSlot[],
  call: OneCableCall = {},
): Promise<BurnOutcome> {
  return burnOverLine(await readAndApprove(bench, slots), bench.env, call);
}

/** Copies each file onto the drive as soon as it is asked for. */
export function copyingHand(bench: SimBench, seen: string[] = []): OneCableCall {
  return {
    onProgress: (progress) => {
      if (progress.stage !== 'waiting-for-hand') return;
      seen.push(progress.file.image);
      bench.clock.schedule(2000, () => {
        void bench.panel.dropOnDrive(progress.file.name, progress.file.bytes);
      });
    },
  };
}

export async function phaseOf({ store, serial }: OneCableBench): Promise<string | undefined> {
  return (await readJournal(store, serial))?.phase;
}
