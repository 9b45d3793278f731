/** The interfaces through which the core asks the world. */
export * from './bench.ts';
export * from './cancel.ts';
export * from './clock.ts';
export * from './device-log.ts';
export * from './drive.ts';
export * from './drive-files.ts';
export * from './rng.ts';
export * from './rsa-key-maker.ts';
export * from './serial.ts';
export * from './store.ts';
export * from './tree-hasher.ts';
export * from './usb.ts';
export * from './vault-crypto.ts';
