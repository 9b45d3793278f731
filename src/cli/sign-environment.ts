/** The environment of `sign`, by wolfBoot's names (formats/wolfboot.md, sections 17 and 19). */
import { LARGEST_HEADER_BYTES, type PartitionRoom } from '../core/wolfboot/index.ts';
import { decimal, misuse, sizeNumber, Words } from './arguments.ts';
import type { Host } from './host.ts';
import { firstNumber } from './sign-upstream.ts';

/**
 * KEYFUSE_SIGN_OPTIONS: for a Makefile of wolfBoot, which calls its SIGN_TOOL as one word. Only what makes
 * Keyfuse do as that tool does may stand there; the rest belongs on the command line, where people see it.
 */
export function optionsOfEnvironment({ environment }: Host): Words {
  const words = (environment[EXTRA_OPTIONS] ?? '').split(/\s+/).filter((word) => word !== '');
  const other = words.find((word) => !EXTRA_WORDS.includes(word));
  if (other === undefined) return new Words(words);
  throw misuse(`${EXTRA_OPTIONS} "${other}" is neither of ${EXTRA_WORDS.join(' and ')}`);
}

const EXTRA_OPTIONS = 'KEYFUSE_SIGN_OPTIONS';
const EXTRA_WORDS: readonly string[] = ['--upstream-compatible', '--keep-iv'];

/**
 * IMAGE_HEADER_SIZE; undefined when unset, empty or 0. wolfBoot's tool takes the digits at its start and
 * anything else for 0, that is, for unset. Throws `invalid-argument`.
 */
export function headerSizeOf({ environment }: Host, asUpstream: boolean): number | undefined {
  const text = environment.IMAGE_HEADER_SIZE;
  if (text === undefined || text === '') return undefined;
  const typed = asUpstream ? String(firstNumber(text) ?? 0) : text;
  const size = decimal(typed, 'IMAGE_HEADER_SIZE', 0, LARGEST_HEADER_BYTES);
  return size === 0 ? undefined : size;
}

const LARGEST_DELTA_SECTOR_BYTES = 0xffff;

/** The sector size as a patch needs it, WOLFBOOT_SECTOR_SIZE unless it was typed. Throws `invalid-argument`. */
export function deltaSectorSize(
  { environment }: Pick<Host, 'environment'>,
  typed?: string,
): number {
  const name = typed === undefined ? 'WOLFBOOT_SECTOR_SIZE' : '--sector-size';
  const text = typed ?? environment.WOLFBOOT_SECTOR_SIZE ?? '';
  if (text === '') {
    throw misuse(
      'a delta image needs WOLFBOOT_SECTOR_SIZE, the sector size that the bootloader was built with',
    );
  }
  const size = environmentSize(text, name);
  if (size <= LARGEST_DELTA_SECTOR_BYTES) return size;
  throw misuse(
    `${name} ${text}: a patch copies within sectors of up to ${LARGEST_DELTA_SECTOR_BYTES} bytes, so there are no delta images for this board`,
  );
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
