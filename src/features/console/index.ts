/** The page Console, for the routes. */
export { ConsolePage } from './console-page.tsx';
