/**
 * One packet out, its answer back: what a byte at a certain time after a packet means.
 * Knows nothing of which packet it is.
 */
import { AppError } from '../errors.ts';
import type { BytePipe, CancelSignal, Clock } from '../ports/index.ts';
import type { ReceiverProfile } from './xmodem-profile.ts';
import type { Reply, ReplyReader } from './xmodem-replies.ts';

const BITS_PER_BYTE = 10; // 8N1
const WRITE_TIMEOUT_MS = 5000;
/** Latency of a USB serial adapter, within which a further answer may still be under way. */
const SETTLE_MS = 50;
/** A time-out that fires later than this shows that the host, not the line, was held up. */
const HELD_UP_MS = 200;

/**
 * `ticked`: no answer, but the receiver lives; `silent`: no sign of it at all. In both cases the
 * packet may have been taken or not.
 */
export type Outcome = 'accepted' | 'refused' | 'ticked' | 'silent';

export interface Sending {
  readonly first: boolean;
  readonly last: boolean;
  /** A copy of this packet, or of one near it, went out before and may still be answered. */
  readonly repeated: boolean;
  /** Called while the packet passes the line: time that costs nothing. */
  readonly meanwhile: () => void;
}

export class Exchange {
  /** The byte of the last refusal, for a receiver that changes its mind about CRC. */
  refusedBy: 'nak' | 'crc-request' = 'nak';

  constructor(
    private readonly pipe: BytePipe,
    private readonly clock: Clock,
    private readonly replies: ReplyReader,
    private readonly profile: ReceiverProfile,
    private readonly baudRate: number,
    private readonly signal: CancelSignal | undefined,
  ) {}

  /** Throws `xmodem-cancelled-by-receiver`, `xmodem-failed`, and what the pipe throws. */
  async send(packet: Uint8Array, sending: Sending): Promise<Outcome> {
    await this.dropTicks(sending);
    await this.write(packet);
    const handedOverMs = this.clock.nowMs();
    sending.meanwhile();
    const passedMs = handedOverMs + (packet.length * BITS_PER_BYTE * 1000) / this.baudRate;
    return this.judge(passedMs, sending);
  }

  /** One write, whatever its length: the bytes of a packet must not be torn apart. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.pipe.write(bytes, { timeoutMs: WRITE_TIMEOUT_MS, signal: this.signal });
  }

  /**
   * Rule 5: silence until the receiver has dropped what it holds of a torn packet. Its tick says
   * the same earlier.
   */
  async keepQuiet(): Promise<void> {
    const untilMs = this.clock.nowMs() + this.profile.quietMs;
    for (;;) {
      const reply = await this.replies.next(untilMs);
      this.refuseGone(reply);
      if (reply.kind === 'nak' || reply.kind === 'silence') return;
    }
  }

  /**
   * Rule 2: NAK ticks that queued up are no answers. Between an ACK and the next packet nothing may
   * wait for a timer, so there only what has already been read is dropped.
   */
  private async dropTicks(sending: Sending): Promise<void> {
    const stale =
      sending.first || sending.repeated ? await this.replies.drain() : this.replies.dropRead();
    for (const reply of stale) this.refuseGone(reply);
  }

  private async judge(passedMs: number, sending: Sending): Promise<Outcome> {
    const { replyTimeoutMs, repeatTimeoutMs } = this.profile;
    const patient = sending.repeated && !sending.last;
    const deadlineMs = passedMs + (patient ? repeatTimeoutMs : replyTimeoutMs);
    for (;;) {
      const reply = await this.replies.next(deadlineMs);
      this.refuseGone(reply);
      if (reply.kind === 'silence') return this.afterSilence(passedMs, deadlineMs, sending);
      if (reply.kind === 'ack') return this.afterAck(passedMs, sending);
      // Behind the first packet a 'C' asks for nothing.
      if (reply.kind === 'crc-request' && !sending.first) continue;
      if (this.isTick(reply, passedMs)) return 'ticked';
      this.refusedBy = reply.kind === 'crc-request' ? 'crc-request' : 'nak';
      return (await this.settle(passedMs)).includes('ack') ? 'accepted' : 'refused';
    }
  }

  private async afterAck(passedMs: number, sending: Sending): Promise<Outcome> {
    const mustBeSure = sending.last && !this.profile.acknowledgesRepeats;
    if (!sending.repeated && !mustBeSure) return 'accepted';
    const others = await this.settle(passedMs);
    // Two answers that contradict each other: one belongs to another packet. Behind the last
    // packet this must be known before EOT.
    if (mustBeSure && others.includes('nak')) throw failed('lost-track');
    return 'accepted';
  }

  /**
   * The last packet may not be repeated when it might have been taken, but one that arrived torn
   * may: the receiver then ticks 2 s after it instead of 1 s (its gap timer runs first).
   */
  private async afterSilence(
    passedMs: number,
    deadlineMs: number,
    sending: Sending,
  ): Promise<Outcome> {
    const heldUp = this.clock.nowMs() - deadlineMs > HELD_UP_MS;
    if (!sending.last || this.profile.acknowledgesRepeats) return 'silent';
    const reply = await this.replies.next(passedMs + this.profile.dropTickMs);
    this.refuseGone(reply);
    if (reply.kind === 'ack') return this.afterAck(passedMs, sending);
    if (reply.kind === 'nak') return heldUp ? 'ticked' : 'refused';
    return 'silent';
  }

  private isTick(reply: Reply, passedMs: number): boolean {
    const { tickAfterMs } = this.profile;
    return tickAfterMs !== undefined && reply.atMs - passedMs > tickAfterMs;
  }

  /**
   * Other answers that come until the packet must have been answered. A NAK may be a tick that
   * crossed the packet, and copies are answered one by one.
   */
  private async settle(passedMs: number): Promise<readonly Reply['kind'][]> {
    const untilMs = Math.max(this.clock.nowMs(), passedMs) + SETTLE_MS;
    const kinds: Reply['kind'][] = [];
    for (;;) {
      const reply = await this.replies.next(untilMs);
      this.refuseGone(reply);
      if (reply.kind === 'silence') return kinds;
      kinds.push(reply.kind);
    }
  }

  private refuseGone(reply: Reply): void {
    if (reply.kind === 'cancel')
      throw new AppError('xmodem-cancelled-by-receiver', 'the receiver sent CAN CAN');
    if (reply.kind === 'ended') throw failed('receiver-ended');
    if (reply.kind === 'booted') throw failed('receiver-reset');
  }
}

const FAILURES = {
  'receiver-ended': 'the receiver ended the transfer by itself',
  'receiver-reset': 'the board was reset in mid-transfer',
  'lost-track': 'it can no longer be known which packets the receiver has',
} as const;

function failed(reason: keyof typeof FAILURES): AppError {
  return new AppError('xmodem-failed', FAILURES[reason], { context: { reason } });
}
