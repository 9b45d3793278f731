/** One board among others, and its way off the bus and back: by its serial, never by a device object. */
import { describe, expect, it } from 'vitest';
import type { UsbBus, UsbDevice } from '../../../../src/core/ports/index.ts';
import {
  findBoard,
  waitUntilBack,
  waitUntilGone,
  withBoard,
} from '../../../../src/core/provisioning/board-link.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { memoryLocks, memoryStore } from '../../../support/memory-store.ts';
import { simClock } from '../../../support/sim-bench.ts';
import { IDENTITY } from '../../../support/usb/fake-pipe.ts';

const SERIAL = '3550366F3330';

function device(id: string, serial: string | undefined): UsbDevice {
  return {
    id,
    identity: { ...IDENTITY, serial },
    open: () => Promise.reject(new Error('nobody opens it here')),
  };
}

/** A bus whose events may get lost, as they do while a page sleeps. */
function bench(...present: readonly UsbDevice[]) {
  const clock = simClock();
  let devices: readonly UsbDevice[] = present;
  const watchers = new Set<() => void>();
  const usb: UsbBus = {
    list: () => Promise.resolve(devices),
    choose: () => Promise.reject(new Error('nobody chooses here')),
    watch: (onChange) => {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
  return {
    clock,
    env: {
      bench: { kind: 'real', usb, clock } as const,
      store: memoryStore(),
      locks: memoryLocks(),
      personTimeoutMs: 60_000,
    },
    watchers,
    become: (...next: readonly UsbDevice[]) => {
      devices = next;
    },
    notify: () => {
      for (const watcher of [...watchers]) watcher();
    },
  };
}

describe('finding a board', () => {
  it('is by its serial among others, with and without one', async () => {
    const { env } = bench(device('a', undefined), device('b', 'OTHER'), device('c', SERIAL));
    expect((await findBoard(env.bench.usb, SERIAL))?.id).toBe('c');
    expect(await findBoard(env.bench.usb, 'GONE')).toBeUndefined();
  });

  it('refuses two that say they are it, before either is opened', async () => {
    const { env } = bench(device('a', SERIAL), device('b', SERIAL));
    await expectRejects(findBoard(env.bench.usb, SERIAL), 'board-wrong', 'two devices');
    const work = withBoard(env, SERIAL, undefined, () => Promise.resolve('worked'));
    await expectRejects(work, 'board-wrong');
  });

  it('never takes a device without a serial for one', async () => {
    const { env } = bench(device('a', undefined));
    const work = withBoard(env, SERIAL, undefined, () => Promise.resolve('worked'));
    await expectRejects(work, 'board-wrong', 'another board');
    const empty = withBoard(bench().env, SERIAL, undefined, () => Promise.resolve('worked'));
    await expectRejects(empty, 'usb-no-device');
  });
});

describe('waiting for a board', () => {
  it('that leaves is over when its device is gone, though the same board is back already', async () => {
    const old = device('a', SERIAL);
    const { env, become, clock, notify, watchers } = bench(old);
    clock.schedule(1_000, () => {
      become(device('b', SERIAL));
      notify();
    });
    await waitUntilGone(env, old, undefined);
    expect(clock.nowMs()).toBeLessThan(1_100);
    expect(watchers.size).toBe(0);
  });

  it('that comes back is the new device, found even when the event was lost', async () => {
    const { env, become, clock } = bench();
    clock.schedule(10_000, () => {
      become(device('other', 'OTHER'), device('b', SERIAL));
    });
    expect((await waitUntilBack(env, SERIAL, undefined)).id).toBe('b');
    expect(clock.nowMs()).toBeLessThan(11_000);
  });

  it('ends when the person does not come', async () => {
    const { env, clock } = bench();
    await expectRejects(waitUntilBack(env, SERIAL, undefined), 'board-gone');
    expect(clock.nowMs()).toBeGreaterThanOrEqual(60_000);
  });

  it('refuses when two come back', async () => {
    const { env, become, clock } = bench();
    clock.schedule(1_000, () => {
      become(device('a', SERIAL), device('b', SERIAL));
    });
    await expectRejects(waitUntilBack(env, SERIAL, undefined), 'board-wrong');
  });
});
