/** Which rows of a long grid are drawn: those in sight and some around them. Short grids are drawn whole. */
import { useEffect, useState, type RefObject } from 'react';

export interface RowWindow {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  readonly rowHeightPx: number;
}

/** Up to this many rows nothing is gained by drawing a part of them. */
const WHOLE_UP_TO_ROWS = 64;
/** The window moves in steps of this many rows, and is one step larger than what is seen on both sides. */
const STEP_ROWS = 16;
const ROW_HEIGHT_REM = 1.5;
const FIRST_SCREEN_ROWS = 48;

export function useRowWindow(grid: RefObject<HTMLElement | null>, rowCount: number): RowWindow {
  const whole = rowCount <= WHOLE_UP_TO_ROWS;
  const [seen, setSeen] = useState({ first: 0, end: FIRST_SCREEN_ROWS });
  useEffect(() => {
    const element = grid.current;
    if (whole || element === null) return;
    const look = (): void => {
      const { first, end } = rowsInSight(element);
      setSeen((before) => (before.first === first && before.end === end ? before : { first, end }));
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      element.removeEventListener('scroll', look);
    };
  }, [grid, whole, rowCount]);
  const rowHeightPx = rowHeight();
  if (whole) return { first: 0, end: rowCount, rowHeightPx };
  const first = Math.min(seen.first, Math.max(0, rowCount - FIRST_SCREEN_ROWS));
  return { first, end: Math.min(rowCount, Math.max(seen.end, first)), rowHeightPx };
}

/** Brings a row that may not be drawn yet into sight; the grid's head covers its first row. */
export function scrollToRow(grid: HTMLElement, index: number): void {
  const height = rowHeight();
  const top = index * height;
  const room = grid.clientHeight - 2 * height;
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top > grid.scrollTop + room - height) grid.scrollTop = top - room + 2 * height;
}

function rowsInSight({ scrollTop, clientHeight }: HTMLElement): Pick<RowWindow, 'first' | 'end'> {
  const height = rowHeight();
  const step = (row: number): number => Math.floor(row / STEP_ROWS) * STEP_ROWS;
  return {
    first: Math.max(0, step(scrollTop / height) - STEP_ROWS),
    end: step((scrollTop + clientHeight) / height) + 2 * STEP_ROWS,
  };
}

/** As `.row` of the grid has it. */
function rowHeight(): number {
  return ROW_HEIGHT_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
}
