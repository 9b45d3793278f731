/**
 * Calls to one USBDevice, each with a deadline. A call may never settle (`claimInterface` is known for
 * it), and a transfer under way when the plug is pulled may neither: the end of the device or of
 * the pipe ends every call.
 */
import { AppError } from '../../core/errors.ts';
import {
  createCanceller,
  withDeadline,
  type CancelSignal,
  type Clock,
  type TransferOptions,
} from '../../core/ports/index.ts';
import { leftTheBus, mayBeDeparture, webUsbError, type UsbStep } from './errors.ts';

/** Chromium reports the failed transfer before the departure that caused it; on a busy machine, a second before. */
const DEPARTURE_GRACE_MS = 1_500;
/** Tidying up may hang as well as anything else. */
const QUIET_TIMEOUT_MS = 1_000;

export class DeviceCalls {
  readonly #clock: Clock;
  /** Raised when the device has left the bus. */
  readonly #left: CancelSignal;

  constructor(clock: Clock, left: CancelSignal) {
    this.#clock = clock;
    this.#left = left;
  }

  /** Throws `usb-no-device` or `usb-disconnected` when the device has left, else see `webUsbError`. */
  async call<T>(
    step: UsbStep,
    what: string,
    options: TransferOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#left.aborted) throw leftTheBus(step, what);
    try {
      return await withDeadline(
        this.#clock,
        options.timeoutMs,
        what,
        () => this.#unlessLeft(step, what, work()),
        { signal: options.signal },
      );
    } catch (error) {
      if (error instanceof AppError) throw error;
      const left = mayBeDeparture(error) && (await this.#isLeaving());
      throw webUsbError(error, step, what, left);
    }
  }

  /** For closing: errors are of no use to anybody, and a hang must end. */
  async quietly(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await withDeadline(this.#clock, QUIET_TIMEOUT_MS, what, work);
    } catch {
      // After an unplug close() throws NotFoundError; there is nothing left to close.
    }
  }

  #unlessLeft<T>(step: UsbStep, what: string, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onLeft = (): void => {
        reject(leftTheBus(step, what));
      };
      this.#left.addEventListener('abort', onLeft);
      work.then(resolve, reject).finally(() => {
        this.#left.removeEventListener('abort', onLeft);
      });
    });
  }

  async #isLeaving(): Promise<boolean> {
    if (this.#left.aborted) return true;
    const wake = createCanceller();
    this.#left.addEventListener('abort', wake.cancel);
    try {
      await this.#clock.sleep(DEPARTURE_GRACE_MS, wake.signal);
      return false;
    } catch {
      return true;
    } finally {
      this.#left.removeEventListener('abort', wake.cancel);
    }
  }
}
