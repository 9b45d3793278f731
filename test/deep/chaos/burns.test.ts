/**
 * Two thousand burns on which anything may happen; every run of the deep tier plays others, and a failure names its
 * seed. `KEYFUSE_CHAOS_SEED=n` begins with seed n.
 */
import { describe, expect, it } from 'vitest';
import { FATE_KINDS, ROUTES } from '../../support/chaos/fate.ts';
import { playSeries } from '../../support/chaos/series.ts';

const RUNS = 2000;
const { KEYFUSE_CHAOS_SEED } = process.env;
const FIRST_SEED = Number(KEYFUSE_CHAOS_SEED ?? Math.floor(Date.now() / 1000));

describe('a burn that is disturbed and taken up again, two thousand times over', () => {
  it(`burns no wrong bit, loses no journal and says nothing untrue (from seed ${FIRST_SEED})`, async () => {
    const counts = await playSeries(Array.from({ length: RUNS }, (_, index) => FIRST_SEED + index));
    expect([...counts.routes.keys()].sort()).toEqual([...ROUTES].sort());
    for (const kind of FATE_KINDS) expect(counts.struck.get(kind), kind).toBeGreaterThan(10);
    expect(counts.good).toBeGreaterThan(RUNS * 0.7);
    expect(counts.ends.size).toBeGreaterThan(20);
  });
});
