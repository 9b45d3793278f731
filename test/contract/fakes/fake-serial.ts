/**
 * A `navigator.serial` in front of a serial bus of ours, with Chromium's habits: locked streams keep a
 * port from closing, a line error spoils the readable stream and the port offers a new one, an
 * unplug spoils both with NetworkError and leaves `readable` and `writable` null, the old port stays
 * listed for some tenths of a second, the `disconnect` event happens at the port and bubbles.
 */
import { isAppError } from '../../../src/core/errors.ts';
import type {
  BytePipe,
  Clock,
  SerialBus,
  SerialPort as KeyfusePort,
} from '../../../src/core/ports/index.ts';

const EVENT_DELAY_MS = 40;
const STALE_LISTING_MS = 300;
const FOR_EVER = { timeoutMs: Number.POSITIVE_INFINITY };

export type LineError = 'FramingError' | 'ParityError' | 'BreakError' | 'BufferOverrunError';

function domException(name: string, message: string): DOMException {
  return new DOMException(message, name);
}

export class FakeSerial extends EventTarget {
  readonly #bus: SerialBus;
  readonly #clock: Clock;
  #listed: FakeSerialPort[] = [];
  chooser: 'takes-first' | 'dismissed' | 'without-gesture' = 'takes-first';
  filters: readonly SerialPortFilter[] = [];

  private constructor(bus: SerialBus, clock: Clock) {
    super();
    this.#bus = bus;
    this.#clock = clock;
  }

  static async over(bus: SerialBus, clock: Clock): Promise<FakeSerial> {
    const serial = new FakeSerial(bus, clock);
    for (const port of await bus.list()) serial.#listed.push(new FakeSerialPort(port));
    bus.watch(() => {
      void serial.#follow();
    });
    return serial;
  }

  get asSerial(): Serial {
    return this as unknown as Serial;
  }

  get ports(): readonly FakeSerialPort[] {
    return this.#listed;
  }

  async getPorts(): Promise<SerialPort[]> {
    return this.#listed.map((port) => port.asPort);
  }

  async requestPort(options: SerialPortRequestOptions): Promise<SerialPort> {
    this.filters = options.filters ?? [];
    if (this.chooser === 'without-gesture') {
      throw domException('SecurityError', 'Must be handling a user gesture …');
    }
    const present = this.#listed.find((port) => !port.left);
    if (this.chooser === 'dismissed' || present === undefined) {
      throw domException('NotFoundError', 'No port selected by the user.');
    }
    return present.asPort;
  }

  async #follow(): Promise<void> {
    const present = await this.#bus.list();
    for (const port of this.#listed) {
      if (!port.left && !present.includes(port.backend)) void this.#remove(port);
    }
    for (const backend of present) {
      if (this.#listed.some((port) => port.backend === backend)) continue;
      const port = new FakeSerialPort(backend);
      this.#listed.push(port);
      this.#dispatch('connect', port);
    }
  }

  async #remove(port: FakeSerialPort): Promise<void> {
    port.leave();
    await this.#clock.sleep(EVENT_DELAY_MS);
    this.#dispatch('disconnect', port);
    await this.#clock.sleep(STALE_LISTING_MS);
    this.#listed = this.#listed.filter((listed) => listed !== port);
  }

  /** The event's target is the port; Node's EventTarget knows no bubbling. */
  #dispatch(type: 'connect' | 'disconnect', port: FakeSerialPort): void {
    const event = new Event(type);
    Object.defineProperty(event, 'target', { value: port });
    this.dispatchEvent(event);
  }
}

export class FakeSerialPort extends EventTarget {
  readonly backend: KeyfusePort;
  left = false;
  /** How many more calls of open() fail because another program has the port. */
  busyOpens = 0;
  /** The adapter's driver knows no control lines. */
  withoutSignals = false;
  /** Options of the last open(). */
  options: SerialOptions | undefined;
  #pipe: BytePipe | undefined;
  #state: 'closed' | 'open' = 'closed';
  #readable: ReadableStream<Uint8Array> | null = null;
  #source: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | null = null;
  #sink: WritableStreamDefaultController | undefined;

  constructor(backend: KeyfusePort) {
    super();
    this.backend = backend;
  }

  get asPort(): SerialPort {
    return this as unknown as SerialPort;
  }

  get readable(): ReadableStream<Uint8Array> | null {
    if (this.#state === 'open' && !this.left) this.#readable ??= this.#makeReadable();
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    if (this.#state === 'open' && !this.left) this.#writable ??= this.#makeWritable();
    return this.#writable;
  }

  getInfo(): SerialPortInfo {
    const { vendorId, productId } = this.backend.identity;
    return { usbVendorId: vendorId, usbProductId: productId };
  }

  async open(options: SerialOptions): Promise<void> {
    this.options = options;
    if (this.#state !== 'closed') {
      throw domException('InvalidStateError', 'The port is already open.');
    }
    if (this.busyOpens > 0 || this.left) {
      this.busyOpens -= 1;
      throw domException('NetworkError', 'Failed to open serial port.');
    }
    this.#pipe = await this.backend.open({
      baudRate: options.baudRate,
      flowControl: options.flowControl ?? 'none',
    });
    this.#state = 'open';
    void this.#pump(this.#pipe);
  }

  async setSignals(signals: SerialOutputSignals): Promise<void> {
    const named = Object.values(signals).filter((value) => value !== undefined);
    if (named.length === 0)
      throw new TypeError('Signals dictionary must contain at least one member.');
    if (this.#state !== 'open') throw domException('InvalidStateError', 'The port is closed.');
    if (this.left || this.withoutSignals) {
      throw domException('NetworkError', 'Failed to set control signals.');
    }
    await this.#pipe?.setSignals({
      ...(signals.break === undefined ? {} : { break: signals.break }),
      ...(signals.dataTerminalReady === undefined
        ? {}
        : { dataTerminalReady: signals.dataTerminalReady }),
      ...(signals.requestToSend === undefined ? {} : { requestToSend: signals.requestToSend }),
    });
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') {
      throw domException('InvalidStateError', 'The port is already closed.');
    }
    if (this.#readable?.locked === true || this.#writable?.locked === true) {
      throw new TypeError('Cannot cancel a locked stream');
    }
    this.#state = 'closed';
    this.#readable = null;
    this.#writable = null;
    await this.#pipe?.close();
  }

  /** Noise on the line. */
  spoil(name: LineError): void {
    const source = this.#source;
    this.#source = undefined;
    this.#readable = null;
    source?.error(domException(name, 'noise'));
  }

  leave(): void {
    this.left = true;
    const lost = domException('NetworkError', 'The device has been lost.');
    this.#source?.error(lost);
    this.#sink?.error(lost);
    this.#source = undefined;
    this.#readable = null;
    this.#writable = null;
  }

  async #pump(pipe: BytePipe): Promise<void> {
    try {
      while (this.#state === 'open') {
        const bytes = await pipe.read(FOR_EVER);
        // Between two streams the bytes wait in the driver.
        if (bytes.length > 0 && this.readable !== null) this.#source?.enqueue(bytes);
      }
    } catch (error) {
      if (!isAppError(error, 'serial-disconnected')) throw error;
    }
  }

  #makeReadable(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#source = controller;
      },
      cancel: () => {
        this.#source = undefined;
        this.#readable = null;
      },
    });
  }

  #makeWritable(): WritableStream<Uint8Array> {
    const forget = (): void => {
      this.#writable = null;
    };
    return new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#sink = controller;
      },
      write: async (bytes, controller) => {
        const aborted = new Promise<void>((resolve) => {
          controller.signal.addEventListener('abort', () => {
            resolve();
          });
        });
        const written = this.#pipe?.write(bytes, { ...FOR_EVER, signal: controller.signal });
        await Promise.race([written, aborted]);
      },
      close: forget,
      abort: forget,
    });
  }
}
