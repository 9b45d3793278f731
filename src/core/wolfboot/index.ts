/** wolfBoot's formats: keys, keystores, OTP and primer images, firmware images. */
export * from './auth-keys.ts';
export { checkKeystoreKey, lmsKeyParameters } from './key-check.ts';
export * from './keystore.ts';
export * from './keystore-c.ts';
export * from './keystore-c-writer.ts';
export * from './keystore-file.ts';
export * from './keystore-policy.ts';
export * from './keystore-slot.ts';
export * from './otp.ts';
export * from './otp-build.ts';
export * from './otp-geometry.ts';
export * from './primer.ts';
export * from './private-keys.ts';
export * from './profile.ts';
export * from './public-keys.ts';
export * from './sample-mark.ts';
export { describeMask, maskAllows, partitionsOfMask } from './slot-codec.ts';
