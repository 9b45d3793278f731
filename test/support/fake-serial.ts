/** A bench of which only the serial side is of interest: ports that open when the test says so. */
import { AppError } from '../../src/core/errors.ts';
import type {
  Bench,
  BytePipe,
  SerialIdentity,
  SerialPort,
  UsbBus,
} from '../../src/core/ports/index.ts';
import { simClock } from './sim-bench.ts';

export interface FakePort extends SerialPort {
  /** How often it was asked to open. */
  readonly opens: number;
  /** Pipes that were handed out and not closed since. */
  readonly openPipes: number;
  /** From now on an opening waits until the returned function is called. */
  holdOpening(): () => void;
  failNextOpening(error: AppError): void;
  /** Whoever reads hears that the line is gone. */
  breakLine(): void;
}

export function fakePort(id: string, identity: Partial<SerialIdentity> = {}): FakePort {
  const state = { opens: 0, openPipes: 0 };
  let gate = Promise.resolve();
  let failure: AppError | undefined;
  const breaks = new Set<() => void>();
  return {
    id,
    identity: { vendorId: undefined, productId: undefined, label: id, ...identity },
    get opens() {
      return state.opens;
    },
    get openPipes() {
      return state.openPipes;
    },
    async open() {
      state.opens++;
      const failing = failure;
      failure = undefined;
      await gate;
      if (failing !== undefined) throw failing;
      if (state.openPipes > 0) throw new AppError('serial-busy', `${id} is open already`);
      state.openPipes++;
      return quietPipe(breaks, () => {
        state.openPipes--;
      });
    },
    holdOpening() {
      let release: () => void = () => undefined;
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        gate = Promise.resolve();
        release();
      };
    },
    failNextOpening(error) {
      failure = error;
    },
    breakLine() {
      for (const tell of breaks) tell();
    },
  };
}

function quietPipe(breaks: Set<() => void>, onClose: () => void): BytePipe {
  let closed = false;
  return {
    read: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new AppError('cancelled', 'cancelled'));
        });
        breaks.add(() => {
          reject(new AppError('serial-disconnected', 'the line broke'));
        });
      }),
    write: () => Promise.resolve(),
    setSignals: () => Promise.resolve(),
    close: () => {
      if (!closed) onClose();
      closed = true;
      return Promise.resolve();
    },
  };
}

const noUsb: UsbBus = {
  list: () => Promise.resolve([]),
  choose: () => Promise.reject(new AppError('usb-no-device', 'none')),
  watch: () => () => undefined,
};

export interface FakeSerialBench {
  readonly bench: Bench;
  /** Plugs and unplugs. */
  setPorts(ports: readonly SerialPort[]): void;
  /** What the person takes in the browser's chooser; undefined: nothing. */
  chooses: SerialPort | undefined;
}

export function fakeSerialBench(
  ports: readonly SerialPort[],
  kind: Bench['kind'] = 'real',
): FakeSerialBench {
  let present = ports;
  const watchers = new Set<() => void>();
  const fake: FakeSerialBench = {
    chooses: undefined,
    setPorts(next) {
      present = next;
      for (const tell of watchers) tell();
    },
    bench: {
      kind,
      clock: simClock(),
      usb: noUsb,
      serial: {
        list: () => Promise.resolve(present),
        choose: () =>
          fake.chooses === undefined
            ? Promise.reject(new AppError('serial-no-port', 'nothing was chosen'))
            : Promise.resolve(fake.chooses),
        watch: (onChange) => {
          watchers.add(onChange);
          return () => watchers.delete(onChange);
        },
      },
    },
  };
  return fake;
}
