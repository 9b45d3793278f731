/** Where the cursor goes on a key press (ARIA Authoring Practices, grid pattern). Pure. */
import { rowIndexOf, type HexModel, type HexRow } from './hex-model.ts';

const PAGE_ROWS = 8;

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** The new offset, or undefined when the key is not ours. */
export function moveCursor(
  model: HexModel,
  rows: readonly HexRow[],
  cursor: number,
  { key, ctrlKey, metaKey }: KeyPress,
): number | undefined {
  const jump = ctrlKey || metaKey;
  switch (key) {
    case 'ArrowRight':
      return jump ? nextField(model, cursor) : step(rows, cursor, 1);
    case 'ArrowLeft':
      return jump ? previousField(model, cursor) : step(rows, cursor, -1);
    case 'ArrowDown':
      return moveRows(rows, cursor, 1);
    case 'ArrowUp':
      return moveRows(rows, cursor, -1);
    case 'PageDown':
      return moveRows(rows, cursor, PAGE_ROWS);
    case 'PageUp':
      return moveRows(rows, cursor, -PAGE_ROWS);
    case 'Home':
      return jump ? 0 : rows[rowIndexOf(rows, cursor)]?.startBytes;
    case 'End':
      return jump ? lastStop(rows[rows.length - 1]) : lastStop(rows[rowIndexOf(rows, cursor)]);
    default:
      return undefined;
  }
}

/** A folded row is one stop, at its start. */
function lastStop(row: HexRow | undefined): number | undefined {
  return row?.kind === 'bytes' ? row.endBytes - 1 : row?.startBytes;
}

function step(rows: readonly HexRow[], cursor: number, by: 1 | -1): number {
  const index = rowIndexOf(rows, cursor);
  const row = rows[index];
  if (row === undefined) return cursor;
  const inside =
    row.kind === 'bytes' && cursor + by >= row.startBytes && cursor + by < row.endBytes;
  if (inside) return cursor + by;
  const next = rows[index + by];
  return (by > 0 ? next?.startBytes : lastStop(next)) ?? cursor;
}

function moveRows(rows: readonly HexRow[], cursor: number, by: number): number {
  const index = rowIndexOf(rows, cursor);
  const from = rows[index];
  const to = rows[Math.min(rows.length - 1, Math.max(0, index + by))];
  if (from === undefined || to === undefined) return cursor;
  if (to.kind === 'folded') return to.startBytes;
  return Math.min(to.startBytes + (cursor - from.startBytes), to.endBytes - 1);
}

function nextField({ owners }: HexModel, cursor: number): number {
  const owner = owners[cursor];
  let at = cursor;
  while (at < owners.length - 1 && owners[at] === owner) at++;
  return at;
}

/** To the start of this field, or of the one before when already there. */
function previousField({ owners }: HexModel, cursor: number): number {
  const before = Math.max(0, cursor - 1);
  let at = before;
  while (at > 0 && owners[at - 1] === owners[before]) at--;
  return at;
}
