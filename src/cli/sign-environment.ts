/** The environment of `sign`, by wolfBoot's names (formats/wolfboot.md, section 19). */
import { LARGEST_HEADER_BYTES, type PartitionRoom } from '../core/wolfboot/index.ts';
import { decimal, misuse, sizeNumber } from './arguments.ts';
import type { Host } from './host.ts';

/** IMAGE_HEADER_SIZE; undefined when unset, empty or 0. Throws `invalid-argument`. */
export function headerSizeOf({ environment }: Host): number | undefined {
  const text = environment.IMAGE_HEADER_SIZE;
  if (text === undefined || text === '') return undefined;
  // wolfBoot's tool takes anything else for 0, that is, for unset.
  const size = decimal(text, 'IMAGE_HEADER_SIZE', 0, LARGEST_HEADER_BYTES);
  return size === 0 ? undefined : size;
}

/** The partition's size less what the bootloader keeps there; undefined when it is not set. */
export function partitionRoom(
  { environment }: Host,
  partitionId: number,
): PartitionRoom | undefined {
  const own = environment.WOLFBOOT_PARTITION_UPDATE_SIZE ?? '';
  const name =
    partitionId === 0 && own !== '' ? 'WOLFBOOT_PARTITION_UPDATE_SIZE' : 'WOLFBOOT_PARTITION_SIZE';
  const partition = environment[name] ?? '';
  if (partition === '') return undefined;
  const sector = environment.WOLFBOOT_SECTOR_SIZE ?? '';
  return {
    partitionSizeBytes: environmentSize(partition, name),
    sectorSizeBytes: sector === '' ? 0 : environmentSize(sector, 'WOLFBOOT_SECTOR_SIZE'),
    writeOnce: environment.NVM_FLASH_WRITEONCE === '1',
  };
}

/** C reads a leading 0 as octal, people do not: such a number is refused. */
function environmentSize(text: string, name: string): number {
  if (/^0\d/.test(text)) {
    throw misuse(`${name} "${text}" starts with 0: write it in decimal or with 0x in hexadecimal`);
  }
  return sizeNumber(text, name);
}
