/**
 * The XMODEM receiver: reads a file out of a board whose bootloader or console sends one ("XMODEM/YMODEM Protocol
 * Reference", 1988). It asks, checks every packet, acknowledges a repeat without keeping it twice, and ends with the
 * file or with a name for what went wrong; whatever fails, the sender hears CAN CAN.
 *
 * Knows nothing of what the file is.
 */
import { concatBytes } from '../bytes/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { throwIfCancelled, type BytePipe, type Clock } from '../ports/index.ts';
import { BlockReader, type Incoming } from './xmodem-block-reader.ts';
import { ACK, CAN, CRC_REQUEST, NAK } from './xmodem-packet.ts';
import type { XmodemReceived, XmodemReceiveOptions } from './xmodem-receive-types.ts';
import type { XmodemCheck } from './xmodem-types.ts';

const WRITE_TIMEOUT_MS = 5000;
const START_TIMEOUT_MS = 60_000;
const SILENCE_TIMEOUT_MS = 30_000;
const TIMEOUT_MS = 30 * 60_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** How long each question waits for the first packet, as in the reference. */
const ASK_MS = 3000;
/** Questions for CRC before checksums are asked for. */
const CRC_QUESTIONS = 4;
/** Silence between packets after which we ask again; other than the sender's usual 10 s, lest both speak at once. */
const REPEAT_MS = 6000;
/**
 * A repeat that comes sooner than this after its ACK was sent before the sender could hear that. A second ACK would
 * pass for the next packet's, and from there on every answer would be taken for the one before it.
 */
const CROSSED_MS = 1000;
/** Refusals of one and the same packet. */
const MOST_REFUSALS = 10;
/** How often EOT is asked to be said again. */
const MOST_END_QUESTIONS = 3;

/**
 * Asks for a file until it is there. Resolves with the file once the sender has ended it.
 *
 * Errors: `invalid-argument`, `xmodem-receive-failed` with context.reason (`no-sender`, `sender-silent`,
 * `sender-cancelled`, `too-many-errors`, `out-of-step`, `too-large`, `too-short`, `end-unclear`, `time-up`,
 * `batch-sender`), `cancelled`, `serial-disconnected`.
 */
export async function receiveXmodem(
  pipe: BytePipe,
  clock: Clock,
  options: XmodemReceiveOptions = {},
): Promise<XmodemReceived> {
  checkArguments(options);
  const reader = new BlockReader(pipe, clock, options.signal);
  const reception = new Reception(pipe, clock, reader, options);
  return reception.run();
}

function checkArguments({ expectedBytes, maxBytes = MAX_BYTES }: XmodemReceiveOptions): void {
  const wrong =
    expectedBytes !== undefined &&
    !(Number.isInteger(expectedBytes) && expectedBytes > 0 && expectedBytes <= maxBytes);
  if (wrong) {
    throw new AppError('invalid-argument', `no such length of a file: ${expectedBytes}`, {
      context: { expectedBytes, maxBytes },
    });
  }
}

/** One file, from the first question to its end. The reader may be shared with what came before. */
export class Reception {
  private readonly blocks: Uint8Array[] = [];
  private readonly beganMs: number;
  private check: XmodemCheck;
  private doneBytes = 0;
  private startMs = 0;
  private refusals = 0;
  private repeats = 0;
  private acknowledgedMs = -Infinity;

  constructor(
    private readonly pipe: BytePipe,
    private readonly clock: Clock,
    private readonly reader: BlockReader,
    private readonly options: XmodemReceiveOptions,
  ) {
    this.check = options.check === 'checksum' ? 'checksum' : 'crc16';
    this.beganMs = clock.nowMs();
  }

  async run(): Promise<XmodemReceived> {
    try {
      await this.receive(await this.awaitFirst());
      return this.received();
    } catch (error) {
      await this.abandon(error);
      throw error;
    }
  }

  /** 'C' or NAK until something comes. */
  private async awaitFirst(): Promise<Incoming> {
    const { startTimeoutMs = START_TIMEOUT_MS } = this.options;
    const auto = (this.options.check ?? 'auto') === 'auto';
    for (let unanswered = 0; ;) {
      if (auto && unanswered === CRC_QUESTIONS) this.check = 'checksum';
      await this.say(this.question);
      const restMs = this.beganMs + startTimeoutMs - this.clock.nowMs();
      if (restMs <= 0) throw this.failure('no-sender');
      const incoming = await this.reader.next(Math.min(ASK_MS, restMs), this.check);
      if (incoming.kind === 'block' || incoming.kind === 'cancel') return incoming;
      // Whatever is printed before the file is no answer, and no reason to ask differently.
      if (incoming.kind === 'silence') unanswered++;
    }
  }

  private async receive(first: Incoming): Promise<void> {
    let incoming = first;
    let refusalsInARow = 0;
    let heardMs = this.clock.nowMs();
    this.startMs = heardMs;
    for (let ends = 0; ;) {
      throwIfCancelled(this.options.signal);
      if (incoming.kind !== 'silence') heardMs = this.clock.nowMs();
      switch (incoming.kind) {
        case 'block':
          if (this.keeps(incoming.number, incoming.data)) {
            refusalsInARow = 0;
            await this.acknowledge();
          } else if (this.clock.nowMs() - this.acknowledgedMs > CROSSED_MS) {
            await this.acknowledge();
          }
          ends = 0;
          break;
        case 'cancel':
          throw this.failure('sender-cancelled');
        case 'end':
          ends++;
          if (this.blocks.length > 0 && (ends > 1 || this.options.endOfFile === 'first')) {
            await this.say(ACK);
            return;
          }
          if (ends > MOST_END_QUESTIONS) throw this.failure('end-unclear');
          await this.say(NAK);
          break;
        case 'rubbish':
          this.refusals++;
          refusalsInARow++;
          if (refusalsInARow > MOST_REFUSALS) throw this.failure('too-many-errors');
          await this.say(this.blocks.length === 0 ? this.question : NAK);
          break;
        case 'silence':
          this.refuseDead(heardMs, ends);
          await this.say(NAK);
      }
      const restMs = this.restMs();
      if (restMs <= 0) throw this.failure('time-up');
      incoming = await this.reader.next(Math.min(REPEAT_MS, restMs), this.check);
    }
  }

  private get question(): number {
    return this.check === 'crc16' ? CRC_REQUEST : NAK;
  }

  /** False for a packet that is here already. */
  private keeps(number: number, data: Uint8Array): boolean {
    const index = this.blocks.length;
    if (number !== ((index + 1) & 0xff)) {
      if (index > 0 && number === (index & 0xff)) {
        this.repeats++;
        return false;
      }
      // A batch begins with packet 0, which names the file.
      throw this.failure(index === 0 && number === 0 ? 'batch-sender' : 'out-of-step');
    }
    this.doneBytes += data.length;
    const { maxBytes = MAX_BYTES } = this.options;
    // The last block of a file that just fits may be padded beyond it.
    if (this.doneBytes - data.length >= maxBytes) throw this.failure('too-large');
    this.blocks.push(data);
    return true;
  }

  private refuseDead(heardMs: number, ends: number): void {
    const { silenceTimeoutMs = SILENCE_TIMEOUT_MS } = this.options;
    if (this.clock.nowMs() - heardMs < silenceTimeoutMs) return;
    throw this.failure(ends > 0 ? 'end-unclear' : 'sender-silent');
  }

  private restMs(): number {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    return this.beganMs + timeoutMs - this.clock.nowMs();
  }

  private async acknowledge(): Promise<void> {
    await this.say(ACK);
    this.acknowledgedMs = this.clock.nowMs();
    this.report();
  }

  private async say(byte: number): Promise<void> {
    await this.pipe.write(Uint8Array.of(byte), {
      timeoutMs: WRITE_TIMEOUT_MS,
      signal: this.options.signal,
    });
  }

  /** The sender shall not go on talking to nobody. */
  private async abandon(error: unknown): Promise<void> {
    if (isAppError(error, 'serial-disconnected')) return;
    if (isAppError(error) && error.context.reason === 'sender-cancelled') return;
    try {
      await this.pipe.write(Uint8Array.of(CAN, CAN), { timeoutMs: WRITE_TIMEOUT_MS });
    } catch {
      // What went wrong first is what the caller must hear.
    }
  }

  private bytesPerSecond(): number {
    const elapsedMs = this.clock.nowMs() - this.startMs;
    return elapsedMs > 0 ? (this.doneBytes * 1000) / elapsedMs : 0;
  }

  private report(): void {
    const { expectedBytes: totalBytes, onProgress } = this.options;
    const bytesPerSecond = this.bytesPerSecond();
    const restBytes =
      totalBytes === undefined ? undefined : Math.max(0, totalBytes - this.doneBytes);
    onProgress?.({
      packets: this.blocks.length,
      doneBytes: this.doneBytes,
      totalBytes,
      bytesPerSecond,
      remainingMs:
        restBytes === undefined || bytesPerSecond === 0
          ? undefined
          : (restBytes * 1000) / bytesPerSecond,
      refusals: this.refusals,
    });
  }

  private received(): XmodemReceived {
    const { expectedBytes } = this.options;
    if (expectedBytes !== undefined && this.doneBytes < expectedBytes) {
      throw this.failure('too-short');
    }
    return {
      file: concatBytes(...this.blocks).slice(0, expectedBytes),
      check: this.check,
      packets: this.blocks.length,
      blockBytes: Math.max(...this.blocks.map(({ length }) => length)),
      refusals: this.refusals,
      repeats: this.repeats,
      elapsedMs: this.clock.nowMs() - this.startMs,
      bytesPerSecond: this.bytesPerSecond(),
    };
  }

  private failure(reason: string): AppError {
    const { length: packets } = this.blocks;
    return new AppError(
      'xmodem-receive-failed',
      `XMODEM reception: ${reason} after ${packets} packets`,
      {
        context: { reason, packets, doneBytes: this.doneBytes, refusals: this.refusals },
      },
    );
  }
}
