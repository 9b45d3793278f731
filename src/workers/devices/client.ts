/**
 * The devices as the page sees them: the same buses, sessions and lines, which live in a worker. What a
 * session or a line can do follows from what the worker says that it can; nothing is listed here.
 *
 * Choosing needs a click and stays in the page; the worker then finds the same device by what it says about
 * itself, and among equal ones by its place in the list.
 */
import { AppError } from '../../core/errors.ts';
import type {
  BytePipe,
  Clock,
  SerialBus,
  SerialPort,
  UsbBus,
  UsbDevice,
} from '../../core/ports/index.ts';
import type { ActHost } from '../../core/provisioning/index.ts';
import { hostSessions, type DfuSession, type OpenBoard } from '../../core/stm32/index.ts';
import { chosenAmong, type Chooser } from './choice.ts';
import { Connection } from './connection.ts';
import type { BusName, DeviceWorkerPort, ListedPort, ListedUsb } from './protocol.ts';

export interface DeviceClientParts {
  readonly startWorker: () => DeviceWorkerPort;
  /** The page's: tells the time, and times sleeps while there is no worker. */
  readonly clock: Clock;
  readonly chooseUsb: Chooser<ListedUsb['identity']>;
  readonly choosePort: Chooser<ListedPort['identity'], Parameters<SerialBus['choose']>>;
}

export interface DeviceClient {
  /** Which buses the worker has; rejects when it cannot be started. */
  buses(): Promise<readonly BusName[]>;
  readonly usb: UsbBus;
  readonly serial: SerialBus;
  /** The page's time, its sleeps timed by the worker: no hidden tab slows them down. */
  readonly clock: Clock;
  /** Performs the acts of core/provisioning; whoever composes the program hands it to `hostActs`. */
  readonly perform: ActHost;
  /** Gives all devices back. The next call starts a worker anew. */
  end(reason: string): void;
}

export function createDeviceClient(parts: DeviceClientParts): DeviceClient {
  const watchers = { usb: new Set<() => void>(), serial: new Set<() => void>() };
  const tell = (bus: BusName): void => {
    for (const watcher of [...watchers[bus]]) watcher();
  };
  let current: Connection | undefined;
  let workers = 0;
  const connection = (): Connection => {
    if (current !== undefined) return current;
    workers += 1;
    current = new Connection(parts.startWorker(), {
      onChange: tell,
      onEnd: () => {
        current = undefined;
        // Whatever was listed belonged to the worker that ended.
        tell('usb');
        tell('serial');
      },
    });
    return current;
  };
  const ask = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    connection().call(undefined, method, args);
  const watch =
    (bus: BusName) =>
    (onChange: () => void): (() => void) => {
      watchers[bus].add(onChange);
      return () => {
        watchers[bus].delete(onChange);
      };
    };

  // Another worker counts its devices from the start, and what it calls the first may be another one.
  const pageId = (id: string): string => `${id}-of-worker-${workers}`;
  const listUsb = remembering<ListedUsb, UsbDevice>(
    async () => (await ask('listUsb')) as readonly ListedUsb[],
    pageId,
    (listed) => createDevice(pageId(listed.id), listed, connection()),
  );
  const listPorts = remembering<ListedPort, SerialPort>(
    async () => (await ask('listPorts')) as readonly ListedPort[],
    pageId,
    (listed) => createPort(pageId(listed.id), listed, connection()),
  );
  const clock = workerClock(parts.clock, () => current);
  const usb: UsbBus = {
    list: listUsb,
    choose: async () => chosenAmong(listUsb, await parts.chooseUsb(), clock, 'usb-no-device'),
    watch: watch('usb'),
  };
  return {
    buses: async () => (await ask('hello')) as readonly BusName[],
    usb,
    serial: {
      list: listPorts,
      choose: async (...wish) =>
        chosenAmong(listPorts, await parts.choosePort(...wish), clock, 'serial-no-port'),
      watch: watch('serial'),
    },
    clock,
    perform: (order, call) => ask('perform', order, call),
    end(reason) {
      current?.end(reason);
    },
  };
}

/** The same object for the same id as long as it is listed. */
function remembering<Listed extends { readonly id: string }, Device>(
  list: () => Promise<readonly Listed[]>,
  pageId: (id: string) => string,
  make: (listed: Listed) => Device,
): () => Promise<readonly Device[]> {
  let known = new Map<string, Device>();
  return async () => {
    const listed = await list();
    known = new Map(listed.map((one) => [pageId(one.id), known.get(pageId(one.id)) ?? make(one)]));
    return [...known.values()];
  };
}

function createDevice(
  id: string,
  { id: listedId, identity }: ListedUsb,
  connection: Connection,
): UsbDevice {
  const device: UsbDevice = {
    id,
    identity,
    open: () =>
      Promise.reject(
        new AppError('not-supported', 'this device is spoken to by the engine in its worker'),
      ),
  };
  hostSessions(device, async (options): Promise<OpenBoard> => {
    const remote = await connection.open('openBoard', [listedId, options]);
    return {
      // The worker's object has these very methods and fields: it is a session of `openDfu`.
      session: Object.freeze({ ...remote.facts, ...remote.methods }) as unknown as DfuSession,
      close: () => remote.release(),
    };
  });
  return device;
}

function createPort(
  id: string,
  { id: listedId, identity }: ListedPort,
  connection: Connection,
): SerialPort {
  return {
    id,
    identity,
    async open(options) {
      const remote = await connection.open('openPort', [listedId, options]);
      const methods = { ...remote.methods, close: () => remote.release() };
      // The worker's object is a pipe of its bus, so these are the methods of one.
      return Object.freeze(methods) as unknown as BytePipe;
    },
  };
}

/** Sleeps of a worker that ended meanwhile are slept to their end here. */
function workerClock(page: Clock, current: () => Connection | undefined): Clock {
  return {
    nowMs: () => page.nowMs(),
    wallMs: () => page.wallMs(),
    async sleep(durationMs, signal) {
      const connection = current();
      // Endless sleeps need no timer, only their signal.
      if (connection === undefined || !Number.isFinite(durationMs)) {
        await page.sleep(durationMs, signal);
        return;
      }
      const untilMs = page.nowMs() + durationMs;
      try {
        await connection.call(undefined, 'sleep', [durationMs, { signal }]);
      } catch (error) {
        if (signal?.aborted === true || current() === connection) throw error;
        await page.sleep(Math.max(0, untilMs - page.nowMs()), signal);
      }
    },
  };
}
