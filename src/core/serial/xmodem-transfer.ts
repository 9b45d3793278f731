/**
 * The order of an XMODEM transfer. It goes on only with what the receiver has established, and it
 * says EOT only when every packet is.
 *
 * wolfBoot's receiver refuses a packet that it already has, so after a lost ACK nobody can tell
 * "not yet" from "already". What is known is an interval: the receiver waits for one of the packets
 * `low` to `high`. Each of them may be offered, because it takes only the one it waits for. The
 * exceptions are the first packet, whose number it does not check, and anything behind the last,
 * which makes it fail (wolfboot.md section 22; stm32h5-device.md section 5, rules 1 to 5).
 *
 * Knows nothing of images, consoles or what the file is for.
 */
import { AppError, type ErrorCode } from '../errors.ts';
import type { BytePipe, Clock } from '../ports/index.ts';
import { Exchange, type Outcome } from './xmodem-exchange.ts';
import {
  buildPacket,
  EOT,
  LARGE_BLOCK_BYTES,
  planBlocks,
  SMALL_BLOCK_BYTES,
  type Block,
} from './xmodem-packet.ts';
import { receiverProfiles, type ReceiverProfile } from './xmodem-profile.ts';
import { ReplyReader } from './xmodem-replies.ts';
import type { XmodemCheck, XmodemOptions, XmodemReport } from './xmodem-types.ts';

const DEFAULT_PADDING = 0x1a;
const DEFAULT_BAUD_RATE = 115_200;
/** Refusals in a row after which the two sides may be out of step. */
const REFUSALS_BEFORE_QUIET = 2;
/** Refusals in a row after which an earlier answer may have been misread. */
const REFUSALS_BEFORE_DOUBT = 3;
const LARGE_BLOCK_ATTEMPTS = 2;
const EOT_ATTEMPTS = 6;

export class Transfer {
  private readonly profile: ReceiverProfile;
  private readonly replies: ReplyReader;
  private readonly exchange: Exchange;
  private readonly paddingByte: number;

  private check: XmodemCheck = 'checksum';
  private blocks: readonly Block[];
  /** The receiver waits for a packet from `low` to `high`, as indices from 0. */
  private low = 0;
  private high = 0;
  private prebuilt: { readonly index: number; readonly packet: Uint8Array } | undefined;
  private resends = 0;
  private startMs = 0;
  private lastPacket: XmodemReport['lastPacket'] = 'acknowledged';
  private end: XmodemReport['end'] = 'acknowledged';

  constructor(
    pipe: BytePipe,
    private readonly clock: Clock,
    private readonly file: Uint8Array,
    private readonly options: XmodemOptions,
  ) {
    const { receiver, signal, baudRate = DEFAULT_BAUD_RATE } = options;
    this.profile = receiverProfiles[receiver];
    this.paddingByte = options.paddingByte ?? DEFAULT_PADDING;
    this.replies = new ReplyReader(pipe, clock, this.profile.crc, signal);
    this.exchange = new Exchange(pipe, clock, this.replies, this.profile, baudRate, signal);
    this.blocks = planBlocks(file.length, SMALL_BLOCK_BYTES);
  }

  async run(): Promise<XmodemReport> {
    await this.awaitRequest();
    this.startMs = this.clock.nowMs();
    this.replies.startAfresh();
    while (this.low < this.blocks.length) await this.establishNext();
    await this.sayEnd();
    return this.report();
  }

  /** The receiver speaks first: NAK asks for checksums, 'C' for CRC. */
  private async awaitRequest(): Promise<void> {
    const deadlineMs =
      this.clock.nowMs() + (this.options.startTimeoutMs ?? this.profile.startTimeoutMs);
    for (;;) {
      const reply = await this.replies.next(deadlineMs);
      if (reply.kind === 'silence') throw this.error('xmodem-no-receiver', 'no-request');
      if (reply.kind === 'cancel') throw this.error('xmodem-cancelled-by-receiver', 'before-start');
      if (reply.kind === 'nak' || reply.kind === 'crc-request') {
        this.choose(reply.kind === 'nak' ? 'checksum' : 'crc16');
        return;
      }
    }
  }

  private choose(check: XmodemCheck): void {
    const large = check === 'crc16' && this.options.blockSize !== SMALL_BLOCK_BYTES;
    this.check = check;
    this.plan(large ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES);
  }

  private plan(largest: typeof SMALL_BLOCK_BYTES | typeof LARGE_BLOCK_BYTES): void {
    this.blocks = planBlocks(this.file.length, largest);
    this.prebuilt = undefined;
  }

  /** Offers packets until the receiver has taken one, so that `low` goes up. */
  private async establishNext(): Promise<void> {
    let candidate = this.low;
    let refusals = 0;
    let silences = 0;
    for (let attempt = 1; attempt <= this.profile.maxAttempts; attempt++) {
      if (refusals >= REFUSALS_BEFORE_QUIET && !this.profile.acknowledgesRepeats) {
        await this.exchange.keepQuiet();
      }
      const outcome = await this.offer(candidate, attempt > 1);
      if (outcome === 'accepted') {
        this.low = this.high = candidate + 1;
        return;
      }
      silences = outcome === 'silent' ? silences + 1 : 0;
      refusals = outcome === 'refused' ? refusals + 1 : 0;
      this.refuseDead(outcome, silences, candidate);
      if (outcome === 'refused') {
        candidate = this.afterRefusal(candidate, refusals);
      } else {
        this.mayBeTaken(candidate);
        if (this.low === this.blocks.length) return;
        candidate = this.low;
      }
      if (this.low === 0) this.reconsiderFirst(attempt, refusals);
    }
    throw this.error('xmodem-refused', 'packet-refused');
  }

  private async offer(index: number, repeated: boolean): Promise<Outcome> {
    if (repeated) this.resends++;
    return this.exchange.send(this.packet(index), {
      first: index === 0,
      last: index === this.blocks.length - 1,
      repeated,
      meanwhile: () => {
        this.reportProgress();
        if (index + 1 < this.blocks.length) this.packet(index + 1);
      },
    });
  }

  /** A packet was not answered: a receiver that refuses repeats may have taken it. */
  private mayBeTaken(index: number): void {
    if (this.profile.acknowledgesRepeats) return;
    this.high = Math.max(this.high, index + 1);
    if (this.high < this.blocks.length) return;
    // Rule 4: once the last packet may have been taken, any packet but EOT makes the receiver fail.
    if (this.low < this.blocks.length - 1) throw this.error('xmodem-failed', 'lost-track');
    this.lastPacket = 'unconfirmed';
    this.low = this.blocks.length;
  }

  /** Which packet to offer after `index` was refused: in turn, everything the receiver may wait for. */
  private afterRefusal(index: number, refusals: number): number {
    // Rule 3: as its first packet the receiver takes any number, so a second must not be offered.
    if (this.profile.acknowledgesRepeats || this.low === 0) return this.low;
    const certain = this.high === this.low;
    if (certain && refusals >= REFUSALS_BEFORE_DOUBT && this.low + 1 < this.blocks.length) {
      this.high = this.low + 1;
    }
    return index < this.high ? index + 1 : this.low;
  }

  private refuseDead(outcome: Outcome, silences: number, index: number): void {
    const lastUnheard =
      outcome === 'silent' && index === this.blocks.length - 1 && !this.profile.acknowledgesRepeats;
    if (silences >= this.profile.maxSilences || lastUnheard) {
      throw this.error('xmodem-no-receiver', 'receiver-silent');
    }
  }

  /** The first packet shows what the receiver is; nothing is lost by starting differently. */
  private reconsiderFirst(attempt: number, refusals: number): void {
    if (this.high > 0 && refusals >= REFUSALS_BEFORE_DOUBT) {
      throw this.error('xmodem-refused', 'first-packet-unclear');
    }
    if (!this.profile.crc || attempt % LARGE_BLOCK_ATTEMPTS !== 0) return;
    if (this.blocks[0]?.sizeBytes === LARGE_BLOCK_BYTES) this.plan(SMALL_BLOCK_BYTES);
    else if (refusals > 0) this.check = this.exchange.refusedBy === 'nak' ? 'checksum' : 'crc16';
    this.prebuilt = undefined;
  }

  /** EOT until it is acknowledged; some receivers refuse the first one on purpose. */
  private async sayEnd(): Promise<void> {
    for (let attempt = 1; attempt <= EOT_ATTEMPTS; attempt++) {
      this.replies.forgetText();
      await this.exchange.write(Uint8Array.of(EOT));
      const reply = await this.replies.next(this.clock.nowMs() + this.profile.endTimeoutMs);
      if (reply.kind === 'ack') return;
      if (reply.kind === 'ended') {
        this.end = 'inferred';
        return;
      }
      if (reply.kind === 'booted') throw this.error('xmodem-failed', 'receiver-reset');
      if (reply.kind === 'cancel') throw this.error('xmodem-cancelled-by-receiver', 'at-end');
    }
    throw this.error('xmodem-failed', 'end-unanswered');
  }

  private packet(index: number): Uint8Array {
    if (this.prebuilt?.index !== index) {
      const packet = buildPacket(this.file, this.block(index), index, this.check, this.paddingByte);
      this.prebuilt = { index, packet };
    }
    return this.prebuilt.packet;
  }

  private block(index: number): Block {
    const block = this.blocks[index];
    if (block === undefined) throw new AppError('internal', `no block ${index}`);
    return block;
  }

  private doneBytes(): number {
    return Math.min(this.blocks[this.low]?.offsetBytes ?? this.file.length, this.file.length);
  }

  private bytesPerSecond(): number {
    const elapsedMs = this.clock.nowMs() - this.startMs;
    return elapsedMs > 0 ? (this.doneBytes() * 1000) / elapsedMs : 0;
  }

  private reportProgress(): void {
    const bytesPerSecond = this.bytesPerSecond();
    const restBytes = this.file.length - this.doneBytes();
    this.options.onProgress?.({
      packets: this.low,
      totalPackets: this.blocks.length,
      doneBytes: this.doneBytes(),
      totalBytes: this.file.length,
      bytesPerSecond,
      remainingMs: bytesPerSecond > 0 ? (restBytes * 1000) / bytesPerSecond : undefined,
      resends: this.resends,
    });
  }

  private report(): XmodemReport {
    this.reportProgress();
    return {
      check: this.check,
      packets: this.blocks.length,
      fileBytes: this.file.length,
      sentBytes: this.blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      elapsedMs: this.clock.nowMs() - this.startMs,
      bytesPerSecond: this.bytesPerSecond(),
      resends: this.resends,
      noiseBytes: this.replies.noiseBytes,
      lastPacket: this.lastPacket,
      end: this.end,
      trailing: this.replies.takeRest(),
    };
  }

  private error(code: ErrorCode, reason: string): AppError {
    const packet = Math.min(this.low + 1, this.blocks.length);
    return new AppError(code, `XMODEM: ${reason} at packet ${packet} of ${this.blocks.length}`, {
      context: { reason, packet, packets: this.blocks.length, resends: this.resends },
    });
  }
}
