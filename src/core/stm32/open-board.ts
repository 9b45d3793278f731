/**
 * Opening a board in DFU mode for one job, wherever its engine runs. A device of this thread gets a pipe
 * and an engine here; a device whose engine lives elsewhere (a worker) says so with `hostSessions`, and its
 * session is that engine's. Who works on the session sees no difference.
 */
import type { CancelSignal, Clock, UsbDevice } from '../ports/index.ts';
import type { DfuSession, OpenDfuOptions } from './dfu-types.ts';

export interface OpenBoardOptions {
  /** For opening the device and claiming its interface; the engine's own steps have their own. */
  readonly timeoutMs: number;
  /** Cancels the opening only. */
  readonly signal?: CancelSignal | undefined;
  readonly transcript?: OpenDfuOptions['transcript'];
}

export interface OpenBoard {
  readonly session: DfuSession;
  /** Ends what is under way and gives the device back. Never throws; may be called twice. */
  close(): Promise<void>;
}

export type SessionHost = (options: OpenBoardOptions) => Promise<OpenBoard>;

const hosts = new WeakMap<UsbDevice, SessionHost>();

/** From now on `openBoard` asks `host` for sessions with this device. */
export function hostSessions(device: UsbDevice, host: SessionHost): void {
  hosts.set(device, host);
}

/** Throws what `UsbDevice.open` and `openDfu` throw; nothing stays open then. */
export async function openBoard(
  device: UsbDevice,
  clock: Clock,
  options: OpenBoardOptions,
): Promise<OpenBoard> {
  const host = hosts.get(device);
  if (host !== undefined) return host(options);
  const { timeoutMs, signal, transcript } = options;
  // Where the engines live in a worker, the page never needs this one.
  const { openDfu } = await import('./dfu-session.ts');
  const pipe = await device.open({ timeoutMs, signal });
  try {
    const session = await openDfu(pipe, clock, { signal, transcript });
    return { session, close: () => pipe.close() };
  } catch (error) {
    await pipe.close();
    throw error;
  }
}
