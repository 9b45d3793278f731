import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { defaultBatch, signaturesLeft } from '../../../../src/core/custody/index.ts';
import { openLedger } from '../../../../src/core/custody/ledger.ts';
import { keyWitness } from '../../../../src/core/custody/witness.ts';
import type { Locks } from '../../../../src/core/ports/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { memoryLocks, memoryStore } from '../../../support/memory-store.ts';
import { fakeAccess, fakeKey, fakeSign, FINGERPRINT, holdAt, statesOver } from './parts.ts';

const CAPACITY = 32n;
const access = fakeAccess(CAPACITY);
const facts = { fingerprint: FINGERPRINT, nextIndex: 0n, capacity: CAPACITY };

async function newKey(vaultEpoch?: string) {
  const store = memoryStore();
  const locks = memoryLocks();
  const states = statesOver([store], locks, vaultEpoch);
  await states.establish(facts);
  return { store, locks, states };
}

describe('a key of which more becomes known', () => {
  it('goes on behind what was signed elsewhere, in every tab', async () => {
    const { states } = await newKey();
    const sealed: bigint[] = [];
    const seal = async (floor: bigint) => void sealed.push(floor);
    const held = await holdAt(states, 0n, CAPACITY, { batch: 4n, seal });
    const other = await holdAt(states, 0n, CAPACITY, { batch: 4n });
    await held.reserve();
    await held.learn(2n); // known: four are set aside
    expect([held.nextIndex, held.floor]).toEqual([0n, 4n]);
    await held.learn(9n);
    expect([held.nextIndex, held.floor, await other.freeIndex()]).toEqual([9n, 9n, 9n]);
    expect(sealed).toEqual([4n, 9n]);
    const released: bigint[] = [];
    await fakeSign(other, fakeKey(0n), access, released);
    await fakeSign(held, fakeKey(0n), access, released);
    expect(released).toEqual([9n, 13n]);
  });

  it('stays suspended, but not below', async () => {
    const states = statesOver([memoryStore()], memoryLocks());
    const held = await holdAt(states, 3n, CAPACITY);
    expect(await held.freeIndex()).toBe(3n);
    await held.learn(9n);
    const standing = { kind: 'suspended', reason: 'unknown-history', lowestSafeIndex: 9n };
    expect(held.standing).toEqual(standing);
    expect((await holdAt(states, 9n, CAPACITY)).standing).toEqual(standing);
    await expectRejects(held.advance(8n), 'invalid-argument');
    await held.advance(9n);
    expect(held.nextIndex).toBe(9n);
  });

  it('gives what a long way to an index needs to the scheme', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 5n, CAPACITY);
    const call = { onProgress: () => undefined };
    const calls: unknown[] = [];
    const advanceTo: typeof access.advanceTo = (key, nextIndex, given) => {
      calls.push(given);
      return access.advanceTo(key, nextIndex);
    };
    await held.use(fakeKey(0n), { ...access, advanceTo }, async () => undefined, call);
    expect(calls).toEqual([call]);
  });
});

describe('a key generated here', () => {
  it('is trusted and uses its indices one after the other, to the last', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 0n, CAPACITY, { batch: 5n });
    expect(held.standing).toEqual({ kind: 'trusted' });
    const released: bigint[] = [];
    let key = fakeKey(0n);
    for (let i = 0; i < 32; i++) key = await fakeSign(held, key, access, released);
    expect(released).toEqual(Array.from({ length: 32 }, (_, i) => BigInt(i)));
    await expectRejects(fakeSign(held, key, access, released), 'key-exhausted');
    expect(held.nextIndex).toBe(CAPACITY);
  });

  it('stores the reservation, and the floor with the key, before an index is given out', async () => {
    const { states, store } = await newKey();
    const events: string[] = [];
    const put = store.put;
    store.put = async (name, value) => {
      await put(name, value);
      events.push(`reserved ${name.slice(-37, -17)}`);
    };
    const seal = async (floor: bigint) => void events.push(`sealed ${floor}`);
    const held = await holdAt(states, 0n, CAPACITY, { batch: 4n, seal });
    await held.use(fakeKey(0n), access, async () => void events.push('given out'));
    expect(events).toEqual(['sealed 4', 'reserved 00000000000000000004', 'given out']);
    expect([held.nextIndex, held.floor]).toEqual([1n, 4n]);
  });

  it('never gives the same index out again, also when the task failed', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 0n, CAPACITY, { batch: 4n });
    const given: bigint[] = [];
    const failing = held.use(fakeKey(0n), access, async (key) => {
      given.push(access.usage(key).nextIndex);
      throw new AppError('cancelled', 'cancelled');
    });
    await expectRejects(failing, 'cancelled');
    await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        held.use(fakeKey(0n), access, async (key) => void given.push(access.usage(key).nextIndex)),
      ),
    );
    expect(given.sort((a, b) => Number(a - b))).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
  });

  it('lets the reserved index be stored once, and no other', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 0n, CAPACITY, { batch: 4n });
    await held.use(fakeKey(0n), access, async (_key, persistState) => {
      await expectRejects(persistState(fakeKey(2n), 1n), 'internal', 'not the reserved one');
      await expectRejects(persistState(fakeKey(0n), 0n), 'internal');
    });
    await held.use(fakeKey(0n), access, async (_key, persistState) => {
      await expectRejects(persistState(fakeKey(1n), 0n), 'internal', 'not the reserved one');
      await persistState(fakeKey(2n), 1n);
      await expectRejects(persistState(fakeKey(2n), 1n), 'internal', 'not the reserved one');
    });
  });

  it('lets one task run at a time, and asks for the key when its turn has come', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 0n, CAPACITY, { batch: 4n });
    const events: string[] = [];
    let current = fakeKey(0n);
    const signing = (name: string) =>
      held.use(
        () => current,
        access,
        async (key, persistState) => {
          const index = access.usage(key).nextIndex;
          events.push(`${name} at ${index}`);
          await new Promise((resolve) => setTimeout(resolve, 2));
          await persistState(fakeKey(index + 1n), index);
          current = fakeKey(index + 1n);
          events.push(`${name} done`);
        },
      );
    await Promise.all([signing('first'), signing('second')]);
    expect(events).toEqual(['first at 0', 'first done', 'second at 1', 'second done']);
  });

  it('refuses a key that is further on than what is reserved', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 0n, CAPACITY);
    await expectRejects(fakeSign(held, fakeKey(7n), access, []), 'key-state-rolled-back');
  });

  it('loses what a crash leaves unused, and is trusted at the sealed floor', async () => {
    const { states, store, locks } = await newKey();
    let floor = 0n;
    const seal = async (to: bigint) => void (floor = to);
    const held = await holdAt(states, 0n, CAPACITY, { batch: 6n, seal });
    const released: bigint[] = [];
    await fakeSign(held, fakeKey(0n), access, released);
    const again = await holdAt(statesOver([store], locks), floor, CAPACITY);
    expect(again.standing).toEqual({ kind: 'trusted' });
    await fakeSign(again, fakeKey(0n), access, released);
    expect(released).toEqual([0n, 6n]);
  });
});

describe('a copy that cannot be trusted', () => {
  it('is rolled back when it is behind the record; the way out is the lowest safe index', async () => {
    const { states, store, locks } = await newKey();
    const first = await holdAt(states, 0n, CAPACITY, { batch: 3n });
    const released: bigint[] = [];
    await fakeSign(first, fakeKey(0n), access, released);

    const restored = await holdAt(statesOver([store], locks), 0n, CAPACITY);
    const lowestSafeIndex = 3n;
    expect(restored.standing).toEqual({
      kind: 'suspended',
      reason: 'rolled-back',
      lowestSafeIndex,
    });
    await expectRejects(fakeSign(restored, fakeKey(0n), access, released), 'key-state-rolled-back');
    await expectRejects(restored.reserve(), 'key-state-rolled-back', 'rolled-back');
    await expectRejects(restored.advance(2n), 'invalid-argument');
    await expectRejects(restored.advance(33n), 'invalid-argument');
    await restored.advance(lowestSafeIndex);
    expect(restored.standing).toEqual({ kind: 'trusted' });
    await fakeSign(restored, fakeKey(0n), access, released);
    expect(released).toEqual([0n, 3n]);
  });

  it('has an unknown history where nothing is known, until the person vouches for it', async () => {
    const states = statesOver([memoryStore()], memoryLocks());
    const held = await holdAt(states, 5n, CAPACITY);
    expect(held.standing).toMatchObject({ reason: 'unknown-history', lowestSafeIndex: 5n });
    await expectRejects(held.reserve(), 'key-state-rolled-back');
    await held.advance(5n);
    const released: bigint[] = [];
    await fakeSign(held, fakeKey(5n), access, released);
    expect(released).toEqual([5n]);
  });

  it('is of another vault when that vault reserved last', async () => {
    const { states, store, locks } = await newKey('first vault');
    await (await holdAt(states, 0n, CAPACITY)).reserve();
    const other = await holdAt(statesOver([store], locks, 'second vault'), 1n, CAPACITY);
    expect(other.standing).toMatchObject({ reason: 'other-vault', lowestSafeIndex: 1n });
    await other.advance(1n);
    await other.reserve();
    const first = await holdAt(states, 2n, CAPACITY);
    expect(first.standing).toMatchObject({ reason: 'other-vault', lowestSafeIndex: 2n });
  });

  it('is found out while it is held, when another vault has taken over', async () => {
    const { states, store, locks } = await newKey('first vault');
    const held = await holdAt(states, 0n, CAPACITY);
    const other = await holdAt(statesOver([store], locks, 'second vault'), 0n, CAPACITY);
    await other.advance(4n);
    await expectRejects(held.reserve(), 'key-state-rolled-back', 'other-vault');
    expect(held.standing).toMatchObject({ reason: 'other-vault', lowestSafeIndex: 4n });
  });

  it('a key that leaves memory for a vault stays trusted', async () => {
    const { store, locks } = await newKey();
    const held = await holdAt(statesOver([store], locks, 'vault'), 0n, CAPACITY);
    expect(held.standing).toEqual({ kind: 'trusted' });
  });

  it('a copy that is ahead of the record was used elsewhere, and counts', async () => {
    const { states } = await newKey();
    const held = await holdAt(states, 9n, CAPACITY);
    expect(held.standing).toEqual({ kind: 'trusted' });
    const released: bigint[] = [];
    await fakeSign(held, fakeKey(9n), access, released);
    expect(released).toEqual([9n]);
  });

  it('keeps the record of a key whose record vanishes while it is held', async () => {
    const { states, store } = await newKey();
    const held = await holdAt(states, 0n, CAPACITY);
    await held.reserve();
    for (const name of await store.keys('')) await store.delete(name);
    const released: bigint[] = [];
    await fakeSign(held, fakeKey(0n), access, released);
    await expectRejects(fakeSign(held, fakeKey(1n), access, released), 'key-state-rolled-back');
    expect(held.standing).toMatchObject({ reason: 'unknown-history', lowestSafeIndex: 1n });
  });
});

describe('several witnesses', () => {
  it('the highest counts, and one that is behind is brought up', async () => {
    const { states, store, locks } = await newKey();
    const folder = memoryStore();
    await (await holdAt(states, 0n, CAPACITY, { batch: 8n })).reserve();
    const both = statesOver([store, folder], locks);
    await holdAt(both, 8n, CAPACITY);
    const alone = await holdAt(statesOver([folder], locks), 8n, CAPACITY);
    expect(alone.standing).toEqual({ kind: 'trusted' });
  });

  it('one that is ahead shows that the other was restored', async () => {
    const locks = memoryLocks();
    const folder = memoryStore();
    const states = statesOver([memoryStore(), folder], locks);
    await states.establish(facts);
    await (await holdAt(states, 0n, CAPACITY, { batch: 8n })).reserve();
    const restored = statesOver([memoryStore(), folder], locks);
    const held = await holdAt(restored, 0n, CAPACITY);
    expect(held.standing).toMatchObject({ reason: 'rolled-back', lowestSafeIndex: 8n });
  });

  it('one that fails stops signing, and nothing is used', async () => {
    const folder = memoryStore();
    const { store, locks } = await newKey();
    const held = await holdAt(statesOver([store, folder], locks), 0n, CAPACITY);
    const put = folder.put;
    folder.put = () => Promise.reject(new AppError('storage-failed', 'no space'));
    const released: bigint[] = [];
    await expectRejects(fakeSign(held, fakeKey(0n), access, released), 'storage-failed');
    folder.put = put;
    await fakeSign(held, fakeKey(0n), access, released);
    expect(released).toEqual([1n]);
  });
});

describe('two holders', () => {
  it('the second is told that the first is at it', async () => {
    const { store } = await newKey();
    const busy: Locks = {
      exclusive: () => Promise.reject(new AppError('board-busy', 'held elsewhere')),
    };
    const states = statesOver([store], busy);
    const held = await holdAt(states, 0n, CAPACITY);
    await expectRejects(held.reserve(), 'key-state-busy');
    await expectRejects(holdAt(states, -1n, CAPACITY), 'key-state-busy');
  });

  it('do not take a reservation between unsealing and holding for a rollback', async () => {
    const { states, store, locks } = await newKey();
    await (await holdAt(states, 0n, CAPACITY)).reserve();
    const sealedFloor = async () => 1n;
    const second = await holdAt(statesOver([store], locks), 0n, CAPACITY, { sealedFloor });
    expect(second.standing).toEqual({ kind: 'trusted' });
    expect(second.nextIndex).toBe(1n);
  });

  it('have different indices where the lock of all is lost', async () => {
    const { store } = await newKey();
    const unlocked: Locks = { exclusive: (_name, task) => task() };
    const held = await Promise.all(
      [1, 2, 3].map(() => holdAt(statesOver([store], unlocked), 0n, CAPACITY)),
    );
    const released: bigint[] = [];
    for (const each of [...held, ...held]) await fakeSign(each, fakeKey(0n), access, released);
    expect(released).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
    // In step with one another they withdraw, all of them, and say so.
    const results = await Promise.allSettled(
      held.map((each) => fakeSign(each, fakeKey(0n), access, released)),
    );
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(new Set(released).size).toBe(released.length);
  });
});

describe('without a lock', () => {
  it('a late entry does not let the earlier one be removed before its writer has looked', async () => {
    const store = memoryStore();
    const late = { reservedUpTo: 9n, sequence: 2, token: 'late', vaultEpoch: undefined };
    const lateWitness = keyWitness(store, FINGERPRINT);
    let listings = 0;
    const slow = {
      ...store,
      keys: async (prefix: string) => {
        const names = await store.keys(prefix);
        // Both wanted the indices from 3 on; this one has looked for rivals just before.
        if (++listings === 1) await lateWitness.add(late);
        return names;
      },
    };
    const locks = memoryLocks();
    const parts = { witnesses: [slow] as const, locks, rng: seededRng('early') };
    await expect(openLedger(parts, FINGERPRINT).claim(3n, 4n, 2)).resolves.toBe(true);
    await expect(lateWitness.hasRival(late, 3n)).resolves.toBe(true);
  });
});

describe('a record that is damaged', () => {
  it.each([
    ['00000000000000000005-aa', null],
    ['00000000000000000005-aa', { reservedUpTo: '4', sequence: 1, token: 'aa' }],
    ['00000000000000000005-aa', { reservedUpTo: '5', token: 'aa' }],
    ['00000000000000000005-aa', { reservedUpTo: '5', sequence: 1, token: 'aa', vaultEpoch: 3 }],
    ['zz', { reservedUpTo: '5', sequence: 1, token: 'aa' }],
  ])('%s %j is no reason to sign', async (name, value) => {
    const { states, store } = await newKey();
    await store.put(`key-state/${FINGERPRINT}/${name}`, value);
    await expectRejects(holdAt(states, 9n, CAPACITY), 'malformed');
  });
});

describe('what is left', () => {
  it.each([
    [0n, 32n, 32n, 'ok'],
    [28n, 32n, 4n, 'ok'],
    [29n, 32n, 3n, 'low'],
    [31n, 32n, 1n, 'last'],
    [32n, 32n, 0n, 'none'],
    [40n, 32n, 0n, 'none'],
    [0n, 1n, 1n, 'last'],
    [921_600n, 1_024_000n, 102_400n, 'low'],
    [921_599n, 1_024_000n, 102_401n, 'ok'],
  ] as const)('at %s of %s: %s, %s', (nextIndex, capacity, left, level) => {
    expect(signaturesLeft(nextIndex, capacity)).toEqual({ left, level });
  });

  it.each([
    [32n, 1n],
    [1024n, 4n],
    [1n << 20n, 16n],
  ])('of %s a batch is %s', (capacity, batch) => {
    expect(defaultBatch(capacity)).toBe(batch);
  });
});
