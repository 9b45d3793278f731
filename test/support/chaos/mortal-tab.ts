/**
 * A browser tab that can be lost at any moment: from then on nothing it does reaches the board or the store, its
 * devices are closed and its locks are free, as when a tab is reloaded or crashes. Only the store outlives it.
 */
import { AppError } from '../../../src/core/errors.ts';
import type {
  Bench,
  ControlPipe,
  JsonValue,
  Store,
  UsbDevice,
} from '../../../src/core/ports/index.ts';
import type { BurnEnv } from '../../../src/core/provisioning/index.ts';
import { memoryLocks } from '../memory-store.ts';

/** When it happens: at control transfer number `at`, or at journal entry number `at`. */
export interface TabFault {
  readonly kind: 'reload-at-transfer' | 'reload-at-entry' | 'storage-refuses';
  readonly at: number;
  /** The transfer or entry itself is still done; the tab never hears of it. */
  readonly afterwards: boolean;
}

export interface Tab {
  readonly env: BurnEnv;
  readonly lost: boolean;
  readonly struck: readonly TabFault['kind'][];
}

class TabLost extends Error {}

export function openTab(
  bench: Bench,
  store: Store,
  faults: readonly TabFault[],
  personTimeoutMs: number,
): Tab {
  return new MortalTab(bench, store, faults, personTimeoutMs);
}

class MortalTab implements Tab {
  readonly env: BurnEnv;
  lost = false;
  readonly struck: TabFault['kind'][] = [];
  private transfers = -1;
  private entries = -1;
  private readonly open = new Set<ControlPipe>();

  constructor(
    bench: Bench,
    private readonly store: Store,
    private readonly faults: readonly TabFault[],
    personTimeoutMs: number,
  ) {
    const { usb } = bench;
    const ours = async (device: UsbDevice): Promise<UsbDevice> => this.device(device);
    this.env = {
      bench: {
        kind: bench.kind,
        clock: bench.clock,
        usb: {
          list: async () => {
            this.check();
            return Promise.all((await usb.list()).map(ours));
          },
          choose: async () => ours(await usb.choose()),
          watch: (onChange) => usb.watch(onChange),
        },
      },
      store: this.mortalStore(),
      locks: memoryLocks(),
      personTimeoutMs,
    };
  }

  private check(): void {
    if (this.lost) throw new TabLost('the tab is gone');
  }

  private strikes(kind: TabFault['kind'], at: number): TabFault | undefined {
    const fault = this.faults.find((one) => one.kind === kind && one.at === at);
    if (fault !== undefined) this.struck.push(kind);
    return fault;
  }

  private async die(): Promise<never> {
    this.lost = true;
    for (const pipe of this.open) await pipe.close();
    throw new TabLost('the tab was lost');
  }

  private device(device: UsbDevice): UsbDevice {
    return {
      id: device.id,
      identity: device.identity,
      open: async (options) => {
        this.check();
        const pipe = await device.open(options);
        this.open.add(pipe);
        if (this.lost) await this.die();
        return this.pipe(pipe);
      },
    };
  }

  private pipe(pipe: ControlPipe): ControlPipe {
    return {
      identity: pipe.identity,
      interfaceNumber: pipe.interfaceNumber,
      controlIn: (...args) => this.transfer(() => pipe.controlIn(...args)),
      controlOut: (...args) => this.transfer(() => pipe.controlOut(...args)),
      selectAlternate: (...args) => this.transfer(() => pipe.selectAlternate(...args)),
      close: async () => {
        this.open.delete(pipe);
        await pipe.close();
      },
    };
  }

  private async transfer<T>(work: () => Promise<T>): Promise<T> {
    this.check();
    this.transfers++;
    const fault = this.strikes('reload-at-transfer', this.transfers);
    if (fault?.afterwards === false) return this.die();
    const result = await work();
    if (fault !== undefined || this.lost) return this.die();
    return result;
  }

  private mortalStore(): Store {
    const { store } = this;
    const alive = async <T>(work: () => Promise<T>): Promise<T> => {
      this.check();
      const result = await work();
      this.check();
      return result;
    };
    return {
      get: (key) => alive(() => store.get(key)),
      put: (key, value) => alive(() => this.put(key, value)),
      delete: (key) => alive(() => store.delete(key)),
      keys: (prefix) => alive(() => store.keys(prefix)),
    };
  }

  private async put(key: string, value: JsonValue): Promise<void> {
    this.entries++;
    if (this.strikes('storage-refuses', this.entries) !== undefined) {
      throw new AppError('storage-failed', 'the store is full');
    }
    const fault = this.strikes('reload-at-entry', this.entries);
    if (fault?.afterwards === false) return this.die();
    await this.store.put(key, value);
    if (fault !== undefined) return this.die();
  }
}
