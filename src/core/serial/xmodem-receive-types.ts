/**
 * What a caller says to the XMODEM receiver and what it hears back. Knows nothing of what the file is for.
 */
import type { LongCall } from '../ports/index.ts';
import type { XmodemCheck } from './xmodem-types.ts';

export interface XmodemReceiveProgress {
  readonly packets: number;
  /** Received so far, padding of the last block included. */
  readonly doneBytes: number;
  /** Of the file, where it is known beforehand. */
  readonly totalBytes: number | undefined;
  /** Mean since the first packet; 0 before it. */
  readonly bytesPerSecond: number;
  readonly remainingMs: number | undefined;
  /** Packets that were refused and had to come again. */
  readonly refusals: number;
}

export interface XmodemReceiveOptions extends LongCall<XmodemReceiveProgress> {
  /** `auto` (default) asks for CRC with 'C' a few times and then for checksums with NAK. */
  readonly check?: 'auto' | XmodemCheck;
  /** How long to go on asking for the first packet; default 60 s. */
  readonly startTimeoutMs?: number;
  /** Silence of the sender between two packets after which the transfer is given up; default 30 s. */
  readonly silenceTimeoutMs?: number;
  /** The whole call, from asking to the end; default 30 min. */
  readonly timeoutMs?: number;
  /** More than this is refused with CAN CAN; default 16 MiB. */
  readonly maxBytes?: number;
  /**
   * Length of the file, when it is known: XMODEM itself does not tell it, so a file that lost its last block
   * to a crossed answer looks whole. With it, fewer bytes are a failure, and the padding is cut off.
   */
  readonly expectedBytes?: number;
  /**
   * `asked-twice` (default): the first EOT is refused with NAK and counts when it comes again, as the protocol
   * reference advises, because one damaged byte may look like it. `first`: for senders that say it only once.
   */
  readonly endOfFile?: 'asked-twice' | 'first';
}

/** Every packet passed its check and the end was said. An 8-bit sum misses one damage in 256. */
export interface XmodemReceived {
  /** The caller owns it. Whole blocks, padding included, unless `expectedBytes` was given. */
  readonly file: Uint8Array;
  readonly check: XmodemCheck;
  readonly packets: number;
  /** Largest block that came: 128 or 1024. */
  readonly blockBytes: number;
  readonly refusals: number;
  /** Packets that came a second time, because our answer got lost. */
  readonly repeats: number;
  readonly elapsedMs: number;
  readonly bytesPerSecond: number;
}
