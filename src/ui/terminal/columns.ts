/** How wide a terminal can be in the room that it has. */

const MOST_COLUMNS = 160;
/** xterm keeps a strip for its scrollbar. */
const SCROLLBAR_PX = 16;

/** `frame` holds a terminal that is `columns` wide now. */
export function columnsThatFit(frame: HTMLElement, columns: number, atLeast: number): number {
  const screen = frame.querySelector('.xterm-screen');
  const cellPx = (screen?.getBoundingClientRect().width ?? 0) / columns;
  if (cellPx === 0) return atLeast;
  const fitting = Math.floor((frame.clientWidth - SCROLLBAR_PX) / cellPx);
  return Math.max(atLeast, Math.min(fitting, MOST_COLUMNS));
}
