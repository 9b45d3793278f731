export { KeystorePage } from './keystore-page.tsx';
