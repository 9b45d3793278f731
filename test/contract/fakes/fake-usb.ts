/**
 * A `navigator.usb` in front of a bus of ours, with Chromium's habits as seen on Linux: interface names
 * are null, a transfer under way at an unplug fails with NetworkError some moments before the
 * `disconnect` event, the old device stays listed for some tenths of a second, opening it fails with
 * NotFoundError and so does close(), a transfer has no time-out of its own.
 */
import { AppError, isAppError } from '../../../src/core/errors.ts';
import type {
  Clock,
  ControlPipe,
  ControlRequest,
  UsbBus,
  UsbDevice,
} from '../../../src/core/ports/index.ts';

/** From the failing transfer to the event. */
const EVENT_DELAY_MS = 40;
const STALE_LISTING_MS = 300;
interface InResult {
  readonly status: USBTransferStatus;
  readonly data?: DataView;
}

interface OutResult {
  readonly status: USBTransferStatus;
  readonly bytesWritten: number;
}

const FOR_EVER = { timeoutMs: Number.POSITIVE_INFINITY };

function domException(name: string, message: string): DOMException {
  return new DOMException(message, name);
}

export class FakeUsb extends EventTarget {
  readonly #bus: UsbBus;
  readonly #clock: Clock;
  readonly #alternates: number;
  #listed: FakeUsbDevice[] = [];
  /** What the person does with the chooser. */
  chooser: 'takes-first' | 'dismissed' | 'without-gesture' = 'takes-first';
  /** Filters of the last `requestDevice`. */
  filters: readonly USBDeviceFilter[] = [];

  private constructor(bus: UsbBus, clock: Clock, alternates: number) {
    super();
    this.#bus = bus;
    this.#clock = clock;
    this.#alternates = alternates;
  }

  /** `alternates`: how many settings the DFU interface of the devices on `bus` has. */
  static async over(bus: UsbBus, clock: Clock, alternates = 4): Promise<FakeUsb> {
    const usb = new FakeUsb(bus, clock, alternates);
    for (const device of await bus.list()) usb.#listed.push(usb.#wrap(device));
    bus.watch(() => {
      void usb.#follow();
    });
    return usb;
  }

  get asUsb(): USB {
    return this as unknown as USB;
  }

  async getDevices(): Promise<USBDevice[]> {
    return this.#listed.map((device) => device.asDevice);
  }

  async requestDevice(options: USBDeviceRequestOptions): Promise<USBDevice> {
    this.filters = options.filters;
    if (this.chooser === 'without-gesture') {
      throw domException('SecurityError', 'Must be handling a user gesture to show a chooser.');
    }
    const present = this.#listed.find((device) => !device.left);
    if (this.chooser === 'dismissed' || present === undefined) {
      throw domException('NotFoundError', 'No device selected.');
    }
    return present.asDevice;
  }

  async #follow(): Promise<void> {
    const present = await this.#bus.list();
    for (const device of this.#listed) {
      if (!device.left && !present.includes(device.backend)) void this.#remove(device);
    }
    for (const backend of present) {
      if (this.#listed.some((device) => device.backend === backend)) continue;
      const device = this.#wrap(backend);
      this.#listed.push(device);
      this.#dispatch('connect', device);
    }
  }

  async #remove(device: FakeUsbDevice): Promise<void> {
    device.left = true;
    await this.#clock.sleep(EVENT_DELAY_MS);
    this.#dispatch('disconnect', device);
    await this.#clock.sleep(STALE_LISTING_MS);
    this.#listed = this.#listed.filter((listed) => listed !== device);
  }

  #dispatch(type: 'connect' | 'disconnect', device: FakeUsbDevice): void {
    this.dispatchEvent(Object.assign(new Event(type), { device: device.asDevice }));
  }

  #wrap(backend: UsbDevice): FakeUsbDevice {
    return new FakeUsbDevice(backend, this.#alternates);
  }
}

export class FakeUsbDevice {
  readonly backend: UsbDevice;
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly manufacturerName: string | null;
  readonly productName: string | null;
  readonly serialNumber: string | null;
  readonly configurations: readonly USBConfiguration[];
  configuration: USBConfiguration | null = null;
  opened = false;
  left = false;
  /** Where received data stands in its buffer; the standard promises nothing. */
  viewOffsetBytes = 0;
  #pipe: ControlPipe | undefined;
  #claimed = false;

  constructor(backend: UsbDevice, alternates: number) {
    const { identity } = backend;
    this.backend = backend;
    this.vendorId = identity.vendorId;
    this.productId = identity.productId;
    this.deviceVersionMajor = identity.deviceVersionBcd >> 8;
    this.deviceVersionMinor = (identity.deviceVersionBcd >> 4) & 0xf;
    this.deviceVersionSubminor = identity.deviceVersionBcd & 0xf;
    this.manufacturerName = identity.manufacturer ?? null;
    this.productName = identity.product ?? null;
    this.serialNumber = identity.serial ?? null;
    this.configurations = [dfuConfiguration(alternates)];
  }

  get asDevice(): USBDevice {
    return this as unknown as USBDevice;
  }

  async open(): Promise<void> {
    this.#checkPresent();
    if (this.opened) return;
    this.opened = true;
    try {
      this.#pipe = await this.backend.open(FOR_EVER);
    } catch (error) {
      // A device can be opened by several programs; its interface is claimed by one.
      if (!isAppError(error, 'usb-busy')) throw error;
    }
  }

  async selectConfiguration(value: number): Promise<void> {
    this.#checkOpen();
    const chosen = this.configurations.find((one) => one.configurationValue === value);
    if (chosen === undefined) throw domException('NotFoundError', 'The configuration value …');
    this.configuration = chosen;
  }

  async claimInterface(interfaceNumber: number): Promise<void> {
    this.#checkOpen();
    if (this.configuration === null) {
      throw domException('InvalidStateError', 'The device must have a configuration selected.');
    }
    if (interfaceNumber !== 0) throw domException('NotFoundError', 'The interface number …');
    if (this.#pipe === undefined) throw domException('NetworkError', 'Unable to claim interface.');
    this.#claimed = true;
  }

  async releaseInterface(): Promise<void> {
    this.#checkOpen();
    this.#claimed = false;
  }

  async selectAlternateInterface(_interfaceNumber: number, alternate: number): Promise<void> {
    const pipe = this.#claimedPipe();
    if (!this.configuration?.interfaces[0]?.alternates[alternate]) {
      throw domException('NotFoundError', 'The alternate setting is not supported …');
    }
    const status = await statusOf(() => pipe.selectAlternate(alternate, FOR_EVER));
    if (status === 'stall') throw domException('NetworkError', 'Unable to set device interface.');
  }

  async controlTransferIn(
    setup: USBControlTransferParameters,
    lengthBytes: number,
  ): Promise<InResult> {
    const pipe = this.#pipeFor(setup);
    let bytes = new Uint8Array(0);
    const status = await statusOf(async () => {
      bytes = Uint8Array.from(await pipe.controlIn(requestOf(setup), lengthBytes, FOR_EVER));
    });
    const offset = this.viewOffsetBytes;
    const room = new Uint8Array(offset + bytes.length + offset).fill(0xee);
    room.set(bytes, offset);
    return { status, data: new DataView(room.buffer, offset, bytes.length) };
  }

  async controlTransferOut(
    setup: USBControlTransferParameters,
    data: BufferSource = new Uint8Array(0),
  ): Promise<OutResult> {
    const pipe = this.#pipeFor(setup);
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    const status = await statusOf(() => pipe.controlOut(requestOf(setup), bytes, FOR_EVER));
    return { status, bytesWritten: status === 'ok' ? bytes.length : 0 };
  }

  async reset(): Promise<void> {
    throw domException('NetworkError', 'Unable to reset the device.');
  }

  async close(): Promise<void> {
    this.#checkPresent();
    this.opened = false;
    this.#claimed = false;
    await this.#pipe?.close();
    this.#pipe = undefined;
  }

  #checkPresent(): void {
    if (this.left) throw domException('NotFoundError', 'The device was disconnected.');
  }

  #checkOpen(): void {
    this.#checkPresent();
    if (!this.opened) throw domException('InvalidStateError', 'The device must be opened first.');
  }

  #claimedPipe(): ControlPipe {
    this.#checkOpen();
    if (!this.#claimed || this.#pipe === undefined) {
      throw domException('InvalidStateError', 'The specified interface has not been claimed.');
    }
    return this.#pipe;
  }

  #pipeFor(setup: USBControlTransferParameters): ControlPipe {
    if (setup.recipient === 'interface') return this.#claimedPipe();
    this.#checkOpen();
    if (this.#pipe === undefined)
      throw domException('NetworkError', 'A transfer error has occurred.');
    return this.#pipe;
  }
}

function requestOf(setup: USBControlTransferParameters): ControlRequest {
  const { requestType: type, recipient, request, value, index } = setup;
  if (recipient !== 'device' && recipient !== 'interface') {
    throw domException('NotSupportedError', 'no endpoints here');
  }
  return { type, recipient, request, value, index };
}

/** Runs a transfer of the backend; its errors become what a browser makes of them. */
async function statusOf(transfer: () => Promise<void>): Promise<USBTransferStatus> {
  try {
    await transfer();
    return 'ok';
  } catch (error) {
    if (isAppError(error, 'usb-stall')) return 'stall';
    if (isAppError(error, 'usb-disconnected')) {
      throw domException('NetworkError', 'A transfer error has occurred.');
    }
    if (error instanceof AppError) throw domException('AbortError', 'The transfer was cancelled.');
    throw error;
  }
}

function dfuConfiguration(alternateCount: number): USBConfiguration {
  const alternates = Array.from({ length: alternateCount }, (_, alternateSetting) => ({
    alternateSetting,
    interfaceClass: 0xfe,
    interfaceSubclass: 0x01,
    interfaceProtocol: 0x02,
    interfaceName: null,
    endpoints: [],
  }));
  const dfu = { interfaceNumber: 0, alternate: alternates[0], alternates, claimed: false };
  return {
    configurationValue: 1,
    configurationName: null,
    interfaces: [dfu],
  } as unknown as USBConfiguration;
}
