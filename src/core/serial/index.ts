/** The serial side: XMODEM, the console of wolfBoot's test application, and the update over both. */
export { createBootWatcher } from './boot-watcher.ts';
export { isCompleteInfo, parseBootBanner, parseConsoleInfo } from './console-info.ts';
export type * from './console-types.ts';
export { createConsole } from './console.ts';
export * from './keystore-compare.ts';
export { createPrimerDialogue, readOtpOverPrimer } from './primer-dialogue.ts';
export type * from './primer-dialogue.ts';
export { primerResults } from './primer-status.ts';
export type * from './primer-status.ts';
export type * from './update-types.ts';
export { updateFirmware } from './update.ts';
export { leaveReceiver, type LeaveOptions } from './xmodem-leave.ts';
export type * from './xmodem-receive-types.ts';
export { receiveXmodem } from './xmodem-receiver.ts';
export { sendXmodem } from './xmodem-sender.ts';
export type * from './xmodem-types.ts';
