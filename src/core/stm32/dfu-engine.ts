/**
 * The DfuSe operations on one device: select, set address, erase, write, read. Keeps track of the
 * device's state, so that DNLOAD and UPLOAD are only sent where DFU allows them.
 *
 * It does not judge addresses: who may write where is decided by its callers (`dfu-session.ts` for
 * flash, `dfu-powers.ts` and its three files for what only an approved plan may do). It never leaves DFU.
 */
import { isFilledWith } from '../bytes/index.ts';
import { AppError, isAppError, toAppError, type ErrorCode } from '../errors.ts';
import { throwIfCancelled, type CancelSignal } from '../ports/index.ts';
import { blockBytesFor, planBlocks } from './block-plan.ts';
import { CallQueue } from './call-queue.ts';
import { awaitDownload, downloadAndWait, type Download } from './dfu-download.ts';
import { failureInStep, statusFailure, type Step } from './dfu-failure.ts';
import { ProgressMeter } from './dfu-progress.ts';
import { DFUSE_COMMAND, FIRST_BLOCK, type DfuStatus } from './dfu-protocol.ts';
import type { OptionWriteEnd } from './dfu-powers.ts';
import type { DfuTiming } from './dfu-quirks.ts';
import { recoverToIdle, type Recovery } from './dfu-recovery.ts';
import type { DfuRequests, Sight } from './dfu-requests.ts';
import type { DfuCall } from './dfu-types.ts';
import type { Sector } from './memory-map.ts';

/** Reads are asked for in words; AN3156 wants at least two bytes. */
const READ_UNIT_BYTES = 4;
/** The command list is three or four bytes long. */
const COMMAND_LIST_BYTES = 16;

/** How a pipe ends whose device resets in the middle of a transfer; some hosts never announce the departure. */
const DEPARTURES: readonly ErrorCode[] = [
  'usb-disconnected',
  'usb-transfer-failed',
  'deadline-exceeded',
];

type Signal = CancelSignal | undefined;

export interface ReadRange {
  readonly address: number;
  readonly lengthBytes: number;
  /** First address that must not be asked for, when the last word reaches beyond the range. */
  readonly endAddress: number;
  readonly sight: Sight;
  readonly foreign?: boolean;
  /** See `planBlocks`. */
  readonly pointEachBlock?: boolean;
  readonly signal?: Signal;
  readonly onBlock?: (doneBytes: number) => void;
}

export interface WriteRange {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly alignmentBytes: number;
  readonly sight: Sight;
  readonly signal?: Signal;
  readonly onBlock?: (doneBytes: number) => void;
}

export class DfuEngine {
  readonly #requests: DfuRequests;
  readonly #transferSizeBytes: number;
  readonly #timing: DfuTiming;
  readonly #queue = new CallQueue();
  /** `left`: the device went away in the middle of its work, and was expected to. */
  #phase: 'unknown' | 'idle' | 'downloading' | 'uploading' | 'left' = 'unknown';
  #alternate: number | undefined;
  #step: Step | undefined;
  #closed = false;

  constructor(requests: DfuRequests, transferSizeBytes: number, timing: DfuTiming) {
    this.#requests = requests;
    this.#timing = timing;
    this.#transferSizeBytes = transferSizeBytes;
  }

  /**
   * Runs `work` when all earlier calls are done, and leaves the device in dfuIDLE. When it fails or is
   * cancelled, the device is brought back to dfuIDLE if that is possible, and the error names the step.
   */
  async operate<T>(signal: Signal, work: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      throwIfCancelled(signal);
      if (this.#closed) throw new AppError('usb-no-device', 'the DFU session is closed');
      this.#step = undefined;
      try {
        const result = await work();
        if (this.#phase !== 'idle' && this.#phase !== 'left') await this.#settle();
        return result;
      } catch (error) {
        throw await this.#recoverAndDescribe(toAppError(error));
      }
    });
  }

  /** Tells a long call's progress in the time of this device's clock. */
  meter(onProgress: DfuCall['onProgress']): ProgressMeter {
    return new ProgressMeter(this.#requests.clock, onProgress);
  }

  async close(): Promise<void> {
    await this.#queue.run(async () => {
      this.#closed = true;
      await this.#requests.pipe.close();
    });
  }

  async toIdle(signal: Signal): Promise<Recovery> {
    this.#begin({ what: 'go to idle' });
    const recovery = await recoverToIdle(this.#requests, { timing: this.#timing, signal });
    this.#phase = 'idle';
    return recovery;
  }

  async selectAlternate(alternate: number, signal: Signal): Promise<void> {
    if (this.#alternate === alternate) return;
    if (this.#phase !== 'idle') await this.toIdle(signal);
    this.#begin({ what: `select alternate setting ${alternate}` });
    this.#alternate = undefined;
    await this.#requests.selectAlternate(alternate, signal);
    this.#alternate = alternate;
    this.#phase = 'idle';
  }

  /** Answer to UPLOAD with wValue 0. */
  async readCommandList(signal: Signal): Promise<Uint8Array> {
    await this.#prepareUpload(signal);
    this.#begin({ what: 'read the command list' });
    const lengthBytes = Math.min(COMMAND_LIST_BYTES, this.#transferSizeBytes);
    return this.#requests.upload(0, lengthBytes, 'open', signal);
  }

  async setAddress(address: number, signal: Signal, foreign = false): Promise<void> {
    const step = { what: 'set address', address, foreign };
    await this.#command(DFUSE_COMMAND.setAddress, this.#timing.setAddressMs, signal, step);
  }

  /** Erases one sector. A device that wedges while erasing is freed, and the sector looked at. */
  async eraseSector(sector: Sector, signal: Signal): Promise<void> {
    const step = { what: 'erase sector', address: sector.address };
    try {
      await this.#command(DFUSE_COMMAND.erase, this.#timing.eraseSectorMs, signal, step);
    } catch (error) {
      await this.#free(error, signal);
      if (await this.#isBlank(sector, signal)) return;
      this.#begin(step);
      throw error;
    }
  }

  /**
   * Erases all of the user flash with one command, which is finished once it is sent. Whether it did is
   * told by reading alone: write-protected sectors stay, and a device that wedged may have erased or not.
   */
  async eraseAll(): Promise<void> {
    const { massEraseMs: patienceMs, massEraseAtLeastMs: atLeastMs } = this.#timing;
    await this.#prepareDownload(undefined);
    this.#begin({ what: 'erase everything' });
    const data = Uint8Array.of(DFUSE_COMMAND.erase);
    try {
      await downloadAndWait(this.#requests, this.#download(0, data, 'open', patienceMs, atLeastMs));
      this.#phase = 'downloading';
    } catch (error) {
      await this.#free(error, undefined);
    }
  }

  /**
   * One block of option bytes at the pointer, finished once it is sent. The chip loads them at once and may
   * reset before its second status (AN3156): then the session is at its end.
   */
  async writeOptions(address: number, data: Uint8Array): Promise<OptionWriteEnd> {
    this.#begin({ what: 'write option bytes', address });
    const download = this.#download(FIRST_BLOCK, data, 'secret', this.#timing.writeOptionsMs);
    await this.#requests.download(download.block, data, download.sight, undefined);
    try {
      await awaitDownload(this.#requests, download);
      this.#phase = 'downloading';
      return 'finished';
    } catch (error) {
      if (!DEPARTURES.some((code) => isAppError(error, code))) throw error;
      this.#phase = 'left';
      return 'left';
    }
  }

  /** Writes blocks of full length from `range.address` on; see `planBlocks`. */
  async write(range: WriteRange): Promise<void> {
    const { address, bytes, signal } = range;
    for (const block of this.#plan(address, bytes.length, range.alignmentBytes)) {
      throwIfCancelled(signal);
      if (block.setPointer) await this.setAddress(block.address, signal);
      const from = block.address - address;
      const to = from + block.lengthBytes;
      await this.#writeBlock(
        block.number,
        block.address,
        bytes.subarray(from, to),
        range.sight,
        signal,
      );
      range.onBlock?.(to);
    }
  }

  /**
   * One data block at `address`, pointer set first, wValue 2. Once the pointer is set it is finished,
   * cancelled or not: for memory where half a write is worse than a late one.
   */
  async writeOnce(address: number, data: Uint8Array, signal: Signal): Promise<void> {
    await this.setAddress(address, signal);
    throwIfCancelled(signal);
    await this.#writeBlock(FIRST_BLOCK, address, data, 'secret', undefined);
  }

  /** Set address, ABORT, UPLOADs. The caller owns the bytes. */
  async read(range: ReadRange): Promise<Uint8Array> {
    const { address, signal, foreign = false } = range;
    const result = new Uint8Array(range.lengthBytes);
    const pointEachBlock = range.pointEachBlock ?? false;
    for (const block of this.#plan(address, range.lengthBytes, READ_UNIT_BYTES, pointEachBlock)) {
      throwIfCancelled(signal);
      if (block.setPointer) await this.#pointForReading(block.address, signal, foreign);
      this.#begin({ what: 'read block', address: block.address, foreign });
      const askedBytes = Math.min(
        Math.ceil(block.lengthBytes / READ_UNIT_BYTES) * READ_UNIT_BYTES,
        range.endAddress - block.address,
      );
      const data = await this.#requests.upload(block.number, askedBytes, range.sight, signal);
      if (data.length < block.lengthBytes) {
        throw new AppError(
          'dfu-protocol',
          `the device answered ${data.length} bytes instead of ${askedBytes}`,
          { context: { lengthBytes: data.length } },
        );
      }
      this.#phase = 'uploading';
      const doneBytes = block.address - address;
      result.set(data.subarray(0, block.lengthBytes), doneBytes);
      range.onBlock?.(doneBytes + block.lengthBytes);
    }
    return result;
  }

  /** Names what the caller is about to check, for the error if it fails. */
  nameStep(step: Step): void {
    this.#step = step;
  }

  #plan(address: number, lengthBytes: number, alignmentBytes: number, pointEachBlock = false) {
    const blockBytes = blockBytesFor(this.#transferSizeBytes, alignmentBytes);
    return planBlocks(address, lengthBytes, blockBytes, this.#transferSizeBytes, pointEachBlock);
  }

  async #pointForReading(address: number, signal: Signal, foreign: boolean): Promise<void> {
    await this.setAddress(address, signal, foreign);
    // UPLOAD is not allowed in dfuDNLOAD-IDLE; the pointer survives ABORT.
    await this.#prepareUpload(signal);
  }

  async #writeBlock(
    block: number,
    address: number,
    data: Uint8Array,
    sight: Sight,
    signal: Signal,
  ): Promise<void> {
    this.#begin({ what: 'write block', address });
    const download = this.#download(block, data, sight, this.#timing.writeBlockMs);
    await downloadAndWait(this.#requests, { ...download, signal });
    this.#phase = 'downloading';
  }

  async #command(opcode: number, patienceMs: number, signal: Signal, step: Step): Promise<void> {
    await this.#prepareDownload(signal);
    this.#begin(step);
    const data = new Uint8Array(5);
    data[0] = opcode;
    new DataView(data.buffer).setUint32(1, step.address ?? 0, true);
    const download = this.#download(0, data, 'open', patienceMs);
    await downloadAndWait(this.#requests, { ...download, signal });
    this.#phase = 'downloading';
  }

  #download(
    block: number,
    data: Uint8Array,
    sight: Sight,
    patienceMs: number,
    atLeastMs = 0,
  ): Download {
    return { block, data, sight, patienceMs, atLeastMs, timing: this.#timing };
  }

  /** Brings a device back that stays busy for ever; throws `error` when it cannot be, or was another. */
  async #free(error: unknown, signal: Signal): Promise<void> {
    if (!isAppError(error, 'dfu-stuck')) throw error;
    const options = { timing: this.#timing, signal, busyPatienceMs: 0 };
    await recoverToIdle(this.#requests, options).catch(() => {
      throw error;
    });
    this.#phase = 'idle';
  }

  async #prepareDownload(signal: Signal): Promise<void> {
    if (this.#phase === 'unknown' || this.#phase === 'left') await this.toIdle(signal);
    if (this.#phase === 'uploading') await this.#abort(signal);
  }

  async #prepareUpload(signal: Signal): Promise<void> {
    if (this.#phase === 'unknown' || this.#phase === 'left') await this.toIdle(signal);
    if (this.#phase === 'downloading') await this.#abort(signal);
  }

  async #abort(signal: Signal): Promise<void> {
    this.#begin({ what: 'abort' });
    await this.#requests.abort(signal);
    this.#phase = 'idle';
  }

  /** Between its first and last transfer a step leaves the device's state open. */
  #begin(step: Step): void {
    this.#step = step;
    this.#phase = 'unknown';
  }

  async #settle(): Promise<void> {
    const { cleared } = await this.toIdle(undefined);
    if (cleared !== undefined) throw statusFailure(cleared);
  }

  async #isBlank(sector: Sector, signal: Signal): Promise<boolean> {
    const content = await this.read({
      address: sector.address,
      lengthBytes: sector.sizeBytes,
      endAddress: sector.address + sector.sizeBytes,
      sight: 'open',
      signal,
    });
    return isFilledWith(content, 0xff);
  }

  async #recoverAndDescribe(error: AppError): Promise<AppError> {
    const step = this.#step;
    return failureInStep(error, step, await this.#recover(error));
  }

  /** Back to idle after `error`, if the device lets us; returns the error status that it had. */
  async #recover(error: AppError): Promise<DfuStatus | undefined> {
    this.#phase = 'unknown';
    if (error.code === 'usb-disconnected') return undefined;
    try {
      const waitedAlready = error.code === 'dfu-stuck';
      const recovery = await recoverToIdle(
        this.#requests,
        waitedAlready ? { timing: this.#timing, busyPatienceMs: 0 } : { timing: this.#timing },
      );
      this.#phase = 'idle';
      return recovery.cleared;
    } catch {
      // The first error is the one to report; the next operation starts with a recovery anyway.
      return undefined;
    }
  }
}
