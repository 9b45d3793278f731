/**
 * The single DFU and descriptor requests, each with its deadline and its line in the transcript.
 * Knows the wire; knows no sequence of requests and no state machine.
 */
import { toHex } from '../bytes/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { CancelSignal, Clock, ControlPipe, ControlRequest } from '../ports/index.ts';
import { DFU_REQUEST, stateName, statusName, type DfuStatus } from './dfu-protocol.ts';
import type { TransferEntry } from './dfu-types.ts';

/** A class request may be held up by a flash operation; nothing on these chips takes longer. */
export const CLASS_TIMEOUT_MS = 5_000;
/** Descriptors come from memory. */
export const DESCRIPTOR_TIMEOUT_MS = 1_000;

const GET_DESCRIPTOR = 6;
const STATUS_BYTES = 6;
const SHOWN_BYTES = 8;

type Signal = CancelSignal | undefined;

/** How the data stage may appear in the transcript. */
export type Sight = 'open' | 'secret';

interface Transfer<T> {
  readonly name: string;
  readonly value: number;
  readonly sight: Sight;
  readonly run: () => Promise<T>;
  /** Sent or received bytes, for the transcript. */
  readonly data: (result: T) => Uint8Array;
  readonly answer?: (result: T) => string | undefined;
}

const NO_BYTES = new Uint8Array(0);

export class DfuRequests {
  readonly pipe: ControlPipe;
  readonly clock: Clock;
  readonly #transcript: ((entry: TransferEntry) => void) | undefined;

  constructor(
    pipe: ControlPipe,
    clock: Clock,
    transcript: ((entry: TransferEntry) => void) | undefined,
  ) {
    this.pipe = pipe;
    this.clock = clock;
    this.#transcript = transcript;
  }

  /** Throws `dfu-protocol` when the answer has not its six bytes (DFU 1.1, 6.1.2). */
  async getStatus(signal?: Signal): Promise<DfuStatus> {
    const bytes = await this.#record({
      name: 'GETSTATUS',
      value: 0,
      sight: 'open',
      run: () =>
        this.pipe.controlIn(this.#classRequest(DFU_REQUEST.getStatus, 0), STATUS_BYTES, {
          timeoutMs: CLASS_TIMEOUT_MS,
          signal,
        }),
      data: (received) => received,
      answer: (received) => describeStatus(decodeStatus(received)),
    });
    const status = decodeStatus(bytes);
    if (status === undefined) {
      throw new AppError(
        'dfu-protocol',
        `GETSTATUS answered ${bytes.length} bytes instead of ${STATUS_BYTES}`,
        { context: { lengthBytes: bytes.length } },
      );
    }
    return status;
  }

  async clearStatus(signal?: Signal): Promise<void> {
    await this.#classOut('CLRSTATUS', DFU_REQUEST.clrStatus, 0, NO_BYTES, 'open', signal);
  }

  async abort(signal?: Signal): Promise<void> {
    await this.#classOut('ABORT', DFU_REQUEST.abort, 0, NO_BYTES, 'open', signal);
  }

  /** DNLOAD; wValue 0 is a DfuSe command, 2 and above a data block. Only stores the request. */
  async download(block: number, data: Uint8Array, sight: Sight, signal?: Signal): Promise<void> {
    await this.#classOut('DNLOAD', DFU_REQUEST.dnload, block, data, sight, signal);
  }

  /** UPLOAD; may answer less than asked for. */
  async upload(
    block: number,
    lengthBytes: number,
    sight: Sight,
    signal?: Signal,
  ): Promise<Uint8Array> {
    return this.#record({
      name: 'UPLOAD',
      value: block,
      sight,
      run: () =>
        this.pipe.controlIn(this.#classRequest(DFU_REQUEST.upload, block), lengthBytes, {
          timeoutMs: CLASS_TIMEOUT_MS,
          signal,
        }),
      data: (received) => received,
    });
  }

  /** GET_DESCRIPTOR of the device (USB 2.0, 9.4.3). Never ask for type 0x21: a C5 ROM hangs on it. */
  async getDescriptor(
    type: number,
    index: number,
    languageId: number,
    lengthBytes: number,
    signal?: Signal,
  ): Promise<Uint8Array> {
    const value = type * 256 + index;
    return this.#record({
      name: 'GET_DESCRIPTOR',
      value,
      sight: 'open',
      run: () =>
        this.pipe.controlIn(
          {
            type: 'standard',
            recipient: 'device',
            request: GET_DESCRIPTOR,
            value,
            index: languageId,
          },
          lengthBytes,
          { timeoutMs: DESCRIPTOR_TIMEOUT_MS, signal },
        ),
      data: (received) => received,
    });
  }

  async selectAlternate(alternate: number, signal?: Signal): Promise<void> {
    await this.#record({
      name: 'SET_INTERFACE',
      value: alternate,
      sight: 'open',
      run: () => this.pipe.selectAlternate(alternate, { timeoutMs: CLASS_TIMEOUT_MS, signal }),
      data: () => NO_BYTES,
    });
  }

  async #classOut(
    name: string,
    request: number,
    value: number,
    data: Uint8Array,
    sight: Sight,
    signal: Signal,
  ): Promise<void> {
    await this.#record({
      name,
      value,
      sight,
      run: () =>
        this.pipe.controlOut(this.#classRequest(request, value), data, {
          timeoutMs: CLASS_TIMEOUT_MS,
          signal,
        }),
      data: () => data,
    });
  }

  #classRequest(request: number, value: number): ControlRequest {
    return {
      type: 'class',
      recipient: 'interface',
      request,
      value,
      index: this.pipe.interfaceNumber,
    };
  }

  async #record<T>(transfer: Transfer<T>): Promise<T> {
    const atMs = this.clock.nowMs();
    const note = (outcome: TransferEntry['outcome'], data: Uint8Array, answer?: string): void => {
      this.#transcript?.({
        atMs,
        durationMs: this.clock.nowMs() - atMs,
        request: transfer.name,
        value: transfer.value,
        lengthBytes: data.length,
        ...(transfer.sight === 'open' && data.length > 0
          ? { firstBytes: toHex(data.subarray(0, SHOWN_BYTES)) }
          : {}),
        ...(answer === undefined ? {} : { answer }),
        outcome,
      });
    };
    let result: T;
    try {
      result = await transfer.run();
    } catch (error) {
      note(isAppError(error) ? error.code : 'internal', NO_BYTES);
      throw error;
    }
    note('ok', transfer.data(result), transfer.answer?.(result));
    return result;
  }
}

function decodeStatus(bytes: Uint8Array): DfuStatus | undefined {
  const [status, low, middle, high, state] = bytes;
  if (bytes.length < STATUS_BYTES) return undefined;
  return {
    status: status ?? 0,
    pollTimeoutMs: (low ?? 0) + (middle ?? 0) * 0x100 + (high ?? 0) * 0x10000,
    state: state ?? 0,
  };
}

function describeStatus(status: DfuStatus | undefined): string | undefined {
  if (status === undefined) return undefined;
  return `${statusName(status.status)} ${stateName(status.state)} ${status.pollTimeoutMs} ms`;
}
