/**
 * The test application's XMODEM receiver, with its peculiarities (formats/wolfboot.md section 22,
 * stm32h5-device.md section 5; recordings in test/vectors/transcripts). It takes bytes and ticks of
 * silence and says what it answers; line, time and flash belong to its owner.
 */

export const ACK = 0x06;
export const NAK = 0x15;
const SOH = 0x01;
const EOT = 0x04;
const DATA_BYTES = 128;
const HEADER_BYTES = 3;
/** Header, data and the 8-bit sum. Checksum packets only: no CRC, no 1K, no CAN. */
const PACKET_BYTES = HEADER_BYTES + DATA_BYTES + 1;
/** Where the first packet carries the image's payload size (u32, little-endian). */
const SIZE_OFFSET = 4;

export type Reaction =
  | { readonly kind: 'none' }
  | { readonly kind: 'answer'; readonly byte: number }
  /** The transfer is over; `result` as the application prints it. */
  | { readonly kind: 'end'; readonly byte: number; readonly result: 0 | 1 }
  | { readonly kind: 'write-error' };

const NONE: Reaction = { kind: 'none' };
const REFUSED: Reaction = { kind: 'answer', byte: NAK };

export class XmodemReceiver {
  readonly #imageHeaderBytes: number;
  /** Writes one packet's data at an offset of the update partition; false: the flash refused. */
  readonly #store: (offsetBytes: number, data: Uint8Array) => boolean;
  readonly #packet = new Uint8Array(PACKET_BYTES);
  #count = 0;
  #offsetBytes = 0;
  /** Undefined until the first packet, whose number is taken as it comes. */
  #expectedNumber: number | undefined;
  #totalBytes = Number.POSITIVE_INFINITY;

  constructor(
    imageHeaderBytes: number,
    store: (offsetBytes: number, data: Uint8Array) => boolean,
  ) {
    this.#imageHeaderBytes = imageHeaderBytes;
    this.#store = store;
  }

  /** One byte from the line. */
  take(byte: number): Reaction {
    // EOT counts wherever a packet could begin, at any time.
    if (this.#count === 0 && byte === EOT) return { kind: 'end', byte: ACK, result: 0 };
    this.#packet[this.#count] = byte;
    this.#count += 1;
    if (this.#count < PACKET_BYTES) return NONE;
    this.#count = 0;
    return this.#takePacket();
  }

  /** A second without a byte: a begun packet is dropped in silence, otherwise it asks again. */
  silence(): Reaction {
    const begun = this.#count > 0;
    this.#count = 0;
    return begun ? NONE : REFUSED;
  }

  #takePacket(): Reaction {
    const [first, number = 0, complement = 0] = this.#packet;
    // Whatever begins otherwise is swallowed in the length of a packet.
    if (first !== SOH) return NONE;
    // Everything after the image's length is an error, a repeat of the last packet included.
    if (this.#offsetBytes >= this.#totalBytes) return { kind: 'end', byte: NAK, result: 1 };
    if (number + complement !== 0xff || !this.#sumIsRight()) return REFUSED;
    // A repeat of the packet before is refused too, for ever.
    if (this.#expectedNumber !== undefined && number !== this.#expectedNumber) return REFUSED;
    const data = this.#packet.slice(HEADER_BYTES, HEADER_BYTES + DATA_BYTES);
    if (!this.#store(this.#offsetBytes, data)) return { kind: 'write-error' };
    if (this.#expectedNumber === undefined) {
      const payloadBytes = new DataView(data.buffer).getUint32(SIZE_OFFSET, true);
      // In 32 bits, as the application adds them.
      this.#totalBytes = (payloadBytes + this.#imageHeaderBytes) >>> 0;
    }
    this.#offsetBytes += DATA_BYTES;
    this.#expectedNumber = (number + 1) & 0xff;
    return { kind: 'answer', byte: ACK };
  }

  /** The sum runs over the header too, which changes nothing while the complement is right. */
  #sumIsRight(): boolean {
    const sum = this.#packet.subarray(0, PACKET_BYTES - 1).reduce((total, byte) => total + byte, 0);
    return (sum & 0xff) === this.#packet[PACKET_BYTES - 1];
  }
}
