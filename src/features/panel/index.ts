/** The virtual board's panel, for the shell. */
export { BoardPanel } from './board-panel.tsx';
