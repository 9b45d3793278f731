/** The page Boot proof. */
export { BootProofPage } from './boot-proof-page.tsx';
