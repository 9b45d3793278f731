/** The page Flash, for the routes. */
export { FlashPage } from './flash-page.tsx';
