/**
 * A DfuSe session over a control pipe: judges who may read, erase and write where, and hands the
 * allowed calls to the engine. Flash calls touch flash only, by address; nothing here writes OTP or
 * option bytes, and nothing erases more than the sectors that were named.
 */
import { hexNumber } from '../bytes/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Clock, ControlPipe } from '../ports/index.ts';
import { isFlashRange, isOtpRange } from './address-space.ts';
import { boards, recogniseBoard } from './boards.ts';
import { describeDevice } from './dfu-describe.ts';
import { DfuEngine } from './dfu-engine.ts';
import { grantPowers } from './dfu-powers.ts';
import { quirksOf } from './dfu-quirks.ts';
import { DfuRequests } from './dfu-requests.ts';
import type {
  DfuAlternate,
  DfuCall,
  DfuDescription,
  DfuSession,
  OpenDfuOptions,
  ProgramCall,
  ProgramReport,
  ReadCall,
} from './dfu-types.ts';
import { powersOfEngine } from './engine-powers.ts';
import { programFlash, type FlashTarget } from './flash-program.ts';
import { regionContains, sectorsTouched, type MemoryRegion, type Sector } from './memory-map.ts';

const ADDRESS_SPACE_BYTES = 2 ** 32;
/** No flash of an STM32 is larger; keeps a slip of the caller from allocating gigabytes. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/**
 * Reads the descriptors, brings the device to dfuIDLE and asks for its command list. When it throws,
 * the pipe stays open and the caller's. Throws `dfu-not-found` when there is no DfuSe behind it, and
 * what the calls of `DfuSession` throw.
 */
export async function openDfu(
  pipe: ControlPipe,
  clock: Clock,
  options: OpenDfuOptions = {},
): Promise<DfuSession> {
  const { signal } = options;
  const requests = new DfuRequests(pipe, clock, options.transcript);
  const described = await describeDevice(requests, signal);
  const { timing } = quirksOf(described.alternates);
  const engine = new DfuEngine(requests, described.transferSizeBytes, timing);
  await engine.operate(signal, async () => {
    await engine.toIdle(signal);
    await engine.selectAlternate(described.alternates[0]?.number ?? 0, signal);
  });
  const warnings = [...described.warnings];
  const commands = await readCommands(engine, signal, warnings);
  const session = new EngineSession(engine, { ...described, commands, warnings });
  grantPowers(session, powersOfEngine(engine));
  return session;
}

/** Some bootloaders have no command list; that is a remark, not a failure. */
async function readCommands(
  engine: DfuEngine,
  signal: OpenDfuOptions['signal'],
  warnings: string[],
): Promise<readonly number[]> {
  try {
    return [...(await engine.operate(signal, () => engine.readCommandList(signal)))];
  } catch (error) {
    const answered =
      isAppError(error, 'usb-stall') ||
      isAppError(error, 'dfu-status') ||
      isAppError(error, 'dfu-address-refused') ||
      isAppError(error, 'dfu-read-protected');
    if (!answered) throw error;
    warnings.push(`no command list: ${error.message}`);
    return [];
  }
}

class EngineSession implements DfuSession {
  readonly description: DfuDescription;
  readonly #engine: DfuEngine;
  readonly #writeUnitBytes: number;

  constructor(engine: DfuEngine, description: DfuDescription) {
    this.#engine = engine;
    this.description = description;
    // Unknown chips get the largest unit that is known here; it satisfies the smaller ones.
    this.#writeUnitBytes =
      recogniseBoard(description)?.flash.writeUnitBytes ??
      Math.max(...boards.map((board) => board.flash.writeUnitBytes));
  }

  async toIdle(): Promise<void> {
    await this.#engine.operate(undefined, () => this.#engine.toIdle(undefined));
  }

  async readMemory(
    alternate: number,
    address: number,
    lengthBytes: number,
    call: ReadCall = {},
  ): Promise<Uint8Array> {
    const { signal } = call;
    const chosen = this.#alternate(alternate);
    checkRange(address, lengthBytes);
    const endAddress = endOfRegions(chosen, address, lengthBytes);
    const foreign = endAddress === undefined;
    if (foreign && call.allowForeignAddress !== true) {
      throw outside(chosen, address, lengthBytes, 'is not in the memory map of');
    }
    if (lengthBytes === 0) return new Uint8Array(0);
    const inFlash = isFlashRange(address, lengthBytes);
    const meter = this.#engine.meter(call.onProgress);
    return this.#engine.operate(signal, async () => {
      await this.#engine.selectAlternate(alternate, signal);
      meter.begin('reading', lengthBytes);
      return this.#engine.read({
        address,
        lengthBytes,
        endAddress: endAddress ?? ADDRESS_SPACE_BYTES,
        sight: inFlash ? 'open' : 'secret',
        pointEachBlock: !inFlash,
        foreign,
        signal,
        onBlock: (doneBytes) => {
          meter.report('reading', doneBytes, lengthBytes);
        },
      });
    });
  }

  async eraseSectors(
    alternate: number,
    sectorAddresses: readonly number[],
    call: DfuCall = {},
  ): Promise<void> {
    const { signal } = call;
    const chosen = this.#alternate(alternate);
    const sectors = sectorAddresses.map((address) => erasableSector(chosen, address));
    const totalBytes = sectors.reduce((sum, sector) => sum + sector.sizeBytes, 0);
    if (sectors.length === 0) return;
    const meter = this.#engine.meter(call.onProgress);
    await this.#engine.operate(signal, async () => {
      await this.#engine.selectAlternate(alternate, signal);
      let doneBytes = 0;
      meter.begin('erasing', totalBytes);
      for (const sector of sectors) {
        await this.#engine.eraseSector(sector, signal);
        doneBytes += sector.sizeBytes;
        meter.report('erasing', doneBytes, totalBytes);
      }
    });
  }

  async writeFlash(
    alternate: number,
    address: number,
    bytes: Uint8Array,
    call: DfuCall = {},
  ): Promise<void> {
    const { signal } = call;
    const chosen = this.#alternate(alternate);
    flashRegion(chosen, address, bytes.length);
    this.#checkAligned('address', address);
    this.#checkAligned('length', bytes.length);
    if (bytes.length === 0) return;
    const owned = bytes.slice();
    const meter = this.#engine.meter(call.onProgress);
    await this.#engine.operate(signal, async () => {
      await this.#engine.selectAlternate(alternate, signal);
      meter.begin('writing', owned.length);
      await this.#engine.write({
        address,
        bytes: owned,
        alignmentBytes: this.#writeUnitBytes,
        sight: 'open',
        signal,
        onBlock: (doneBytes) => {
          meter.report('writing', doneBytes, owned.length);
        },
      });
    });
  }

  async programFlash(
    address: number,
    bytes: Uint8Array,
    call: ProgramCall = {},
  ): Promise<ProgramReport> {
    if (bytes.length === 0) throw new AppError('invalid-argument', 'an empty image');
    this.#checkAligned('address', address);
    const target = this.#flashTarget(address, bytes.length);
    const owned = bytes.slice();
    return this.#engine.operate(call.signal, () =>
      programFlash(this.#engine, target, address, owned, call),
    );
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  #alternate(number: number): DfuAlternate {
    const found = this.description.alternates.find((alternate) => alternate.number === number);
    if (found === undefined) {
      throw new AppError('invalid-argument', `the device has no alternate setting ${number}`);
    }
    return found;
  }

  #flashTarget(address: number, lengthBytes: number): FlashTarget {
    const holder =
      this.description.alternates.find((alternate) =>
        alternate.map?.regions.some((region) => regionContains(region, address, lengthBytes)),
      ) ?? this.#alternate(this.description.alternates[0]?.number ?? 0);
    const region = flashRegion(holder, address, lengthBytes);
    return { alternate: holder.number, region, writeUnitBytes: this.#writeUnitBytes };
  }

  #checkAligned(what: string, value: number): void {
    if (value % this.#writeUnitBytes === 0) return;
    throw new AppError(
      'invalid-argument',
      `flash is written in units of ${this.#writeUnitBytes} bytes; ${what} ${hexNumber(value)} is none`,
      { context: { [what]: value, writeUnitBytes: this.#writeUnitBytes } },
    );
  }
}

function checkRange(address: number, lengthBytes: number): void {
  const sound =
    Number.isInteger(address) &&
    Number.isInteger(lengthBytes) &&
    address >= 0 &&
    lengthBytes >= 0 &&
    lengthBytes <= MAX_READ_BYTES &&
    address + lengthBytes <= ADDRESS_SPACE_BYTES;
  if (!sound) {
    throw new AppError('invalid-argument', `no memory range: ${address}, ${lengthBytes} bytes`);
  }
}

function outside(
  alternate: DfuAlternate,
  address: number,
  lengthBytes: number,
  how: string,
): AppError {
  return new AppError(
    'invalid-argument',
    `${hexNumber(address)}, ${lengthBytes} bytes, ${how} alternate setting ${alternate.number}`,
    { context: { address: hexNumber(address), lengthBytes, alternate: alternate.number } },
  );
}

/** End of the region in which the range ends, when regions cover all of it. */
function endOfRegions(
  alternate: DfuAlternate,
  address: number,
  lengthBytes: number,
): number | undefined {
  const end = address + lengthBytes;
  let at = address;
  for (;;) {
    const region = alternate.map?.regions.find((candidate) => regionContains(candidate, at));
    if (region === undefined) return undefined;
    at = region.startAddress + region.sizeBytes;
    if (at >= end) return at;
  }
}

/** The flash region that holds the whole range; throws for anything that is not flash, by address. */
function flashRegion(alternate: DfuAlternate, address: number, lengthBytes: number): MemoryRegion {
  checkRange(address, lengthBytes);
  const region = alternate.map?.regions.find(
    (candidate) => candidate.writable && regionContains(candidate, address, lengthBytes),
  );
  if (region === undefined || !isFlashRange(address, lengthBytes)) {
    const what = isOtpRange(address, lengthBytes)
      ? 'is one-time-programmable, not flash of'
      : 'is not flash of';
    throw outside(alternate, address, lengthBytes, what);
  }
  return region;
}

function erasableSector(alternate: DfuAlternate, address: number): Sector {
  const region = flashRegion(alternate, address, 1);
  const [sector] = sectorsTouched(region, address, 1);
  if (sector?.address !== address || !region.erasable || !isFlashRange(address, sector.sizeBytes)) {
    throw outside(alternate, address, 1, 'is not the start of an erasable flash sector of');
  }
  return sector;
}
