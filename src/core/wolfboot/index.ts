/** wolfBoot's formats: keys, keystores, OTP and primer images, firmware images. */
export * from './auth-keys.ts';
export * from './keystore-slot.ts';
export * from './otp-geometry.ts';
export * from './profile.ts';
export * from './sample-mark.ts';
