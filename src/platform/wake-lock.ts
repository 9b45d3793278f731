/**
 * Keeps the screen awake while a job at the board runs: a computer that falls asleep takes the bus with
 * it. It is a courtesy: a browser that has no wake lock or refuses one changes nothing.
 */
type KeepAwake = <T>(work: () => Promise<T>) => Promise<T>;

/** What is needed of `document`. */
interface Page {
  readonly visibilityState: DocumentVisibilityState;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

/** What is needed of `navigator.wakeLock`. */
interface WakeLocks {
  request(type: 'screen'): Promise<{ release(): Promise<void> }>;
}

export function createKeepAwake(wakeLocks: WakeLocks | undefined, page: Page): KeepAwake {
  if (wakeLocks === undefined) return (work) => work();
  return async (work) => {
    const lock = holdLock(wakeLocks, page);
    try {
      return await work();
    } finally {
      lock.release();
    }
  };
}

function holdLock(wakeLocks: WakeLocks, page: Page): { release(): void } {
  let over = false;
  let held: { release(): Promise<void> } | undefined;
  const letGo = (sentinel: { release(): Promise<void> } | undefined): void => {
    void sentinel?.release().catch(() => undefined);
  };
  const acquire = async (): Promise<void> => {
    const sentinel = await wakeLocks.request('screen');
    if (over) letGo(sentinel);
    else held = sentinel;
  };
  // The browser lets go of the lock whenever the page is hidden.
  const again = (): void => {
    if (page.visibilityState === 'visible') void acquire().catch(() => undefined);
  };
  page.addEventListener('visibilitychange', again);
  again();
  return {
    release: () => {
      over = true;
      page.removeEventListener('visibilitychange', again);
      letGo(held);
    },
  };
}
