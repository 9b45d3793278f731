/** What a guess at the passphrase costs: measured when a vault is made, checked when it is read. */
import type { Clock, PassphraseStretcher, StretchCost } from '../ports/index.ts';
import { damaged } from './damage.ts';

const MIB = 1024;

/**
 * The least that is sealed or accepted: RFC 9106, section 4, second recommended option, with one
 * lane because WebAssembly runs them one after the other anyway.
 */
export const LEAST_COST: StretchCost = { memoryKib: 64 * MIB, iterations: 3, parallelism: 1 };

/** More than this a stored vault may not ask for: it would only hang or end the tab. */
const MOST_COST: StretchCost = { memoryKib: 1024 * MIB, iterations: 64, parallelism: 4 };

const MOST_MEMORY_DRAWN_KIB = 256 * MIB;
const WANTED_MS = 800;
const PROBE_BYTES = 16;

/** As much memory as this computer fills in about 0.8 seconds; never below `LEAST_COST`. */
export async function calibrateCost(
  stretcher: PassphraseStretcher,
  clock: Clock,
): Promise<StretchCost> {
  const probe = new Uint8Array(PROBE_BYTES);
  const startedMs = clock.nowMs();
  await stretcher.argon2id(probe, probe, LEAST_COST);
  const tookMs = Math.max(1, clock.nowMs() - startedMs);
  let { memoryKib } = LEAST_COST;
  let expectedMs = tookMs * 2;
  while (expectedMs <= WANTED_MS && memoryKib < MOST_MEMORY_DRAWN_KIB) {
    memoryKib *= 2;
    expectedMs *= 2;
  }
  return { ...LEAST_COST, memoryKib };
}

/** Throws `vault-damaged` for a cost that this program would not have sealed with. */
export function checkCost(cost: StretchCost): StretchCost {
  for (const name of ['memoryKib', 'iterations', 'parallelism'] as const) {
    const value = cost[name];
    if (!Number.isInteger(value) || value < LEAST_COST[name] || value > MOST_COST[name]) {
      throw damaged('vault', `asks for an Argon2id ${name} of ${value}`);
    }
  }
  return cost;
}
