/** The open end of the virtual COM port: what a program that has opened the port reads and writes. */
import { concatBytes } from '../../core/bytes/index.ts';
import { AppError } from '../../core/errors.ts';
import {
  throwIfCancelled,
  type BytePipe,
  type SerialSignals,
  type TransferOptions,
} from '../../core/ports/index.ts';
import { bounded, deadlineExceeded, type Settle } from '../bounded.ts';
import type { SimClock } from '../sim-clock.ts';

/** What the ST-LINK takes over before it makes the writer wait. */
const ADAPTER_BUFFER_BYTES = 512;
/** A USB frame until the adapter has the bytes. */
const USB_FRAME_MS = 0.2;

export interface SerialPipeHooks {
  /** Puts bytes on the line towards the board; calls back when they have arrived there. */
  readonly send: (bytes: Uint8Array, sent?: () => void) => void;
  readonly queuedBytes: () => number;
  readonly onSignals: (signals: SerialSignals) => void;
  readonly onClose: () => void;
}

export class SerialPipe implements BytePipe {
  readonly #clock: SimClock;
  readonly #hooks: SerialPipeHooks;
  #inbox: Uint8Array[] = [];
  #reader: Settle<Uint8Array> | undefined;
  readonly #writers = new Set<Settle<undefined>>();
  #state: 'open' | 'closed' | 'gone' = 'open';

  constructor(clock: SimClock, hooks: SerialPipeHooks) {
    this.#clock = clock;
    this.#hooks = hooks;
  }

  async read(options: TransferOptions): Promise<Uint8Array> {
    if (this.#reader !== undefined) {
      throw new AppError('invalid-argument', 'a read is already waiting on this port');
    }
    throwIfCancelled(options.signal);
    if (this.#inbox.length > 0) return this.#takeAll();
    this.#checkOpen();
    return bounded(
      this.#clock,
      options,
      (settle) => {
        settle.resolve(new Uint8Array());
      },
      (settle) => {
        this.#reader = settle;
        return () => {
          this.#reader = undefined;
        };
      },
    );
  }

  async write(bytes: Uint8Array, options: TransferOptions): Promise<void> {
    this.#checkOpen();
    await bounded<undefined>(
      this.#clock,
      options,
      (settle) => {
        settle.reject(deadlineExceeded('write to the serial port', options.timeoutMs));
      },
      (settle) => {
        this.#writers.add(settle);
        const callOff = this.#handOver(bytes, () => {
          settle.resolve(undefined);
        });
        return () => {
          this.#writers.delete(settle);
          callOff();
        };
      },
    );
  }

  async setSignals(signals: SerialSignals): Promise<void> {
    this.#checkOpen();
    await this.#clock.sleep(USB_FRAME_MS);
    this.#checkOpen();
    this.#hooks.onSignals(signals);
  }

  async close(): Promise<void> {
    this.#end('closed');
  }

  /** Bytes arrive from the board. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#state !== 'open') return;
    this.#inbox.push(bytes);
    if (this.#reader === undefined) return;
    this.#reader.resolve(this.#takeAll());
  }

  /** The adapter was unplugged. */
  disconnect(): void {
    this.#end('gone');
  }

  #end(state: 'closed' | 'gone'): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    const error = this.#notOpen();
    this.#reader?.reject(error);
    for (const writer of [...this.#writers]) writer.reject(error);
    this.#hooks.onClose();
  }

  /** `done` is called when the adapter has taken over the last byte. */
  #handOver(bytes: Uint8Array, done: () => void): () => void {
    const excess = this.#hooks.queuedBytes() + bytes.length - ADAPTER_BUFFER_BYTES;
    if (excess <= 0) {
      this.#hooks.send(bytes);
      return this.#clock.schedule(USB_FRAME_MS, done);
    }
    const head = Math.min(bytes.length, excess);
    this.#hooks.send(bytes.subarray(0, head), done);
    this.#hooks.send(bytes.subarray(head));
    return () => {};
  }

  #takeAll(): Uint8Array {
    const bytes = concatBytes(...this.#inbox);
    this.#inbox = [];
    return bytes;
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw this.#notOpen();
  }

  #notOpen(): AppError {
    return this.#state === 'gone'
      ? new AppError('serial-disconnected', 'the serial adapter was unplugged')
      : new AppError('serial-disconnected', 'the serial port is closed');
  }
}
