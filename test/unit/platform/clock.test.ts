import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCanceller } from '../../../src/core/ports/index.ts';
import { createRealClock } from '../../../src/platform/clock.ts';

describe('the clock of the host', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([Infinity, 2 ** 31])('does not end a sleep of %d ms at once', async (durationMs) => {
    const canceller = createCanceller();
    let ended = false;
    const sleeping = createRealClock()
      .sleep(durationMs, canceller.signal)
      .finally(() => {
        ended = true;
      });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended).toBe(false);
    canceller.cancel();
    await expect(sleeping).rejects.toMatchObject({ code: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a sleep in time', async () => {
    const sleeping = createRealClock().sleep(250);
    await vi.advanceTimersByTimeAsync(250);
    await expect(sleeping).resolves.toBeUndefined();
  });

  it.each([1, 2.5, 4])('waits %d ms without a timer, which a browser would stretch', async (ms) => {
    const clock = createRealClock();
    const before = clock.nowMs();
    // No timer ever fires here: the fake ones stand still.
    await clock.sleep(ms);
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(ms);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets others run while it waits a moment', async () => {
    const clock = createRealClock();
    let turns = 0;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      turns += 1;
      port2.postMessage(undefined);
    };
    port2.postMessage(undefined);
    await clock.sleep(4);
    port1.close();
    port2.close();
    expect(turns).toBeGreaterThan(1);
  });

  it('ends a short wait when it is cancelled', async () => {
    const canceller = createCanceller();
    const sleeping = createRealClock().sleep(4, canceller.signal);
    canceller.cancel();
    await expect(sleeping).rejects.toMatchObject({ code: 'cancelled' });
  });
});
