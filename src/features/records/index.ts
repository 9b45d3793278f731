/** The page Record, for the routes. */
export { RecordPage } from './record-page.tsx';
