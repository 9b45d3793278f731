/**
 * DFU devices of the browser's WebUSB. Takes the USB object as an argument, so that any conforming
 * implementation works; knows no DFU requests and no board.
 */
import { AppError } from '../../core/errors.ts';
import {
  createCanceller,
  type Canceller,
  type Clock,
  type ControlPipe,
  type TransferOptions,
  type UsbBus,
  type UsbDevice,
  type UsbIdentity,
} from '../../core/ports/index.ts';
import { DeviceCalls } from './device-calls.ts';
import { findDfuInterface } from './dfu-interface.ts';
import { webUsbError } from './errors.ts';
import { WebUsbPipe } from './pipe.ts';

/**
 * STM32 system bootloader. It only narrows the chooser: every STM32 ROM and many applications share
 * it, so that what the device is follows from its descriptors and maps later.
 */
export const DFU_FILTER = { vendorId: 0x0483, productId: 0xdf11 } as const;

const LIST_TIMEOUT_MS = 5_000;

export function createWebUsbBus(usb: USB, clock: Clock): UsbBus {
  return new WebUsbBus(usb, clock);
}

class WebUsbBus implements UsbBus {
  readonly #usb: USB;
  readonly #clock: Clock;
  readonly #known = new WeakMap<USBDevice, WebUsbDevice>();
  #count = 0;

  constructor(usb: USB, clock: Clock) {
    this.#usb = usb;
    this.#clock = clock;
    // First of all listeners, so that watchers find the list up to date. Never `once`: Chromium does
    // not call a `disconnect` listener that was added with it.
    usb.addEventListener('disconnect', (event) => {
      // Also one that was never listed: the browser goes on listing it for a while.
      this.#wrap(event.device).leave();
    });
    usb.addEventListener('connect', (event) => {
      // An implementation may reuse its object; for us a device that comes back is a new one.
      this.#known.delete(event.device);
    });
  }

  async list(): Promise<readonly UsbDevice[]> {
    const never = createCanceller().signal;
    const devices = await new DeviceCalls(this.#clock, never).call(
      'list',
      'list USB devices',
      { timeoutMs: LIST_TIMEOUT_MS },
      () => this.#usb.getDevices(),
    );
    // For some tenths of a second after an unplug the browser still lists the device.
    return devices
      .filter(isCandidate)
      .map((device) => this.#wrap(device))
      .filter((device) => !device.hasLeft);
  }

  async choose(): Promise<UsbDevice> {
    try {
      return this.#wrap(await this.#usb.requestDevice({ filters: [DFU_FILTER] }));
    } catch (error) {
      throw webUsbError(error, 'choose', 'choose a USB device', false);
    }
  }

  watch(onChange: () => void): () => void {
    this.#usb.addEventListener('connect', onChange);
    this.#usb.addEventListener('disconnect', onChange);
    return () => {
      this.#usb.removeEventListener('connect', onChange);
      this.#usb.removeEventListener('disconnect', onChange);
    };
  }

  #wrap(device: USBDevice): WebUsbDevice {
    const known = this.#known.get(device);
    if (known !== undefined) return known;
    this.#count += 1;
    const wrapped = new WebUsbDevice(device, `webusb-${this.#count}`, this.#clock);
    this.#known.set(device, wrapped);
    return wrapped;
  }
}

class WebUsbDevice implements UsbDevice {
  readonly id: string;
  readonly identity: UsbIdentity;
  readonly #device: USBDevice;
  readonly #clock: Clock;
  readonly #left: Canceller = createCanceller();
  readonly #calls: DeviceCalls;
  #inUse = false;

  constructor(device: USBDevice, id: string, clock: Clock) {
    this.id = id;
    this.identity = identityOf(device);
    this.#device = device;
    this.#clock = clock;
    this.#calls = new DeviceCalls(clock, this.#left.signal);
  }

  get hasLeft(): boolean {
    return this.#left.signal.aborted;
  }

  leave(): void {
    this.#left.cancel();
  }

  async open(options: TransferOptions): Promise<ControlPipe> {
    if (this.#inUse) throw new AppError('usb-busy', 'this page has the device open already');
    this.#inUse = true;
    try {
      return await this.#openAndClaim(options);
    } catch (error) {
      await this.#calls.quietly('close device', () => this.#device.close());
      this.#inUse = false;
      throw error;
    }
  }

  async #openAndClaim(options: TransferOptions): Promise<ControlPipe> {
    const device = this.#device;
    const endMs = this.#clock.nowMs() + options.timeoutMs;
    const rest = (): TransferOptions => ({
      timeoutMs: Math.max(0, endMs - this.#clock.nowMs()),
      signal: options.signal,
    });
    await this.#calls.call('open', 'open device', rest(), () => device.open());
    const place = await findDfuInterface(device);
    if (device.configuration?.configurationValue !== place.configurationValue) {
      await this.#calls.call('claim', 'select configuration', rest(), () =>
        device.selectConfiguration(place.configurationValue),
      );
    }
    await this.#calls.call('claim', 'claim interface', rest(), () =>
      device.claimInterface(place.interfaceNumber),
    );
    return new WebUsbPipe(device, this.identity, place.interfaceNumber, this.#calls, () => {
      this.#inUse = false;
    });
  }
}

function isCandidate(device: USBDevice): boolean {
  return device.vendorId === DFU_FILTER.vendorId && device.productId === DFU_FILTER.productId;
}

function identityOf(device: USBDevice): UsbIdentity {
  return {
    vendorId: device.vendorId,
    productId: device.productId,
    deviceVersionBcd:
      device.deviceVersionMajor * 0x100 +
      device.deviceVersionMinor * 0x10 +
      device.deviceVersionSubminor,
    manufacturer: device.manufacturerName ?? undefined,
    product: device.productName ?? undefined,
    serial: device.serialNumber ?? undefined,
  };
}
