/**
 * A receiver by the book ("XMODEM/YMODEM Protocol Reference", 1988): CRC or checksum, small and
 * large blocks, acknowledges repeats, refuses the first EOT when told to.
 */
import { crc16Xmodem } from '../../../src/core/bytes/index.ts';
import type { SimLine } from './sim-line.ts';

const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;

export interface ClassicOptions {
  readonly asks: 'C' | 'NAK';
  readonly large?: boolean;
  readonly refusesFirstEot?: boolean;
}

export class ClassicReceiver {
  readonly data: number[] = [];
  readonly blockSizes: number[] = [];
  ended = false;
  cancelled = false;
  private buffer: number[] = [];
  private number = 1;
  private eots = 0;
  private callOff: () => void = () => undefined;

  constructor(
    private readonly line: SimLine,
    private readonly options: ClassicOptions,
  ) {
    line.onDevice = (bytes) => {
      for (const byte of bytes) this.take(byte);
    };
    this.ask();
  }

  stop(): void {
    this.callOff();
  }

  private ask(): void {
    this.say(this.options.asks === 'C' && this.number === 1 ? 0x43 : NAK);
    this.callOff = this.line.clock.schedule(3000, () => this.ask(), { background: true });
  }

  private say(byte: number): void {
    this.line.fromDevice(Uint8Array.of(byte));
  }

  private take(byte: number): void {
    this.callOff();
    this.buffer.push(byte);
    const [first] = this.buffer;
    if (first === CAN) {
      this.cancelled ||= this.buffer.length === 2;
      return;
    }
    if (first === 0x04) {
      this.buffer = [];
      this.eots++;
      this.ended = this.eots > 1 || this.options.refusesFirstEot !== true;
      this.say(this.ended ? ACK : NAK);
      return;
    }
    const size = first === 0x02 ? 1024 : 128;
    if (this.buffer.length < 3 + size + (this.options.asks === 'C' ? 2 : 1)) return;
    const packet = Uint8Array.from(this.buffer);
    this.buffer = [];
    if (first === 0x02 && this.options.large === false) this.say(NAK);
    else this.judge(packet, size);
  }

  private judge(packet: Uint8Array, size: number): void {
    const data = packet.subarray(3, 3 + size);
    const [, number = 0, complement = 0] = packet;
    if (number + complement !== 0xff || !this.checks(data, packet.subarray(3 + size))) {
      this.say(NAK);
      return;
    }
    if (number === (this.number & 0xff)) {
      this.data.push(...data);
      this.blockSizes.push(size);
      this.number++;
    } else if (number !== ((this.number - 1) & 0xff)) {
      this.line.fromDevice(Uint8Array.of(CAN, CAN));
      return;
    }
    this.say(ACK);
  }

  private checks(data: Uint8Array, check: Uint8Array): boolean {
    if (check.length === 1) return data.reduce((sum, byte) => (sum + byte) & 0xff, 0) === check[0];
    const crc = crc16Xmodem(data);
    return check[0] === crc >> 8 && check[1] === (crc & 0xff);
  }
}
