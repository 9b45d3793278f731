/**
 * How a terminal shows what a line said: as text, as text with the time of each line, or as rows of
 * hexadecimal digits. Pieces may be cut anywhere; a view is fed every piece once, in order.
 */
import { asciiToBytes } from '../bytes/index.ts';
import type { HeardChunk } from './console-log.ts';
import { HEX_ROW_BYTES, hexRow } from './hex-rows.ts';

/** ASCII; the same width whatever the time. */
export type Stamp = (atMs: number) => string;

export interface ConsoleView {
  /** What the terminal draws next. The caller owns the bytes. */
  feed(chunk: HeardChunk): Uint8Array;
}

const LF = 0x0a;
const CR = 0x0d;
const ESCAPE = '\u001b';
const END_OF_LINE = asciiToBytes('\r\n');

/** The bytes as they are: the terminal knows what they mean. */
export function textView(): ConsoleView {
  return { feed: ({ bytes }) => bytes.slice() };
}

/**
 * Each line stands behind the time of its first byte. A CR goes back to behind the time, so that a line
 * that is written over keeps it.
 */
export function timedView(stamp: Stamp): ConsoleView {
  let begun = false;
  let width = 0;
  return {
    feed({ atMs, bytes }) {
      const out: number[] = [];
      const begin = (): void => {
        const time = `${stamp(atMs)} `;
        width = time.length;
        begun = true;
        out.push(...asciiToBytes(`\r${ESCAPE}[90m${time}${ESCAPE}[39m`));
      };
      for (const byte of bytes) {
        if (byte === CR) {
          if (begun) out.push(...asciiToBytes(`\r${ESCAPE}[${width}C`));
          continue;
        }
        if (!begun) begin();
        if (byte === LF) {
          out.push(...END_OF_LINE);
          begun = false;
        } else out.push(byte);
      }
      return Uint8Array.from(out);
    },
  };
}

/** A row is drawn as far as it has arrived and drawn over when it grows. */
export function hexView(startOffsetBytes: number, stamp?: Stamp): ConsoleView {
  let offsetBytes = startOffsetBytes;
  let row: number[] = [];
  let time = '';
  return {
    feed({ atMs, bytes }) {
      let out = '';
      for (let at = 0; at < bytes.length;) {
        if (row.length === 0) time = stamp === undefined ? '' : `${stamp(atMs)}  `;
        const part = bytes.subarray(at, at + HEX_ROW_BYTES - row.length);
        row.push(...part);
        at += part.length;
        out += `\r${time}${hexRow(offsetBytes, Uint8Array.from(row))}`;
        if (row.length < HEX_ROW_BYTES) continue;
        out += '\r\n';
        offsetBytes += HEX_ROW_BYTES;
        row = [];
      }
      return asciiToBytes(out);
    },
  };
}
