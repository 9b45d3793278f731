/**
 * The wire between the ST-LINK's virtual COM port and USART3: both directions at line speed, one
 * byte after the other. It carries what it is given to whoever listens at that moment; nobody
 * listening means lost. It knows no console.
 */
import { concatBytes } from '../../core/bytes/index.ts';
import type { SimClock } from '../sim-clock.ts';

/** 8N1: start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;
export const LINE_BAUD = 115200;
const BYTE_MS = (BITS_PER_BYTE * 1000) / LINE_BAUD;
/** Bytes that are delivered together, so that a page's coarse timers can keep up with the line. */
const SLICE_BYTES = 32;

interface Parcel {
  rest: Uint8Array;
  readonly sent: (() => void) | undefined;
}

/** One direction. */
export class LineDirection {
  readonly #clock: SimClock;
  readonly #deliver: (bytes: Uint8Array) => void;
  #queue: Parcel[] = [];
  /** When the line has sent what it has begun; kept so that late timers do not add up. */
  #freeAtMs = 0;
  #underWay: (() => void) | undefined;

  constructor(clock: SimClock, deliver: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Bytes that have not reached the other end yet. */
  get queuedBytes(): number {
    return this.#queue.reduce((sum, parcel) => sum + parcel.rest.length, 0);
  }

  /** Queues `bytes`; `sent` is called when the last one has arrived. */
  send(bytes: Uint8Array, sent?: () => void): void {
    if (this.#queue.length === 0 && this.#underWay === undefined) {
      this.#freeAtMs = Math.max(this.#freeAtMs, this.#clock.nowMs());
    }
    this.#queue.push({ rest: bytes.slice(), sent });
    this.#next();
  }

  /** Forgets what has not arrived. */
  cut(): void {
    this.#queue = [];
    this.#underWay?.();
    this.#underWay = undefined;
    this.#freeAtMs = 0;
  }

  #next(): void {
    if (this.#underWay !== undefined || this.#queue.length === 0) return;
    const slice = this.#beginSlice();
    this.#underWay = this.#clock.schedule(this.#freeAtMs - this.#clock.nowMs(), () => {
      this.#underWay = undefined;
      this.#endSlice(slice);
      // A page's timers come late; whatever is due by now has arrived too.
      while (this.#isNextDue()) this.#endSlice(this.#beginSlice());
      this.#next();
    });
  }

  #isNextDue(): boolean {
    if (this.#underWay !== undefined || this.#queue.length === 0) return false;
    return this.#freeAtMs + this.#nextSlice().length * BYTE_MS <= this.#clock.nowMs();
  }

  #beginSlice(): Uint8Array {
    const slice = this.#nextSlice();
    this.#freeAtMs += slice.length * BYTE_MS;
    return slice;
  }

  #endSlice(slice: Uint8Array): void {
    this.#arrived(slice.length);
    if (slice.length > 0) this.#deliver(slice);
    this.#finishParcels();
  }

  #nextSlice(): Uint8Array {
    const first = this.#queue[0]?.rest ?? new Uint8Array();
    if (first.length >= SLICE_BYTES) return first.slice(0, SLICE_BYTES);
    return concatBytes(...this.#queue.map((parcel) => parcel.rest)).slice(0, SLICE_BYTES);
  }

  #arrived(lengthBytes: number): void {
    let left = lengthBytes;
    for (const parcel of this.#queue) {
      const taken = Math.min(left, parcel.rest.length);
      parcel.rest = parcel.rest.subarray(taken);
      left -= taken;
      if (left === 0) break;
    }
  }

  #finishParcels(): void {
    const done: Parcel[] = [];
    while (this.#queue[0]?.rest.length === 0) done.push(...this.#queue.splice(0, 1));
    for (const parcel of done) parcel.sent?.();
  }
}
