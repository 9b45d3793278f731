/**
 * A byte pipe with one reader: every byte passes the tap once, can be given back, and is heard also
 * while nobody asks. Knows nothing of what the bytes say.
 */
import { concatBytes } from '../bytes/index.ts';
import {
  createCanceller,
  throwIfCancelled,
  type BytePipe,
  type CancelSignal,
  type SerialSignals,
  type TransferOptions,
} from '../ports/index.ts';

/** What is kept of bytes that were heard while idle. */
const HELD_BYTES = 16 * 1024;
const MAX_DRAINS = 64;

export class SerialLine implements BytePipe {
  private held: Uint8Array = new Uint8Array(0);
  private tail: Promise<unknown> = Promise.resolve();
  private users = 0;
  private closed = false;
  private interruptListener: (() => void) | undefined;
  private wakeListener: (() => void) | undefined;
  private listenerParked: Promise<void> = Promise.resolve();

  constructor(
    private readonly pipe: BytePipe,
    private readonly onBytes: (bytes: Uint8Array) => void,
    private readonly onBusy: (busy: boolean) => void = () => undefined,
  ) {}

  get busy(): boolean {
    return this.users > 0;
  }

  /** Runs `work` when nobody else uses the line; the listener steps aside meanwhile. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const before = this.tail;
    this.users++;
    if (this.users === 1) this.onBusy(true);
    const turn = before.then(async () => {
      this.interruptListener?.();
      await this.listenerParked;
      return work();
    });
    this.tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.users--;
      if (this.users === 0) {
        this.onBusy(false);
        this.wakeListener?.();
      }
    }
  }

  async read(options: TransferOptions): Promise<Uint8Array> {
    throwIfCancelled(options.signal);
    if (this.held.length > 0) return this.takeHeld();
    return this.readThrough(options);
  }

  async write(bytes: Uint8Array, options: TransferOptions): Promise<void> {
    await this.pipe.write(bytes, options);
  }

  async setSignals(signals: SerialSignals): Promise<void> {
    await this.pipe.setSignals(signals);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.interruptListener?.();
    await this.pipe.close();
  }

  /** The next read returns these bytes first. They have passed the tap already. */
  unread(bytes: Uint8Array): void {
    this.held = concatBytes(bytes, this.held);
  }

  /** Throws away what has arrived so far. */
  async drain(signal: CancelSignal | undefined): Promise<void> {
    for (let reads = 0; reads < MAX_DRAINS; reads++) {
      if ((await this.read({ timeoutMs: 0, signal })).length === 0) return;
    }
  }

  /** Reads while the line is not in use, until the signal is raised or `close`. Rejects when the pipe does. */
  async listen(signal: CancelSignal | undefined): Promise<void> {
    while (signal?.aborted !== true && !this.closed) {
      if (this.busy) await this.untilFree(signal);
      else await this.listenOnce(signal);
    }
  }

  private async listenOnce(signal: CancelSignal | undefined): Promise<void> {
    const canceller = createCanceller();
    const cancel = (): void => canceller.cancel();
    this.interruptListener = cancel;
    signal?.addEventListener('abort', cancel);
    const reading = this.readThrough({ timeoutMs: Infinity, signal: canceller.signal });
    this.listenerParked = reading.then(
      (bytes) => this.hold(bytes),
      () => undefined,
    );
    try {
      await reading;
      await this.listenerParked;
    } catch (error) {
      if (!canceller.signal.aborted) throw error;
    } finally {
      this.interruptListener = undefined;
      signal?.removeEventListener('abort', cancel);
    }
  }

  private async untilFree(signal: CancelSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.wakeListener = undefined;
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.wakeListener = wake;
      signal?.addEventListener('abort', wake);
      if (!this.busy || signal?.aborted === true) wake();
    });
  }

  private async readThrough(options: TransferOptions): Promise<Uint8Array> {
    const bytes = await this.pipe.read(options);
    if (bytes.length > 0) this.onBytes(bytes);
    return bytes;
  }

  private hold(bytes: Uint8Array): void {
    this.held = concatBytes(this.held, bytes).slice(-HELD_BYTES);
  }

  private takeHeld(): Uint8Array {
    const bytes = this.held;
    this.held = new Uint8Array(0);
    return bytes;
  }
}
