/**
 * Serial ports of the browser's Web Serial. Takes the Serial object as an argument, so that any
 * conforming implementation works; knows no protocol and no board.
 */
import { hexNumber } from '../../core/bytes/index.ts';
import { AppError } from '../../core/errors.ts';
import {
  withDeadline,
  type BytePipe,
  type Clock,
  type SerialBus,
  type SerialIdentity,
  type SerialOpenOptions,
  type SerialPort as KeyfusePort,
} from '../../core/ports/index.ts';
import { isTransientAtOpen, webSerialError } from './errors.ts';
import { WebSerialPipe } from './pipe.ts';

/**
 * The board's own adapter, the ST-LINK (0483), and the makers of the usual USB adapters, for a line
 * that is wired by hand. It only narrows the chooser.
 */
const ADAPTER_VENDORS: Readonly<Record<number, string>> = {
  0x0483: 'ST-LINK virtual COM port',
  0x0403: 'FTDI serial adapter',
  0x10c4: 'Silicon Labs serial adapter',
  0x1a86: 'WCH serial adapter',
  0x067b: 'Prolific serial adapter',
};

const LIST_TIMEOUT_MS = 5_000;
const OPEN_TIMEOUT_MS = 5_000;
/** Pauses between tries at a port that says it is busy; about two seconds in all. */
const BUSY_PAUSES_MS = [100, 200, 400, 600, 800] as const;
/** The browser's default of 255 bytes overruns while the page is busy. */
const BUFFER_BYTES = 16_384;

export function createWebSerialBus(serial: Serial, clock: Clock): SerialBus {
  return new WebSerialBus(serial, clock);
}

class WebSerialBus implements SerialBus {
  readonly #serial: Serial;
  readonly #clock: Clock;
  readonly #known = new WeakMap<SerialPort, WebSerialPort>();
  #count = 0;

  constructor(serial: Serial, clock: Clock) {
    this.#serial = serial;
    this.#clock = clock;
    // Never `once`: see webusb/bus.ts. The event happens at the port and bubbles up.
    serial.addEventListener('disconnect', (event) => {
      // Also one that was never listed: the browser goes on listing it for a while.
      if (isPort(event.target)) this.#wrap(event.target).leave();
    });
    serial.addEventListener('connect', (event) => {
      // The browser may reuse its object; for us a port that comes back is a new one.
      if (isPort(event.target)) this.#known.delete(event.target);
    });
  }

  async list(): Promise<readonly KeyfusePort[]> {
    try {
      const ports = await withDeadline(this.#clock, LIST_TIMEOUT_MS, 'list serial ports', () =>
        this.#serial.getPorts(),
      );
      // For some tenths of a second after an unplug the browser still lists the port.
      return ports.map((port) => this.#wrap(port)).filter((port) => !port.hasLeft);
    } catch (error) {
      throw webSerialError(error, 'list', 'list serial ports');
    }
  }

  async choose(options: { readonly anyPort?: boolean } = {}): Promise<KeyfusePort> {
    const filters = Object.keys(ADAPTER_VENDORS).map((id) => ({ usbVendorId: Number(id) }));
    try {
      return this.#wrap(
        await this.#serial.requestPort(options.anyPort === true ? {} : { filters }),
      );
    } catch (error) {
      throw webSerialError(error, 'choose', 'choose a serial port');
    }
  }

  watch(onChange: () => void): () => void {
    this.#serial.addEventListener('connect', onChange);
    this.#serial.addEventListener('disconnect', onChange);
    return () => {
      this.#serial.removeEventListener('connect', onChange);
      this.#serial.removeEventListener('disconnect', onChange);
    };
  }

  #wrap(port: SerialPort): WebSerialPort {
    const known = this.#known.get(port);
    if (known !== undefined) return known;
    this.#count += 1;
    const wrapped = new WebSerialPort(port, `webserial-${this.#count}`, this.#clock);
    this.#known.set(port, wrapped);
    return wrapped;
  }
}

/** A conforming implementation need not be Chromium's class. */
function isPort(target: EventTarget | null): target is SerialPort {
  return target !== null && 'readable' in target && 'getInfo' in target;
}

class WebSerialPort implements KeyfusePort {
  readonly id: string;
  readonly identity: SerialIdentity;
  readonly #port: SerialPort;
  readonly #clock: Clock;
  #inUse = false;
  #left = false;
  #pipe: WebSerialPipe | undefined;

  constructor(port: SerialPort, id: string, clock: Clock) {
    this.id = id;
    this.identity = identityOf(port.getInfo());
    this.#port = port;
    this.#clock = clock;
  }

  get hasLeft(): boolean {
    return this.#left;
  }

  leave(): void {
    this.#left = true;
    this.#pipe?.disconnect();
  }

  async open(options: SerialOpenOptions): Promise<BytePipe> {
    if (this.#inUse) throw new AppError('serial-busy', 'this page has the port open already');
    this.#inUse = true;
    try {
      await this.#openPatiently(options);
    } catch (error) {
      this.#inUse = false;
      throw webSerialError(error, 'open', 'open serial port');
    }
    this.#pipe = new WebSerialPipe(this.#port, this.#clock, () => {
      this.#pipe = undefined;
      this.#inUse = false;
    });
    return this.#pipe;
  }

  async #openPatiently({ baudRate, flowControl }: SerialOpenOptions): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (this.#left) throw new AppError('serial-no-port', 'this port was unplugged');
      try {
        await withDeadline(this.#clock, OPEN_TIMEOUT_MS, 'open serial port', () =>
          this.#port.open({
            baudRate,
            dataBits: 8,
            stopBits: 1,
            parity: 'none',
            flowControl: flowControl ?? 'none',
            bufferSize: BUFFER_BYTES,
          }),
        );
        return;
      } catch (error) {
        const pauseMs = BUSY_PAUSES_MS[tries];
        if (pauseMs === undefined || !isTransientAtOpen(error)) throw error;
        await this.#clock.sleep(pauseMs);
      }
    }
  }
}

function identityOf(info: SerialPortInfo): SerialIdentity {
  const { usbVendorId: vendorId, usbProductId: productId } = info;
  const ids =
    vendorId === undefined
      ? ''
      : ` (${[vendorId, productId ?? 0].map((id) => hexNumber(id, 4).slice(2)).join(':')})`;
  const kind = vendorId === undefined ? undefined : ADAPTER_VENDORS[vendorId];
  return { vendorId, productId, label: `${kind ?? 'Serial port'}${ids}` };
}
