/** An operation of the ROM while it goes on; when power fails, what was done stays done. */
import { DFU_OK, type Operation } from './memory-access.ts';

export class RunningOperation {
  readonly endMs: number;
  readonly #operation: Operation;
  readonly #startMs: number;
  readonly #durationMs: number;
  #stepsDone = 0;
  #status = DFU_OK;

  constructor(operation: Operation, startMs: number, durationMs: number) {
    this.#operation = operation;
    this.#startMs = startMs;
    this.#durationMs = durationMs;
    this.endMs = startMs + durationMs;
  }

  isOver(nowMs: number): boolean {
    return nowMs >= this.endMs;
  }

  /** Does the steps that fall before `nowMs`, each once; returns bStatus as far as it is known. */
  advanceTo(nowMs: number): number {
    const { steps, run } = this.#operation;
    const share = this.isOver(nowMs) ? 1 : Math.max(0, nowMs - this.#startMs) / this.#durationMs;
    const target = Math.floor(steps * share);
    while (this.#stepsDone < target && this.#status === DFU_OK) {
      this.#status = run(this.#stepsDone);
      this.#stepsDone += 1;
    }
    return this.#status;
  }
}
