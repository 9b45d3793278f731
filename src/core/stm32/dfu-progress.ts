/**
 * How far a long DFU call is, how fast it goes and how long the rest of its stage will take. The speed is the
 * mean since the stage began: sectors and blocks of one stage take equal times, so it settles at once.
 */
import type { Clock } from '../ports/index.ts';
import type { DfuCall, DfuProgress } from './dfu-types.ts';

/** Less than this says nothing about a speed; also keeps a first block from promising absurd ones. */
const SHORTEST_MEASURE_MS = 20;

export class ProgressMeter {
  readonly #clock: Clock;
  readonly #onProgress: DfuCall['onProgress'];
  #stage: DfuProgress['stage'] | undefined;
  #startedMs = 0;

  constructor(clock: Clock, onProgress: DfuCall['onProgress']) {
    this.#clock = clock;
    this.#onProgress = onProgress;
  }

  /** A stage begins; nothing of it is done. Its time counts from here. */
  begin(stage: DfuProgress['stage'], totalBytes: number): void {
    this.#stage = stage;
    this.#startedMs = this.#clock.nowMs();
    this.#onProgress?.({
      stage,
      doneBytes: 0,
      totalBytes,
      bytesPerSecond: undefined,
      remainingMs: undefined,
    });
  }

  report(stage: DfuProgress['stage'], doneBytes: number, totalBytes: number): void {
    if (this.#onProgress === undefined) return;
    if (this.#stage !== stage) this.begin(stage, totalBytes);
    const elapsedMs = this.#clock.nowMs() - this.#startedMs;
    const measured = elapsedMs >= SHORTEST_MEASURE_MS && doneBytes > 0;
    this.#onProgress({
      stage,
      doneBytes,
      totalBytes,
      bytesPerSecond: measured ? (doneBytes * 1000) / elapsedMs : undefined,
      remainingMs: measured ? (elapsedMs * (totalBytes - doneBytes)) / doneBytes : undefined,
    });
  }
}
