/**
 * The disk that a debug probe shows to the host (ST-LINK: mass storage). A file copied onto it is programmed into
 * the chip, after which the probe resets the chip, leaves and comes back; what it disliked stands in FAIL.TXT.
 * Implemented by `platform/st-link-drive` over the File System Access API and by the virtual board.
 */
import type { LongCall } from './cancel.ts';

export interface DriveWriteProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Errors (all AppError): `drive-unavailable` (the browser no longer lets us), `drive-gone`, `deadline-exceeded`,
 * `cancelled`.
 */
export interface ProbeDrive {
  /** The volume's name as the person sees it; no path. */
  readonly label: string;
  /** False: `allow` has to be called, by a click, before anything else. Reads no file. */
  isAllowed(): Promise<boolean>;
  /** Asks the person again for a folder that was chosen earlier; needs a click. `drive-unavailable` when refused. */
  allow(): Promise<void>;
  /** Names of the files, in no order. */
  list(): Promise<readonly string[]>;
  /** The whole file, which the caller owns. `file-failed` when there is none of this name. */
  read(name: string): Promise<Uint8Array>;
  /**
   * Resolves when the file has been handed over to the drive; what the probe makes of it is told by FAIL.TXT and by
   * the chip. `drive-write-refused`: the drive would not let this program write; a person's copy may still work.
   * After that and after `drive-gone` part of the file may have been programmed. `bytes` is not kept.
   */
  write(name: string, bytes: Uint8Array, call?: LongCall<DriveWriteProgress>): Promise<void>;
}

export interface DriveBus {
  /** The drive that was chosen last, without asking; undefined when there is none. It may be absent right now. */
  remembered(): Promise<ProbeDrive | undefined>;
  /**
   * Lets the person choose; needs a click. Remembers the choice. `drive-unavailable` when nothing was chosen or
   * the browser refused, `drive-wrong` for a folder that no probe shows.
   */
  choose(): Promise<ProbeDrive>;
  /** Forgets what was chosen. */
  forget(): Promise<void>;
}
