/**
 * The demo application's XMODEM receiver with its habits (formats/stm32h5-device.md, section 5): no CRC, no
 * CAN, a NAK for what it has already, an end by the image's own length.
 */
import type { ModelTime } from '../chip/time.ts';
import { announcedLength } from './signed-image.ts';

const SOH = 0x01;
const EOT = 0x04;
const ACK = 0x06;
const NAK = 0x15;
const BLOCK_BYTES = 128;
const PACKET_BYTES = 3 + BLOCK_BYTES + 1;
const TICK_MS = 1008;

export interface ReceiverHost {
  readonly time: ModelTime;
  /** A packet that is there already is acknowledged again; the original refuses it for ever. */
  readonly acksRepeats: boolean;
  send(byte: number): void;
  store(offset: number, block: Uint8Array): void;
  /** `good`: ended by EOT; it says nothing about the content. */
  ended(good: boolean): void;
}

export class UpdateReceiver {
  readonly #host: ReceiverHost;
  #packet: number[] = [];
  #expected: number | undefined;
  #storedBytes = 0;
  #totalBytes = Number.POSITIVE_INFINITY;
  #callOff: () => void;

  constructor(host: ReceiverHost) {
    this.#host = host;
    this.#callOff = this.#arm();
  }

  stop(): void {
    this.#callOff();
  }

  receive(byte: number): void {
    this.#callOff();
    this.#callOff = this.#arm();
    if (this.#packet.length === 0 && byte === EOT) {
      this.#host.send(ACK);
      this.#end(true);
      return;
    }
    this.#packet.push(byte);
    if (this.#packet.length === PACKET_BYTES) this.#take();
  }

  #arm(): () => void {
    return this.#host.time.after(TICK_MS, () => {
      // A packet that stopped half-way is dropped without a word.
      if (this.#packet.length === 0) this.#host.send(NAK);
      this.#packet = [];
      this.#callOff = this.#arm();
    });
  }

  #take(): void {
    const packet = Uint8Array.from(this.#packet);
    this.#packet = [];
    const [start, number = 0, complement = 0] = packet;
    const sum = packet.subarray(0, PACKET_BYTES - 1).reduce((total, byte) => total + byte, 0);
    const sound =
      start === SOH &&
      number + complement === 0xff &&
      (sum & 0xff) === packet[PACKET_BYTES - 1] &&
      number === (this.#expected ?? number);
    if (!sound) {
      const repeated = this.#expected !== undefined && number === ((this.#expected - 1) & 0xff);
      this.#host.send(repeated && this.#host.acksRepeats ? ACK : NAK);
      return;
    }
    if (this.#storedBytes >= this.#totalBytes) {
      this.#host.send(NAK);
      this.#end(false);
      return;
    }
    const block = packet.slice(3, 3 + BLOCK_BYTES);
    if (this.#storedBytes === 0) this.#totalBytes = announcedLength(block);
    this.#host.store(this.#storedBytes, block);
    this.#storedBytes += BLOCK_BYTES;
    this.#expected = (number + 1) & 0xff;
    this.#host.send(ACK);
  }

  #end(good: boolean): void {
    this.stop();
    this.#host.ended(good);
  }
}
