/**
 * A firmware file taken apart for flashing: a bootloader, images at their partitions, anything else. Gaps
 * stay gaps: what lies between two pieces is none of the file's business and keeps its sectors.
 */
import type { FirmwareFile, Segment } from '../stm32/index.ts';
import {
  headerSizeByDigest,
  looksLikeImage,
  nonSecureFlashAddress,
  type BootloaderProfile,
} from '../wolfboot/index.ts';

export interface FirmwarePiece {
  /** Of its first byte as the file says it; undefined where it does not. */
  readonly address: number | undefined;
  /** Ascending; at 0 where the file does not say where it belongs. Views of the file's bytes. */
  readonly segments: readonly [Segment, ...Segment[]];
}

/** Where every chip here starts to execute, and where its flash begins. */
export const FLASH_START = 0x08000000;
/** Segments of one program lie closer together than this. */
const WIDEST_GAP_BYTES = 1024 * 1024;

/** One piece at least, ascending. `profile` says where in a longer run images are looked for. */
export function splitFirmware(
  { segments, addressKnown }: FirmwareFile,
  profile: BootloaderProfile,
): readonly FirmwarePiece[] {
  const cut = segments.flatMap((segment) => cutAtPartitions(segment, addressKnown, profile));
  const whole = cut.length === segments.length;
  const ended = cut.length === 1 ? cut : cut.map(withoutTail);
  return grouped(ended).map((group) => {
    const [{ address }] = group;
    // Images where the partitions are say of a plain binary that it begins where the flash does.
    const placed = addressKnown ? address : whole ? undefined : FLASH_START + address;
    return { address: placed, segments: group };
  });
}

function cutAtPartitions(
  { address, bytes }: Segment,
  addressKnown: boolean,
  { partitions }: BootloaderProfile,
): readonly Segment[] {
  if (partitions === undefined) return [{ address, bytes }];
  const start = nonSecureFlashAddress(addressKnown ? address : FLASH_START);
  const cuts = [partitions.bootAddress, partitions.updateAddress]
    .map((at) => nonSecureFlashAddress(at) - start)
    .filter((at) => at > 0 && at < bytes.length && looksLikeImage(bytes.subarray(at)))
    .sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => ({
    address: address + from,
    bytes: bytes.subarray(from, cuts[index]),
  }));
}

/** In a dump an image is followed by whatever stands in flash; only its proven end is cut at. */
function withoutTail(segment: Segment): Segment {
  const { address, bytes } = segment;
  const headerSizeBytes = looksLikeImage(bytes) ? headerSizeByDigest(bytes) : undefined;
  if (headerSizeBytes === undefined) return segment;
  const payloadBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  return { address, bytes: bytes.subarray(0, headerSizeBytes + payloadBytes) };
}

/** An image stands alone; segments of one program stay together. */
function grouped(segments: readonly Segment[]): readonly [Segment, ...Segment[]][] {
  const groups: [Segment, ...Segment[]][] = [];
  let end = 0;
  let ofImage = false;
  for (const segment of segments) {
    const image = looksLikeImage(segment.bytes);
    const last = groups.at(-1);
    if (last === undefined || image || ofImage || segment.address - end > WIDEST_GAP_BYTES) {
      groups.push([segment]);
    } else last.push(segment);
    end = segment.address + segment.bytes.length;
    ofImage = image;
  }
  return groups;
}
