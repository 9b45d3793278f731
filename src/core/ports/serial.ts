/** A serial line as bytes. Implemented by `transports/webserial` and by the virtual board's UART. */
import type { TransferOptions } from './usb.ts';

/**
 * Errors (all AppError): `serial-disconnected`, `cancelled`, and `deadline-exceeded` for writes.
 */
export interface BytePipe {
  /**
   * Resolves with what has arrived, at least one byte, as soon as there is any; with an empty
   * array when `timeoutMs` (may be Infinity) passed in silence. One read at a time. Unread bytes
   * are kept, also when a read is cancelled. The caller owns the bytes.
   */
  read(options: TransferOptions): Promise<Uint8Array>;
  /** Resolves when the bytes are handed over to the line, in order. `bytes` is not kept. */
  write(bytes: Uint8Array, options: TransferOptions): Promise<void>;
  /**
   * Sets the lines that are named and leaves the others. `not-supported` when the adapter cannot,
   * `serial-disconnected` when the pipe has ended. Reads and writes go on meanwhile.
   */
  setSignals(signals: SerialSignals): Promise<void>;
  /** Never throws; may be called twice. */
  close(): Promise<void>;
}

/** What the host drives beside the data. Both handshake lines are raised when a port opens. */
export interface SerialSignals {
  /** Holds the transmit line low for as long as it is set. */
  readonly break?: boolean;
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}

/** `hardware`: RTS and CTS. An adapter without these wires ignores it. */
export type FlowControl = 'none' | 'hardware';

export interface SerialOpenOptions {
  readonly baudRate: number;
  /** Default: none. */
  readonly flowControl?: FlowControl;
}

export interface SerialIdentity {
  readonly vendorId: number | undefined;
  readonly productId: number | undefined;
  readonly label: string;
}

export interface SerialPort {
  /** Stable as long as the port stays plugged in. */
  readonly id: string;
  readonly identity: SerialIdentity;
  open(options: SerialOpenOptions): Promise<BytePipe>;
}

export interface SerialBus {
  list(): Promise<readonly SerialPort[]>;
  /**
   * Lets the person choose; needs a click. `serial-no-port` when nothing was chosen. The list is
   * narrowed to the usual adapters, unless `anyPort` asks for every port of the machine.
   */
  choose(options?: { readonly anyPort?: boolean }): Promise<SerialPort>;
  watch(onChange: () => void): () => void;
}
