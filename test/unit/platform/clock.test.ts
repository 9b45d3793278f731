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
});
