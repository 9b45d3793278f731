/**
 * Keystrokes as the bytes that go down the line. wolfBoot's test application ends a line at CR only,
 * rubs out with BS and drops what is not printable (stm32h5-device.md, section 4); other devices want
 * other ends and more keys.
 */
import { asciiToBytes, concatBytes } from '../core/bytes/index.ts';

/** What the Enter key sends. */
export type LineEnding = 'cr' | 'lf' | 'crlf' | 'none';

const ENDINGS: Readonly<Record<LineEnding, Uint8Array>> = {
  cr: asciiToBytes('\r'),
  lf: asciiToBytes('\n'),
  crlf: asciiToBytes('\r\n'),
  none: new Uint8Array(0),
};

const ESCAPE = '\u001b';
const RUB_OUT = /\u007f/g;
const END_OF_LINE = /\r\n|\r|\n/;

export interface TypingOptions {
  readonly ending: LineEnding;
  /**
   * Arrows, function keys and other escape sequences too. A board that knows none of them takes the
   * letters in them for text.
   */
  readonly specialKeys: boolean;
}

/** `text` as a terminal reports it: the Enter key is CR, the Backspace key is DEL. */
export function typedBytes(text: string, { ending, specialKeys }: TypingOptions): Uint8Array {
  if (text.startsWith(ESCAPE) && !specialKeys) return new Uint8Array(0);
  const lines = text.replace(RUB_OUT, '\b').split(END_OF_LINE).map(utf8);
  return concatBytes(
    ...lines.flatMap((line, index) => (index === 0 ? [line] : [ENDINGS[ending], line])),
  );
}

/** A whole line and its end. */
export function lineBytes(line: string, ending: LineEnding): Uint8Array {
  return concatBytes(utf8(line), ENDINGS[ending]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
