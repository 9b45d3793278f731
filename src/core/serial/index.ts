/** The serial side: XMODEM, the console of wolfBoot's test application, and the update over both. */
export type * from './console-types.ts';
export * from './keystore-compare.ts';
export type * from './update-types.ts';
export type * from './xmodem-types.ts';
