/**
 * Opens the virtual board that the address asks for: `?board=virtual&seed=N`, before the `#`. The same
 * number gives the same board. Without it nothing is opened: nobody gets a virtual board unasked.
 */
import type { BenchStore } from '../state/bench.ts';

const usualSeed = 1;
const largestSeed = 2 ** 32 - 1;

export function seedFromUrl(search: string): number | undefined {
  const parameters = new URLSearchParams(search);
  if (parameters.get('board') !== 'virtual') return undefined;
  const seed = Number(parameters.get('seed') ?? usualSeed);
  return Number.isInteger(seed) && seed >= 0 && seed <= largestSeed ? seed : usualSeed;
}

export async function openBoardFromUrl(search: string, bench: BenchStore): Promise<void> {
  const seed = seedFromUrl(search);
  if (seed !== undefined) await bench.getState().useVirtual(seed);
}
