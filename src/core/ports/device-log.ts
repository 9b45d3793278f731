/**
 * What passed between the program and a board, for a diagnostic bundle. Entries cannot hold a secret: of
 * serial traffic they tell how much, never what, because a console can print a whole OTP area.
 */
import type { ErrorCode } from '../errors.ts';

/**
 * One transfer, for the diagnostic bundle. By construction no secrets: of flash data only the first
 * bytes, of OTP and option-byte data only the length.
 */
export interface TransferEntry {
  /** `clock.nowMs()` at the start. */
  readonly atMs: number;
  readonly durationMs: number;
  /** For example `DNLOAD`, `GETSTATUS`, `GET_DESCRIPTOR`, `SET_INTERFACE`. */
  readonly request: string;
  readonly value: number;
  /** Bytes sent or received. */
  readonly lengthBytes: number;
  /** Up to eight bytes in hex; absent where data could be secret. */
  readonly firstBytes?: string;
  /** What GETSTATUS answered, in names. */
  readonly answer?: string;
  readonly outcome: 'ok' | ErrorCode;
}

/** The bytes of XMODEM and its like that stand alone on the line. */
export type SerialControl = 'SOH' | 'STX' | 'EOT' | 'ACK' | 'NAK' | 'CAN' | 'C';

/** Bytes that were written at once, or arrived together. */
export interface SerialEntry {
  /** `clock.nowMs()`. */
  readonly atMs: number;
  readonly direction: 'to-board' | 'from-board';
  readonly lengthBytes: number;
  /** Of a single byte, when it is one of these. */
  readonly control?: SerialControl;
  readonly outcome: 'ok' | ErrorCode;
}

/** Takes entries; never throws, keeps no reference to anything else. */
export interface DeviceLog {
  usb(entry: TransferEntry): void;
  serial(entry: SerialEntry): void;
}
