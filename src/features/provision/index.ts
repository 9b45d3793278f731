/** The page Burn. */
export { BurnPage } from './burn-page.tsx';
