/**
 * Whether an image leaves room for the state that the bootloader keeps at the end of a partition
 * (formats/wolfboot.md, section 19).
 */
import { AppError } from '../../errors.ts';

export interface PartitionRoom {
  readonly partitionSizeBytes: number;
  /** 0: not known, nothing is set aside. */
  readonly sectorSizeBytes: number;
  /** NVM_FLASH_WRITEONCE: the state takes two sectors instead of one. */
  readonly writeOnce: boolean;
}

/** The largest header and payload together. */
export function mostImageBytes(room: PartitionRoom): number {
  const { partitionSizeBytes, sectorSizeBytes, writeOnce } = room;
  // A sector as large as the partition belongs to targets that keep no state there.
  if (sectorSizeBytes >= partitionSizeBytes) return partitionSizeBytes;
  return Math.max(0, partitionSizeBytes - sectorSizeBytes * (writeOnce ? 2 : 1));
}

/** Throws `image-too-large`. */
export function checkPartitionFit(
  headerSizeBytes: number,
  payloadBytes: number,
  room: PartitionRoom,
): void {
  const most = mostImageBytes(room);
  const imageBytes = headerSizeBytes + payloadBytes;
  if (imageBytes <= most) return;
  throw new AppError(
    'image-too-large',
    `the image has ${imageBytes} bytes (header ${headerSizeBytes}, firmware ${payloadBytes}), the partition has room for ${most}`,
    { context: { imageBytes, mostBytes: most } },
  );
}
