/** 10 000 random interleavings of tabs, crashes, restored backups and lost locks: no index twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tabWorld, type TabWorld } from '../../../support/tab-world.ts';

const TABS = 3;
const CAPACITY = 12n;
/** Together at least 10 000. */
const RUNS = 5_000;

type Move = readonly [kind: Kind, choice: number];

const kinds = {
  open: (world: TabWorld, choice: number) => world.open(choice % TABS),
  sign: (world: TabWorld, choice: number) => world.sign(choice % TABS),
  advance: (world: TabWorld, choice: number) => world.advance(choice % TABS),
  crash: (world: TabWorld, choice: number) => world.crash(choice % TABS),
  loseLock: (world: TabWorld) => world.loseLock(),
  /** Two tabs reserve at the same time, both in the belief that the lock is theirs. */
  async race(world: TabWorld, choice: number) {
    world.sign(choice % TABS);
    await world.step(choice);
    world.loseLock();
    world.sign((choice + 1) % TABS);
    await world.step(choice);
    world.loseLock();
  },
  failNext: (world: TabWorld) => world.failNext(),
  backUp: (world: TabWorld) => world.backUp(),
  restoreVault: (world: TabWorld, choice: number) => world.restore(choice, false),
  restoreProfile: (world: TabWorld, choice: number) => world.restore(choice, true),
  async step(world: TabWorld, choice: number) {
    for (let steps = 1 + (choice % 4); steps > 0; steps--) await world.step(choice * steps);
  },
} as const;

type Kind = keyof typeof kinds;

/** Weights: most of the time something happens that was begun. */
function moves(faults: readonly Kind[]): fc.Arbitrary<readonly Move[]> {
  const choice = fc.nat(997);
  const move = fc.oneof(
    { weight: 12, arbitrary: fc.tuple(fc.constant<Kind>('step'), choice) },
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom<Kind>('sign', 'open'), choice) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom<Kind>('advance', 'backUp'), choice) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom<Kind>(...faults), choice) },
  );
  return fc.array(move, { minLength: 20, maxLength: 90 });
}

async function play(folder: boolean, script: readonly Move[]): Promise<TabWorld> {
  const world = tabWorld(CAPACITY, { folder });
  world.open(0);
  world.open(1);
  for (const [kind, choice] of script) await kinds[kind](world, choice);
  await world.settle();
  for (let tab = 0; tab < TABS; tab++) world.sign(tab);
  await world.settle();
  return world;
}

function expectNoReuse({ released, early }: TabWorld): void {
  expect(released.filter((index, at) => released.indexOf(index) !== at)).toEqual([]);
  expect(released.filter((index) => index >= CAPACITY)).toEqual([]);
  expect(early).toEqual([]);
}

describe('no index is released twice', () => {
  it('with one record: crashes, reloads, restored vaults, failing stores, lost locks', async () => {
    let released = 0;
    const script = moves(['crash', 'restoreVault', 'failNext', 'loseLock', 'race']);
    await fc.assert(
      fc.asyncProperty(script, async (moves) => {
        const world = await play(false, moves);
        expectNoReuse(world);
        released += world.released.length;
      }),
      { numRuns: RUNS },
    );
    expect(released).toBeGreaterThan(RUNS);
  }, 120_000);

  it('with a second record in a folder: also when the whole profile is restored', async () => {
    let released = 0;
    const script = moves([
      'crash',
      'restoreVault',
      'restoreProfile',
      'failNext',
      'loseLock',
      'race',
    ]);
    await fc.assert(
      fc.asyncProperty(script, async (moves) => {
        const world = await play(true, moves);
        expectNoReuse(world);
        released += world.released.length;
      }),
      { numRuns: RUNS },
    );
    expect(released).toBeGreaterThan(RUNS);
  }, 120_000);
});
