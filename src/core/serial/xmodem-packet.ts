/**
 * XMODEM packets: control characters, blocks and their framing ("XMODEM/YMODEM Protocol
 * Reference", 1988). Knows nothing of time or of who listens.
 */
import { concatBytes, crc16Xmodem } from '../bytes/index.ts';
import type { XmodemCheck } from './xmodem-types.ts';

export const SOH = 0x01;
export const STX = 0x02;
export const EOT = 0x04;
export const ACK = 0x06;
export const NAK = 0x15;
export const CAN = 0x18;
/** 'C': the receiver asks for CRC-16 packets. */
export const CRC_REQUEST = 0x43;

export const SMALL_BLOCK_BYTES = 128;
export const LARGE_BLOCK_BYTES = 1024;

export type BlockBytes = typeof SMALL_BLOCK_BYTES | typeof LARGE_BLOCK_BYTES;

export interface Block {
  readonly offsetBytes: number;
  readonly sizeBytes: BlockBytes;
}

/**
 * Cuts a file into blocks that carry exactly ceil(length / 128) * 128 bytes: the end of a file
 * goes out in small blocks unless a large one would not be longer.
 */
export function planBlocks(fileBytes: number, largest: BlockBytes): readonly Block[] {
  const blocks: Block[] = [];
  let offsetBytes = 0;
  while (offsetBytes < fileBytes) {
    const rest = fileBytes - offsetBytes;
    const worthLarge = rest > LARGE_BLOCK_BYTES - SMALL_BLOCK_BYTES;
    const sizeBytes = worthLarge ? largest : SMALL_BLOCK_BYTES;
    blocks.push({ offsetBytes, sizeBytes });
    offsetBytes += sizeBytes;
  }
  return blocks;
}

/** The packet for the block at `index` (from 0; the first carries number 1, 255 is followed by 0). */
export function buildPacket(
  file: Uint8Array,
  block: Block,
  index: number,
  check: XmodemCheck,
  paddingByte: number,
): Uint8Array {
  const { offsetBytes, sizeBytes } = block;
  const data = new Uint8Array(sizeBytes).fill(paddingByte);
  data.set(file.subarray(offsetBytes, offsetBytes + sizeBytes));
  return framed(data, (index + 1) & 0xff, check);
}

/** One packet around `data`, which is 128 or 1024 bytes long; `number` from 0 to 255. */
export function framed(data: Uint8Array, number: number, check: XmodemCheck): Uint8Array {
  const head = [data.length === LARGE_BLOCK_BYTES ? STX : SOH, number, 0xff - number];
  return concatBytes(Uint8Array.from(head), data, checkOf(data, check));
}

/** What stands behind the data of a packet: two bytes, high one first, or one. */
export function checkOf(data: Uint8Array, check: XmodemCheck): Uint8Array {
  return Uint8Array.from(check === 'crc16' ? crc16Bytes(data) : [sum8(data)]);
}

/** Sum of the data bytes modulo 256; the header adds up to 0, so it makes no difference. */
function sum8(data: Uint8Array): number {
  let sum = 0;
  for (const byte of data) sum = (sum + byte) & 0xff;
  return sum;
}

function crc16Bytes(data: Uint8Array): readonly [number, number] {
  const crc = crc16Xmodem(data);
  return [crc >> 8, crc & 0xff];
}
