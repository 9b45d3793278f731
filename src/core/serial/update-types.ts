/** A firmware update over the console as stages and an outcome. */
import type { LongCall } from '../ports/index.ts';
import type { BootReport, ConsoleInfo, TransferText } from './console-types.ts';
import type { XmodemProgress, XmodemReport } from './xmodem-types.ts';

/**
 * A complete signed image with the facts its parser found; bytes are not kept. The facts of an
 * encrypted image are those of what it decrypts to.
 */
export interface UpdateImage {
  /** As they go over the line. */
  readonly bytes: Uint8Array;
  readonly version: number;
  readonly headerSizeBytes: number;
  readonly payloadSizeBytes: number;
  /** The bytes are ciphertext; AES images are filled to whole blocks of 16 bytes. */
  readonly encrypted?: boolean;
  /** A delta image: the version it is a patch for. */
  readonly baseVersion?: number | undefined;
}

export type UpdateProgress =
  | { readonly stage: 'checking' }
  | { readonly stage: 'erasing' }
  | { readonly stage: 'waiting-for-receiver'; readonly attempt: number }
  | ({ readonly stage: 'sending' } & XmodemProgress)
  | { readonly stage: 'receiver-done'; readonly receiverSays: TransferText['says'] }
  | { readonly stage: 'rebooting'; readonly waitedMs: number; readonly timeoutMs: number }
  | { readonly stage: 'proving' }
  | { readonly stage: 'confirming' };

export interface UpdateOptions extends LongCall<UpdateProgress> {
  /** IMAGE_HEADER_SIZE the board's firmware was built with; its receiver ends by it. */
  readonly receiverHeaderSizeBytes: number;
  /** Size of the update partition, when known. */
  readonly partitionSizeBytes?: number;
  /** Start although the image is not newer than what runs; the bootloader will not take it. */
  readonly force?: boolean;
  /** How long the board may need from `reboot` to the prompt; default 60 s. */
  readonly bootTimeoutMs?: number;
  readonly baudRate?: number;
  /** Lead the board back to its prompt when the call is cancelled or fails in mid-transfer; default 'leave'. */
  readonly onAbandon?: 'stay' | 'leave';
}

/** What was seen of an image that was sent and met a reboot. */
export interface UpdateAttempt {
  readonly versionBefore: number;
  readonly before: ConsoleInfo;
  readonly boot: BootReport;
  /** `info` after the reboot. */
  readonly after: ConsoleInfo;
  readonly transfer: XmodemReport;
  readonly transfersNeeded: number;
}

/** There is one good end: the new version was seen running and then confirmed. */
export interface UpdateOutcome {
  readonly kind: 'proven';
  readonly versionBefore: number;
  readonly version: number;
  /** State after the reboot: TESTING, or NEW when only the banks tell that it is the new image. */
  readonly stateAfterReboot: 'TESTING' | 'NEW';
  readonly before: ConsoleInfo;
  readonly boot: BootReport;
  /** `info` after `success`: CONFIRMED. */
  readonly confirmed: ConsoleInfo;
  readonly transfer: XmodemReport;
  readonly transfersNeeded: number;
}
