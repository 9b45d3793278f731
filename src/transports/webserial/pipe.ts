/**
 * `BytePipe` over an opened browser SerialPort. One loop owns the readable stream and keeps all bytes,
 * so that none is lost between two reads; line errors (framing, parity, break, overrun) are counted
 * and survived, for they are ordinary while a board is reset.
 */
import { concatBytes } from '../../core/bytes/index.ts';
import { AppError } from '../../core/errors.ts';
import {
  createCanceller,
  throwIfCancelled,
  withDeadline,
  type BytePipe,
  type CancelSignal,
  type Clock,
  type SerialSignals,
  type TransferOptions,
} from '../../core/ports/index.ts';
import { nameOf, webSerialError } from './errors.ts';

/** Tidying up may hang, above all after an unplug. */
const QUIET_TIMEOUT_MS = 1_000;
/** A control request to the adapter; it does not wait for the line. */
const SIGNALS_TIMEOUT_MS = 2_000;
/** Errors in a row without a single byte: the stream is beyond hope. */
const MAX_ERRORS_IN_A_ROW = 1_000;

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Writer = WritableStreamDefaultWriter<Uint8Array>;

export class WebSerialPipe implements BytePipe {
  readonly #port: SerialPort;
  readonly #clock: Clock;
  readonly #onClosed: () => void;
  #inbox: Uint8Array[] = [];
  /** Wakes the one read that waits. */
  #wake: (() => void) | undefined;
  #reader: Reader | undefined;
  #writer: Writer | undefined;
  /** Settles when an abandoned write is out of the way. */
  #aborting: Promise<void> = Promise.resolve();
  readonly #pump: Promise<void>;
  readonly #ended = createCanceller();
  #failure: AppError | undefined;
  #closing: Promise<void> | undefined;
  readonly #lineErrors = new Map<string, number>();

  constructor(port: SerialPort, clock: Clock, onClosed: () => void) {
    this.#port = port;
    this.#clock = clock;
    this.#onClosed = onClosed;
    this.#pump = this.#readForEver();
  }

  /** Survived errors by their names, for the diagnostic bundle. */
  get lineErrors(): ReadonlyMap<string, number> {
    return this.#lineErrors;
  }

  async read(options: TransferOptions): Promise<Uint8Array> {
    throwIfCancelled(options.signal);
    if (this.#wake !== undefined) {
      throw new AppError('invalid-argument', 'a read is already waiting on this port');
    }
    if (this.#inbox.length === 0 && this.#failure === undefined) {
      await this.#waitForBytes(options);
    }
    // What arrived before the end is still handed out.
    if (this.#inbox.length > 0) return this.#takeAll();
    if (this.#failure !== undefined) throw this.#failure;
    return new Uint8Array(0);
  }

  async write(bytes: Uint8Array, options: TransferOptions): Promise<void> {
    throwIfCancelled(options.signal);
    const owned = bytes.slice();
    try {
      await withDeadline(
        this.#clock,
        options.timeoutMs,
        'serial write',
        async () => {
          await this.#aborting;
          await this.#unlessEnded(this.#ownedWriter().write(owned));
        },
        { signal: options.signal },
      );
    } catch (error) {
      const failure = webSerialError(error, 'transfer', 'serial write');
      if (failure.code === 'serial-disconnected') throw this.#fail(failure);
      // The line does not move. A cancelled write is left to finish instead: half a packet is worse.
      if (failure.code === 'deadline-exceeded') this.#abandonWrites();
      throw failure;
    }
  }

  async setSignals(signals: SerialSignals): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const what = 'set serial signals';
    try {
      await withDeadline(this.#clock, SIGNALS_TIMEOUT_MS, what, () =>
        this.#unlessEnded(
          this.#port.setSignals({
            break: signals.break,
            dataTerminalReady: signals.dataTerminalReady,
            requestToSend: signals.requestToSend,
          }),
        ),
      );
    } catch (error) {
      throw webSerialError(error, 'signals', what);
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closePort();
    await this.#closing;
  }

  /** The adapter was unplugged. */
  disconnect(): void {
    this.#fail(new AppError('serial-disconnected', 'the serial adapter was unplugged'));
  }

  /** Streams first, each cancelled and unlocked, then the port: it does not close while one is locked. */
  async #closePort(): Promise<void> {
    this.#fail(new AppError('serial-disconnected', 'the serial port is closed'));
    await this.#quietly(async () => this.#reader?.cancel());
    await this.#quietly(() => this.#pump);
    await this.#releaseWriter();
    await this.#aborting;
    await this.#quietly(() => this.#port.close());
    this.#onClosed();
  }

  async #waitForBytes(options: TransferOptions): Promise<void> {
    const awake = createCanceller();
    this.#wake = awake.cancel;
    options.signal?.addEventListener('abort', awake.cancel);
    try {
      await this.#clock.sleep(options.timeoutMs, awake.signal);
    } catch (error) {
      if (!awake.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
      options.signal?.removeEventListener('abort', awake.cancel);
    }
    throwIfCancelled(options.signal);
  }

  #takeAll(): Uint8Array {
    const bytes = concatBytes(...this.#inbox);
    this.#inbox = [];
    return bytes;
  }

  async #readForEver(): Promise<void> {
    let errorsInARow = 0;
    let last: ReadableStream<Uint8Array> | undefined;
    while (this.#failure === undefined) {
      const stream = this.#port.readable;
      // After a line error the port has a new stream; the same one or none means that it is gone.
      if (stream === null || stream === last || errorsInARow > MAX_ERRORS_IN_A_ROW) {
        this.disconnect();
        return;
      }
      last = stream;
      const before = this.#inbox.length;
      const error = await this.#drain(stream);
      if (error !== undefined) this.#count(error);
      errorsInARow = this.#inbox.length > before ? 0 : errorsInARow + 1;
    }
  }

  /** Reads until the stream ends (`undefined`) or fails. */
  async #drain(stream: ReadableStream<Uint8Array>): Promise<unknown> {
    let reader: Reader | undefined;
    try {
      reader = stream.getReader();
      this.#reader = reader;
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        this.#arrive(value);
      }
    } catch (error) {
      return error;
    } finally {
      this.#reader = undefined;
      reader?.releaseLock();
    }
  }

  #arrive(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#inbox.push(bytes.slice());
    this.#wake?.();
  }

  #count(error: unknown): void {
    const name = nameOf(error);
    this.#lineErrors.set(name, (this.#lineErrors.get(name) ?? 0) + 1);
  }

  #fail(failure: AppError): AppError {
    this.#failure ??= failure;
    this.#wake?.();
    this.#ended.cancel();
    return this.#failure;
  }

  #ownedWriter(): Writer {
    if (this.#failure !== undefined) throw this.#failure;
    const stream = this.#port.writable;
    if (this.#writer === undefined && stream === null) {
      throw new AppError('serial-disconnected', 'the serial adapter was unplugged');
    }
    this.#writer ??= (stream as WritableStream<Uint8Array>).getWriter();
    return this.#writer;
  }

  /** Lets what was written go out, unless the line does not move. */
  async #releaseWriter(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    if (await this.#quietly(() => writer.close())) {
      this.#writer = undefined;
      writer.releaseLock();
    } else {
      this.#abandonWrites();
    }
  }

  /** Drops what was not sent yet, so that an abandoned packet does not come out later. */
  #abandonWrites(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    this.#aborting = this.#quietly(() => writer.abort()).then(() => {
      writer.releaseLock();
    });
  }

  #unlessEnded<T>(work: Promise<T>): Promise<T> {
    const ended: CancelSignal = this.#ended.signal;
    return new Promise((resolve, reject) => {
      const onEnd = (): void => {
        reject(this.#failure ?? new AppError('serial-disconnected', 'the serial port is closed'));
      };
      ended.addEventListener('abort', onEnd);
      work.then(resolve, reject).finally(() => {
        ended.removeEventListener('abort', onEnd);
      });
    });
  }

  /** False when it failed or took too long: of a port that is being given up, no failure matters. */
  async #quietly(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await withDeadline(this.#clock, QUIET_TIMEOUT_MS, 'close serial port', work);
      return true;
    } catch {
      return false;
    }
  }
}
