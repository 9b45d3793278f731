/**
 * How long a flash project will take. What was measured counts; before that the speeds seen on an H563 from a
 * browser (formats/stm32-dfu.md, section 4). Nobody knows in advance which sectors can be kept, so the rest
 * is taken for work until it is read: the estimate shrinks, it does not grow.
 */
import type { DfuProgress } from '../stm32/index.ts';

type Stage = DfuProgress['stage'];

const SEEN_BYTES_PER_SECOND: Readonly<Record<Stage, number>> = {
  reading: 480_000,
  erasing: 8192 / 0.029,
  writing: 32_000,
  verifying: 480_000,
};

const STAGES: readonly Stage[] = ['reading', 'erasing', 'writing', 'verifying'];

export class FlashPace {
  readonly #speeds: Record<Stage, number> = { ...SEEN_BYTES_PER_SECOND };
  readonly #readFirst: boolean;

  constructor(readFirst: boolean) {
    this.#readFirst = readFirst;
  }

  /** Of the project from here, in milliseconds; `laterBytes`: of the runs that follow. */
  remainingMs(now: DfuProgress, runBytes: number, laterBytes: number): number {
    if (now.bytesPerSecond !== undefined) this.#speeds[now.stage] = now.bytesPerSecond;
    const restOfStage = this.#msOf(now.stage, now.totalBytes - now.doneBytes);
    const following = STAGES.slice(STAGES.indexOf(now.stage) + 1);
    const written = now.stage === 'erasing' ? Math.min(now.totalBytes, runBytes) : runBytes;
    const restOfRun = following.reduce((sum, stage) => {
      return sum + this.#msOf(stage, stage === 'writing' ? written : runBytes);
    }, restOfStage);
    return Math.round(restOfRun + this.wholeMs(laterBytes));
  }

  /** Of a run of which nothing is done. */
  wholeMs(bytes: number): number {
    const stages = this.#readFirst ? STAGES : STAGES.slice(1);
    return stages.reduce((sum, stage) => sum + this.#msOf(stage, bytes), 0);
  }

  #msOf(stage: Stage, bytes: number): number {
    return (1000 * bytes) / this.#speeds[stage];
  }
}
