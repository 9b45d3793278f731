/**
 * A small model of the XMODEM receiver in wolfBoot's test application, written from wolfboot.md
 * section 22 and stm32h5-device.md section 5 and from nothing else. It is the oracle for the sender.
 */
import { asciiToBytes, concatBytes } from '../../../src/core/bytes/index.ts';
import type { SimLine } from './sim-line.ts';

const SOH = 0x01;
const EOT = 0x04;
const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;
const PACKET_BYTES = 132;
const DATA_BYTES = 128;
const TICK_MS = 1008;

export interface ModelOptions {
  readonly headerSizeBytes: number;
  /** Milliseconds from the start to the first waiting period. */
  readonly startMs?: number;
  /** Print what the application prints behind a transfer. */
  readonly talks?: boolean;
  /** A better check than the 8-bit sum, which misses one error in 256; for properties. */
  readonly isIntact?: (packet: Uint8Array) => boolean;
}

export class ModelReceiver {
  readonly accepted: Uint8Array[] = [];
  /** undefined while it receives. */
  result: -1 | 0 | 1 | undefined;
  /** How many packets it had accepted when EOT came. */
  acceptedAtEnd: number | undefined;
  refusals = 0;
  onEnd: () => void = () => undefined;
  private partial: number[] = [];
  private expected: number | undefined;
  private callOff: () => void = () => undefined;

  constructor(
    private readonly line: SimLine,
    private readonly options: ModelOptions,
  ) {
    line.onDevice = (bytes) => {
      for (const byte of bytes) this.take(byte);
    };
    this.arm(options.startMs ?? 0);
  }

  /** What it holds, as one file. */
  received(): Uint8Array {
    return concatBytes(...this.accepted);
  }

  stop(): void {
    this.callOff();
    this.line.onDevice = () => undefined;
  }

  /** A flash write error: ten CAN, words, failure. */
  failFlash(): void {
    if (this.result !== undefined) return;
    this.line.fromDevice(new Uint8Array(10).fill(CAN));
    this.line.fromDevice(asciiToBytes('Error writing to flash\r\n'));
    this.end(-1);
  }

  private take(byte: number): void {
    if (this.result !== undefined) return;
    this.arm();
    if (this.partial.length === 0 && byte === EOT) {
      this.end(0, ACK);
      return;
    }
    this.partial.push(byte);
    if (this.partial.length < PACKET_BYTES) return;
    const packet = Uint8Array.from(this.partial);
    this.partial = [];
    this.judge(packet);
  }

  private judge(packet: Uint8Array): void {
    if (packet[0] !== SOH) return;
    if (this.accepted.length * DATA_BYTES >= this.expectedBytes()) {
      this.end(1, NAK);
      return;
    }
    if (!this.isGood(packet)) {
      this.refusals++;
      this.answer(NAK);
      return;
    }
    this.expected = ((packet[1] ?? 0) + 1) & 0xff;
    this.accepted.push(packet.slice(3, 3 + DATA_BYTES));
    this.answer(ACK);
  }

  private isGood(packet: Uint8Array): boolean {
    const [, number = 0, complement = 0] = packet;
    const sum =
      packet.subarray(0, PACKET_BYTES - 1).reduce((total, byte) => total + byte, 0) & 0xff;
    if (sum !== packet[PACKET_BYTES - 1] || number + complement !== 0xff) return false;
    if (this.options.isIntact?.(packet) === false) return false;
    return this.expected === undefined || number === this.expected;
  }

  private expectedBytes(): number {
    const first = this.accepted[0];
    if (first === undefined) return Infinity;
    return new DataView(first.buffer).getUint32(4, true) + this.options.headerSizeBytes;
  }

  private answer(byte: number): void {
    this.arm();
    this.line.fromDevice(Uint8Array.of(byte));
  }

  private end(result: -1 | 0 | 1, byte?: number): void {
    this.callOff();
    this.result = result;
    this.acceptedAtEnd = this.accepted.length;
    const words = `${'\r'.repeat(10)}End of transfer. ret: ${result}\r\n${
      result === 0 ? 'Transfer succeeded' : 'Transfer failed'
    }\r\n\r\ncmd> `;
    const text = (this.options.talks ?? true) ? asciiToBytes(words) : new Uint8Array(0);
    const answer = byte === undefined ? new Uint8Array(0) : Uint8Array.of(byte);
    this.line.fromDevice(concatBytes(answer, text));
    this.onEnd();
  }

  /** A second of silence: half a packet is dropped without a word, otherwise NAK. */
  private arm(extraMs = 0): void {
    this.callOff();
    this.callOff = this.line.clock.schedule(
      TICK_MS + extraMs,
      () => {
        const torn = this.partial.length > 0;
        this.partial = [];
        if (torn) this.arm();
        else this.answer(NAK);
      },
      { background: true },
    );
  }
}

/** A file that looks like a signed image: magic, size field and content from a seed. */
export function imageLike(packets: number, headerSizeBytes: number, seed = 1): Uint8Array {
  const image = new Uint8Array(packets * DATA_BYTES - (packets > 9 ? 37 : 0));
  let state = seed;
  for (const index of image.keys()) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    image[index] = state >>> 24;
  }
  image.set(asciiToBytes('WOLF'));
  new DataView(image.buffer).setUint32(4, image.length - headerSizeBytes, true);
  return image;
}
