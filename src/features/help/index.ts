/** The help pages, for the routes. */
export { HelpPage } from './help-page.tsx';
