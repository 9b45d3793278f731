/** Runs of bytes in the 32-bit address space: sorting, joining, filling the gaps between them. */
import { hexNumber } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { Segment } from './firmware-file.ts';

export const ADDRESS_SPACE_BYTES = 2 ** 32;

/** Exclusive. */
export function endAddress({ address, bytes }: Segment): number {
  return address + bytes.length;
}

export interface Joined {
  /** Copies, by address, none touching the next. Empty pieces leave nothing. */
  readonly segments: readonly Segment[];
  /** How many bytes were given more than once, each time with the same content. */
  readonly repeatedBytes: number;
}

/**
 * Puts pieces into order and joins those that touch. `conflict` makes the error for two pieces that
 * want different bytes at one address. Takes n log n time for n pieces, whatever their order.
 */
export function joinSegments<T extends Segment>(
  pieces: readonly T[],
  conflict: (piece: T, address: number) => AppError,
): Joined {
  const sorted = pieces
    .filter(({ bytes }) => bytes.length > 0)
    .sort((a, b) => a.address - b.address);
  const segments: Segment[] = [];
  let repeatedBytes = 0;
  for (let at = 0; at < sorted.length;) {
    const run = takeRun(sorted, at);
    at += run.length;
    const { segment, repeated } = joinRun(run, conflict);
    segments.push(segment);
    repeatedBytes += repeated;
  }
  return { segments, repeatedBytes };
}

/** The pieces from `first` on that touch or overlap one another. */
function takeRun<T extends Segment>(sorted: readonly T[], first: number): readonly T[] {
  let end = -1;
  let at = first;
  for (; at < sorted.length; at++) {
    const piece = sorted[at];
    if (!piece || (end >= 0 && piece.address > end)) break;
    end = Math.max(end, endAddress(piece));
  }
  return sorted.slice(first, at);
}

function joinRun<T extends Segment>(
  run: readonly T[],
  conflict: (piece: T, address: number) => AppError,
): { readonly segment: Segment; readonly repeated: number } {
  const start = run[0]?.address ?? 0;
  const end = run.reduce((most, piece) => Math.max(most, endAddress(piece)), start);
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  let repeated = 0;
  for (const piece of run) {
    const offset = piece.address - start;
    const common = Math.min(piece.bytes.length, Math.max(0, filled - offset));
    for (let index = 0; index < common; index++) {
      if (bytes[offset + index] !== piece.bytes[index]) {
        throw conflict(piece, piece.address + index);
      }
    }
    repeated += common;
    bytes.set(piece.bytes.subarray(common), offset + common);
    filled = Math.max(filled, offset + piece.bytes.length);
  }
  return { segment: { address: start, bytes }, repeated };
}

/**
 * In order and joined, for writing. Throws `invalid-argument` when there is nothing or it lies outside
 * the 32-bit address space, `layout-conflict` when two segments want different bytes at one address.
 */
export function orderedSegments(segments: readonly Segment[]): readonly Segment[] {
  for (const segment of segments) checkPlace(segment);
  const joined = joinSegments(segments, overlapError).segments;
  if (joined.length === 0) {
    throw new AppError('invalid-argument', 'there are no bytes to put into a firmware file');
  }
  return joined;
}

function checkPlace(segment: Segment): void {
  const { address } = segment;
  const inside =
    Number.isInteger(address) && address >= 0 && endAddress(segment) <= ADDRESS_SPACE_BYTES;
  if (inside) return;
  throw new AppError(
    'invalid-argument',
    `${segment.bytes.length} bytes at ${address} do not lie in the 32-bit address space`,
  );
}

function overlapError(_: Segment, address: number): AppError {
  return new AppError(
    'layout-conflict',
    `two parts want different bytes at ${hexNumber(address)}; give each its own place`,
    { context: { address } },
  );
}

export interface FlattenOptions {
  /** What stands in the gaps: 0xFF, erased flash, if not given. */
  readonly fill?: number;
  /** The longest result; 64 MiB if not given, more than any of these chips has in one place. */
  readonly mostBytes?: number;
}

const MOST_FLAT_BYTES = 64 * 1024 * 1024;

/**
 * One run from the first byte to the last. Throws `layout-conflict` when segments contradict each other
 * or lie further apart than `mostBytes`, and as `orderedSegments`.
 */
export function flatten(
  segments: readonly Segment[],
  { fill = 0xff, mostBytes = MOST_FLAT_BYTES }: FlattenOptions = {},
): Segment {
  const ordered = orderedSegments(segments);
  const address = ordered[0]?.address ?? 0;
  const end = ordered.reduce((_, segment) => endAddress(segment), address);
  if (end - address > mostBytes) throw tooFarApart(ordered, end - address, mostBytes);
  const bytes = new Uint8Array(end - address).fill(fill);
  for (const segment of ordered) bytes.set(segment.bytes, segment.address - address);
  return { address, bytes };
}

function tooFarApart(ordered: readonly Segment[], spanBytes: number, mostBytes: number): AppError {
  let widest = { from: 0, to: 0 };
  let from = ordered[0] ? endAddress(ordered[0]) : 0;
  for (const segment of ordered) {
    if (segment.address - from > widest.to - widest.from) widest = { from, to: segment.address };
    from = endAddress(segment);
  }
  const gap =
    widest.to > widest.from
      ? `; nothing stands between ${hexNumber(widest.from)} and ${hexNumber(widest.to)}`
      : '';
  return new AppError(
    'layout-conflict',
    `as one run these bytes would be ${spanBytes} long, more than ${mostBytes}${gap}. Leave out what does not belong into flash, or write a format that holds addresses`,
    { context: { address: widest.from, spanBytes, mostBytes } },
  );
}
