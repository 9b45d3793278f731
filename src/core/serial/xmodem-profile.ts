/**
 * The receivers we know, as tables: which packets they take and how long they need.
 * Knows nothing of the sender that reads it.
 */
import type { XmodemReceiverKind } from './xmodem-types.ts';

export interface ReceiverProfile {
  readonly kind: XmodemReceiverKind;
  /** Whether 'C' means a request for CRC packets. */
  readonly crc: boolean;
  /** From the end of a packet on the line to the latest sensible answer. */
  readonly replyTimeoutMs: number;
  /** The same for a packet that is sent again: long enough for the receiver to drop half a packet. */
  readonly repeatTimeoutMs: number;
  /**
   * A NAK that comes later than this after the packet is no answer but the tick of an idle
   * receiver. Undefined where a NAK always means "again".
   */
  readonly tickAfterMs: number | undefined;
  /** Whether a repeated packet whose ACK got lost is acknowledged again, as the protocol wants. */
  readonly acknowledgesRepeats: boolean;
  /** Our silence after which the receiver stands at a packet boundary for certain. */
  readonly quietMs: number;
  /** A receiver that has dropped a torn packet has said so by then, counted from the packet's end. */
  readonly dropTickMs: number;
  readonly endTimeoutMs: number;
  readonly startTimeoutMs: number;
  /** Sendings of one packet, in all. */
  readonly maxAttempts: number;
  /** Sendings in a row without any sign of the receiver. */
  readonly maxSilences: number;
}

const classic: ReceiverProfile = {
  kind: 'classic',
  crc: true,
  // Receivers may write to a slow disk before they answer, and time out after 10 s themselves.
  replyTimeoutMs: 12_000,
  repeatTimeoutMs: 12_000,
  tickAfterMs: undefined,
  acknowledgesRepeats: true,
  quietMs: 0,
  dropTickMs: 12_000,
  endTimeoutMs: 12_000,
  startTimeoutMs: 60_000,
  maxAttempts: 10,
  maxSilences: 4,
};

/**
 * stm32h5-device.md section 5: answers within 1 ms, sends NAK after each 1.0 s of idling, drops half
 * a packet after 1.0 s and is clean after 2 s (rule 5).
 */
const wolfboot: ReceiverProfile = {
  kind: 'wolfboot',
  crc: false,
  replyTimeoutMs: 1500,
  repeatTimeoutMs: 2200,
  tickAfterMs: 600,
  acknowledgesRepeats: false,
  quietMs: 2200,
  // 1 s of gap timer and 1 s to the NAK, with room for slow timers.
  dropTickMs: 2600,
  endTimeoutMs: 2600,
  startTimeoutMs: 10_000,
  maxAttempts: 10,
  maxSilences: 4,
};

export const receiverProfiles: Readonly<Record<XmodemReceiverKind, ReceiverProfile>> = {
  classic,
  wolfboot,
};
