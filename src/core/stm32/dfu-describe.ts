/**
 * Asks a device for its DFU description. Interface names are read as string descriptors, because
 * browsers on Linux report none; the functional descriptor is taken from within the configuration
 * descriptor, because a request for it alone hangs a C5 ROM for ever (formats/stm32-dfu.md, section 1).
 */
import { AppError, isAppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import { kindOfMap } from './address-space.ts';
import {
  CONFIGURATION_HEAD_BYTES,
  DESCRIPTOR_TYPE,
  firstLanguageOf,
  textOf,
  totalLengthOf,
  walkConfiguration,
  type InterfaceAlternate,
} from './dfu-descriptors.ts';
import { DFUSE_VERSION_BCD } from './dfu-protocol.ts';
import type { DfuRequests } from './dfu-requests.ts';
import type { DfuAlternate, DfuDescription } from './dfu-types.ts';
import { parseMemoryMap } from './memory-map.ts';

/** Far above any DFU device; keeps a corrupt wTotalLength or a flood of alternates from holding us up. */
const MAX_CONFIGURATION_BYTES = 4096;
const MAX_ALTERNATES = 32;
const STRING_BYTES = 255;
const ENGLISH_US = 0x0409;

type Signal = CancelSignal | undefined;
type Description = Omit<DfuDescription, 'commands'>;

/**
 * Throws `dfu-not-found` when the interface is no DfuSe: plain DFU 1.1 would take DfuSe commands for
 * firmware, so that nothing may be sent to it.
 */
export async function describeDevice(requests: DfuRequests, signal: Signal): Promise<Description> {
  const { pipe } = requests;
  const configuration = await readConfiguration(requests, signal);
  const { alternates, functional, warnings } = walkConfiguration(
    configuration,
    pipe.interfaceNumber,
  );
  if (functional === undefined || alternates.length === 0) {
    throw new AppError('dfu-not-found', 'the device has no DFU interface with its descriptor', {
      context: { interfaceNumber: pipe.interfaceNumber, alternates: alternates.length },
    });
  }
  const remarks = [...warnings];
  if (alternates.length > MAX_ALTERNATES) {
    remarks.push(`${alternates.length} alternates; only the first ${MAX_ALTERNATES} are used`);
  }
  const named = await readNames(requests, alternates.slice(0, MAX_ALTERNATES), remarks, signal);
  if (functional.dfuVersionBcd !== DFUSE_VERSION_BCD) {
    const version = functional.dfuVersionBcd.toString(16).padStart(4, '0');
    if (named.every((alternate) => alternate.map === undefined)) {
      throw new AppError('dfu-not-found', `DFU ${version} without memory maps: not DfuSe`, {
        context: { dfuVersionBcd: functional.dfuVersionBcd },
      });
    }
    remarks.push(`bcdDFUVersion is ${version}, DfuSe says 011a`);
  }
  return {
    identity: pipe.identity,
    interfaceNumber: pipe.interfaceNumber,
    transferSizeBytes: functional.transferSizeBytes,
    dfuVersionBcd: functional.dfuVersionBcd,
    attributes: {
      canDownload: (functional.attributes & 1) !== 0,
      canUpload: (functional.attributes & 2) !== 0,
      manifestationTolerant: (functional.attributes & 4) !== 0,
      willDetach: (functional.attributes & 8) !== 0,
    },
    alternates: named,
    warnings: remarks,
  };
}

async function readConfiguration(requests: DfuRequests, signal: Signal): Promise<Uint8Array> {
  const read = (lengthBytes: number): Promise<Uint8Array> =>
    requests.getDescriptor(DESCRIPTOR_TYPE.configuration, 0, 0, lengthBytes, signal);
  const totalBytes = totalLengthOf(await read(CONFIGURATION_HEAD_BYTES));
  if (totalBytes === undefined) {
    throw new AppError('dfu-protocol', 'the device sent no configuration descriptor');
  }
  return read(Math.min(Math.max(totalBytes, CONFIGURATION_HEAD_BYTES), MAX_CONFIGURATION_BYTES));
}

async function readNames(
  requests: DfuRequests,
  alternates: readonly InterfaceAlternate[],
  warnings: string[],
  signal: Signal,
): Promise<readonly DfuAlternate[]> {
  const reader = new StringReader(requests, warnings, signal);
  const named: DfuAlternate[] = [];
  for (const { number, nameIndex } of alternates) {
    const name = nameIndex === 0 ? undefined : await reader.read(nameIndex);
    const map = name === undefined ? undefined : parseMemoryMap(name);
    named.push({ number, name, map, kind: kindOfMap(map) });
  }
  return named;
}

/** Reads strings as long as the device answers: after one that hangs, the rest would hang too. */
class StringReader {
  readonly #requests: DfuRequests;
  readonly #warnings: string[];
  readonly #signal: Signal;
  #languageId: number | undefined;
  #silent = false;

  constructor(requests: DfuRequests, warnings: string[], signal: Signal) {
    this.#requests = requests;
    this.#warnings = warnings;
    this.#signal = signal;
  }

  async read(index: number): Promise<string | undefined> {
    this.#languageId ??= await this.#readLanguage();
    const bytes = await this.#fetch(index, this.#languageId);
    const text = bytes === undefined ? undefined : textOf(bytes);
    if (text === undefined) this.#warnings.push(`string ${index} could not be read`);
    return text;
  }

  async #readLanguage(): Promise<number> {
    const bytes = await this.#fetch(0, 0);
    return (bytes === undefined ? undefined : firstLanguageOf(bytes)) ?? ENGLISH_US;
  }

  async #fetch(index: number, languageId: number): Promise<Uint8Array | undefined> {
    if (this.#silent) return undefined;
    try {
      return await this.#requests.getDescriptor(
        DESCRIPTOR_TYPE.string,
        index,
        languageId,
        STRING_BYTES,
        this.#signal,
      );
    } catch (error) {
      this.#silent = isAppError(error, 'deadline-exceeded');
      if (this.#silent || isAppError(error, 'usb-stall')) return undefined;
      throw error;
    }
  }
}
