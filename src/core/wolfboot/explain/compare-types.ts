/** What differs between two firmware images. */
import type { WolfBootImage } from '../image/image-types.ts';

export interface ComparedFile {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  readonly headerSizeBytes?: number | undefined;
}

export interface FieldComparison {
  /** The name of the field as in the spans; a second one of the same tag has ` (2)` behind it. */
  readonly name: string;
  /** Undefined for the size field, which is none of the tagged ones. */
  readonly tag: number | undefined;
  /** In the words of the hex view; undefined: the image does not have the field. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly same: boolean;
  /** Where the field's tag lies; undefined where there is none. */
  readonly offsetA: number | undefined;
  readonly offsetB: number | undefined;
}

export interface DifferentRange {
  /** From the start of the payload; `endBytes` is exclusive. */
  readonly startBytes: number;
  readonly endBytes: number;
}

export interface PayloadComparison {
  readonly same: boolean;
  readonly bytesA: number;
  readonly bytesB: number;
  /** Bytes that differ, with those that only the longer one has. */
  readonly differentBytes: number;
  /** Of the longer payload, 0 to 1. */
  readonly differentShare: number;
  readonly firstDifferenceBytes: number | undefined;
  /** Runs of different bytes; runs that lie close together are joined. At most `MOST_RANGES`. */
  readonly ranges: readonly DifferentRange[];
  /** How many runs there are. */
  readonly rangeCount: number;
}

export type LayoutDifference =
  | 'header-size' // a bootloader can start one of them only
  | 'hash' // the same
  | 'key-type' // the same
  | 'partition'
  | 'delta'; // one is a whole image, the other a patch

export interface ImageComparison {
  readonly a: WolfBootImage;
  readonly b: WolfBootImage;
  readonly fields: readonly FieldComparison[];
  /** Undefined when one of them is a header without its firmware. */
  readonly payload: PayloadComparison | undefined;
  /** Every byte of both files. */
  readonly sameFile: boolean;
  readonly sameDigest: boolean;
  /** By the hints; undefined when the hashes differ or one is unsigned, so that they tell nothing. */
  readonly sameKey: boolean | undefined;
  /** What putting B in the place of A would be. */
  readonly versionStep: 'newer' | 'same' | 'older';
  readonly layout: readonly LayoutDifference[];
}
