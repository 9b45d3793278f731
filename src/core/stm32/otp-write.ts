/** Writing one-time-programmable memory. Only `core/provisioning` may import this file. */
import { AppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import type { DfuSession } from './dfu-types.ts';

export interface OtpWriteOptions {
  /** Checked before the first transfer only: a write that has begun is finished. */
  readonly signal?: CancelSignal | undefined;
  /**
   * Granularity of the device. 4 (default) is what AN3156 allows: address and length in multiples
   * of 4; content that leaves a halfword of such a unit virgin cannot be written then and is refused
   * (`not-supported`), because filling up with 0xFFFF would consume the neighbour for ever. 2 writes
   * halfwords singly, which the cells allow and the document does not.
   */
  readonly unitBytes?: 2 | 4 | 16;
}

/**
 * Writes `bytes` to the virgin OTP halfwords at `address` in one DNLOAD. Never retried, never erased,
 * never verified here: the caller reads back. `bytes` is not kept and never appears in errors or
 * transcripts.
 */
export async function writeOtpUnit(
  _session: DfuSession,
  _alternate: number,
  _address: number,
  _bytes: Uint8Array,
  _options: OtpWriteOptions = {},
): Promise<void> {
  throw new AppError('not-supported', 'the DfuSe engine is not wired up yet');
}
