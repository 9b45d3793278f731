/**
 * The XMODEM sender as others call it: what may be asked for, and what is left behind when it fails.
 * Knows nothing of images, consoles or what the file is for.
 */
import { AppError, isAppError } from '../errors.ts';
import type { BytePipe, Clock } from '../ports/index.ts';
import { leaveReceiver } from './xmodem-leave.ts';
import { Transfer } from './xmodem-transfer.ts';
import type { XmodemOptions, XmodemReport } from './xmodem-types.ts';

/**
 * Sends `file` (kept until the call settles, never changed) as exactly ceil(length / 128) blocks of
 * 128 bytes or their equivalent in blocks of 1024, then EOT.
 *
 * Errors: `invalid-argument`, `xmodem-no-receiver` (never asked, or fell silent; context.reason),
 * `xmodem-refused`, `xmodem-cancelled-by-receiver`, `xmodem-failed` (ended or reset in
 * mid-transfer, or no longer knowable what it has; context.reason), `cancelled`,
 * `serial-disconnected`. A report is no proof that the file arrived: see `XmodemReport`.
 */
export async function sendXmodem(
  pipe: BytePipe,
  clock: Clock,
  file: Uint8Array,
  options: XmodemOptions,
): Promise<XmodemReport> {
  checkArguments(file, options);
  try {
    return await new Transfer(pipe, clock, file, options).run();
  } catch (error) {
    await abandon(pipe, clock, options, error);
    throw error;
  }
}

function checkArguments(file: Uint8Array, options: XmodemOptions): void {
  const { receiver, blockSize = 'auto', paddingByte = 0 } = options;
  const wrong =
    file.length === 0
      ? 'an empty file cannot be sent'
      : receiver === 'wolfboot' && blockSize === 1024
        ? 'this receiver takes blocks of 128 bytes only'
        : !Number.isInteger(paddingByte) || paddingByte < 0 || paddingByte > 0xff
          ? 'the padding is one byte'
          : undefined;
  if (wrong !== undefined)
    throw new AppError('invalid-argument', wrong, { context: { receiver, blockSize } });
}

/** Receivers that are no longer there need no leading out. */
async function abandon(
  pipe: BytePipe,
  clock: Clock,
  options: XmodemOptions,
  error: unknown,
): Promise<void> {
  const { receiver, onAbandon = receiver === 'classic' ? 'leave' : 'stay' } = options;
  if (onAbandon === 'stay' || isGone(error)) return;
  try {
    // The caller's signal is already raised; leaving has its own bounds.
    await leaveReceiver(pipe, clock, { receiver });
  } catch {
    // What went wrong first is what the caller must hear.
  }
}

function isGone(error: unknown): boolean {
  if (!isAppError(error)) return false;
  const { code, context } = error;
  return GONE_CODES.includes(code) || GONE_REASONS.includes(context.reason);
}

const GONE_CODES: readonly unknown[] = [
  'serial-disconnected',
  'xmodem-cancelled-by-receiver',
  // Whoever does not answer must not be told blindly that the file is complete.
  'xmodem-no-receiver',
];
const GONE_REASONS: readonly unknown[] = ['receiver-ended', 'receiver-reset'];
