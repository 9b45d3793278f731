/**
 * Acts at a board whose engine runs in another thread. What may write one-time-programmable memory, erase
 * all or change option bytes is not done through a session from afar: the whole act is ordered, and the thread
 * that has the device judges it anew (ADR 7).
 *
 * Only this room can order: `hostActs` tells where acts of a bus are performed, and nobody outside can ask
 * that place back.
 */
import { AppError } from '../errors.ts';
import type { LongCall, UsbBus } from '../ports/index.ts';
import type { TransferEntry } from '../stm32/index.ts';
import type { BurnEnv } from './burn-types.ts';

/** What an order takes along beside itself. */
export interface ActCall extends LongCall<unknown> {
  readonly transcript?: ((entry: TransferEntry) => void) | undefined;
}

/** Carries an order, which is data, to the thread that has the devices, and its outcome back. */
export type ActHost = (order: unknown, call: ActCall) => Promise<unknown>;

/** What an act is performed with: that thread's own bench, journal and locks. */
export type ActEnv = Omit<BurnEnv, 'transcript' | 'personTimeoutMs'>;

const hosts = new WeakMap<UsbBus, ActHost>();

/** From now on the acts at devices of `usb` are performed by `host`. A bus keeps its first host. */
export function hostActs(usb: UsbBus, host: ActHost): void {
  if (hosts.has(usb)) throw new AppError('invalid-argument', 'the acts of this bus have a host');
  hosts.set(usb, host);
}

/** undefined: they are performed right here. Not exported from the room. */
export function actHostOf({ bench }: Pick<BurnEnv, 'bench'>): ActHost | undefined {
  return hosts.get(bench.usb);
}
