/** The page Board, for the routes. */
export { BoardPage } from './board-page.tsx';
