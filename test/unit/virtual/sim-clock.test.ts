import { webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCanceller, withDeadline, type Clock } from '../../../src/core/ports/index.ts';
import { PacedClock } from '../../../src/virtual/sim-clock.ts';
import { simClock, START_WALL_MS, yieldToHost } from '../../support/sim-bench.ts';

describe('a simulated clock', () => {
  it('jumps to the next sleeper when everybody sleeps', async () => {
    const clock = simClock();
    const order: string[] = [];
    const realStartMs = Date.now();
    const sleeper = async (name: string, durationMs: number): Promise<void> => {
      await clock.sleep(durationMs);
      order.push(`${name} at ${clock.nowMs()}`);
    };
    await Promise.all([sleeper('late', 3_600_000), sleeper('early', 10), sleeper('mid', 500)]);
    expect(order).toEqual(['early at 10', 'mid at 500', 'late at 3600000']);
    expect(clock.wallMs()).toBe(START_WALL_MS + 3_600_000);
    expect(Date.now() - realStartMs).toBeLessThan(5000);
  });

  it('keeps appointments of the same instant in the order in which they were made', async () => {
    const clock = simClock();
    const order: number[] = [];
    for (const index of [0, 1, 2, 3]) {
      clock.schedule(5, () => {
        order.push(index);
      });
    }
    await clock.sleep(5);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('stands still while nobody waits', async () => {
    const clock = simClock();
    let rang = false;
    clock.schedule(
      10,
      () => {
        rang = true;
      },
      { background: true },
    );
    for (let turn = 0; turn < 50; turn++) await yieldToHost();
    expect(clock.nowMs()).toBe(0);
    expect(rang).toBe(false);
  });

  it('keeps background appointments that fall into a wait of somebody else', async () => {
    const clock = simClock();
    const rings: number[] = [];
    const ring = (): void => {
      rings.push(clock.nowMs());
      clock.schedule(100, ring, { background: true });
    };
    clock.schedule(100, ring, { background: true });
    await clock.sleep(350);
    expect(rings).toEqual([100, 200, 300]);
    expect(clock.pending).toBe(1);
  });

  it('does not run ahead of WebCrypto and of chains of promises', async () => {
    const clock = simClock();
    const work = async (): Promise<number> => {
      for (let round = 0; round < 20; round++) {
        await webcrypto.subtle.digest('SHA-256', new Uint8Array(100_000));
      }
      return clock.nowMs();
    };
    const timer = clock.sleep(1000);
    const doneAtMs = await clock.hold(work());
    expect(doneAtMs).toBe(0);
    await timer;
    expect(clock.nowMs()).toBe(1000);
  });

  it('rejects a sleep that is cancelled before or during it, and keeps nothing of it', async () => {
    const clock = simClock();
    const canceller = createCanceller();
    const sleep = clock.sleep(1000, canceller.signal);
    await yieldToHost();
    canceller.cancel();
    await expect(sleep).rejects.toMatchObject({ code: 'cancelled' });
    await expect(clock.sleep(1, canceller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.pending).toBe(0);
    expect(clock.nowMs()).toBe(0);
  });

  it('serves deadlines: the work that ends first wins, and no timer stays behind', async () => {
    const clock = simClock();
    const good = await withDeadline(clock, 1000, 'work', async (signal) => {
      await clock.sleep(999, signal);
      return 'done';
    });
    expect(good).toBe('done');
    expect(clock.pending).toBe(0);
    const late = withDeadline(clock, 1000, 'work', (signal) => clock.sleep(1001, signal));
    await expect(late).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect(clock.pending).toBe(0);
  });

  it('lets an endless wait end by something else', async () => {
    const clock = simClock();
    const canceller = createCanceller();
    clock.schedule(
      50,
      () => {
        canceller.cancel();
      },
      { background: true },
    );
    const forEver = clock.sleep(Number.POSITIVE_INFINITY, canceller.signal);
    await expect(forEver).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.nowMs()).toBe(50);
  });
});

describe('a clock with two paces', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A host's clock on timers that the test moves. */
  const host: Clock = {
    nowMs: () => Date.now(),
    wallMs: () => Date.now(),
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, durationMs);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new Error('aborted'));
        });
      }),
  };

  const pacedClock = (): PacedClock => new PacedClock({ host, yieldToHost, startWallMs: 5 });

  it('takes as long as the host at host pace', async () => {
    const clock = pacedClock();
    const done = vi.fn();
    void clock.sleep(100).then(done);
    await vi.advanceTimersByTimeAsync(99);
    await yieldToHost();
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await yieldToHost();
    expect(done).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wakes for an earlier appointment that is made later', async () => {
    const clock = pacedClock();
    const order: string[] = [];
    void clock.sleep(100).then(() => order.push('first asleep'));
    await vi.advanceTimersByTimeAsync(10);
    void clock.sleep(20).then(() => order.push('second asleep'));
    await vi.advanceTimersByTimeAsync(20);
    await yieldToHost();
    expect(order).toEqual(['second asleep']);
    await vi.advanceTimersByTimeAsync(70);
    await yieldToHost();
    expect(order).toEqual(['second asleep', 'first asleep']);
  });

  it('lets sleepers go on when the pace is switched off, and on again', async () => {
    const clock = pacedClock();
    const sleep = clock.sleep(60_000);
    await vi.advanceTimersByTimeAsync(1000);
    clock.setHostPace(false);
    await sleep;
    expect(clock.nowMs()).toBe(60_000);
    expect(clock.wallMs()).toBe(60_005);
    clock.setHostPace(true);
    await vi.advanceTimersByTimeAsync(40);
    expect(clock.nowMs()).toBe(60_040);
    const done = vi.fn();
    void clock.sleep(10).then(done);
    await vi.advanceTimersByTimeAsync(10);
    await yieldToHost();
    expect(done).toHaveBeenCalledOnce();
  });

  it('takes a sleeper over to host pace in the middle of his sleep', async () => {
    const clock = pacedClock();
    clock.setHostPace(false);
    const done = vi.fn();
    const never = clock.hold(
      new Promise<void>((resolve) => {
        setTimeout(resolve, 30);
      }),
    );
    void clock.sleep(50).then(done);
    await yieldToHost();
    clock.setHostPace(true);
    await vi.advanceTimersByTimeAsync(30);
    await never;
    await yieldToHost();
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(50);
    await yieldToHost();
    expect(done).toHaveBeenCalledOnce();
  });
});
