/**
 * The last transfers of this session in a ring: what a diagnostic bundle shows. Nothing of it is stored,
 * and nothing of what a serial line said is in it.
 */
import type {
  Bench,
  BytePipe,
  Clock,
  DeviceLog,
  SerialControl,
  SerialEntry,
  SerialPort,
  TransferEntry,
} from '../core/ports/index.ts';
import { toAppError } from '../core/errors.ts';
import type { Benches } from './services.ts';

export type LoggedEntry =
  | ({ readonly kind: 'usb'; readonly bench: Bench['kind'] } & TransferEntry)
  | ({ readonly kind: 'serial'; readonly bench: Bench['kind'] } & SerialEntry);

export interface DeviceLogBook {
  /** Oldest first. */
  entries(): readonly LoggedEntry[];
  /** How many were pushed out of the ring. */
  readonly dropped: number;
  /** What a bench of this kind writes into. */
  of(bench: Bench['kind']): DeviceLog;
}

/** A burn of a whole area with its read-backs has some 3 000. */
const KEPT_ENTRIES = 8192;

export function createDeviceLogBook(keptEntries = KEPT_ENTRIES): DeviceLogBook {
  const ring: LoggedEntry[] = [];
  let written = 0;
  const add = (entry: LoggedEntry): void => {
    ring[written % keptEntries] = entry;
    written += 1;
  };
  return {
    entries() {
      const start = written % keptEntries;
      return written <= keptEntries ? [...ring] : [...ring.slice(start), ...ring.slice(0, start)];
    },
    get dropped() {
      return Math.max(0, written - keptEntries);
    },
    of: (bench) => ({
      usb: (entry) => {
        add({ kind: 'usb', bench, ...entry });
      },
      serial: (entry) => {
        add({ kind: 'serial', bench, ...entry });
      },
    }),
  };
}

/** The same benches, and everything that passes there is written into `book`. */
export function logBenches(benches: Benches, book: DeviceLogBook): Benches {
  const logged = new WeakMap<Bench, Bench>();
  const bench = (plain: Bench): Bench => {
    const known = logged.get(plain) ?? logBench(plain, book);
    logged.set(plain, known);
    return known;
  };
  return {
    real: benches.real && bench(benches.real),
    openVirtual: async (seed) => bench(await benches.openVirtual(seed)),
    // A rehearsal's bench is no board of the person's.
    openRehearsal: () => benches.openRehearsal(),
  };
}

function logBench(bench: Bench, book: DeviceLogBook): Bench {
  const log = book.of(bench.kind);
  const logged = new WeakMap<SerialPort, SerialPort>();
  const port = (real: SerialPort): SerialPort => {
    const known = logged.get(real) ?? logPort(real, bench.clock, log);
    logged.set(real, known);
    return known;
  };
  const { serial } = bench;
  return {
    ...bench,
    log,
    serial: {
      list: async () => (await serial.list()).map(port),
      choose: async (...options) => port(await serial.choose(...options)),
      watch: (onChange) => serial.watch(onChange),
    },
  };
}

function logPort(port: SerialPort, clock: Clock, log: DeviceLog): SerialPort {
  return {
    id: port.id,
    identity: port.identity,
    open: async (options) => logPipe(await port.open(options), clock, log),
  };
}

function logPipe(pipe: BytePipe, clock: Clock, log: DeviceLog): BytePipe {
  const write = (
    direction: SerialEntry['direction'],
    bytes: Uint8Array,
    outcome: SerialEntry['outcome'],
  ): void => {
    const control = bytes.length === 1 ? controls.get(bytes[0] ?? 0) : undefined;
    log.serial({
      atMs: clock.nowMs(),
      direction,
      lengthBytes: bytes.length,
      ...(control && { control }),
      outcome,
    });
  };
  return {
    async read(options) {
      const bytes = await pipe.read(options);
      if (bytes.length > 0) write('from-board', bytes, 'ok');
      return bytes;
    },
    async write(bytes, options) {
      try {
        await pipe.write(bytes, options);
        write('to-board', bytes, 'ok');
      } catch (error) {
        write('to-board', bytes, toAppError(error).code);
        throw error;
      }
    },
    setSignals: (...signals) => pipe.setSignals(...signals),
    close: () => pipe.close(),
  };
}

const controls: ReadonlyMap<number, SerialControl> = new Map([
  [0x01, 'SOH'],
  [0x02, 'STX'],
  [0x04, 'EOT'],
  [0x06, 'ACK'],
  [0x15, 'NAK'],
  [0x18, 'CAN'],
  [0x43, 'C'],
]);
