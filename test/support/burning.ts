/**
 * A bench with a board to burn, and the steps of a person who burns it, each with the defaults that the
 * tests do not care about.
 */
import { fingerprint } from '../../src/core/crypto/index.ts';
import type { Bench, Store } from '../../src/core/ports/index.ts';
import {
  approvePlan,
  burn,
  inspectBoard,
  intendOtpImage,
  intendPrimer,
  makePlan,
  readJournal,
  requiredTails,
  requirePlan,
  type ApprovedPlan,
  type BurnCall,
  type BurnEnv,
  type BurnOutcome,
  type BurnPlan,
  type BurnProgress,
  type Inspection,
  type IntendedOtp,
  type KeyBackups,
  type PlanInput,
  type PlanResult,
  type UdsPolicy,
} from '../../src/core/provisioning/index.ts';
import { openBoard } from '../../src/core/stm32/index.ts';
import {
  analysePrimer,
  bootloaderProfiles,
  buildOtpImage,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { buildSamplePrimer, type VirtualBenchOptions } from '../../src/virtual/index.ts';
import { seededRng } from './bytes-rng.ts';
import { memoryLocks, memoryStore, type MemoryStore } from './memory-store.ts';
import { simBench, type SimBench } from './sim-bench.ts';

export const [p256Profile, ed25519Profile] = bootloaderProfiles as readonly [
  BootloaderProfile,
  BootloaderProfile,
  ...BootloaderProfile[],
];

/** An UDS of 32 seeded bytes without a halfword of 0xFFFF. */
export function udsOf(seed: string): Uint8Array {
  return seededRng(`uds ${seed}`).bytes(32);
}

export function otpImage(
  slots: readonly KeystoreSlot[],
  options: { readonly profile?: BootloaderProfile; readonly uds?: Uint8Array | undefined } = {},
): Uint8Array {
  const uds = 'uds' in options ? options.uds : udsOf('a');
  return buildOtpImage({ profile: options.profile ?? p256Profile, slots, uds });
}

export function intendedImage(
  slots: readonly KeystoreSlot[],
  options: {
    readonly profile?: BootloaderProfile;
    readonly uds?: Uint8Array | undefined;
    readonly udsPolicy?: UdsPolicy;
  } = {},
): IntendedOtp {
  const { profile = p256Profile, udsPolicy = 'keep' } = options;
  return intendOtpImage(otpImage(slots, options), 'otp.bin', profile, { udsPolicy });
}

export function intendedPrimer(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile = p256Profile,
): IntendedOtp {
  const bytes = buildSamplePrimer(slots, profile);
  return intendPrimer(analysePrimer(bytes, 'primer.bin'), bytes);
}

export function allProven(slots: readonly KeystoreSlot[]): KeyBackups {
  return { proven: new Set(slots.map((slot) => fingerprint(slot.publicKey))), external: new Set() };
}

export interface BurnBench extends SimBench {
  readonly store: MemoryStore;
  readonly env: BurnEnv;
  readonly serial: string;
}

/** A board in DFU mode: both plugs in, BOOT0 on. */
export async function dfuBench(options: Partial<VirtualBenchOptions> = {}): Promise<BurnBench> {
  const bench = simBench(options);
  const store = memoryStore();
  await enterDfu(bench);
  return {
    ...bench,
    store,
    serial: bench.board.usbSerial,
    env: { bench: bench.bench, store, locks: memoryLocks(), personTimeoutMs: 60_000 },
  };
}

/** What a person does after trouble: plug in, BOOT0 on, reset, wait for the device. */
export async function enterDfu(bench: SimBench): Promise<void> {
  bench.panel.setPlug('stLink', true);
  bench.panel.setPlug('userUsb', true);
  bench.panel.setBoot0(true);
  bench.panel.pressReset();
  await bench.clock.sleep(1000);
}

export async function inspect(bench: Bench): Promise<Inspection> {
  const device = await bench.usb.choose();
  const board = await openBoard(device, bench.clock, { timeoutMs: 1000 });
  try {
    return await inspectBoard(board.session, bench.clock);
  } finally {
    await board.close();
  }
}

export type PlanWish = Pick<PlanInput, 'keystore' | 'intended'> & Partial<PlanInput>;

/** Inspects the board and plans for it, the journal read as the app does. */
export async function tryPlan(bench: BurnBench, wish: PlanWish): Promise<PlanResult> {
  return makePlan({
    inspection: await inspect(bench.bench),
    benchKind: bench.bench.kind,
    profile: p256Profile,
    backups: allProven(wish.keystore),
    journal: await journalOf(bench),
    ...wish,
  });
}

export async function plan(bench: BurnBench, wish: PlanWish): Promise<BurnPlan> {
  return requirePlan(await tryPlan(bench, wish));
}

export function journalOf(bench: { readonly store: Store; readonly serial: string }) {
  return readJournal(bench.store, bench.serial);
}

export async function approved(bench: BurnBench, wish: PlanWish): Promise<ApprovedPlan> {
  const made = await plan(bench, wish);
  return approvePlan(made, requiredTails(made));
}

/** Does at the board what the burn asks the person to do. */
export function person(
  bench: SimBench,
  options: { readonly onProgress?: (progress: BurnProgress) => void } = {},
): BurnCall {
  return {
    onProgress: (progress) => {
      options.onProgress?.(progress);
      if (progress.stage === 'waiting-for-run') letRun(bench);
    },
  };
}

/** BOOT0 off, reset, a few seconds, BOOT0 on, reset. */
export function letRun(bench: SimBench, runMs = 3000): void {
  bench.clock.schedule(100, () => {
    bench.panel.setBoot0(false);
    bench.panel.pressReset();
  });
  bench.clock.schedule(100 + runMs, () => {
    bench.panel.setBoot0(true);
    bench.panel.pressReset();
  });
}

export async function burnWith(
  bench: BurnBench,
  approval: ApprovedPlan,
  call: BurnCall = {},
): Promise<BurnOutcome> {
  return burn(approval, bench.env, call);
}

/** Everything that ever happened to cells: data and check bits of the OTP, and every flash sector. */
export function cellsOf({ board }: SimBench): string {
  return JSON.stringify([
    board.otp.cells(),
    board.flash.usedSectors().map(({ sector, content }) => [sector, [...content]]),
  ]);
}

export function writesToOtp({ board }: SimBench): number {
  return board.events.filter(({ what }) => /write \d+ bytes to OTP/.test(what)).length;
}
