/** A `ControlPipe` onto a fake ROM, or onto a script of answers, with the pipe's own faults. */
import { AppError } from '../../../src/core/errors.ts';
import type {
  Clock,
  ControlPipe,
  ControlRequest,
  TransferOptions,
  UsbIdentity,
} from '../../../src/core/ports/index.ts';
import { throwIfCancelled } from '../../../src/core/ports/index.ts';
import type { Answer, FakeRom } from './fake-rom.ts';

export const IDENTITY: UsbIdentity = {
  vendorId: 0x0483,
  productId: 0xdf11,
  deviceVersionBcd: 0x0300,
  manufacturer: 'STMicroelectronics',
  product: 'DFU in FS Mode',
  serial: '3550366F3330',
};

export interface PipeTransfer {
  /** Counts from 0. */
  readonly index: number;
  readonly request: ControlRequest | { readonly alternate: number };
  /** Empty for IN transfers. */
  readonly data: Uint8Array;
  readonly lengthBytes: number;
}

/** What the device does with one transfer. */
export type Reaction = Answer | 'hang' | 'gone';

/** Time that one transfer takes on the simulated bus. */
const TRANSFER_MS = 1;

export class FakePipe implements ControlPipe {
  readonly identity = IDENTITY;
  readonly interfaceNumber = 0;
  readonly clock: Clock;
  transfers = 0;
  closed = 0;
  /** Transfers whose calls overlapped another one. */
  overlaps = 0;
  readonly #react: (transfer: PipeTransfer) => Reaction;
  #gone = false;
  #busy = false;

  constructor(clock: Clock, react: (transfer: PipeTransfer) => Reaction) {
    this.clock = clock;
    this.#react = react;
  }

  async controlIn(
    request: ControlRequest,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array> {
    const data = await this.#transfer(request, new Uint8Array(0), lengthBytes, options);
    return data.slice(0, lengthBytes);
  }

  async controlOut(
    request: ControlRequest,
    data: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    await this.#transfer(request, data, 0, options);
  }

  async selectAlternate(alternate: number, options: TransferOptions): Promise<void> {
    await this.#transfer({ alternate }, new Uint8Array(0), 0, options);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  async #transfer(
    request: PipeTransfer['request'],
    data: Uint8Array,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array> {
    throwIfCancelled(options.signal);
    if (this.#busy) this.overlaps += 1;
    this.#busy = true;
    try {
      return await this.#answer(request, data, lengthBytes, options);
    } finally {
      this.#busy = false;
    }
  }

  async #answer(
    request: PipeTransfer['request'],
    data: Uint8Array,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array> {
    const index = this.transfers;
    this.transfers += 1;
    const reaction = this.#gone ? 'gone' : this.#react({ index, request, data, lengthBytes });
    await this.clock.sleep(reaction === 'hang' ? options.timeoutMs : TRANSFER_MS, options.signal);
    switch (reaction) {
      case 'stall':
        throw new AppError('usb-stall', 'stalled');
      case 'hang':
        throw new AppError('deadline-exceeded', `no answer within ${options.timeoutMs} ms`);
      case 'gone':
        this.#gone = true;
        throw new AppError('usb-disconnected', 'unplugged');
      default:
        return reaction.data;
    }
  }
}

/** A pipe onto `rom`. `fault` may strike before the ROM sees the transfer. */
export function pipeTo(
  rom: FakeRom,
  fault: (transfer: PipeTransfer) => Reaction | undefined = () => undefined,
): FakePipe {
  return new FakePipe(rom.options.clock, (transfer) => {
    const { request, data, lengthBytes } = transfer;
    const struck = fault(transfer);
    if (struck !== undefined) return struck;
    if ('alternate' in request) {
      return rom.selectAlternate(request.alternate) ? { data: new Uint8Array(0) } : 'stall';
    }
    return rom.control(request, data, lengthBytes);
  });
}
