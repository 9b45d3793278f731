/**
 * The serial line to the board's console: opens it, keeps what it printed and when, notices when it is
 * gone and takes it up again when it is back. Holds the one dialogue that may read the line; pages
 * share it. It knows nothing of updates.
 */
import { AppError, isAppError, toAppError } from '../core/errors.ts';
import {
  createCanceller,
  type Bench,
  type Canceller,
  type Clock,
  type FlowControl,
} from '../core/ports/index.ts';
import {
  createConsole,
  createConsoleLog,
  type BootBanner,
  type ConsoleDialogue,
  type ConsoleLog,
  type HeardChunk,
} from '../core/serial/index.ts';
import { findSerialPort, type BenchStore } from './bench.ts';

export type LinkState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly label: string }
  /** The line went away by itself; it is taken up again as soon as the port is back. */
  | { readonly kind: 'lost'; readonly error: AppError };

export interface LineSettings {
  readonly baudRate: number;
  readonly flowControl: FlowControl;
}

export interface LinkObserver {
  readonly onState?: (state: LinkState) => void;
  readonly onSettings?: (settings: LineSettings) => void;
  /** A command or a transfer has taken the line, or has given it back. */
  readonly onBusy?: (busy: boolean) => void;
  readonly onBoot?: (banner: BootBanner) => void;
  /** The line was lost and is open again. */
  readonly onResumed?: () => void;
  /** What was kept of the line is gone. */
  readonly onCleared?: () => void;
}

export interface ConsoleLink {
  readonly state: LinkState;
  readonly settings: LineSettings;
  readonly busy: boolean;
  /** What the line said, as far as it is kept. */
  readonly log: Pick<ConsoleLog, 'chunks' | 'forgottenBytes'>;
  observe(observer: LinkObserver): () => void;
  /** For the next opening; a line that is open stays as it is. */
  configure(settings: Partial<LineSettings>): void;
  /**
   * Throws what the port throws, and `cancelled` when the bench or the line was left meanwhile; a line
   * that is open stays as it is.
   */
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Throws `serial-no-port` while the line is not open. */
  dialogue(): ConsoleDialogue;
  /** Hears first what the line printed so far, then every further byte. Must not change the bytes. */
  watch(listener: (chunk: HeardChunk) => void): () => void;
  /** Forgets what the line printed so far. */
  clear(): void;
}

/** 115200 8N1 (stm32h5-device.md, section 4). */
export const usualBaudRate = 115_200;

const keptBytes = 1024 * 1024;
/** A port that has just come back is listed before it can be opened. */
const reopenAttempts = 5;
const reopenPauseMs = 400;

interface OpenLine {
  readonly bench: Bench;
  readonly dialogue: ConsoleDialogue;
  readonly canceller: Canceller;
}

/** An opening on its way, whatever becomes of it. */
interface Opening {
  readonly bench: Bench;
  readonly settled: Promise<unknown>;
}

export function createConsoleLink(
  benchStore: BenchStore,
  clock: Pick<Clock, 'wallMs'>,
): ConsoleLink {
  const listeners = new Set<(chunk: HeardChunk) => void>();
  const observers = new Set<LinkObserver>();
  const log = createConsoleLog(keptBytes);
  let settings: LineSettings = { baudRate: usualBaudRate, flowControl: 'none' };
  let busy = false;
  let state: LinkState = { kind: 'closed' };
  let line: OpenLine | undefined;
  let opening: Opening | undefined;
  let closing = Promise.resolve();
  /** Counts up with everything that overrules an opening on its way. */
  let generation = 0;

  const tell = (how: (observer: LinkObserver) => void): void => {
    for (const observer of [...observers]) how(observer);
  };

  const become = (next: LinkState): void => {
    state = next;
    tell((observer) => observer.onState?.(next));
  };

  const hear = (bytes: Uint8Array): void => {
    const chunk = log.add(clock.wallMs(), bytes);
    for (const listener of [...listeners]) listener(chunk);
  };

  const forget = (): void => {
    log.clear();
    tell((observer) => observer.onCleared?.());
  };

  const hold = (held: boolean): void => {
    busy = held;
    tell((observer) => observer.onBusy?.(held));
  };

  const drop = async (): Promise<void> => {
    const left = line;
    if (left === undefined) return closing;
    line = undefined;
    if (busy) hold(false);
    left.canceller.cancel();
    closing = left.dialogue.close();
    await closing;
  };

  const lose = async (lost: OpenLine, thrown: unknown): Promise<void> => {
    if (line !== lost) return;
    const mine = generation;
    await drop();
    if (mine !== generation) return;
    const error = isAppError(thrown, 'serial-disconnected')
      ? thrown
      : new AppError('serial-disconnected', 'the serial line is gone', { cause: thrown });
    become({ kind: 'lost', error });
    // The port may have come back before the loss was noticed; nothing would tell it again.
    void resume(lost.bench);
  };

  const openPort = async (bench: Bench, mine: number): Promise<void> => {
    const requireCurrent = (): void => {
      if (mine === generation && benchStore.getState().bench === bench) return;
      throw new AppError('cancelled', 'the console was left while it was being opened');
    };
    const port = await findSerialPort(bench, benchStore.getState().chosenSerial);
    requireCurrent();
    const pipe = await port.open(settings);
    try {
      requireCurrent();
    } catch (thrown) {
      await pipe.close();
      throw thrown;
    }
    const canceller = createCanceller();
    const dialogue = createConsole(pipe, bench.clock, {
      signal: canceller.signal,
      onBytes: hear,
      onBoot: (banner) => {
        tell((observer) => observer.onBoot?.(banner));
      },
      onBusy: (held) => {
        if (line === opened) hold(held);
      },
    });
    const opened = { bench, dialogue, canceller };
    line = opened;
    become({ kind: 'open', label: port.identity.label });
    dialogue.listen({ signal: canceller.signal }).then(
      () => lose(opened, undefined),
      (thrown: unknown) => lose(opened, thrown),
    );
  };

  /** A port opens once at a time: whoever had it first lets go of it. */
  const open = async (mine: number): Promise<void> => {
    const { bench } = benchStore.getState();
    if (bench === undefined) throw new AppError('serial-no-port', 'no bench is chosen');
    const earlier = opening?.bench === bench ? opening.settled : undefined;
    const work = (async () => {
      await earlier;
      await closing;
      await openPort(bench, mine);
    })();
    opening = { bench, settled: work.catch(() => undefined) };
    await work;
  };

  async function resume(bench: Bench): Promise<void> {
    const mine = ++generation;
    for (let attempt = 0; attempt < reopenAttempts; attempt++) {
      if (mine !== generation) return;
      try {
        await open(mine);
        tell((observer) => observer.onResumed?.());
        return;
      } catch {
        await bench.clock.sleep(reopenPauseMs);
      }
    }
  }

  benchStore.subscribe((now, before) => {
    if (now.bench !== before.bench) {
      generation++;
      void drop();
      forget();
      become({ kind: 'closed' });
    } else if (now.serial !== before.serial && now.bench !== undefined && state.kind === 'lost') {
      void resume(now.bench);
    }
  });

  return {
    get state() {
      return state;
    },
    get settings() {
      return settings;
    },
    get busy() {
      return busy;
    },
    log,
    observe(observer) {
      observers.add(observer);
      return () => {
        observers.delete(observer);
      };
    },
    configure(changed) {
      settings = { ...settings, ...changed };
      tell((observer) => observer.onSettings?.(settings));
    },
    async connect() {
      if (state.kind === 'open' || state.kind === 'opening') return;
      const mine = ++generation;
      become({ kind: 'opening' });
      try {
        await open(mine);
      } catch (thrown) {
        if (mine === generation) become({ kind: 'closed' });
        throw toAppError(thrown);
      }
    },
    async disconnect() {
      const mine = ++generation;
      await drop();
      if (mine === generation) become({ kind: 'closed' });
    },
    dialogue() {
      if (line === undefined) throw new AppError('serial-no-port', 'the console is not connected');
      return line.dialogue;
    },
    watch(listener) {
      for (const chunk of log.chunks()) listener(chunk);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    clear: forget,
  };
}
