/** The vault's format and rules: sealing and opening over ports. Where it is stored others know. */
export { calibrateCost, LEAST_COST } from './cost.ts';
export { damaged } from './damage.ts';
export * from './header.ts';
export * from './key-record.ts';
export * from './otp-record.ts';
export {
  drawPassphrase,
  MINIMUM_PASSPHRASE_CHARACTERS,
  passphraseProblem,
  type PassphraseProblem,
} from './passphrase.ts';
export { MOST_TEXT, storedFields } from './stored.ts';
export * from './tree-record.ts';
