/** What speaks against a flash project: a closed list, so that every one has words in every language. */
import type { ErrorCode } from '../errors.ts';
import type { BootReason } from '../wolfboot/index.ts';

export type PartitionName = 'boot' | 'update' | 'swap';

/** `part`, `other`: ids of parts. Addresses are non-secure. */
export type FlashProblem =
  // The project by itself
  | { readonly kind: 'no-parts' }
  | { readonly kind: 'address-missing'; readonly part: string }
  | { readonly kind: 'misaligned'; readonly part: string; readonly address: number }
  | {
      readonly kind: 'outside-flash';
      readonly part: string;
      readonly address: number;
      readonly lengthBytes: number;
    }
  | {
      readonly kind: 'overlap';
      readonly part: string;
      readonly other: string;
      readonly address: number;
      readonly lengthBytes: number;
    }
  /** Bytes that are no image, or an image of the other partition. */
  | {
      readonly kind: 'reaches-partition';
      readonly part: string;
      readonly partition: PartitionName;
      readonly address: number;
    }
  /** Where the chip starts stands no vector table: stack in RAM, handlers inside the program. */
  | { readonly kind: 'no-vector-table'; readonly part: string }
  /** The file says another address than any partition's. */
  | {
      readonly kind: 'image-elsewhere';
      readonly part: string;
      readonly address: number;
      readonly wanted: readonly number[];
    }
  | { readonly kind: 'image-unreadable'; readonly part: string; readonly message: string }
  | { readonly kind: 'image-is-patch'; readonly part: string }
  | { readonly kind: 'image-without-firmware'; readonly part: string }
  /** Partition 0: an update of the bootloader itself. */
  | { readonly kind: 'image-for-bootloader'; readonly part: string }
  /** The bootloader of the profile with this keystore would not start it. */
  | {
      readonly kind: 'image-refused';
      readonly part: string;
      readonly reason: BootReason;
      readonly code: ErrorCode;
    }
  /** An otp.bin and a primer, or two of a kind: the OTP is burnt once. */
  | { readonly kind: 'several-burns'; readonly parts: readonly string[] }
  // The project and this board
  | { readonly kind: 'board-without-serial' }
  | { readonly kind: 'board-unknown' }
  | { readonly kind: 'board-of-other-target' }
  | { readonly kind: 'board-not-open'; readonly state: string }
  | { readonly kind: 'sample-on-real-board'; readonly part: string }
  | { readonly kind: 'primer-in-flash' }
  | {
      readonly kind: 'burn-refused';
      readonly part: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  // Warnings
  | { readonly kind: 'partitions-unknown' }
  /** No keystore to check the signature with. */
  | { readonly kind: 'image-not-checked'; readonly part: string }
  /** Behind its header stands no program that was linked for this place. */
  | { readonly kind: 'image-linked-elsewhere'; readonly part: string; readonly address: number }
  /** The rest of its sectors is erased with it. */
  | { readonly kind: 'shares-sector'; readonly parts: readonly string[]; readonly address: number }
  /** The primer stands there while it burns; these parts follow when it is erased. */
  | { readonly kind: 'after-the-primer'; readonly parts: readonly string[] }
  | { readonly kind: 'banks-swapped' }
  | { readonly kind: 'trustzone-on' };

export type FlashProblemKind = FlashProblem['kind'];

const WARNINGS: readonly FlashProblemKind[] = [
  'partitions-unknown',
  'image-not-checked',
  'image-linked-elsewhere',
  'shares-sector',
  'after-the-primer',
  'banks-swapped',
  'trustzone-on',
];

/** A warning is shown and does not stop. */
export function isFlashWarning({ kind }: FlashProblem): boolean {
  return WARNINGS.includes(kind);
}
