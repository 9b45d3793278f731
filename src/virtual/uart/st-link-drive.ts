/**
 * The disk of the virtual board's ST-LINK: a file copied onto it is programmed into the flash, then the probe
 * resets the chip, leaves the bus for a moment and comes back, with FAIL.TXT when it disliked the file. It
 * programs user flash only: there is no way from here to OTP or option bytes.
 *
 * The words of FAIL.TXT for an unreachable target are the probe's own as people quote them; the others are
 * chosen here.
 */
import { asciiToBytes, padTo, toHex } from '../../core/bytes/index.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import {
  DETAILS_FILE,
  FAIL_FILE,
  IDENTITY_FILE,
  throwIfCancelled,
  type DriveBus,
  type DriveWriteProgress,
  type LongCall,
  type ProbeDrive,
} from '../../core/ports/index.ts';
import { readFirmwareFile } from '../../core/stm32/index.ts';
import type { FaultBox } from '../faults/fault-box.ts';
import {
  FLASH_BASE,
  FLASH_BYTES,
  QUAD_WORD_BYTES,
  SECTOR_BYTES,
  type FlashMemory,
} from '../flash/flash-memory.ts';
import type { SimClock } from '../sim-clock.ts';

export interface DriveHooks {
  readonly flash: FlashMemory;
  readonly uniqueId: Uint8Array;
  /** Whether a debugger may halt the core: product state Open. */
  readonly reachable: () => boolean;
  /** The probe holds the core while it programs. */
  readonly hold: () => void;
  readonly reset: () => void;
  readonly pullPlug: () => void;
  readonly log: (what: string) => void;
}

const LABEL = 'NOD_H563ZI (virtual board)';
const CHUNK_BYTES = 4096;
/** About 500 kB/s. */
const CHUNK_MS = 8;
/** The probe is away after a file. */
const REMOUNT_MS = 400;

const FAILURES = {
  target: 'The interface firmware FAILED to reset/halt the target MCU',
  timeout: 'The transfer timed out.',
  flash: 'The interface firmware FAILED to program the target flash',
  format: 'The application file format is unknown and cannot be parsed and/or processed.',
  address: 'The application file has content outside of the target flash.',
} as const;

type Failure = keyof typeof FAILURES;

interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class StLinkDrive implements ProbeDrive, DriveBus {
  readonly label = LABEL;
  readonly #clock: SimClock;
  readonly #faults: FaultBox;
  readonly #hooks: DriveHooks;
  #state: 'unplugged' | 'mounted' | 'away' = 'unplugged';
  #failText: string | undefined;
  #chosen = false;
  #busy = false;
  /** Counts plugs, so that a write knows the drive it began on. */
  #mounts = 0;

  constructor(clock: SimClock, faults: FaultBox, hooks: DriveHooks) {
    this.#clock = clock;
    this.#faults = faults;
    this.#hooks = hooks;
  }

  plug(): void {
    this.#mounts += 1;
    this.#failText = undefined;
    this.#state = 'mounted';
  }

  unplug(): void {
    this.#state = 'unplugged';
  }

  async remembered(): Promise<ProbeDrive | undefined> {
    return this.#chosen ? this : undefined;
  }

  async choose(): Promise<ProbeDrive> {
    if (this.#state === 'unplugged') {
      throw new AppError('drive-unavailable', 'the ST-LINK plug of the virtual board is not in');
    }
    this.#chosen = true;
    return this;
  }

  async forget(): Promise<void> {
    this.#chosen = false;
  }

  async isAllowed(): Promise<boolean> {
    return true;
  }

  async allow(): Promise<void> {}

  async list(): Promise<readonly string[]> {
    this.#requireMounted();
    return [...this.#files().keys()];
  }

  async read(name: string): Promise<Uint8Array> {
    this.#requireMounted();
    const text = this.#files().get(name.toUpperCase());
    if (text === undefined) {
      throw new AppError('file-failed', `${name} is not on the drive`, { context: { file: name } });
    }
    return asciiToBytes(text);
  }

  async write(
    name: string,
    bytes: Uint8Array,
    call: LongCall<DriveWriteProgress> = {},
  ): Promise<void> {
    this.#requireMounted();
    if (this.#faults.refusesRename) {
      await this.#clock.sleep(CHUNK_MS, call.signal);
      throw new AppError('drive-write-refused', `the drive refuses to rename ${name}.crswap`, {
        context: { file: name },
      });
    }
    await this.drop(name, bytes, call);
  }

  /** A copy by hand: nothing is renamed. */
  async drop(
    name: string,
    bytes: Uint8Array,
    call: LongCall<DriveWriteProgress> = {},
  ): Promise<void> {
    this.#requireMounted();
    throwIfCancelled(call.signal);
    if (this.#busy) throw new AppError('drive-gone', 'the drive is busy with another file');
    this.#busy = true;
    try {
      await this.#take(name, bytes.slice(), call);
    } finally {
      this.#busy = false;
    }
  }

  async #take(name: string, bytes: Uint8Array, call: LongCall<DriveWriteProgress>): Promise<void> {
    this.#hooks.log(`drive: ${name}, ${bytes.length} bytes`);
    const mount = this.#mounts;
    const failure = this.#hooks.reachable() ? this.#faults.driveFailure() : 'target';
    const pieces = failure ?? piecesOf(name, bytes);
    if (typeof pieces !== 'string') this.#hooks.hold();
    // A binary is programmed as it arrives; of other files the end has to be seen first.
    const programsAtOnce = typeof pieces !== 'string' && isBinary(name);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const lengthBytes = Math.min(CHUNK_BYTES, bytes.length - at);
      await this.#clock.sleep(CHUNK_MS);
      this.#requireMount(mount);
      const { cutAfterBytes } = this.#faults.driveBytes(lengthBytes);
      if (cutAfterBytes !== undefined) {
        this.#hooks.pullPlug();
        this.#requireMount(mount);
      }
      if (programsAtOnce) this.#programBinary(bytes, at, at + lengthBytes);
      call.onProgress?.({ doneBytes: at + lengthBytes, totalBytes: bytes.length });
    }
    if (typeof pieces !== 'string' && !programsAtOnce) this.#programPieces(pieces);
    this.#remount(typeof pieces === 'string' ? pieces : undefined);
  }

  /** Whole sectors, as soon as their last byte is there. */
  #programBinary(bytes: Uint8Array, from: number, to: number): void {
    for (let start = 0; start < to; start += SECTOR_BYTES) {
      const end = Math.min(start + SECTOR_BYTES, bytes.length);
      if (end > from && end <= to) {
        this.#hooks.flash.load(FLASH_BASE + start, bytes.subarray(start, end));
      }
    }
  }

  /** Erases each touched sector once: parts may share one. */
  #programPieces(pieces: readonly Piece[]): void {
    const { flash } = this.#hooks;
    const sectors = pieces.flatMap(({ address, bytes }) => {
      const first = Math.floor(address / SECTOR_BYTES);
      const last = Math.floor((address + bytes.length - 1) / SECTOR_BYTES);
      return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * SECTOR_BYTES);
    });
    flash.clearErrors();
    for (const address of new Set(sectors)) flash.eraseSector(address);
    for (const { address, bytes } of pieces) {
      flash.program(address, padTo(bytes, QUAD_WORD_BYTES, 0xff));
    }
  }

  #remount(failure: Failure | undefined): void {
    const mount = this.#mounts;
    this.#state = 'away';
    this.#failText = failure && FAILURES[failure];
    this.#hooks.log(failure === undefined ? 'drive: programmed' : `drive: failed (${failure})`);
    this.#clock.schedule(REMOUNT_MS, () => {
      if (this.#state === 'away' && mount === this.#mounts) this.#state = 'mounted';
    });
    if (failure === undefined) this.#hooks.reset();
  }

  #files(): ReadonlyMap<string, string> {
    const id = toHex(this.#hooks.uniqueId).toUpperCase();
    const files = new Map([
      [DETAILS_FILE, 'Version: V3E-VIRTUAL\r\nBuild:   Jan  1 2026 00:00:00\r\n'],
      [IDENTITY_FILE, `<meta http-equiv="refresh" content="0; url=?code=VIRTUAL${id}">\r\n`],
    ]);
    if (this.#failText !== undefined) files.set(FAIL_FILE, `${this.#failText}\r\n`);
    return files;
  }

  #requireMounted(): void {
    if (this.#state !== 'mounted') throw gone();
  }

  #requireMount(mount: number): void {
    if (this.#state !== 'mounted' || this.#mounts !== mount) throw gone();
  }
}

function gone(): AppError {
  return new AppError('drive-gone', 'the drive of the virtual board is not there');
}

function isBinary(name: string): boolean {
  return /\.bin$/i.test(name);
}

/** What would be programmed where, or what is wrong with the file. */
function piecesOf(name: string, bytes: Uint8Array): readonly Piece[] | Failure {
  if (bytes.length === 0) return 'format';
  if (isBinary(name)) return checked([{ address: FLASH_BASE, bytes }]);
  if (!/\.hex$/i.test(name)) return 'format';
  try {
    const { format, segments } = readFirmwareFile(bytes, name);
    return format === 'intel-hex' ? checked(segments) : 'format';
  } catch (error) {
    if (isAppError(error)) return 'format';
    throw error;
  }
}

const FLASH_END = FLASH_BASE + FLASH_BYTES;

/** A file that names a single byte outside of the user flash is not programmed at all. */
function checked(pieces: readonly Piece[]): readonly Piece[] | Failure {
  const inside = pieces.every(
    ({ address, bytes }) =>
      address >= FLASH_BASE &&
      address + bytes.length <= FLASH_END &&
      address % QUAD_WORD_BYTES === 0,
  );
  return inside ? pieces : 'address';
}
