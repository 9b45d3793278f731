/**
 * Hearing text from a line until it says enough. Knows prompts and silence, not commands.
 */
import { asciiToBytes, bytesToLatin1 } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { throwIfCancelled, type CancelSignal, type Clock } from '../ports/index.ts';
import type { SerialLine } from './serial-line.ts';

export const PROMPT = 'cmd> ';

/** Shortest time after which somebody who waits is told that we still wait. */
const SLICE_MS = 1000;
const WRITE_TIMEOUT_MS = 5000;
/** How much of an unexpected text goes into an error. */
const QUOTED_CHARACTERS = 200;

export interface Hearing {
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: CancelSignal | undefined;
  /**
   * How many characters of `text` make a full answer, or undefined to go on. `quietMs` is the time
   * since the last byte. What stands behind is given back to the line.
   */
  readonly enough: (text: string, quietMs: number) => number | undefined;
  /** Silence after which a CR is sent, because a prompt or the end of our line got lost. */
  readonly nudgeAfterMs?: (text: string) => number | undefined;
  readonly onWaiting?: ((waitedMs: number) => void) | undefined;
  /** Text that counts as no answer; by default none at all. */
  readonly isNothing?: (text: string) => boolean;
  /** How often to look at the silence. */
  readonly sliceMs?: number;
}

/** Throws `console-silent` when nothing came at all, `console-unexpected` when not enough did. */
export async function hear(line: SerialLine, clock: Clock, hearing: Hearing): Promise<string> {
  const { enough, signal, timeoutMs, sliceMs = SLICE_MS } = hearing;
  const startMs = clock.nowMs();
  let text = '';
  let heardMs = startMs;
  let nudgedMs = startMs;
  for (;;) {
    throwIfCancelled(signal);
    const nowMs = clock.nowMs();
    const length = enough(text, nowMs - heardMs);
    if (length !== undefined) {
      if (length < text.length) line.unread(latin1ToBytes(text.slice(length)));
      return text.slice(0, length);
    }
    const restMs = startMs + timeoutMs - nowMs;
    if (restMs <= 0) throw unanswered(hearing, text);
    const bytes = await line.read({ timeoutMs: Math.min(restMs, sliceMs), signal });
    text += bytesToLatin1(bytes);
    if (bytes.length > 0) heardMs = clock.nowMs();
    hearing.onWaiting?.(clock.nowMs() - startMs);
    const nudgeMs = hearing.nudgeAfterMs?.(text);
    if (nudgeMs === undefined || clock.nowMs() - Math.max(heardMs, nudgedMs) < nudgeMs) continue;
    nudgedMs = clock.nowMs();
    await sendText(line, '\r', signal);
  }
}

export async function sendText(
  line: SerialLine,
  text: string,
  signal: CancelSignal | undefined,
): Promise<void> {
  await line.write(asciiToBytes(text), { timeoutMs: WRITE_TIMEOUT_MS, signal });
}

/** For `enough`: the text ends with a prompt. */
export function atPrompt(text: string): number | undefined {
  return text.endsWith(PROMPT) ? text.length : undefined;
}

export function unexpected(what: string, text: string): AppError {
  return new AppError('console-unexpected', `${what}: unexpected answer of the console`, {
    context: { step: what, heard: text.slice(-QUOTED_CHARACTERS) },
  });
}

function unanswered(hearing: Hearing, text: string): AppError {
  const { what, timeoutMs, isNothing = (heard) => heard === '' } = hearing;
  if (!isNothing(text)) return unexpected(what, text);
  return new AppError('console-silent', `${what}: the console did not answer`, {
    context: { step: what, timeoutMs },
  });
}

function latin1ToBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
