/** Opens containers (ELF, Intel HEX, S-record, DfuSe) and dumps: what lies in them, and where. */
import {
  endAddress,
  flatten,
  readFirmwareFile,
  recogniseFirmwareFile,
  type FirmwareFile,
  type Segment,
} from '../core/stm32/index.ts';
import { findImages } from '../core/wolfboot/index.ts';

export interface FilePart {
  /** Undefined where the file says no address: then it is an offset in the file. */
  readonly address: number | undefined;
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/** Undefined: the file is no container. Throws what `readFirmwareFile` throws. */
export function openContainer(bytes: Uint8Array, path: string): FirmwareFile | undefined {
  const format = recogniseFirmwareFile(bytes);
  return format === 'bin' ? undefined : readFirmwareFile(bytes, path, { format });
}

/** What lies further apart does not belong together. */
const WIDEST_GAP_BYTES = 1024 * 1024;

/** Images and what stands between them, by address. */
export function partsOfContainer({ segments }: FirmwareFile): readonly FilePart[] {
  const runs: Segment[][] = [];
  for (const segment of segments) {
    const run = runs.at(-1);
    const end = run?.at(-1);
    if (run && end && segment.address - endAddress(end) <= WIDEST_GAP_BYTES) run.push(segment);
    else runs.push([segment]);
  }
  return runs.flatMap((run) => {
    const { address, bytes } = flatten(run);
    return splitAtImages(bytes).map((part) => ({ ...part, address: address + part.offsetBytes }));
  });
}

/** The images in a file without addresses; empty when there is none or the file is one itself. */
export function partsOfDump(bytes: Uint8Array): readonly FilePart[] {
  const parts = splitAtImages(bytes);
  return parts.length > 1 ? parts : [];
}

function splitAtImages(bytes: Uint8Array): readonly FilePart[] {
  const parts: FilePart[] = [];
  let at = 0;
  const add = (endBytes: number): void => {
    if (endBytes <= at) return;
    parts.push({ address: undefined, offsetBytes: at, bytes: bytes.subarray(at, endBytes) });
    at = endBytes;
  };
  for (const { offsetBytes, lengthBytes } of findImages(bytes)) {
    add(offsetBytes);
    add(offsetBytes + lengthBytes);
  }
  add(bytes.length);
  return parts;
}
