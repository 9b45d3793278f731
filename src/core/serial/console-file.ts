/** What a console said, as a file: plain, with the time of each line, or as rows of hexadecimal digits. */
import { asciiToBytes } from '../bytes/index.ts';
import { joinChunks, type HeardChunk } from './console-log.ts';
import type { Stamp } from './console-view.ts';
import { HEX_ROW_BYTES, hexRow } from './hex-rows.ts';

const LF = 0x0a;
const CR = 0x0d;
/** The very bytes, escape sequences and all. */
export function plainFile(chunks: readonly HeardChunk[]): Uint8Array {
  return joinChunks(chunks);
}

/** Time, two blanks, line, LF; the CRs at the end of a line are dropped, all other bytes kept. */
export function timedFile(chunks: readonly HeardChunk[], stamp: Stamp): Uint8Array {
  const end = Uint8Array.of(LF);
  let timeMs: number | undefined;
  let time: Uint8Array = end;
  const lines = splitLines(chunks).flatMap(({ atMs, bytes }) => {
    if (atMs !== timeMs) time = asciiToBytes(`${stamp(atMs)}  `);
    timeMs = atMs;
    return [{ bytes: time }, { bytes }, { bytes: end }];
  });
  return joinChunks(lines);
}

/** As `hexdump -C` writes it, but for its last line. Offsets count from `startOffsetBytes`. */
export function hexFile(chunks: readonly HeardChunk[], startOffsetBytes = 0): Uint8Array {
  const bytes = joinChunks(chunks);
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += HEX_ROW_BYTES) {
    rows.push(`${hexRow(startOffsetBytes + at, bytes.subarray(at, at + HEX_ROW_BYTES))}\n`);
  }
  return asciiToBytes(rows.join(''));
}

/** Lines end at LF; each has the time of its first byte, be it its end. */
export function splitLines(chunks: readonly HeardChunk[]): readonly HeardChunk[] {
  const lines: HeardChunk[] = [];
  let parts: HeardChunk[] = [];
  let startMs: number | undefined;
  const end = (): void => {
    if (startMs !== undefined) lines.push({ atMs: startMs, bytes: withoutEnd(joinChunks(parts)) });
    parts = [];
    startMs = undefined;
  };
  for (const { atMs, bytes } of chunks) {
    for (let at = 0; at < bytes.length;) {
      startMs ??= atMs;
      const found = bytes.indexOf(LF, at);
      const next = found < 0 ? bytes.length : found + 1;
      parts.push({ atMs, bytes: bytes.subarray(at, found < 0 ? next : found) });
      at = next;
      if (found >= 0) end();
    }
  }
  end();
  return lines;
}

function withoutEnd(line: Uint8Array): Uint8Array {
  let length = line.length;
  while (length > 0 && line[length - 1] === CR) length -= 1;
  return line.slice(0, length);
}
