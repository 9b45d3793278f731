/**
 * Waiting as the device asked (bwPollTimeout), with an end. Devices state anything from 0 to minutes
 * (formats/stm32-dfu.md, "bwPollTimeout quirks"): 0 still sleeps a moment, absurd values are cut, and the
 * patience grows by the longest wait that the device stated itself, so that slow is not taken for hung.
 */
import type { CancelSignal, Clock } from '../ports/index.ts';
import type { DfuTiming } from './dfu-quirks.ts';

export class BusyWait {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #timing: DfuTiming;
  readonly #startedMs: number;
  #longestStatedMs = 0;

  /** `patienceMs` is the time the operation takes on a healthy device, generously. */
  constructor(clock: Clock, patienceMs: number, timing: DfuTiming) {
    this.#clock = clock;
    this.#timing = timing;
    this.#patienceMs = patienceMs;
    this.#startedMs = clock.nowMs();
  }

  get waitedMs(): number {
    return Math.round(this.#clock.nowMs() - this.#startedMs);
  }

  get longestStatedMs(): number {
    return this.#longestStatedMs;
  }

  /** Sleeps; `false` without sleeping when the patience is at its end. */
  async sleep(statedMs: number, signal: CancelSignal | undefined): Promise<boolean> {
    const { shortestWaitMs, longestWaitMs } = this.#timing;
    const pollMs = Math.min(Math.max(statedMs, shortestWaitMs), longestWaitMs);
    this.#longestStatedMs = Math.max(this.#longestStatedMs, pollMs);
    const leftMs = this.#startedMs + this.#patienceMs + this.#longestStatedMs - this.#clock.nowMs();
    if (leftMs <= 0) return false;
    await this.#clock.sleep(Math.min(pollMs, leftMs), signal);
    return true;
  }
}
