/** Where the cursor goes on a key press (ARIA Authoring Practices, grid pattern). Pure. */
import type { HexModel } from './hex-model.ts';
import type { HexRow, HexRows } from './hex-rows.ts';

const PAGE_ROWS = 8;

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** The new offset, or undefined when the key is not ours. */
export function moveCursor(
  model: HexModel,
  rows: HexRows,
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
      return jump ? 0 : rows.at(rows.indexOf(cursor))?.startBytes;
    case 'End':
      return jump ? lastStop(rows.at(rows.count - 1)) : lastStop(rows.at(rows.indexOf(cursor)));
    default:
      return undefined;
  }
}

/** A folded row is one stop, at its start. */
function lastStop(row: HexRow | undefined): number | undefined {
  return row?.kind === 'bytes' ? row.endBytes - 1 : row?.startBytes;
}

function step(rows: HexRows, cursor: number, by: 1 | -1): number {
  const index = rows.indexOf(cursor);
  const row = rows.at(index);
  if (row === undefined) return cursor;
  const inside =
    row.kind === 'bytes' && cursor + by >= row.startBytes && cursor + by < row.endBytes;
  if (inside) return cursor + by;
  const next = rows.at(index + by);
  return (by > 0 ? next?.startBytes : lastStop(next)) ?? cursor;
}

function moveRows(rows: HexRows, cursor: number, by: number): number {
  const index = rows.indexOf(cursor);
  const from = rows.at(index);
  const to = rows.at(Math.min(rows.count - 1, Math.max(0, index + by)));
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
