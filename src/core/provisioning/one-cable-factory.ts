/**
 * The last file of the one-cable route: bootloader and signed application in one binary. It covers the whole
 * place of the primer, so that what starts afterwards proves that the primer is gone.
 */
import { toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import { compareKeystore, type ConsoleInfo } from '../serial/index.ts';
import { recogniseKeyfusePrimer, type KeystoreSlot } from '../wolfboot/index.ts';
import { askConsole, askPrimer, type BoardLine } from './board-line.ts';
import { placeImage } from './drive-placing.ts';
import { isUnfinished, readJournal } from './journal.ts';
import { recall, remember, type FactoryPhase, type OneCableMemory } from './one-cable-memory.ts';
import { serialOf, withLine } from './one-cable-read.ts';
import type { DriveFile, OneCableCall, OneCableEnv } from './one-cable-types.ts';
import { identifyDrive } from './probe-files.ts';

export interface FactoryOrder {
  /** Of the board that was burned. */
  readonly serial: string;
  /** One run of bytes from the first byte of flash. */
  readonly bytes: Uint8Array;
  readonly name: string;
  /** Of the signed application in it. */
  readonly version: number;
  /** What the bootloader must find in the OTP. */
  readonly slots: readonly KeystoreSlot[];
  /** The bootloader is linked for TrustZone, and it is still off: nothing starts until it is on. */
  readonly waitsForTrustZone: boolean;
}

export interface FactoryOutcome {
  readonly kind: 'booted' | 'waits-for-trustzone';
  readonly serial: string;
  readonly sha256: string;
  /** What the application said; undefined while nothing can start. */
  readonly info: ConsoleInfo | undefined;
}

/** The reader and the burner are of one size. Two 8 KB sectors hold them. */
const PRIMER_ROOM_BYTES = 16 * 1024;
const BOOT_TIMEOUT_MS = 45_000;
const POLL_MS = 500;

/**
 * Throws `journal-conflict` while a burn on this board is unfinished, `invalid-argument` for a file that leaves some
 * of the primer in flash, `board-wrong`, `keystore-differs` when another board boots it, `update-not-proven` when
 * another version boots, and as `placeImage`. Writes no OTP.
 */
export async function installOverLine(
  order: FactoryOrder,
  env: OneCableEnv,
  call: OneCableCall = {},
): Promise<FactoryOutcome> {
  requireCoversPrimer(order);
  return env.locks.exclusive(`board/${order.serial}`, () =>
    withLine(env, async (line) => {
      await requireDone(order, env);
      await requireBoard(order, env, line, call);
      await note(order, env, 'writing');
      const file: DriveFile = { image: 'factory', name: order.name, bytes: order.bytes };
      const outcome = await placeImage(
        env,
        file,
        async (signal) => {
          if ((await askPrimer(line, signal)) !== undefined) return undefined;
          const info = await askConsole(line, signal);
          if (info !== undefined) return booted(order, info);
          return order.waitsForTrustZone ? waiting(order) : undefined;
        },
        call,
      );
      await note(order, env, outcome.kind === 'booted' ? 'proven' : 'waits-for-trustzone');
      return outcome;
    }),
  );
}

/** For a factory image that had to wait, or one that an interrupted job has written: does it boot? Writes nothing. */
export async function proveFactory(
  order: FactoryOrder,
  env: OneCableEnv,
  call: OneCableCall = {},
): Promise<FactoryOutcome> {
  call.onProgress?.({ stage: 'listening' });
  return withLine(env, async (line) => {
    const { clock } = env.bench;
    const deadlineMs = clock.nowMs() + BOOT_TIMEOUT_MS;
    for (;;) {
      const info = await askConsole(line, call.signal);
      if (info !== undefined) {
        const outcome = booted(order, info);
        await note(order, env, 'proven');
        return outcome;
      }
      if (clock.nowMs() >= deadlineMs) {
        throw new AppError('console-silent', 'the application did not answer');
      }
      await clock.sleep(POLL_MS, call.signal);
    }
  });
}

function booted(order: FactoryOrder, info: ConsoleInfo): FactoryOutcome {
  const compared = compareKeystore(info.keys, order.slots);
  if (!compared.equal) {
    throw new AppError('keystore-differs', 'the bootloader found other keys in the OTP', {
      context: {
        slots: compared.slots.flatMap(({ index, verdict }) => (verdict === 'equal' ? [] : [index])),
      },
    });
  }
  if (info.firmwareVersion !== order.version) {
    throw new AppError(
      'update-not-proven',
      `version ${String(info.firmwareVersion)} runs, not ${order.version}`,
      { context: { expected: order.version, found: info.firmwareVersion } },
    );
  }
  return { kind: 'booted', serial: order.serial, sha256: sha256Of(order), info };
}

function waiting(order: FactoryOrder): FactoryOutcome {
  const { serial } = order;
  return { kind: 'waits-for-trustzone', serial, sha256: sha256Of(order), info: undefined };
}

function requireCoversPrimer({ bytes, name }: FactoryOrder): void {
  if (bytes.length < PRIMER_ROOM_BYTES) {
    throw new AppError('invalid-argument', `${name} would leave a part of the primer in flash`, {
      context: { file: name, sizeBytes: bytes.length },
    });
  }
  if (recogniseKeyfusePrimer(bytes) === undefined) return;
  throw new AppError('invalid-argument', `${name} is a primer, not a bootloader`);
}

async function requireDone({ serial }: FactoryOrder, { store }: OneCableEnv): Promise<void> {
  const journal = await readJournal(store, serial);
  if (!isUnfinished(journal)) return;
  throw new AppError('journal-conflict', `the burn of board ${serial} is not finished`, {
    context: { serial, phase: journal.phase },
  });
}

/** As far as it can be told: a board that is silent tells nothing of itself, but its drive does. */
async function requireBoard(
  order: FactoryOrder,
  env: OneCableEnv,
  line: BoardLine,
  call: OneCableCall,
): Promise<void> {
  call.onProgress?.({ stage: 'listening' });
  const status = await askPrimer(line, call.signal);
  const found = status && serialOf(status);
  const { driveId } = await recall(env.store, order.serial);
  const drive = await identifyDrive(env.drive);
  const otherDrive = env.drive !== undefined && driveId !== undefined && drive !== driveId;
  if (!otherDrive && (found === undefined || found === order.serial)) return;
  throw new AppError('board-wrong', `this is not board ${order.serial}`, {
    context: { expected: order.serial, found },
  });
}

async function note(order: FactoryOrder, { store }: OneCableEnv, phase: FactoryPhase) {
  const memory: OneCableMemory = await recall(store, order.serial);
  const factory = { sha256: sha256Of(order), version: order.version, phase };
  await remember(store, { ...memory, factory });
}

function sha256Of({ bytes }: FactoryOrder): string {
  return toHex(hash('sha256', bytes));
}
