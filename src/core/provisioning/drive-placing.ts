/**
 * Gets one image into the chip: onto the drive where the browser can write there, else by the person's hand; and
 * goes on by itself when the board does what that image makes it do.
 */
import { AppError, isAppError, type ErrorCode } from '../errors.ts';
import { throwIfCancelled, type CancelSignal, type Clock } from '../ports/index.ts';
import type { DriveFile, OneCableCall, OneCableEnv } from './one-cable-types.ts';
import { imageFailed, readFailure, type ProbeFailure } from './probe-files.ts';

/** From a finished write to the first words: the host may still be writing behind it. */
const BOARD_TIMEOUT_MS = 45_000;
/** So long an old FAIL.TXT may still be shown by a host that has not looked at the drive again. */
const STALE_FAILURE_MS = 15_000;
const PERSON_TIMEOUT_MS = 15 * 60_000;
const POLL_MS = 300;

/** What a hand can do although this program cannot. */
const FOR_A_HAND: readonly ErrorCode[] = ['drive-write-refused', 'drive-unavailable'];

/** Undefined: not yet. */
export type LookAtBoard<T> = (signal: CancelSignal | undefined) => Promise<T | undefined>;

/**
 * Resolves with what `look` found. Throws `drive-image-failed` with FAIL.TXT, `drive-gone`, `console-silent`,
 * `cancelled`, and what `look` throws.
 */
export async function placeImage<T>(
  env: OneCableEnv,
  file: DriveFile,
  look: LookAtBoard<T>,
  call: OneCableCall,
): Promise<T> {
  const before = await readFailure(env.drive);
  const byHand = (await writeFile(env, file, call)) === 'by-hand';
  if (!byHand) call.onProgress?.({ stage: 'waiting-for-board', file });
  const clock = byHand ? (env.personClock ?? env.bench.clock) : env.bench.clock;
  const timeoutMs = byHand ? (env.personTimeoutMs ?? PERSON_TIMEOUT_MS) : BOARD_TIMEOUT_MS;
  const startedMs = clock.nowMs();
  for (;;) {
    throwIfCancelled(call.signal);
    const found = await look(call.signal);
    if (found !== undefined) return found;
    const waitedMs = clock.nowMs() - startedMs;
    const failure = await readFailure(env.drive);
    const isNew = failure?.text !== before?.text;
    if (failure && (isNew || (!byHand && waitedMs > STALE_FAILURE_MS))) throw imageFailed(failure);
    if (waitedMs >= timeoutMs) throw silent(file, failure);
    await pause(clock, call.signal);
  }
}

async function writeFile(
  env: OneCableEnv,
  file: DriveFile,
  call: OneCableCall,
): Promise<'written' | 'by-hand'> {
  let reason: ErrorCode | undefined;
  if (env.drive !== undefined) {
    try {
      const total = { totalBytes: file.bytes.length };
      call.onProgress?.({ stage: 'writing', file, doneBytes: 0, ...total });
      await env.drive.write(file.name, file.bytes, {
        signal: call.signal,
        onProgress: ({ doneBytes }) =>
          call.onProgress?.({ stage: 'writing', file, doneBytes, ...total }),
      });
      return 'written';
    } catch (error) {
      if (!isAppError(error) || !FOR_A_HAND.includes(error.code)) throw error;
      reason = error.code;
    }
  }
  call.onProgress?.({ stage: 'waiting-for-hand', file, reason });
  return 'by-hand';
}

function silent(file: DriveFile, failure: ProbeFailure | undefined): AppError {
  if (failure) return imageFailed(failure);
  return new AppError('console-silent', `the board said nothing after ${file.name}`, {
    context: { file: file.name },
  });
}

async function pause(clock: Clock, signal: CancelSignal | undefined): Promise<void> {
  await clock.sleep(POLL_MS, signal);
}
