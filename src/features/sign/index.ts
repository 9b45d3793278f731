export { ExternalPage } from './external-page.tsx';
export { FirmwarePage } from './firmware-page.tsx';
