/** What lies in one firmware file: one run of bytes, or a bootloader and images at their places. */
import { flatten, type FirmwareFile, type Segment } from '../core/stm32/index.ts';
import {
  headerSizeByDigest,
  looksLikeImage,
  nonSecureFlashAddress,
  type BootloaderProfile,
} from '../core/wolfboot/index.ts';

export interface Piece {
  /** Undefined where the file does not say. */
  readonly address: number | undefined;
  readonly bytes: Uint8Array;
}

export const FLASH_START = 0x08000000;
/** What lies further apart does not belong together. */
const WIDEST_GAP_BYTES = 1024 * 1024;

/** One at least, by address. `profile` says where images are looked for in a longer run. */
export function piecesOf(file: FirmwareFile, profile: BootloaderProfile): readonly Piece[] {
  const pieces = groupsOf(file).flatMap((group) => splitAtPartitions(group, profile));
  return pieces.length > 1 ? pieces.map(withoutTail) : pieces;
}

/** Segments that belong together as one run: up to the next image, or to a wide gap. */
function groupsOf({ segments, addressKnown }: FirmwareFile): readonly Piece[] {
  if (!addressKnown) return segments.map(({ bytes }) => ({ address: undefined, bytes }));
  const groups: Segment[][] = [];
  let end = 0;
  for (const segment of segments) {
    const last = groups[groups.length - 1];
    const apart = segment.address - end > WIDEST_GAP_BYTES || looksLikeImage(segment.bytes);
    if (last === undefined || apart) groups.push([segment]);
    else last.push(segment);
    end = segment.address + segment.bytes.length;
  }
  return groups.map((group) => flatten(group));
}

/** A factory image or a flash dump holds a bootloader and, where the partitions start, images. */
function splitAtPartitions(piece: Piece, { partitions }: BootloaderProfile): readonly Piece[] {
  if (partitions === undefined) return [piece];
  const start = piece.address ?? FLASH_START;
  const cuts = [partitions.bootAddress, partitions.updateAddress]
    .map((address) => nonSecureFlashAddress(address) - nonSecureFlashAddress(start))
    .filter((at) => at > 0 && at < piece.bytes.length && looksLikeImage(piece.bytes.subarray(at)))
    .sort((a, b) => a - b);
  if (cuts.length === 0) return [piece];
  return [0, ...cuts].map((from, index) => ({
    address: start + from,
    bytes: piece.bytes.subarray(from, cuts[index]),
  }));
}

/** In a dump an image is followed by whatever stands in flash; only its proven end is cut at. */
function withoutTail(piece: Piece): Piece {
  const { bytes } = piece;
  if (!looksLikeImage(bytes)) return piece;
  const headerSizeBytes = headerSizeByDigest(bytes);
  if (headerSizeBytes === undefined) return piece;
  const payloadBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  return { ...piece, bytes: bytes.subarray(0, headerSizeBytes + payloadBytes) };
}
