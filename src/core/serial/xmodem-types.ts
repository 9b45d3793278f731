/**
 * What a caller says to the XMODEM sender and what it hears back.
 * Knows nothing of images or consoles: a file is bytes.
 */
import type { LongCall } from '../ports/index.ts';

/** Which check the packets carry; the receiver chooses by its first byte: NAK or 'C'. */
export type XmodemCheck = 'checksum' | 'crc16';

/**
 * How a receiver behaves where receivers differ. `classic` is the protocol of the "XMODEM/YMODEM
 * Protocol Reference" (1988); `wolfboot` is the receiver of wolfBoot's STM32H5 test application
 * (wolfboot.md section 22, stm32h5-device.md section 5).
 */
export type XmodemReceiverKind = 'classic' | 'wolfboot';

export interface XmodemProgress {
  readonly packets: number;
  readonly totalPackets: number;
  /** Bytes of the file, without padding, that the receiver has acknowledged. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Mean over the data phase so far; 0 before the first acknowledgement. */
  readonly bytesPerSecond: number;
  readonly remainingMs: number | undefined;
  readonly resends: number;
}

export interface XmodemOptions extends LongCall<XmodemProgress> {
  readonly receiver: XmodemReceiverKind;
  /**
   * `auto` and 1024 take 1024-byte blocks when the receiver asked for CRC; both go back to 128
   * when the receiver does not take the first one. wolfBoot's receiver always gets 128.
   */
  readonly blockSize?: 'auto' | 128 | 1024;
  /** Fills the last block; default 0x1A (CP/M end of file). */
  readonly paddingByte?: number;
  /** How long to wait for the receiver's first byte. */
  readonly startTimeoutMs?: number;
  /** Line speed, from which it follows when an answer can be there at the earliest. */
  readonly baudRate?: number;
  /**
   * What happens to the receiver when the signal is raised or the transfer fails.
   * `stay`: nothing; the receiver goes on waiting. `leave`: a classic receiver gets CAN CAN; wolfBoot's
   * knows no abort, so it gets more than 2 s of silence and then EOT, which it reports as a success
   * although it is none. The call rejects in either case.
   */
  readonly onAbandon?: 'stay' | 'leave';
}

/** Every packet went out and the end was said. It is no proof that the file arrived unharmed. */
export interface XmodemReport {
  readonly check: XmodemCheck;
  readonly packets: number;
  readonly fileBytes: number;
  readonly sentBytes: number;
  readonly elapsedMs: number;
  readonly bytesPerSecond: number;
  readonly resends: number;
  /** Bytes received that were neither an answer nor expected text. */
  readonly noiseBytes: number;
  /**
   * `unconfirmed`: the answer to the last packet got lost and wolfBoot's receiver cannot be asked
   * again (stm32h5-device.md section 5, rule 4); only the version after a reboot tells.
   */
  readonly lastPacket: 'acknowledged' | 'unconfirmed';
  /** `inferred`: the receiver printed its closing text although the ACK of EOT was not seen. */
  readonly end: 'acknowledged' | 'inferred';
  /** Bytes that came behind the final ACK; the caller owns them. */
  readonly trailing: Uint8Array;
}
