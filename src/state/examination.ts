/** What examining takes, apart from the first screen: loaded when the first file is opened. */
export {
  compareImages,
  parseEncryptionKeyFile,
  readKeystoreFile,
  whyNotBoot,
} from '../core/wolfboot/index.ts';
export { decryptPart, openForExamination } from './examined-file.ts';
