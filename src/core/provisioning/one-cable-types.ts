/**
 * One cable: the ST-LINK's alone. Images go to the chip as files on the probe's drive, or by the person's hand,
 * and what they do is heard on its serial port. What such a job takes and says on its way.
 */
import type { ErrorCode } from '../errors.ts';
import type {
  Bench,
  Clock,
  LongCall,
  Locks,
  ProbeDrive,
  SerialPort,
  Store,
} from '../ports/index.ts';

/** `reader`: our primer with an empty region, which only reports. `burner`: the same, filled. */
export type OneCableImage = 'reader' | 'burner' | 'factory';

/** A file to be copied onto the drive; holds no secret. */
export interface DriveFile {
  readonly image: OneCableImage;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OneCableEnv {
  readonly bench: Pick<Bench, 'kind' | 'clock'>;
  /** Where the journal is kept. */
  readonly store: Store;
  readonly locks: Locks;
  /** Asked again whenever the port was away. */
  readonly findPort: () => Promise<SerialPort>;
  /** Undefined: the person copies every file. */
  readonly drive: ProbeDrive | undefined;
  /** How long a person may take to copy a file; 15 minutes when not given. */
  readonly personTimeoutMs?: number | undefined;
  /** What a person's time is measured by when the bench's own is simulated; else the bench's clock. */
  readonly personClock?: Clock | undefined;
}

export type OneCableProgress =
  /** Who is on the line? */
  | { readonly stage: 'listening' }
  | {
      readonly stage: 'writing';
      readonly file: DriveFile;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /** For the person: copy the file onto the drive. `reason`: why this program cannot. */
  | {
      readonly stage: 'waiting-for-hand';
      readonly file: DriveFile;
      readonly reason: ErrorCode | undefined;
    }
  /** The file is on the drive; the board has not spoken yet. */
  | { readonly stage: 'waiting-for-board'; readonly file: DriveFile }
  | { readonly stage: 'reading-otp' }
  | { readonly stage: 'verifying' };

/** Cancelling stops at once everywhere; what was copied stays in the chip, and the journal keeps what is left. */
export type OneCableCall = LongCall<OneCableProgress>;
