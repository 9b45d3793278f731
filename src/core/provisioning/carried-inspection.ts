/** An inspection as data, for its way between threads. The OTP goes along as it was read, UDS and all. */
import type { OtpTarget } from '../wolfboot/index.ts';
import type { Inspection, OtpReading } from './inspection.ts';
import { OtpContent, trueBytes } from './otp-content.ts';

type ReadOtp = Extract<OtpReading, { readonly kind: 'read' }>;

export interface CarriedInspection extends Omit<Inspection, 'otp'> {
  readonly otp:
    | Exclude<OtpReading, ReadOtp>
    | (Omit<ReadOtp, 'content'> & { readonly bytes: Uint8Array; readonly target: OtpTarget });
}

/** Not exported from the room: what it returns is no longer kept from showing the UDS. */
export function carryInspection(inspection: Inspection): CarriedInspection {
  const { otp } = inspection;
  if (otp.kind !== 'read') return { ...inspection, otp };
  const { content, ...place } = otp;
  return {
    ...inspection,
    otp: { ...place, bytes: trueBytes(content).slice(), target: content.geometry.target },
  };
}

/** Overwrites the bytes that it was given. */
export function reviveInspection(carried: CarriedInspection): Inspection {
  const { otp } = carried;
  if (otp.kind !== 'read') return { ...carried, otp };
  const { bytes, target, ...place } = otp;
  const content = new OtpContent(bytes, target);
  bytes.fill(0);
  return { ...carried, otp: { ...place, content } };
}
