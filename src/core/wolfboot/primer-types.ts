/** What is known of a primer image, upstream's or our own. */
import type { VectorTable } from './cortex-m-image.ts';
import type { KeyfusePrimer } from './keyfuse-primer.ts';
import type { KeystoreSlot } from './keystore-slot.ts';
import type { PrimerLocking } from './primer-locking.ts';
import type { PrimerWarning } from './primer-scan.ts';

export interface PrimerWrite {
  /** From the start of the OTP area. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** `header`, `slot 0` …, `uds`. */
  readonly what: 'header' | 'uds' | `slot ${number}`;
  /** Of a slot: its index. */
  readonly slot?: number;
  readonly content: Uint8Array | 'random';
  /** What is assumed and cannot be seen in the image. */
  readonly note?: string;
}

export interface PrimerImage {
  /** What its region says, when it is our own primer; undefined: upstream's, of which much is guessed. */
  readonly keyfuse: KeyfusePrimer | undefined;
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Lower-case hex, of the whole file. */
  readonly sha256: string;
  readonly loadAddress: number;
  readonly vectorTable: VectorTable;
  readonly slotArrayOffsetBytes: number;
  /** Size of one element of the array in the image. */
  readonly elementBytes: number;
  /** Distance between slots in OTP. */
  readonly strideBytes: number;
  readonly slots: readonly KeystoreSlot[];
  /** Where "WOLFBOOT" stands; undefined when the code puts it together from two words. */
  readonly magicOffsetBytes: number | undefined;
  /** In the order of the program. */
  readonly writes: readonly PrimerWrite[];
  /** The whole program runs to its end, the UDS included. */
  readonly complete: boolean;
  /** The code touches the lock register: after the keys it may lock every block for ever. */
  readonly locking: PrimerLocking;
  /** Carries the mark of images for the virtual board. */
  readonly sample: boolean;
  readonly warnings: readonly PrimerWarning[];
}
