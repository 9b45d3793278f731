/**
 * Cuts what an XMODEM sender says into blocks, ends and rubbish ("XMODEM/YMODEM Protocol Reference", 1988).
 * It answers nothing and counts nothing.
 *
 * A line that tears a packet leaves its tail behind, and any byte of a tail may look like EOT or CAN. So these count
 * only when nothing else follows them, and after rubbish the line must be quiet before anything is read as a header.
 */
import { concatBytes, equalBytes } from '../bytes/index.ts';
import type { BytePipe, CancelSignal, Clock } from '../ports/index.ts';
import {
  CAN,
  checkOf,
  EOT,
  LARGE_BLOCK_BYTES,
  SMALL_BLOCK_BYTES,
  SOH,
  STX,
} from './xmodem-packet.ts';
import type { XmodemCheck } from './xmodem-types.ts';

export type Incoming =
  | { readonly kind: 'block'; readonly number: number; readonly data: Uint8Array }
  /** EOT alone, or CAN twice and nothing else. */
  | { readonly kind: 'end' | 'cancel' }
  /** Bytes that are no packet, a torn one, or one whose check is wrong; the line is quiet again. */
  | { readonly kind: 'rubbish' }
  | { readonly kind: 'silence' };

/** The reference gives a sender one second from one byte of a packet to the next. */
const GAP_MS = 1000;
/** Latency of a serial adapter and then some: longer than any pause inside what a sender says at once. */
const QUIET_MS = 250;
/** A packet of 1029 bytes takes 9 s at 1200 baud. */
const PACKET_MS = 20_000;
/** A line that never falls quiet, such as one at the wrong speed, is rubbish all the same. */
const MOST_RUBBISH_BYTES = 64 * 1024;
const MOST_RUBBISH_MS = 10_000;
const HEADER_BYTES = 3;
const BACKSPACE = 0x08;

export class BlockReader {
  private held: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly pipe: BytePipe,
    private readonly clock: Clock,
    private readonly signal: CancelSignal | undefined,
  ) {}

  /** What comes next, or `silence` when nothing begins within `waitMs`. */
  async next(waitMs: number, check: XmodemCheck): Promise<Incoming> {
    if (this.held.length === 0) await this.fill(this.clock.nowMs() + waitMs);
    const [first] = this.held;
    switch (first) {
      case undefined:
        return { kind: 'silence' };
      case SOH:
        return this.block(SMALL_BLOCK_BYTES, check);
      case STX:
        return this.block(LARGE_BLOCK_BYTES, check);
      default:
        return this.word(first);
    }
  }

  /** What was read behind the last thing that was understood; forgets it. */
  takeRest(): Uint8Array {
    const rest = this.held;
    this.held = new Uint8Array(0);
    return rest;
  }

  private async block(sizeBytes: number, check: XmodemCheck): Promise<Incoming> {
    if (!(await this.have(HEADER_BYTES))) return this.rubbish();
    const [, number = 0, complement = 0] = this.held;
    if (number + complement !== 0xff) return this.rubbish();
    const packetBytes = HEADER_BYTES + sizeBytes + (check === 'crc16' ? 2 : 1);
    if (!(await this.have(packetBytes))) return this.rubbish();
    const data = this.held.slice(HEADER_BYTES, HEADER_BYTES + sizeBytes);
    const found = this.held.slice(HEADER_BYTES + sizeBytes, packetBytes);
    if (!equalBytes(found, checkOf(data, check))) return this.rubbish();
    this.held = this.held.slice(packetBytes);
    return { kind: 'block', number, data };
  }

  private async have(lengthBytes: number): Promise<boolean> {
    const untilMs = this.clock.nowMs() + PACKET_MS;
    while (this.held.length < lengthBytes) {
      const deadlineMs = Math.min(untilMs, this.clock.nowMs() + GAP_MS);
      if (!(await this.fill(deadlineMs))) return false;
    }
    return true;
  }

  /** EOT and CAN are believed when they stand alone. */
  private async word(first: number): Promise<Incoming> {
    if (first !== EOT && first !== CAN) return this.rubbish();
    const bytes = await this.untilQuiet();
    if (bytes.every((byte) => byte === EOT)) return { kind: 'end' };
    const cans = bytes.filter((byte) => byte === CAN).length;
    const cancels = cans >= 2 && bytes.every((byte) => byte === CAN || byte === BACKSPACE);
    return { kind: cancels ? 'cancel' : 'rubbish' };
  }

  private async rubbish(): Promise<Incoming> {
    await this.untilQuiet();
    return { kind: 'rubbish' };
  }

  private async untilQuiet(): Promise<Uint8Array> {
    const untilMs = this.clock.nowMs() + MOST_RUBBISH_MS;
    while (this.held.length < MOST_RUBBISH_BYTES && this.clock.nowMs() < untilMs) {
      if (!(await this.fill(this.clock.nowMs() + QUIET_MS))) break;
    }
    return this.takeRest();
  }

  /** At least one byte more, or false when none came until `deadlineMs` of the clock. */
  private async fill(deadlineMs: number): Promise<boolean> {
    const timeoutMs = Math.max(0, deadlineMs - this.clock.nowMs());
    const bytes = await this.pipe.read({ timeoutMs, signal: this.signal });
    this.held = concatBytes(this.held, bytes);
    return bytes.length > 0;
  }
}
