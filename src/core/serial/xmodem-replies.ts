/**
 * Listens to an XMODEM receiver: tells answers from noise, ticks from text.
 * Knows what a byte may mean, not what is to be done about it.
 */
import { asciiToBytes, concatBytes } from '../bytes/index.ts';
import type { BytePipe, CancelSignal, Clock } from '../ports/index.ts';
import { ACK, CAN, CRC_REQUEST, NAK } from './xmodem-packet.ts';

export type Reply =
  | { readonly kind: 'ack' | 'nak' | 'crc-request' | 'cancel' | 'silence'; readonly atMs: number }
  /** Words of the console: the receiver is not receiving any more. */
  | { readonly kind: 'ended' | 'booted'; readonly atMs: number };

/** What wolfBoot's test application prints when its receiver is no longer there (wolfboot.md sections 21, 22). */
const MARKS = [
  { text: '\r\r\r\r', kind: 'ended' }, // ten CR stand before "End of transfer."
  { text: 'End of transfer', kind: 'ended' },
  { text: 'cmd> ', kind: 'ended' },
  { text: 'wolfBoot demo', kind: 'booted' },
  { text: 'Version : 0x', kind: 'booted' },
] as const;

const TEXT_WINDOW = 512;
const CR = 0x0d;

export class ReplyReader {
  private pending: Uint8Array = new Uint8Array(0);
  private readAtMs = 0;
  private previousByte: number | undefined;
  private text = '';
  private noise = 0;

  constructor(
    private readonly pipe: BytePipe,
    private readonly clock: Clock,
    private readonly acceptsCrcRequest: boolean,
    private readonly signal: CancelSignal | undefined,
  ) {
    this.readAtMs = clock.nowMs();
  }

  /** The next reply, or `silence` when none came until `deadlineMs` of the clock. */
  async next(deadlineMs: number): Promise<Reply> {
    for (;;) {
      const reply = this.scan();
      if (reply !== undefined) return reply;
      if (!(await this.fill(deadlineMs - this.clock.nowMs()))) {
        return { kind: 'silence', atMs: this.clock.nowMs() };
      }
    }
  }

  /** Everything that has already arrived. */
  async drain(): Promise<readonly Reply[]> {
    const replies = [...this.dropRead()];
    while (await this.fill(0)) replies.push(...this.dropRead());
    return replies;
  }

  /** Everything that has already been read; waits for nothing. */
  dropRead(): readonly Reply[] {
    const replies: Reply[] = [];
    for (let reply = this.scan(); reply !== undefined; reply = this.scan()) replies.push(reply);
    return replies;
  }

  /** Hands back what was received behind the last reply, and forgets it. */
  takeRest(): Uint8Array {
    const rest = concatBytes(asciiToBytes(this.text), this.pending);
    this.text = '';
    this.pending = new Uint8Array(0);
    return rest;
  }

  /** What was printed before is no news about what comes. */
  forgetText(): void {
    this.text = '';
  }

  startAfresh(): void {
    this.forgetText();
    this.noise = 0;
  }

  /** Bytes that were no answer, since `startAfresh`. */
  get noiseBytes(): number {
    return this.noise;
  }

  private async fill(waitMs: number): Promise<boolean> {
    const options = this.signal === undefined ? {} : { signal: this.signal };
    let bytes = await this.pipe.read({ timeoutMs: Math.max(0, waitMs), ...options });
    // When the host itself was held up, its timer may win against bytes that lie ready.
    if (bytes.length === 0 && waitMs > 0)
      bytes = await this.pipe.read({ timeoutMs: 0, ...options });
    if (bytes.length === 0) return false;
    this.pending = bytes;
    this.readAtMs = this.clock.nowMs();
    return true;
  }

  private scan(): Reply | undefined {
    for (const [index, byte] of this.pending.entries()) {
      const kind = this.meaning(byte, this.pending[index + 1]);
      this.previousByte = byte;
      if (kind === undefined) continue;
      this.pending = this.pending.slice(index + 1);
      return { kind, atMs: this.readAtMs };
    }
    this.pending = new Uint8Array(0);
    return undefined;
  }

  private meaning(byte: number, following: number | undefined): Reply['kind'] | undefined {
    switch (byte) {
      case ACK:
        return 'ack';
      case NAK:
        return 'nak';
      case CAN:
        // One CAN may be noise; two in a row are the protocol's abort.
        if (this.previousByte !== CAN) return undefined;
        return 'cancel';
      default:
    }
    if (byte === CRC_REQUEST && this.acceptsCrcRequest && this.standsAlone(following))
      return 'crc-request';
    return this.read(byte);
  }

  /** A 'C' inside a word ("Copyright") asks for nothing. */
  private standsAlone(following: number | undefined): boolean {
    const isWord = (byte: number | undefined): boolean =>
      byte !== undefined && byte !== CRC_REQUEST && isText(byte) && byte !== CR && byte !== 0x0a;
    return !isWord(this.previousByte) && !isWord(following);
  }

  private read(byte: number): Reply['kind'] | undefined {
    this.noise++;
    if (!isText(byte)) return undefined;
    this.text = (this.text + String.fromCharCode(byte)).slice(-TEXT_WINDOW);
    return MARKS.find(({ text }) => this.text.endsWith(text))?.kind;
  }
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === CR || byte === 0x0a || byte === 0x09;
}
