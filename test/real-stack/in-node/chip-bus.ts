/**
 * The chip of this folder as a `UsbBus`, without any USB: the engines meet it in plain Node and in simulated
 * time. Control transfers take a millisecond.
 */
import { AppError } from '../../../src/core/errors.ts';
import {
  createCanceller,
  throwIfCancelled,
  withDeadline,
  type Canceller,
  type Clock,
  type ControlPipe,
  type ControlRequest,
  type TransferOptions,
  type UsbBus,
  type UsbDevice,
  type UsbIdentity,
} from '../../../src/core/ports/index.ts';
import type { Stm32H5 } from '../chip/stm32h5.ts';
import type { Setup } from '../chip/usb-device.ts';

const TRANSFER_MS = 1;
const TYPES = { standard: 0x00, class: 0x20, vendor: 0x40 } as const;
const RECIPIENTS = { device: 0, interface: 1 } as const;
const DIRECTION_IN = 0x80;

export class ChipBus implements UsbBus {
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();
  #device: ChipOnBus | undefined;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A chip that was on the bus before leaves it first. */
  plug(chip: Stm32H5): void {
    this.unplug();
    chip.busReset();
    this.#count += 1;
    this.#device = new ChipOnBus(chip, `chip-${this.#count}`, this.#clock);
    this.#tell();
  }

  unplug(): void {
    if (this.#device === undefined) return;
    this.#device.leave();
    this.#device = undefined;
    this.#tell();
  }

  async list(): Promise<readonly UsbDevice[]> {
    return this.#device === undefined ? [] : [this.#device];
  }

  async choose(): Promise<UsbDevice> {
    if (this.#device === undefined) throw new AppError('usb-no-device', 'nothing to choose');
    return this.#device;
  }

  watch(onChange: () => void): () => void {
    // A listener of its own, so that watching twice with one function counts twice.
    const watcher = (): void => {
      onChange();
    };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

class ChipOnBus implements UsbDevice {
  readonly id: string;
  readonly identity: UsbIdentity;
  readonly #chip: Stm32H5;
  readonly #clock: Clock;
  readonly #left = createCanceller();
  #open = false;

  constructor(chip: Stm32H5, id: string, clock: Clock) {
    this.id = id;
    this.#chip = chip;
    this.#clock = clock;
    this.identity = {
      vendorId: chip.vendorId,
      productId: chip.productId,
      deviceVersionBcd: chip.versionBcd,
      manufacturer: chip.manufacturer,
      product: chip.product,
      serial: chip.serialNumber,
    };
  }

  leave(): void {
    this.#left.cancel();
  }

  async open(options: TransferOptions): Promise<ControlPipe> {
    throwIfCancelled(options.signal);
    if (this.#left.signal.aborted) throw new AppError('usb-no-device', 'it has left the bus');
    if (this.#open) throw new AppError('usb-busy', 'it is open already');
    this.#open = true;
    this.#chip.configuration = 1;
    return new ChipPipe(this.#chip, this.identity, this.#clock, this.#left, () => {
      this.#open = false;
    });
  }
}

class ChipPipe implements ControlPipe {
  readonly identity: UsbIdentity;
  readonly interfaceNumber = 0;
  readonly #chip: Stm32H5;
  readonly #clock: Clock;
  readonly #left: Canceller;
  readonly #closed = createCanceller();
  readonly #onClosed: () => void;

  constructor(
    chip: Stm32H5,
    identity: UsbIdentity,
    clock: Clock,
    left: Canceller,
    onClosed: () => void,
  ) {
    this.#chip = chip;
    this.identity = identity;
    this.#clock = clock;
    this.#left = left;
    this.#onClosed = onClosed;
  }

  async controlIn(
    request: ControlRequest,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array> {
    const setup = setupOf(request, DIRECTION_IN, lengthBytes);
    return this.#transfer(setup, new Uint8Array(), options);
  }

  async controlOut(
    request: ControlRequest,
    data: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    await this.#transfer(setupOf(request, 0, data.length), data.slice(), options);
  }

  async selectAlternate(alternate: number, options: TransferOptions): Promise<void> {
    await this.#bounded(options, async () => {
      await this.#clock.sleep(TRANSFER_MS);
      if (!this.#chip.setAlternate(this.interfaceNumber, alternate)) {
        throw new AppError('usb-stall', `there is no alternate ${alternate}`);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.cancel();
    this.#onClosed();
  }

  async #transfer(setup: Setup, data: Uint8Array, options: TransferOptions): Promise<Uint8Array> {
    return this.#bounded(options, async () => {
      const result = this.#chip.control(setup, data);
      await this.#clock.sleep(TRANSFER_MS);
      switch (result.kind) {
        case 'ok':
          return result.data.slice(0, setup.length);
        case 'stall':
          throw new AppError('usb-stall', `request ${setup.request} was stalled`);
        case 'silence':
          return new Promise<never>(() => undefined);
      }
    });
  }

  async #bounded<T>(options: TransferOptions, work: () => Promise<T>): Promise<T> {
    throwIfCancelled(options.signal);
    if (this.#left.signal.aborted) throw gone();
    if (this.#closed.signal.aborted) throw closed();
    return withDeadline(
      this.#clock,
      options.timeoutMs,
      'control transfer',
      () => this.#unlessEnded(work()),
      { signal: options.signal },
    );
  }

  #unlessEnded<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onLeft = (): void => {
        reject(gone());
      };
      const onClosed = (): void => {
        reject(closed());
      };
      this.#left.signal.addEventListener('abort', onLeft);
      this.#closed.signal.addEventListener('abort', onClosed);
      work.then(resolve, reject).finally(() => {
        this.#left.signal.removeEventListener('abort', onLeft);
        this.#closed.signal.removeEventListener('abort', onClosed);
      });
    });
  }
}

function setupOf(request: ControlRequest, direction: number, length: number): Setup {
  return {
    requestType: direction | TYPES[request.type] | RECIPIENTS[request.recipient],
    request: request.request,
    value: request.value,
    index: request.index,
    length,
  };
}

function gone(): AppError {
  return new AppError('usb-disconnected', 'the chip has left the bus');
}

function closed(): AppError {
  return new AppError('usb-transfer-failed', 'the pipe was closed');
}
