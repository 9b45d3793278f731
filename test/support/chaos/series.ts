/** Many chaos runs in a row, and what they came across. */
import { slots } from '../keys.ts';
import { playChaos, type ChaosRun } from './chaos-run.ts';
import { judgeAttempt, judgeRun } from './judge.ts';

export interface ChaosCounts {
  readonly routes: Map<string, number>;
  /** Kinds of faults that struck, by runs. */
  readonly struck: Map<string, number>;
  /** How attempts ended. */
  readonly ends: Map<string, number>;
  /** Runs that ended with the keystore on the board. */
  good: number;
}

export async function playSeries(seeds: readonly number[]): Promise<ChaosCounts> {
  const keystores = await Promise.all([1, 2, 3].map((count) => slots('ecdsa-p256', count)));
  const counts: ChaosCounts = { routes: new Map(), struck: new Map(), ends: new Map(), good: 0 };
  for (const seed of seeds) {
    const run = await playChaos(seed, keystores, judgeAttempt);
    judgeRun(run);
    count(counts, run);
  }
  return counts;
}

function count(counts: ChaosCounts, run: ChaosRun): void {
  add(counts.routes, run.route);
  for (const kind of run.struck) add(counts.struck, kind);
  for (const { end } of run.attempts) add(counts.ends, end);
  if (run.attempts.at(-1)?.outcome !== undefined) counts.good++;
}

function add(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
