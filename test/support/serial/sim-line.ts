/**
 * A serial line for tests: bytes take their time at 115200 8N1, and can be lost, flipped or added
 * on the way. Its clock is simulated; its ends are a BytePipe and a device function.
 */
import { concatBytes } from '../../../src/core/bytes/index.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { BytePipe, SerialSignals, TransferOptions } from '../../../src/core/ports/index.ts';
import type { SimClock } from '../../../src/virtual/index.ts';

const BITS_PER_BYTE = 10;
const ADAPTER_LATENCY_MS = 1;

/** What becomes of a chunk on its way; undefined: unharmed. */
export type Damage = (bytes: Uint8Array) => Uint8Array;

export interface Written {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export class SimLine implements BytePipe {
  /** Everything the host wrote, one entry per write, before damage. */
  readonly written: Written[] = [];
  /** One entry per setSignals. */
  readonly signals: SerialSignals[] = [];
  damageOut: Damage = (bytes) => bytes;
  damageIn: Damage = (bytes) => bytes;
  onDevice: (bytes: Uint8Array) => void = () => undefined;
  private inbox: Uint8Array[] = [];
  private reader: ((bytes: Uint8Array | AppError) => void) | undefined;
  private outFreeMs = 0;
  private inFreeMs = 0;
  private gone = false;

  private readonly byteMs: number;

  constructor(
    readonly clock: SimClock,
    baudRate = 115_200,
  ) {
    this.byteMs = (BITS_PER_BYTE * 1000) / baudRate;
  }

  /** The device sends. */
  fromDevice(bytes: Uint8Array): void {
    this.inFreeMs = Math.max(this.inFreeMs, this.clock.nowMs()) + bytes.length * this.byteMs;
    const arriveMs = this.inFreeMs + ADAPTER_LATENCY_MS - this.clock.nowMs();
    this.clock.schedule(arriveMs, () => this.arrive(this.damageIn(bytes)), { background: true });
  }

  /** Puts bytes into the host's inbox now. */
  arrive(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.gone) return;
    this.inbox.push(bytes);
    this.reader?.(this.takeAll());
  }

  unplug(): void {
    this.gone = true;
    this.reader?.(disconnected());
  }

  replug(): void {
    this.gone = false;
    this.inbox = [];
  }

  async read(options: TransferOptions): Promise<Uint8Array> {
    if (this.reader !== undefined) throw new AppError('internal', 'two readers on one line');
    if (options.signal?.aborted === true) throw new AppError('cancelled', 'cancelled');
    if (this.inbox.length > 0) return this.takeAll();
    if (this.gone) throw disconnected();
    return new Promise((resolve, reject) => {
      const finish = (result: Uint8Array | AppError): void => {
        callOff();
        options.signal?.removeEventListener('abort', onAbort);
        this.reader = undefined;
        if (result instanceof AppError) reject(result);
        else resolve(result);
      };
      const onAbort = (): void => finish(new AppError('cancelled', 'cancelled'));
      const callOff = this.clock.schedule(options.timeoutMs, () => finish(new Uint8Array(0)));
      options.signal?.addEventListener('abort', onAbort);
      this.reader = finish;
    });
  }

  async write(bytes: Uint8Array, options: TransferOptions): Promise<void> {
    if (this.gone) throw disconnected();
    if (options.signal?.aborted === true) throw new AppError('cancelled', 'cancelled');
    this.written.push({ atMs: this.clock.nowMs(), bytes: bytes.slice() });
    const damaged = this.damageOut(bytes.slice());
    this.outFreeMs = Math.max(this.outFreeMs, this.clock.nowMs()) + bytes.length * this.byteMs;
    this.clock.schedule(this.outFreeMs - this.clock.nowMs(), () => {
      if (!this.gone) this.onDevice(damaged);
    });
  }

  async setSignals(signals: SerialSignals): Promise<void> {
    if (this.gone) throw disconnected();
    this.signals.push(signals);
  }

  async close(): Promise<void> {
    this.gone = true;
    this.reader?.(disconnected());
  }

  private takeAll(): Uint8Array {
    const bytes = concatBytes(...this.inbox);
    this.inbox = [];
    return bytes;
  }
}

function disconnected(): AppError {
  return new AppError('serial-disconnected', 'unplugged');
}
