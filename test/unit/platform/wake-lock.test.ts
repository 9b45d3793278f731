// The screen stays awake exactly as long as the work lasts, and the work never hears of it.
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeepAwake } from '../../../src/platform/wake-lock.ts';

class FakePage {
  visibilityState: DocumentVisibilityState = 'visible';
  readonly listeners = new Set<() => void>();
  addEventListener(_type: 'visibilitychange', listener: () => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_type: 'visibilitychange', listener: () => void): void {
    this.listeners.delete(listener);
  }
  become(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    for (const listener of this.listeners) listener();
  }
}

let page: FakePage;
let requested: number;
let released: number;
const wakeLocks = {
  request: () => {
    requested++;
    return Promise.resolve({
      release: () => {
        released++;
        return Promise.resolve();
      },
    });
  },
};

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

beforeEach(() => {
  page = new FakePage();
  requested = 0;
  released = 0;
});

describe('keeping the screen awake', () => {
  it('lasts as long as the work', async () => {
    const keepAwake = createKeepAwake(wakeLocks, page);
    const result = await keepAwake(async () => {
      await turn();
      expect([requested, released]).toEqual([1, 0]);
      return 7;
    });
    expect(result).toBe(7);
    expect([requested, released, page.listeners.size]).toEqual([1, 1, 0]);
  });

  it('ends with work that fails, and hands its failure on', async () => {
    const keepAwake = createKeepAwake(wakeLocks, page);
    const failing = keepAwake(async () => {
      await turn();
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(released).toBe(1);
  });

  it('is asked for again when the page is shown again', async () => {
    const keepAwake = createKeepAwake(wakeLocks, page);
    await keepAwake(async () => {
      await turn();
      page.become('hidden');
      expect(requested).toBe(1);
      page.become('visible');
      await turn();
      expect(requested).toBe(2);
    });
  });

  it('lets go of a lock that comes after the work has ended', async () => {
    const keepAwake = createKeepAwake(wakeLocks, page);
    await keepAwake(() => Promise.resolve());
    await turn();
    expect([requested, released]).toEqual([1, 1]);
  });

  it.each([
    ['refuses', { request: () => Promise.reject(new Error('battery low')) }],
    ['knows no wake lock', undefined],
  ])('changes nothing where the browser %s', async (_what, locks) => {
    const keepAwake = createKeepAwake(locks, page);
    expect(await keepAwake(() => Promise.resolve('done'))).toBe('done');
    await turn();
  });
});
