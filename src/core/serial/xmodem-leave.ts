/**
 * Leading a receiver out of a transfer that will not be finished.
 * Knows nothing of the transfer itself.
 */
import { AppError } from '../errors.ts';
import type { BytePipe, CancelSignal, Clock } from '../ports/index.ts';
import { CAN, EOT } from './xmodem-packet.ts';
import { receiverProfiles } from './xmodem-profile.ts';
import { ReplyReader } from './xmodem-replies.ts';
import type { XmodemReceiverKind } from './xmodem-types.ts';

const WRITE_TIMEOUT_MS = 2000;
const LEAVE_ATTEMPTS = 3;

export interface LeaveOptions {
  readonly receiver: XmodemReceiverKind;
  readonly signal?: CancelSignal | undefined;
}

/**
 * Ends a transfer that is not complete. A classic receiver gets CAN CAN, which means abort and is
 * not answered. wolfBoot's receiver has no abort: EOT at a packet boundary is the only way out
 * (stm32h5-device.md section 5, rule 6). It calls that a success and may mark the torn image for
 * update; the bootloader refuses it, but the next transfer should come before the next reboot.
 *
 * Returns the bytes behind the answer (text up to the prompt); the caller owns them.
 * Throws `xmodem-no-receiver` when nothing confirms the end, and what the pipe throws.
 */
export async function leaveReceiver(
  pipe: BytePipe,
  clock: Clock,
  options: LeaveOptions,
): Promise<Uint8Array> {
  const { receiver, signal } = options;
  if (receiver === 'classic') {
    await pipe.write(Uint8Array.of(CAN, CAN), { timeoutMs: WRITE_TIMEOUT_MS, signal });
    return new Uint8Array(0);
  }
  const profile = receiverProfiles.wolfboot;
  const replies = new ReplyReader(pipe, clock, profile.crc, signal);
  for (let attempt = 1; attempt <= LEAVE_ATTEMPTS; attempt++) {
    // Half a packet must have been dropped, or EOT would be taken for one of its bytes.
    await keepQuiet(replies, clock.nowMs() + profile.quietMs);
    replies.forgetText();
    await pipe.write(Uint8Array.of(EOT), { timeoutMs: WRITE_TIMEOUT_MS, signal });
    const deadlineMs = clock.nowMs() + profile.endTimeoutMs;
    const reply = await replies.next(deadlineMs);
    if (reply.kind === 'ack' || reply.kind === 'ended') return replies.takeRest();
  }
  throw new AppError('xmodem-no-receiver', 'the receiver did not confirm the end of the transfer', {
    context: { reason: 'leave-unanswered', attempts: LEAVE_ATTEMPTS },
  });
}

async function keepQuiet(replies: ReplyReader, untilMs: number): Promise<void> {
  while ((await replies.next(untilMs)).kind !== 'silence');
}
