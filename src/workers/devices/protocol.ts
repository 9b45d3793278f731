/**
 * What passes between the page and the worker that has the devices. Calls are by name, on the desk itself
 * or on something that the desk opened; signals and callbacks travel as marks beside the arguments.
 *
 * No message carries a raw USB transfer: what the page can ask of a board is what `DfuSession` offers,
 * and the acts of core/provisioning, which the worker judges anew.
 */
import type { ErrorCode, ErrorContext } from '../../core/errors.ts';
import type {
  CancelSignal,
  SerialIdentity,
  SerialOpenOptions,
  UsbIdentity,
} from '../../core/ports/index.ts';
import type { OpenBoardOptions } from '../../core/stm32/index.ts';

/** What lives in the worker and is spoken to from the page. */
export interface Handle {
  readonly kind: 'board' | 'port';
  readonly number: number;
}

/** A signal or a function that stood in a field of an argument; the field itself was left out. */
export interface Hook {
  readonly argument: number;
  readonly field: string;
  readonly kind: 'signal' | 'callback';
}

export interface CallRequest {
  readonly call: number;
  /** undefined: the desk. */
  readonly handle: Handle | undefined;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly hooks: readonly Hook[];
}

export type DeviceRequest = CallRequest | { readonly cancel: number };

export interface CarriedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly context: ErrorContext;
  /** The cause's text; its object stays where it was thrown. */
  readonly cause: string | undefined;
}

/** Something was opened: its methods, and what it says about itself as data. */
export interface Opened {
  readonly handle: Handle;
  readonly methods: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

export type DeviceReply =
  | { readonly call: number; readonly ok: true; readonly value: unknown }
  | { readonly call: number; readonly ok: false; readonly error: CarriedError }
  | { readonly call: number; readonly hook: number; readonly given: readonly unknown[] }
  | { readonly changed: BusName };

export type BusName = 'usb' | 'serial';

export interface ListedUsb {
  readonly id: string;
  readonly identity: UsbIdentity;
}

export interface ListedPort {
  readonly id: string;
  readonly identity: SerialIdentity;
}

/** The worker's side as the client calls it. */
export interface DeviceDesk {
  /** Which buses the browser offers in the worker. */
  hello(): Promise<readonly BusName[]>;
  listUsb(): Promise<readonly ListedUsb[]>;
  listPorts(): Promise<readonly ListedPort[]>;
  openBoard(id: string, options: OpenBoardOptions): Promise<Opened>;
  openPort(id: string, options: SerialOpenOptions): Promise<Opened>;
  /** Ends what is under way there and gives the device back. Never fails, may be called twice. */
  release(handle: Handle): Promise<void>;
  /** Timed by the worker, whose timers no hidden tab slows down. */
  sleep(durationMs: number, call: { readonly signal?: CancelSignal | undefined }): Promise<void>;
  /** An act of core/provisioning; see `performAct`. */
  perform(act: unknown, call: object): Promise<unknown>;
}

/** The part of `Worker` that the client needs; tests have others. */
export interface DeviceWorkerPort {
  postMessage(request: DeviceRequest): void;
  onMessage(listener: (reply: DeviceReply) => void): void;
  /** The worker cannot go on. */
  onError(listener: (reason: string) => void): void;
  terminate(): void;
}
