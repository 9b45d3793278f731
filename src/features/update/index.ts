/** The page Update, for the routes. */
export { UpdatePage } from './update-page.tsx';
