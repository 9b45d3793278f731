/**
 * Whether a .dfu file is for the device that is connected, by its suffix (USB DFU 1.1, appendix B). The
 * checksum was looked at when the file was read. As dfu-util has it, vendor and product decide, and 0xFFFF
 * stands for any; a release that differs is worth a word only, for files carry all kinds of it.
 */
import type { DfuDescription } from '../dfu-types.ts';
import type { FirmwareFile } from './firmware-file.ts';

export interface DfuSuffixProblem {
  readonly field: 'vendor' | 'product' | 'release' | 'dfu-version';
  readonly file: number;
  readonly device: number;
  /** False: worth a word, no reason against flashing. */
  readonly refuses: boolean;
}

export interface DfuSuffixVerdict {
  /** No problem refuses. */
  readonly fits: boolean;
  readonly problems: readonly DfuSuffixProblem[];
}

const ANY = 0xffff;
/** Plain DFU 1.0 and 1.1, and DfuSe. */
const KNOWN_DFU_VERSIONS: readonly number[] = [0x0100, 0x0101, 0x0110, 0x011a];

/** A file of another format has no suffix and nothing to compare: it fits. Never throws. */
export function dfuSuffixFits(
  file: Pick<FirmwareFile, 'suffix'>,
  { identity, dfuVersionBcd }: Pick<DfuDescription, 'identity' | 'dfuVersionBcd'>,
): DfuSuffixVerdict {
  const { suffix } = file;
  if (suffix === undefined) return { fits: true, problems: [] };
  const problems = [
    compared('vendor', suffix.vendorId, identity.vendorId, true),
    compared('product', suffix.productId, identity.productId, true),
    compared('release', suffix.deviceRelease, identity.deviceVersionBcd, false),
    ...(KNOWN_DFU_VERSIONS.includes(suffix.dfuVersion)
      ? []
      : [compared('dfu-version', suffix.dfuVersion, dfuVersionBcd, true)]),
  ].filter((problem) => problem !== undefined);
  return { fits: problems.every(({ refuses }) => !refuses), problems };
}

function compared(
  field: DfuSuffixProblem['field'],
  file: number,
  device: number,
  refuses: boolean,
): DfuSuffixProblem | undefined {
  return file === ANY || file === device ? undefined : { field, file, device, refuses };
}
