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
  SerialPort,
  UsbDevice,
} from '../core/ports/index.ts';
import { openBoard, type DfuSession } from '../core/stm32/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import {
  pickDfuDevice,
  pickSerialPort,
  type SeenSerialPort,
  type SeenUsbDevice,
} from './granted.ts';
import type { Services } from './services.ts';

export type { SeenSerialPort, SeenUsbDevice } from './granted.ts';

export interface BenchState {
  /** Nothing virtual is ever chosen silently: it starts as `none`. */
  readonly bench: Bench | undefined;
  /** Seed of the virtual board; undefined on the real bench. */
  readonly seed: number | undefined;
  /** Boards in DFU mode that may be opened without asking. */
  readonly usb: readonly SeenUsbDevice[];
  readonly serial: readonly SeenSerialPort[];
  /** What the person chose on this bench where several may be opened. */
  readonly chosenUsb: SeenUsbDevice | undefined;
  readonly chosenSerial: SeenSerialPort | undefined;
  /** Serial of the board that was last looked at or written to on this bench. */
  readonly boardSerial: string | undefined;
  /** The virtual board's panel as it stands; undefined on the real bench. */
  readonly panel: BoardPanelState | undefined;
  readonly activity: Activity;
  useVirtual(seed: number): Promise<void>;
  useReal(): Promise<void>;
  /** Lets go of the bench. Like any other change of it `board-busy` while a job is at the board. */
  leave(): void;
  /** Asks the browser for a board in DFU mode; needs a click. False: none was chosen. */
  chooseUsb(): Promise<boolean>;
  /** Asks the browser for a serial port; needs a click. False: none was chosen. */
  chooseSerial(options?: { readonly anyPort?: boolean }): Promise<boolean>;
  /** undefined: a board that did not say who it is. */
  sawBoard(serial: string | undefined): void;
  dismiss(): void;
}

export type BenchStore = StoreApi<BenchState>;

const openTimeoutMs = 5000;

const nothingSeen = {
  usb: [],
  serial: [],
  chosenUsb: undefined,
  chosenSerial: undefined,
  boardSerial: undefined,
  panel: undefined,
} as const;

/** `atWork`: a job is at the board; until it ends the bench stays. */
export function createBenchStore(
  { benches }: Pick<Services, 'benches'>,
  atWork: () => boolean = () => false,
): BenchStore {
  return createStore<BenchState>()((set, get) => {
    let stopWatching: (() => void) | undefined;
    const report = (activity: Activity): void => {
      set({ activity });
    };

    const requireIdle = (): void => {
      if (atWork()) throw atWorkError();
    };
    let opened = 0;

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
      set({ ...nothingSeen, bench, seed, panel: bench.panel?.state() });
      await refresh(bench);
    };

    return {
      bench: undefined,
      seed: undefined,
      ...nothingSeen,
      activity: idle,

      async useVirtual(seed) {
        await perform(report, 'open-virtual', async () => {
          requireIdle();
          const turn = ++opened;
          const bench = await benches.openVirtual(seed);
          requireIdle();
          if (turn === opened) await adopt(bench, seed);
        });
      },
      async useReal() {
        await perform(report, 'open-real', async () => {
          requireIdle();
          opened++;
          if (benches.real === undefined) {
            throw new AppError('usb-unavailable', 'this browser offers no WebUSB and WebSerial');
          }
          await adopt(benches.real, undefined);
        });
      },
      leave() {
        if (atWork()) {
          set({ activity: { kind: 'failed', what: 'leave', error: atWorkError() } });
          return;
        }
        opened++;
        stopWatching?.();
        stopWatching = undefined;
        set({ ...nothingSeen, bench: undefined, seed: undefined });
      },
      async chooseUsb() {
        const chosen = await perform(report, 'choose-usb', async () => {
          const bench = requireBench(get());
          const { id, identity } = await bench.usb.choose();
          if (get().bench !== bench) return false;
          set({ chosenUsb: { id, identity } });
          await refresh(bench);
          return true;
        });
        return chosen ?? false;
      },
      async chooseSerial(options) {
        const chosen = await perform(report, 'choose-serial', async () => {
          const bench = requireBench(get());
          const { id, identity } = await bench.serial.choose(options);
          if (get().bench !== bench) return false;
          set({ chosenSerial: { id, identity } });
          await refresh(bench);
          return true;
        });
        return chosen ?? false;
      },
      sawBoard(boardSerial) {
        set({ boardSerial });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

function atWorkError(): AppError {
  return new AppError('board-busy', 'a job is at work on the board in use');
}

export function requireBench(state: Pick<BenchState, 'bench'>): Bench {
  if (state.bench === undefined) {
    throw new AppError('usb-no-device', 'choose the virtual board or a real one first');
  }
  return state.bench;
}

/** The board in DFU mode that is wanted; throws what `pickDfuDevice` throws. */
export async function findDfuDevice(
  bench: Bench,
  serial?: string,
  chosen?: SeenUsbDevice,
): Promise<UsbDevice> {
  return pickDfuDevice(await bench.usb.list(), { ...(serial !== undefined && { serial }), chosen });
}

export interface DfuOptions {
  readonly serial?: string;
  /** Decides where several boards are in DFU mode. */
  readonly chosen?: SeenUsbDevice | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** Opens the board, runs `work`, closes it again whatever happens. */
export async function withDfu<T>(
  bench: Bench,
  work: (session: DfuSession) => Promise<T>,
  options: DfuOptions = {},
): Promise<T> {
  const device = await findDfuDevice(bench, options.serial, options.chosen);
  const board = await openBoard(device, bench.clock, {
    timeoutMs: openTimeoutMs,
    signal: options.signal,
    transcript: bench.log?.usb,
  });
  try {
    return await work(board.session);
  } finally {
    await board.close();
  }
}

/** The serial port of the bench that is meant; throws what `pickSerialPort` throws. */
export async function findSerialPort(
  bench: Bench,
  chosen: SeenSerialPort | undefined,
): Promise<SerialPort> {
  return pickSerialPort(await bench.serial.list(), chosen);
}
