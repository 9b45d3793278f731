/**
 * The bench in use and what is plugged in there. Opens devices only for the length of a job; the
 * handles stay in closures, the store holds snapshots.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { AppError } from '../core/errors.ts';
import type {
  Bench,
  BoardPanelState,
  CancelSignal,
  SerialIdentity,
  SerialPort,
  UsbDevice,
  UsbIdentity,
} from '../core/ports/index.ts';
import { openDfu, type DfuSession } from '../core/stm32/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { Services } from './services.ts';

export interface SeenUsbDevice {
  readonly id: string;
  readonly identity: UsbIdentity;
}

export interface SeenSerialPort {
  readonly id: string;
  readonly identity: SerialIdentity;
}

export interface BenchState {
  /** Nothing virtual is ever chosen silently: it starts as `none`. */
  readonly bench: Bench | undefined;
  /** Seed of the virtual board; undefined on the real bench. */
  readonly seed: number | undefined;
  /** Boards in DFU mode that may be opened without asking. */
  readonly usb: readonly SeenUsbDevice[];
  readonly serial: readonly SeenSerialPort[];
  /** The virtual board's panel as it stands; undefined on the real bench. */
  readonly panel: BoardPanelState | undefined;
  readonly activity: Activity;
  useVirtual(seed: number): Promise<void>;
  useReal(): Promise<void>;
  /** Lets go of the bench. */
  leave(): void;
  /** Asks the browser for a board in DFU mode; needs a click. */
  chooseUsb(): Promise<void>;
  /** Asks the browser for a serial port; needs a click. */
  chooseSerial(): Promise<void>;
  dismiss(): void;
}

export type BenchStore = StoreApi<BenchState>;

const openTimeoutMs = 5000;

export function createBenchStore({ benches }: Pick<Services, 'benches'>): BenchStore {
  return createStore<BenchState>()((set, get) => {
    let stopWatching: (() => void) | undefined;
    const report = (activity: Activity): void => {
      set({ activity });
    };

    const refresh = async (bench: Bench): Promise<void> => {
      const [usb, serial] = await Promise.all([bench.usb.list(), bench.serial.list()]);
      if (get().bench !== bench) return;
      set({
        usb: usb.map(({ id, identity }) => ({ id, identity })),
        serial: serial.map(({ id, identity }) => ({ id, identity })),
      });
    };

    const adopt = async (bench: Bench, seed: number | undefined): Promise<void> => {
      stopWatching?.();
      const changed = (): void => {
        void refresh(bench).catch(() => undefined);
      };
      const stops = [
        bench.usb.watch(changed),
        bench.serial.watch(changed),
        bench.panel?.watch(() => {
          set({ panel: bench.panel?.state() });
        }),
      ];
      stopWatching = () => {
        for (const stop of stops) stop?.();
      };
      set({ bench, seed, panel: bench.panel?.state(), usb: [], serial: [] });
      await refresh(bench);
    };

    return {
      bench: undefined,
      seed: undefined,
      usb: [],
      serial: [],
      panel: undefined,
      activity: idle,

      async useVirtual(seed) {
        await perform(report, 'open-virtual', async () => {
          await adopt(await benches.openVirtual(seed), seed);
        });
      },
      async useReal() {
        await perform(report, 'open-real', async () => {
          if (benches.real === undefined) {
            throw new AppError('usb-unavailable', 'this browser offers no WebUSB and WebSerial');
          }
          await adopt(benches.real, undefined);
        });
      },
      leave() {
        stopWatching?.();
        stopWatching = undefined;
        set({ bench: undefined, seed: undefined, usb: [], serial: [], panel: undefined });
      },
      async chooseUsb() {
        await perform(report, 'choose-usb', async () => {
          const bench = requireBench(get());
          await bench.usb.choose();
          await refresh(bench);
        });
      },
      async chooseSerial() {
        await perform(report, 'choose-serial', async () => {
          const bench = requireBench(get());
          await bench.serial.choose();
          await refresh(bench);
        });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

export function requireBench(state: Pick<BenchState, 'bench'>): Bench {
  if (state.bench === undefined) {
    throw new AppError('usb-no-device', 'choose the virtual board or a real one first');
  }
  return state.bench;
}

/** The one board in DFU mode, the one with `serial` when it is given. `usb-no-device` otherwise. */
export async function findDfuDevice(bench: Bench, serial?: string): Promise<UsbDevice> {
  const devices = await bench.usb.list();
  const matching = devices.filter(
    (device) => serial === undefined || device.identity.serial === serial,
  );
  const [device, ...others] = matching;
  if (device === undefined) {
    throw new AppError(
      devices.length === 0 ? 'usb-no-device' : 'board-wrong',
      serial === undefined ? 'no board in DFU mode' : `no board with serial ${serial} in DFU mode`,
    );
  }
  if (others.length > 0 && serial === undefined) {
    throw new AppError(
      'board-wrong',
      `${matching.length} boards are in DFU mode: leave only one plugged in`,
    );
  }
  return device;
}

/** Opens the board, runs `work`, closes it again whatever happens. */
export async function withDfu<T>(
  bench: Bench,
  work: (session: DfuSession) => Promise<T>,
  options: { readonly serial?: string; readonly signal?: CancelSignal | undefined } = {},
): Promise<T> {
  const device = await findDfuDevice(bench, options.serial);
  const pipe = await device.open({ timeoutMs: openTimeoutMs, signal: options.signal });
  try {
    const session = await openDfu(pipe, bench.clock, { signal: options.signal });
    return await work(session);
  } finally {
    await pipe.close();
  }
}

/** The serial port of the bench; the first one that may be opened. */
export async function findSerialPort(bench: Bench): Promise<SerialPort> {
  const [port] = await bench.serial.list();
  if (port === undefined) throw new AppError('serial-no-port', 'no serial port may be opened yet');
  return port;
}
