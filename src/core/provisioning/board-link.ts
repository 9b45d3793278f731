/**
 * Finding one particular board on the bus, opening it for one job, and waiting while a person moves it
 * between DFU and running. It knows boards by their serial only; it does not know what the job is.
 */
import { AppError } from '../errors.ts';
import {
  createCanceller,
  throwIfCancelled,
  type CancelSignal,
  type Clock,
  type UsbBus,
  type UsbDevice,
} from '../ports/index.ts';
import { openBoard, type DfuSession } from '../stm32/index.ts';
import type { BurnEnv } from './burn-types.ts';

const OPEN_TIMEOUT_MS = 5_000;
/** Events may get lost while a page sleeps, so the bus is also asked now and then. */
const POLL_MS = 500;
const PERSON_TIMEOUT_MS = 15 * 60_000;

/** Undefined while the board is not on the bus. `board-wrong` when two claim the same serial. */
export async function findBoard(usb: UsbBus, serial: string): Promise<UsbDevice | undefined> {
  const devices = await usb.list();
  const matching = devices.filter((device) => device.identity.serial === serial);
  if (matching.length > 1) {
    throw new AppError('board-wrong', `two devices say that they are board ${serial}`, {
      context: { serial },
    });
  }
  return matching[0];
}

/** Opens the board for `work` and closes it again whatever happens. `usb-no-device`, `board-wrong`. */
export async function withBoard<T>(
  env: BurnEnv,
  serial: string,
  signal: CancelSignal | undefined,
  work: (session: DfuSession, device: UsbDevice) => Promise<T>,
): Promise<T> {
  const device = await findBoard(env.bench.usb, serial);
  if (device === undefined) throw await absent(env.bench.usb, serial);
  const board = await openBoard(device, env.bench.clock, {
    timeoutMs: OPEN_TIMEOUT_MS,
    signal,
    transcript: env.transcript ?? env.bench.log?.usb,
  });
  try {
    return await work(board.session, device);
  } finally {
    await board.close();
  }
}

async function absent(usb: UsbBus, serial: string): Promise<AppError> {
  const others = (await usb.list()).length;
  return others === 0
    ? new AppError('usb-no-device', `board ${serial} is not in DFU mode`, { context: { serial } })
    : new AppError('board-wrong', `another board is in DFU mode, not ${serial}`, {
        context: { serial },
      });
}

/** Resolves when the device with this id has left: the board was reset, or its plug pulled. */
export async function waitUntilGone(
  env: BurnEnv,
  device: UsbDevice,
  signal: CancelSignal | undefined,
): Promise<void> {
  await waitFor(env, signal, `board ${String(device.identity.serial)} was not reset`, async () => {
    const devices = await env.bench.usb.list();
    return devices.every((other) => other.id !== device.id) || undefined;
  });
}

/** Resolves with the board when it is in DFU mode again. */
export async function waitUntilBack(
  env: BurnEnv,
  serial: string,
  signal: CancelSignal | undefined,
): Promise<UsbDevice> {
  return waitFor(env, signal, `board ${serial} did not come back`, () =>
    findBoard(env.bench.usb, serial),
  );
}

async function waitFor<T>(
  env: BurnEnv,
  signal: CancelSignal | undefined,
  failure: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const clock = personClock(env);
  const timeoutMs = env.personTimeoutMs ?? PERSON_TIMEOUT_MS;
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (;;) {
    throwIfCancelled(signal);
    const found = await look();
    if (found !== undefined) return found;
    if (clock.nowMs() >= deadlineMs) {
      throw new AppError('board-gone', failure, { context: { timeoutMs } });
    }
    await nextChange(env, signal);
  }
}

/** Simulated time jumps to the end of every wait, long before a hand has moved. */
function personClock({ personClock: own, bench }: BurnEnv): Clock {
  return own ?? bench.clock;
}

/** Sleeps until something arrives or leaves, or for one poll interval. Ends early on cancel. */
async function nextChange(env: BurnEnv, signal: CancelSignal | undefined): Promise<void> {
  const wake = createCanceller();
  const onWake = (): void => {
    wake.cancel();
  };
  const unwatch = env.bench.usb.watch(onWake);
  signal?.addEventListener('abort', onWake);
  try {
    await personClock(env).sleep(POLL_MS, wake.signal);
  } catch (error) {
    // Being woken is what it is for; a cancel of the caller is noticed by the caller's loop.
    if (!wake.signal.aborted) throw error;
  } finally {
    unwatch();
    signal?.removeEventListener('abort', onWake);
  }
}
