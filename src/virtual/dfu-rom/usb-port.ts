/**
 * The USER USB socket as a program in the browser sees it: devices come and go, one opener holds
 * the interface, transfers take time, fail when the plug is pulled, and a device that comes back is
 * a new one. It carries the ROM's answers and knows no DFU.
 */
import { AppError } from '../../core/errors.ts';
import type {
  ControlPipe,
  TransferOptions,
  UsbBus,
  UsbDevice,
  UsbIdentity,
} from '../../core/ports/index.ts';
import type { FaultBox } from '../faults/fault-box.ts';
import type { SimClock } from '../sim-clock.ts';
import { identityOf } from './descriptors.ts';
import type { DfuRom } from './dfu-rom.ts';
import { UsbPipe } from './usb-pipe.ts';

/** "About 245 ms minimum after reset" (AN2606, H562/563/573). */
export const ENUMERATION_MS = 245;
/** Set configuration, claim interface. */
const OPEN_MS = 5;

export interface UsbPortHooks {
  /** A fault pulls the plug. */
  readonly pullPlug: () => void;
}

export class UsbPort implements UsbBus {
  readonly #clock: SimClock;
  readonly #faults: FaultBox;
  readonly #hooks: UsbPortHooks;
  readonly #watchers = new Set<() => void>();
  #enumerations = 0;
  #device: VirtualUsbDevice | undefined;
  #callOffEnumeration: (() => void) | undefined;

  constructor(clock: SimClock, faults: FaultBox, hooks: UsbPortHooks) {
    this.#clock = clock;
    this.#faults = faults;
    this.#hooks = hooks;
  }

  async list(): Promise<readonly UsbDevice[]> {
    return this.#device === undefined ? [] : [this.#device];
  }

  async choose(): Promise<UsbDevice> {
    if (this.#device === undefined) {
      throw new AppError('usb-no-device', 'the virtual board is not on the USB in DFU mode');
    }
    return this.#device;
  }

  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => {
      this.#watchers.delete(onChange);
    };
  }

  /** The ROM connects its pull-up; the host sees a device once `makeRom` has been enumerated. */
  attach(makeRom: () => DfuRom): void {
    this.detach();
    this.#callOffEnumeration = this.#clock.schedule(ENUMERATION_MS, () => {
      this.#callOffEnumeration = undefined;
      this.#enumerations += 1;
      const id = `virtual-dfu-${this.#enumerations}`;
      this.#device = new VirtualUsbDevice(id, this.#clock, this.#faults, makeRom(), this.#hooks);
      this.#notify();
    });
  }

  /** The device leaves the bus; whoever uses it gets `usb-disconnected`. */
  detach(): void {
    this.#callOffEnumeration?.();
    this.#callOffEnumeration = undefined;
    const device = this.#device;
    if (device === undefined) return;
    this.#device = undefined;
    device.disconnect();
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

class VirtualUsbDevice implements UsbDevice {
  readonly id: string;
  readonly identity: UsbIdentity;
  readonly #clock: SimClock;
  readonly #faults: FaultBox;
  readonly #rom: DfuRom;
  readonly #hooks: UsbPortHooks;
  #pipe: UsbPipe | undefined;
  #opening = false;
  #present = true;

  constructor(id: string, clock: SimClock, faults: FaultBox, rom: DfuRom, hooks: UsbPortHooks) {
    this.id = id;
    this.identity = identityOf(rom.serial);
    this.#clock = clock;
    this.#faults = faults;
    this.#rom = rom;
    this.#hooks = hooks;
  }

  async open(options: TransferOptions): Promise<ControlPipe> {
    this.#checkPresent();
    if (this.#pipe !== undefined || this.#opening) {
      throw new AppError('usb-busy', 'the DFU interface is already claimed');
    }
    this.#opening = true;
    try {
      await this.#clock.sleep(OPEN_MS, options.signal);
    } finally {
      this.#opening = false;
    }
    this.#checkPresent();
    // A newly configured interface stands at alternate setting 0 (USB 2.0, section 9.1.1.5).
    this.#rom.selectAlternate(0);
    const pipe = new UsbPipe(this.identity, this.#clock, this.#faults, this.#rom, {
      pullPlug: this.#hooks.pullPlug,
      onClose: () => {
        this.#pipe = undefined;
      },
    });
    this.#pipe = pipe;
    return pipe;
  }

  disconnect(): void {
    this.#present = false;
    this.#pipe?.disconnect();
  }

  #checkPresent(): void {
    if (!this.#present) throw new AppError('usb-no-device', 'this device has left the bus');
  }
}
