/**
 * USB as the DFU engine needs it: control transfers on endpoint 0 of one claimed interface.
 * Implemented by `transports/webusb` and by the virtual board; both pass `test/contract/control-pipe`.
 */
import type { CancelSignal } from './cancel.ts';

/** A SETUP packet without its data stage (USB 2.0, section 9.3). Direction comes from the call. */
export interface ControlRequest {
  readonly type: 'standard' | 'class' | 'vendor';
  readonly recipient: 'device' | 'interface';
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

export interface TransferOptions {
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
}

export interface UsbIdentity {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice, for example 0x0300. */
  readonly deviceVersionBcd: number;
  readonly manufacturer: string | undefined;
  readonly product: string | undefined;
  /** For the STM32 ROM: 12 hex digits derived from the unique id. */
  readonly serial: string | undefined;
}

/**
 * Errors (all AppError): `usb-stall` when the device stalls, `usb-disconnected` when it is gone,
 * `deadline-exceeded`, `cancelled`, otherwise `usb-transfer-failed`.
 */
export interface ControlPipe {
  readonly identity: UsbIdentity;
  /** Number of the claimed interface (wIndex of class requests). */
  readonly interfaceNumber: number;
  /** Device to host. May return fewer bytes than asked for. The caller owns the bytes. */
  controlIn(
    request: ControlRequest,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array>;
  /** Host to device. `data` is not kept. */
  controlOut(request: ControlRequest, data: Uint8Array, options: TransferOptions): Promise<void>;
  /** SET_INTERFACE for the claimed interface. */
  selectAlternate(alternate: number, options: TransferOptions): Promise<void>;
  /** Releases the interface and closes the device. Never throws; may be called twice. */
  close(): Promise<void>;
}

export interface UsbDevice {
  /** Stable as long as the device stays plugged in; a re-enumerated device is a new one. */
  readonly id: string;
  readonly identity: UsbIdentity;
  /** Opens the device and claims its DFU interface (class FE, subclass 01). */
  open(options: TransferOptions): Promise<ControlPipe>;
}

export interface UsbBus {
  /** Devices that may be opened without asking. */
  list(): Promise<readonly UsbDevice[]>;
  /** Lets the person choose; needs a click. `usb-no-device` when nothing was chosen. */
  choose(): Promise<UsbDevice>;
  /** Calls back on every arrival and departure; returns the function that stops it. */
  watch(onChange: () => void): () => void;
}
