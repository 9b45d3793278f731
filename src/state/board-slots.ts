/** The keys in the OTP of the board that was inspected. */
import { AppError } from '../core/errors.ts';
import { parseOtpImage, type KeystoreSlot } from '../core/wolfboot/index.ts';
import type { InspectJob } from './inspect.ts';
import type { KeystoreView } from './keystore-view.ts';

/** Undefined while no board was inspected or its OTP holds no keystore that can be read. */
export function slotsOnBoard(
  job: InspectJob,
  { strideBytes, profile }: KeystoreView,
): readonly KeystoreSlot[] | undefined {
  if (job.kind !== 'done' || job.findings.otp === undefined) return undefined;
  const { bytes } = job.findings.otp;
  const { target } = profile;
  // Another build's slots may lie at another distance: then the content itself decides.
  return readSlots(bytes, { strideBytes, target }) ?? readSlots(bytes, {});
}

function readSlots(
  bytes: Uint8Array,
  options: Parameters<typeof parseOtpImage>[2],
): readonly KeystoreSlot[] | undefined {
  try {
    return parseOtpImage(bytes, 'OTP', options).slots;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
