export { FirmwarePage } from './firmware-page.tsx';
