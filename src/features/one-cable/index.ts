/** The page One cable. */
export { OneCablePage } from './one-cable-page.tsx';
