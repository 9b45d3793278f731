/**
 * The serial port of a probe whose chip is being programmed: the port may go away and come back in between.
 * Notices when the board starts anew. One owner; nobody else may have the port open.
 */
import { bytesToLatin1 } from '../bytes/index.ts';
import { isAppError } from '../errors.ts';
import type { BytePipe, CancelSignal, Clock, SerialPort } from '../ports/index.ts';
import {
  createConsole,
  createPrimerDialogue,
  isCompleteInfo,
  type ConsoleInfo,
  type PrimerStatus,
} from '../serial/index.ts';

const BAUD_RATE = 115_200;
/** docs/formats/primer.md, "Serial line". */
const GREETING = 'keyfuse-primer 1 starting';
/** Of one try; a dialogue tries three times. */
const STATUS_TIMEOUT_MS = 500;
const INFO_TIMEOUT_MS = 3000;

export class BoardLine {
  readonly clock: Clock;
  readonly #findPort: () => Promise<SerialPort>;
  #pipe: BytePipe | undefined;
  #restarts = 0;

  constructor(findPort: () => Promise<SerialPort>, clock: Clock) {
    this.#findPort = findPort;
    this.clock = clock;
  }

  /** Counts up with each greeting of a primer and each time the port was away. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Throws what opening a port throws, also when it is away. */
  async open(): Promise<void> {
    await this.#opened();
  }

  /** Undefined while the port is away. Otherwise settles as `work` does. */
  async use<T>(work: (pipe: BytePipe) => Promise<T>): Promise<T | undefined> {
    try {
      return await work(await this.#opened());
    } catch (error) {
      if (!isAppError(error, 'serial-disconnected') && !isAppError(error, 'serial-no-port')) {
        throw error;
      }
      if (this.#pipe !== undefined) this.#restarts += 1;
      await this.close();
      return undefined;
    }
  }

  /** Never throws. */
  async close(): Promise<void> {
    const pipe = this.#pipe;
    this.#pipe = undefined;
    await pipe?.close();
  }

  async #opened(): Promise<BytePipe> {
    if (this.#pipe !== undefined) return this.#pipe;
    const port = await this.#findPort();
    const pipe = await port.open({ baudRate: BAUD_RATE });
    this.#pipe = watched(pipe, () => {
      this.#restarts += 1;
    });
    return this.#pipe;
  }
}

function watched(pipe: BytePipe, onGreeting: () => void): BytePipe {
  let tail = '';
  return {
    read: async (options) => {
      const bytes = await pipe.read(options);
      tail += bytesToLatin1(bytes);
      if (tail.includes(GREETING)) onGreeting();
      const at = tail.lastIndexOf(GREETING);
      tail = at < 0 ? tail.slice(-GREETING.length) : tail.slice(at + GREETING.length);
      return bytes;
    },
    write: (bytes, options) => pipe.write(bytes, options),
    setSignals: (signals) => pipe.setSignals(signals),
    close: () => pipe.close(),
  };
}

/** What the primer on the board says; undefined when none answers. `serial-busy` and the like are thrown. */
export async function askPrimer(
  line: BoardLine,
  signal: CancelSignal | undefined,
): Promise<PrimerStatus | undefined> {
  return orSilent(() =>
    line.use((pipe) =>
      createPrimerDialogue(pipe, line.clock).status({ timeoutMs: STATUS_TIMEOUT_MS, signal }),
    ),
  );
}

/** What the application's console says; undefined when none answers, or not completely. */
export async function askConsole(
  line: BoardLine,
  signal: CancelSignal | undefined,
): Promise<ConsoleInfo | undefined> {
  const info = await orSilent(() =>
    line.use((pipe) =>
      createConsole(pipe, line.clock, { signal }).info({ timeoutMs: INFO_TIMEOUT_MS, signal }),
    ),
  );
  return info !== undefined && isCompleteInfo(info) ? info : undefined;
}

async function orSilent<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isAppError(error, 'console-silent') || isAppError(error, 'console-unexpected')) {
      return undefined;
    }
    throw error;
  }
}
