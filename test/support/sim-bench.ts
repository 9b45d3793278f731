/** A virtual bench in simulated time, for tests: whole minutes pass in milliseconds. */
import {
  createSimClock,
  createVirtualBench,
  type SimClock,
  type VirtualBench,
  type VirtualBenchOptions,
} from '../../src/virtual/index.ts';

/** 2026-01-02T03:04:05Z. */
export const START_WALL_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export function yieldToHost(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function simClock(): SimClock {
  return createSimClock({ yieldToHost, startWallMs: START_WALL_MS });
}

export interface SimBench extends VirtualBench {
  readonly clock: SimClock;
  readonly panel: VirtualBench['bench']['panel'];
}

export function simBench(options: Partial<VirtualBenchOptions> = {}): SimBench {
  const clock = simClock();
  const virtual = createVirtualBench({ seed: 1, ...options, clock });
  return { ...virtual, clock, panel: virtual.bench.panel };
}
