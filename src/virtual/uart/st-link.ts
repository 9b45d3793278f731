/**
 * The board's ST-LINK as the host sees it: a USB serial adapter that stays enumerated while its
 * plug is in, whatever the target does (formats/stm32-dfu.md, "Board: NUCLEO-H563ZI"). The debug
 * probe in it is not modelled: the app never uses it.
 */
import { AppError } from '../../core/errors.ts';
import type {
  BytePipe,
  SerialBus,
  SerialIdentity,
  SerialOpenOptions,
  SerialPort,
  SerialSignals,
} from '../../core/ports/index.ts';
import type { FaultBox } from '../faults/fault-box.ts';
import { ReceiverTap } from '../faults/receiver-tap.ts';
import type { SimClock } from '../sim-clock.ts';
import { SerialPipe } from './serial-pipe.ts';
import { LINE_BAUD, LineDirection } from './uart-line.ts';

/** STMicroelectronics, STLINK-V3 with virtual COM port. */
const IDENTITY: SerialIdentity = {
  vendorId: 0x0483,
  productId: 0x3754,
  label: 'STLINK-V3EC virtual COM port (virtual board)',
};

/** As a port opens: no break, both handshake lines raised. */
const OPENED_SIGNALS: Required<SerialSignals> = {
  break: false,
  dataTerminalReady: true,
  requestToSend: true,
};

/** A receiver samples in the middle of a bit; beyond this deviation the last bit is misread. */
const BAUD_TOLERANCE = 0.045;

export interface StLinkHooks {
  /** Bytes reach the board's receive pin. */
  readonly onBoardReceives: (bytes: Uint8Array) => void;
  /** A fault pulls the plug. */
  readonly pullPlug: () => void;
}

export class StLink implements SerialBus {
  readonly #clock: SimClock;
  readonly #faults: FaultBox;
  readonly #hooks: StLinkHooks;
  readonly #tap: ReceiverTap;
  readonly #toBoard: LineDirection;
  readonly #toHost: LineDirection;
  readonly #watchers = new Set<() => void>();
  #port: StLinkPort | undefined;
  #plugCount = 0;

  constructor(clock: SimClock, faults: FaultBox, hooks: StLinkHooks) {
    this.#clock = clock;
    this.#faults = faults;
    this.#hooks = hooks;
    this.#tap = new ReceiverTap(faults);
    this.#toBoard = new LineDirection(clock, (bytes) => {
      this.#arriveAtBoard(bytes);
    });
    this.#toHost = new LineDirection(clock, (bytes) => {
      this.#arriveAtHost(bytes);
    });
  }

  /** What the host last told the adapter of its lines; undefined while no program has the port open. */
  get signals(): Required<SerialSignals> | undefined {
    return this.#port?.signals;
  }

  async list(): Promise<readonly SerialPort[]> {
    return this.#port === undefined ? [] : [this.#port];
  }

  async choose(): Promise<SerialPort> {
    if (this.#port === undefined) {
      throw new AppError('serial-no-port', 'the ST-LINK plug of the virtual board is not in');
    }
    return this.#port;
  }

  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => {
      this.#watchers.delete(onChange);
    };
  }

  plug(): void {
    if (this.#port !== undefined) return;
    this.#plugCount += 1;
    this.#port = new StLinkPort(`virtual-st-link-${this.#plugCount}`, this.#clock, this.#toBoard);
    this.#notify();
  }

  unplug(): void {
    const port = this.#port;
    if (port === undefined) return;
    this.#port = undefined;
    this.#toBoard.cut();
    this.#toHost.cut();
    port.disconnect();
    this.#notify();
  }

  /** The board's transmit pin. `sent` is called when the last stop bit is out, listener or not. */
  transmit(bytes: Uint8Array, sent?: () => void): void {
    this.#toHost.send(bytes, sent);
  }

  /** The board was reset or lost power: its half of the line falls idle. */
  resetBoardSide(): void {
    this.#toHost.cut();
    this.#tap.reset();
  }

  #arriveAtBoard(line: Uint8Array): void {
    // A line that is held low carries nothing; the board's UART flags an error and goes on.
    if (this.#port?.signals?.break === true) return;
    const wellTimed = this.#port?.garbles === true ? garble(line) : line;
    const { bytes, cutAfterBytes } = this.#faults.serialBytes(wellTimed, 'out');
    this.#hooks.onBoardReceives(bytes.subarray(0, cutAfterBytes));
    if (cutAfterBytes !== undefined) this.#hooks.pullPlug();
  }

  #arriveAtHost(line: Uint8Array): void {
    const { bytes, cutAfterBytes } = this.#faults.serialBytes(this.#tap.filter(line), 'in');
    const readable = this.#port?.garbles === true ? garble(bytes) : bytes;
    this.#port?.receive(readable.subarray(0, cutAfterBytes));
    if (cutAfterBytes !== undefined) this.#hooks.pullPlug();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

class StLinkPort implements SerialPort {
  readonly id: string;
  readonly identity = IDENTITY;
  readonly #clock: SimClock;
  readonly #toBoard: LineDirection;
  #pipe: SerialPipe | undefined;
  #baudRate = LINE_BAUD;
  #signals = OPENED_SIGNALS;
  #present = true;

  constructor(id: string, clock: SimClock, toBoard: LineDirection) {
    this.id = id;
    this.#clock = clock;
    this.#toBoard = toBoard;
  }

  /** The host has set a rate that the other end cannot follow. */
  get garbles(): boolean {
    return Math.abs(this.#baudRate / LINE_BAUD - 1) > BAUD_TOLERANCE;
  }

  get signals(): Required<SerialSignals> | undefined {
    return this.#pipe === undefined ? undefined : this.#signals;
  }

  /** RTS and CTS are not wired between the ST-LINK and the chip: flow control changes nothing. */
  async open(options: SerialOpenOptions): Promise<BytePipe> {
    if (!this.#present) throw new AppError('serial-no-port', 'this port was unplugged');
    if (this.#pipe !== undefined) {
      throw new AppError('serial-busy', 'the virtual COM port is already open');
    }
    if (!Number.isInteger(options.baudRate) || options.baudRate <= 0) {
      throw new AppError('invalid-argument', `no such baud rate: ${options.baudRate}`);
    }
    this.#baudRate = options.baudRate;
    this.#signals = OPENED_SIGNALS;
    const pipe = new SerialPipe(this.#clock, {
      send: (bytes, sent) => {
        this.#toBoard.send(bytes, sent);
      },
      queuedBytes: () => this.#toBoard.queuedBytes,
      onSignals: (signals) => {
        this.#signals = { ...this.#signals, ...signals };
      },
      onClose: () => {
        this.#pipe = undefined;
      },
    });
    this.#pipe = pipe;
    return pipe;
  }

  receive(bytes: Uint8Array): void {
    this.#pipe?.push(bytes);
  }

  disconnect(): void {
    this.#present = false;
    this.#pipe?.disconnect();
  }
}

/** What a wrong baud rate makes of bytes; not what the very bits would be, but as useless. */
function garble(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte ^ 0x5a) | 0x80);
}
