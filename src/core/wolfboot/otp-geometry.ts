/** The one-time-programmable areas of the supported chips (formats/wolfboot.md, section 5.1). */

export type OtpTarget = 'stm32h5' | 'stm32h7';

export interface OtpGeometry {
  readonly target: OtpTarget;
  readonly baseAddress: number;
  readonly sizeBytes: number;
  /** What one lock bit covers. */
  readonly blockBytes: 64;
  readonly blockCount: number;
  /** Where the device's unique secret (UDS) starts. */
  readonly udsOffsetBytes: number;
  readonly udsBytes: 32;
  /** Set aside for the UDS, its own 32 bytes included. */
  readonly udsReservedBytes: 64;
}

/** "WOLFBOOT", item_count, flags, version. */
export const OTP_HEADER_BYTES = 16;

const BASE_ADDRESS = 0x08fff000;
export const OTP_BLOCK_BYTES = 64;
export const UDS_BYTES = 32;
export const UDS_RESERVED_BYTES = 64;

function geometryOf(target: OtpTarget, sizeBytes: number): OtpGeometry {
  return {
    target,
    baseAddress: BASE_ADDRESS,
    sizeBytes,
    blockBytes: OTP_BLOCK_BYTES,
    blockCount: sizeBytes / OTP_BLOCK_BYTES,
    udsOffsetBytes: sizeBytes - UDS_RESERVED_BYTES,
    udsBytes: UDS_BYTES,
    udsReservedBytes: UDS_RESERVED_BYTES,
  };
}

const geometries: Readonly<Record<OtpTarget, OtpGeometry>> = {
  stm32h5: geometryOf('stm32h5', 2048),
  stm32h7: geometryOf('stm32h7', 1024),
};

export const otpTargets: readonly OtpTarget[] = ['stm32h5', 'stm32h7'];

export function otpGeometry(target: OtpTarget): OtpGeometry {
  return geometries[target];
}
