/** The few fields of an image header that the bootloader itself looks at, besides the version. */
import { TAG } from '../../core/wolfboot/index.ts';
import type { PartitionName, Partitions } from './partitions.ts';

/** Bits 4 to 7 of the image type: a patch, not firmware (formats/wolfboot.md, section 11). */
const KIND_MASK = 0xf0;
const KIND_DELTA = 0xd0;

export function isDelta(partitions: Partitions, name: PartitionName): boolean {
  const [low = 0] = partitions.field(name, TAG.imageType) ?? [];
  return (low & KIND_MASK) === KIND_DELTA;
}

export function digestOf(partitions: Partitions, name: PartitionName): Uint8Array | undefined {
  return [TAG.sha256, TAG.sha384, TAG.sha3]
    .map((tag) => partitions.field(name, tag))
    .find((digest) => digest !== undefined);
}
