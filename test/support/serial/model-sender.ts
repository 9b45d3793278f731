/**
 * A sender by the book ("XMODEM/YMODEM Protocol Reference", 1988), with everything a board's bootloader might do:
 * either check, either block, and an end that is said again until it is acknowledged. It shares no code with ours.
 */
import type { SimLine } from './sim-line.ts';

const SOH = 0x01;
const STX = 0x02;
const EOT = 0x04;
const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;
const ANSWER_MS = 10_000;
const MOST_SENDINGS = 12;

export interface ModelSenderOptions {
  readonly blockBytes?: 128 | 1024;
  /** Packets of CRC senders know 'C'; others wait for NAK. */
  readonly knowsCrc?: boolean;
  readonly firstNumber?: number;
  /** Says EOT once and goes away. */
  readonly endsOnce?: boolean;
  /** Stops for this long in the middle of packet number `at`. */
  readonly stall?: { readonly at: number; readonly ms: number };
}

export class ModelSender {
  /** `sent` when EOT was acknowledged. */
  outcome: 'sending' | 'sent' | 'gave-up' | 'cancelled' = 'sending';
  readonly sentPackets: number[] = [];
  private crc = false;
  private index = -1;
  private tries = 0;
  private cans = 0;
  private callOff: () => void = () => undefined;

  constructor(
    private readonly line: SimLine,
    private readonly file: Uint8Array,
    private readonly options: ModelSenderOptions = {},
  ) {
    line.onDevice = (bytes) => {
      for (const byte of bytes) this.hear(byte);
    };
  }

  private hear(byte: number): void {
    if (this.outcome !== 'sending') return;
    this.cans = byte === CAN ? this.cans + 1 : 0;
    if (this.cans === 2) {
      this.finish('cancelled');
      return;
    }
    if (this.index < 0) {
      this.begin(byte);
    } else if (byte === ACK) {
      if (this.index === this.blocks) {
        this.finish('sent');
      } else {
        this.index++;
        this.tries = 0;
        this.speak();
      }
    } else if (byte === NAK || (byte === 0x43 && this.index === 0)) {
      this.speak();
    }
  }

  private begin(byte: number): void {
    if (byte === 0x43 && this.options.knowsCrc !== false) this.crc = true;
    else if (byte !== NAK) return;
    this.index = 0;
    this.speak();
  }

  private get blocks(): number {
    return Math.ceil(this.file.length / this.blockBytes);
  }

  private get blockBytes(): number {
    return this.options.blockBytes ?? 128;
  }

  private speak(): void {
    this.callOff();
    this.tries++;
    if (this.index === this.blocks && this.tries > 1 && this.options.endsOnce === true) return;
    if (this.tries > MOST_SENDINGS) {
      this.line.fromDevice(Uint8Array.of(CAN, CAN));
      this.finish('gave-up');
      return;
    }
    this.callOff = this.line.clock.schedule(ANSWER_MS, () => this.speak(), { background: true });
    if (this.index === this.blocks) this.line.fromDevice(Uint8Array.of(EOT));
    else this.send(this.packet());
  }

  private send(packet: Uint8Array): void {
    this.sentPackets.push(this.index);
    const { stall } = this.options;
    if (stall?.at !== this.index || this.tries > 1) {
      this.line.fromDevice(packet);
      return;
    }
    const half = packet.length >> 1;
    this.line.fromDevice(packet.slice(0, half));
    const rest = (): void => this.line.fromDevice(packet.slice(half));
    this.line.clock.schedule(stall.ms, rest, { background: true });
  }

  private packet(): Uint8Array {
    const data = new Uint8Array(this.blockBytes).fill(0x1a);
    const start = this.index * this.blockBytes;
    data.set(this.file.subarray(start, start + this.blockBytes));
    const number = (this.index + (this.options.firstNumber ?? 1)) % 256;
    const head = [data.length === 1024 ? STX : SOH, number, 255 - number];
    return Uint8Array.from([...head, ...data, ...(this.crc ? crc16(data) : [sum(data)])]);
  }

  private finish(outcome: 'sent' | 'gave-up' | 'cancelled'): void {
    this.callOff();
    this.outcome = outcome;
  }
}

function sum(data: Uint8Array): number {
  return data.reduce((total, byte) => total + byte, 0) % 256;
}

/** Bit by bit, as the reference prints it. */
function crc16(data: Uint8Array): readonly [number, number] {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return [(crc >> 8) & 0xff, crc & 0xff];
}
