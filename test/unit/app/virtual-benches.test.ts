// A virtual board lives as long as the tab's session; its journal never longer than it.
import { beforeEach, describe, expect, it } from 'vitest';
import { createVirtualBenches } from '../../../src/app/virtual-benches.ts';
import type { Bench } from '../../../src/core/ports/index.ts';
import { createVirtualBench, type VirtualBench } from '../../../src/virtual/index.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { simClock } from '../../support/sim-bench.ts';

class FakeStorage implements Storage {
  readonly values = new Map<string, string>();
  mostChars = Infinity;
  forbidden = false;
  get length(): number {
    return this.values.size;
  }
  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    if (this.forbidden) throw new Error('SecurityError');
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (value.length > this.mostChars) throw new Error('QuotaExceededError');
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    if (this.forbidden) throw new Error('SecurityError');
    this.values.delete(key);
  }
  clear(): void {
    this.values.clear();
  }
}

interface Page {
  readonly open: (seed: number) => Promise<Bench>;
  readonly built: VirtualBench[];
  leave(): void;
}

let storage: FakeStorage;

function openPage(): Page {
  const built: VirtualBench[] = [];
  const listeners: (() => void)[] = [];
  const open = createVirtualBenches({
    storage: () => storage,
    journalKey: (serial) => `journal/${serial}`,
    onLeave: (listener) => {
      listeners.push(listener);
    },
    build: (seed, snapshot) => {
      const virtual = createVirtualBench({
        seed,
        clock: simClock(),
        ...(snapshot && { snapshot, startPowered: false }),
      });
      built.push(virtual);
      return Promise.resolve(virtual);
    },
  });
  return {
    open,
    built,
    leave: () => {
      expect(listeners).toHaveLength(1);
      for (const listener of listeners) listener();
    },
  };
}

const boardKey = 'keyfuse.virtual-board.5';
const address = 0x08000000;
const mark = (page: Page): void => {
  page.built[0]!.board.flash.load(address, Uint8Array.of(1, 2, 3, 4));
};
const isMarked = ({ board }: VirtualBench): boolean => board.flash.usedSectors().length > 0;

beforeEach(() => {
  storage = new FakeStorage();
});

describe('a virtual board', () => {
  it('is the same one when its bench was left and taken again', async () => {
    const page = openPage();
    const first = await page.open(5);
    await page.open(6);
    expect(await page.open(5)).toBe(first);
    expect(page.built.map(({ board }) => board.seed)).toEqual([5, 6]);
  });

  it('is built once when it is asked for twice at the same time', async () => {
    const page = openPage();
    const [first, second] = await Promise.all([page.open(5), page.open(5)]);
    expect(first).toBe(second);
    expect(page.built).toHaveLength(1);
  });

  it('is as it was after the page was loaded again', async () => {
    const page = openPage();
    await page.open(5);
    mark(page);
    await page.open(6);
    page.leave();
    const later = openPage();
    await later.open(5);
    await later.open(6);
    expect(later.built.map(isMarked)).toEqual([true, false]);
  });

  it('stays plugged in and in DFU mode while the page is loaded again', async () => {
    const page = openPage();
    const { panel } = await page.open(5);
    panel?.setPlug('userUsb', true);
    panel?.setBoot0(true);
    panel?.pressReset();
    page.leave();
    const later = await openPage().open(5);
    expect(later.panel?.state()).toMatchObject({
      plugs: { stLink: true, userUsb: true },
      boot0: true,
      running: { kind: 'rom-dfu' },
    });
  });

  it('stays without power while the page is loaded again', async () => {
    const page = openPage();
    (await page.open(5)).panel?.setPlug('stLink', false);
    page.leave();
    const later = await openPage().open(5);
    expect(later.panel?.state()).toMatchObject({ powered: false, running: { kind: 'off' } });
  });

  it('keeps its journal when it comes back', async () => {
    const page = openPage();
    await page.open(5);
    const journal = `journal/${page.built[0]!.board.usbSerial}`;
    storage.setItem(journal, '{}');
    page.leave();
    await openPage().open(5);
    expect(storage.getItem(journal)).toBe('{}');
  });
});

describe('a virtual board that cannot be kept', () => {
  it.each([
    ['no JSON', '{"format":'],
    ['no board', '{"format":"something else"}'],
    ['another snapshot', '{"snapshot":{"format":"else"},"plugs":{},"boot0":true}'],
    ['nothing at all', 'null'],
  ])(
    'is told when what was stored is %s, and starts afresh without its journal',
    async (_what, text) => {
      const { usbSerial } = createVirtualBench({ seed: 5, clock: simClock() }).board;
      storage.setItem(boardKey, text);
      storage.setItem(`journal/${usbSerial}`, '{}');
      const page = openPage();
      await expectRejects(page.open(5), 'storage-failed');
      expect([...storage.values.keys()]).toEqual([]);
      await expect(page.open(5)).resolves.toMatchObject({ kind: 'virtual' });
    },
  );

  it('takes its journal along when it is too large for the storage, and that is told', async () => {
    const page = openPage();
    await page.open(5);
    mark(page);
    const journal = `journal/${page.built[0]!.board.usbSerial}`;
    storage.setItem(journal, '{}');
    storage.mostChars = 100;
    page.leave();
    expect(storage.getItem(journal)).toBeNull();
    const later = openPage();
    await expectRejects(later.open(5), 'storage-failed');
    await later.open(5);
    expect(later.built.some(isMarked)).toBe(false);
    const third = openPage();
    await third.open(5);
  });

  it('is told where the browser forbids storage, and then lives without', async () => {
    storage.forbidden = true;
    const page = openPage();
    await expectRejects(page.open(5), 'storage-failed');
    const bench = await page.open(5);
    expect(await page.open(5)).toBe(bench);
    page.leave();
  });

  it('that vanished without a trace leaves no journal for the fresh one', async () => {
    const { usbSerial } = createVirtualBench({ seed: 5, clock: simClock() }).board;
    storage.setItem(`journal/${usbSerial}`, '{}');
    await openPage().open(5);
    expect([...storage.values.keys()]).toEqual([]);
  });
});
