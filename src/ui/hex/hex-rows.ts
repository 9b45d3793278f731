/**
 * The rows of the hex view, with long runs of equal filler folded away. Only the folds are kept: a
 * file of 16 MiB has a million rows, and all but a screenful are never looked at. Pure.
 */
import { contains, type ByteRange, type HexModel } from './hex-model.ts';

export interface HexRow extends ByteRange {
  readonly kind: 'bytes' | 'folded';
}

export interface HexRows {
  readonly count: number;
  readonly at: (index: number) => HexRow | undefined;
  /** The row that shows this byte; -1 behind the end. */
  readonly indexOf: (offsetBytes: number) => number;
}

/** Fewer equal rows are not worth a fold. */
const LEAST_FOLDED_ROWS = 3;
const FILLER = 0xff;

interface Fold extends ByteRange {
  /** Of the folded row among all rows. */
  readonly index: number;
}

/** Rows of `bytesPerRow`; runs of filler rows within one field are folded unless in `unfolded`. */
export function layOutRows(
  model: HexModel,
  bytesPerRow: number,
  unfolded: ReadonlySet<number>,
): HexRows {
  const { length } = model.bytes;
  const folds = findFolds(model, bytesPerRow, unfolded);
  const last = folds[folds.length - 1];
  const rowsBehind = (from: number, to: number): number => Math.ceil((to - from) / bytesPerRow);
  const count =
    last === undefined ? rowsBehind(0, length) : last.index + 1 + rowsBehind(last.endBytes, length);

  const at = (index: number): HexRow | undefined => {
    if (!Number.isInteger(index) || index < 0 || index >= count) return undefined;
    const fold = lastWhere(folds, (candidate) => candidate.index <= index);
    if (fold?.index === index) {
      return { kind: 'folded', startBytes: fold.startBytes, endBytes: fold.endBytes };
    }
    const startBytes =
      fold === undefined
        ? index * bytesPerRow
        : fold.endBytes + (index - fold.index - 1) * bytesPerRow;
    return { kind: 'bytes', startBytes, endBytes: Math.min(startBytes + bytesPerRow, length) };
  };
  const indexOf = (offsetBytes: number): number => {
    if (offsetBytes < 0 || offsetBytes >= length) return -1;
    const fold = lastWhere(folds, ({ startBytes }) => startBytes <= offsetBytes);
    if (fold === undefined) return Math.floor(offsetBytes / bytesPerRow);
    if (contains(fold, offsetBytes)) return fold.index;
    return fold.index + 1 + Math.floor((offsetBytes - fold.endBytes) / bytesPerRow);
  };
  return { count, at, indexOf };
}

/** The last of the leading entries for which `holds` is true. */
function lastWhere<T>(entries: readonly T[], holds: (entry: T) => boolean): T | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && holds(entry)) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

function findFolds(
  model: HexModel,
  bytesPerRow: number,
  unfolded: ReadonlySet<number>,
): readonly Fold[] {
  const folds: Fold[] = [];
  const { bytes } = model;
  let hiddenRows = 0;
  let start = 0;
  while (start < bytes.length) {
    const end = bytes[start] === FILLER ? fillerEnd(model, start, bytesPerRow) : start;
    if (end - start >= LEAST_FOLDED_ROWS * bytesPerRow && !unfolded.has(start)) {
      const index = start / bytesPerRow - hiddenRows;
      folds.push({ startBytes: start, endBytes: end, index });
      hiddenRows += (end - start) / bytesPerRow - 1;
      start = end;
    } else {
      // An unfolded run is laid out whole, or its rest would fold again.
      start = Math.max(end, start + bytesPerRow);
    }
  }
  return folds;
}

/** Where the run of whole filler rows that starts at `start` ends; `start` when there is none. */
function fillerEnd(model: HexModel, start: number, bytesPerRow: number): number {
  const { bytes, owners } = model;
  const owner = owners[start];
  let end = start;
  while (end < bytes.length && bytes[end] === FILLER && owners[end] === owner) {
    if (model.isSecret(end)) break;
    end++;
  }
  return start + Math.floor((end - start) / bytesPerRow) * bytesPerRow;
}
