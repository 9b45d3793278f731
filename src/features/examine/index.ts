export { ExaminePage } from './examine-page.tsx';
