/** The 16 bytes at the end of every .dfu file (USB DFU 1.1, appendix B). */
import { concatBytes, crc32, hexNumber, malformed } from '../../bytes/index.ts';
import type { DfuSuffix } from './firmware-file.ts';

export const DFU_SUFFIX_BYTES = 16;

const SIGNATURE = [0x55, 0x46, 0x44]; // "DFU", stored backwards
const SIGNATURE_AT = 8;
const LENGTH_AT = 11;
const CRC_BYTES = 4;

export function hasDfuSuffix(bytes: Uint8Array): boolean {
  const suffix = bytes.subarray(-DFU_SUFFIX_BYTES);
  return (
    suffix.length === DFU_SUFFIX_BYTES &&
    suffix[LENGTH_AT] === DFU_SUFFIX_BYTES &&
    SIGNATURE.every((byte, index) => suffix[SIGNATURE_AT + index] === byte)
  );
}

/** Throws `malformed` when it is missing or its checksum is wrong. */
export function readDfuSuffix(bytes: Uint8Array, fileName: string): DfuSuffix {
  const start = Math.max(0, bytes.length - DFU_SUFFIX_BYTES);
  if (!hasDfuSuffix(bytes)) {
    throw malformed(
      fileName,
      start,
      'suffix',
      'the 16 bytes with "UFD" that end every .dfu file are missing: it was cut or lengthened; copy or build it again',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, DFU_SUFFIX_BYTES);
  const due = dfuCrc(bytes.subarray(0, -CRC_BYTES));
  const found = view.getUint32(DFU_SUFFIX_BYTES - CRC_BYTES, true);
  if (due !== found) {
    throw malformed(
      fileName,
      bytes.length - CRC_BYTES,
      'suffix.crc',
      `is ${hexNumber(found)}, but the file adds up to ${hexNumber(due)}: it was damaged or changed; copy or build it again`,
    );
  }
  return {
    deviceRelease: view.getUint16(0, true),
    productId: view.getUint16(2, true),
    vendorId: view.getUint16(4, true),
    dfuVersion: view.getUint16(6, true),
  };
}

/** `content` with its suffix. */
export function withDfuSuffix(content: Uint8Array, suffix: DfuSuffix): Uint8Array {
  const bytes = concatBytes(content, new Uint8Array(DFU_SUFFIX_BYTES));
  const view = new DataView(bytes.buffer, content.length);
  view.setUint16(0, suffix.deviceRelease, true);
  view.setUint16(2, suffix.productId, true);
  view.setUint16(4, suffix.vendorId, true);
  view.setUint16(6, suffix.dfuVersion, true);
  bytes.set([...SIGNATURE, DFU_SUFFIX_BYTES], content.length + SIGNATURE_AT);
  view.setUint32(DFU_SUFFIX_BYTES - CRC_BYTES, dfuCrc(bytes.subarray(0, -CRC_BYTES)), true);
  return bytes;
}

/** CRC-32 without the last inversion (USB DFU 1.1, appendix B). */
function dfuCrc(bytes: Uint8Array): number {
  return ~crc32(bytes) >>> 0;
}
