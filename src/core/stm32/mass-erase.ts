/**
 * Erasing all of the user flash over DfuSe with one command. Only `core/provisioning` may import this file:
 * it alone holds an approved plan. OTP and option bytes are none of its business: the command names no
 * address, and it is given to the flash alternate only.
 */
import { AppError } from '../errors.ts';
import { isFlashRange } from './address-space.ts';
import { powersOf } from './dfu-powers.ts';
import type { DfuAlternate, DfuCall, DfuSession } from './dfu-types.ts';

/**
 * Finished once it has begun: the signal is heeded until the command is sent, for nothing stops the chip
 * then. Success means only that the device reported none: protected sectors are left as they are without a
 * word (formats/stm32-dfu.md, section 2), so the caller reads everything back.
 *
 * Throws `not-supported` when the device has not exactly one flash alternate, otherwise what `DfuSession`
 * throws; afterwards the flash may be half erased, and the same call may be made again.
 */
export async function massErase(session: DfuSession, call: DfuCall = {}): Promise<void> {
  const alternate = flashAlternateOf(session);
  const powers = powersOf(session);
  const totalBytes = flashBytesOf(alternate);
  const tell = (doneBytes: number): void => {
    call.onProgress?.({
      stage: 'erasing',
      doneBytes,
      totalBytes,
      bytesPerSecond: undefined,
      remainingMs: undefined,
    });
  };
  tell(0);
  await powers.eraseAll(alternate.number, { signal: call.signal });
  tell(totalBytes);
}

/** The one alternate all of whose regions are user flash, by address. */
export function flashAlternateOf(session: DfuSession): DfuAlternate {
  const flash = session.description.alternates.filter(
    ({ kind, map }) =>
      kind === 'flash' &&
      map?.regions.every(({ startAddress, sizeBytes }) => isFlashRange(startAddress, sizeBytes)),
  );
  const [only] = flash;
  if (only === undefined || flash.length > 1) {
    throw new AppError('not-supported', `the device has ${flash.length} flash alternates, not one`);
  }
  return only;
}

function flashBytesOf({ map }: DfuAlternate): number {
  return (map?.regions ?? []).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
