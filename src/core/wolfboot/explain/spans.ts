/** Spans that cover a whole file: what a reader did not name gets a name too. */
import type { ExaminedSpan } from './examine-types.ts';

/** Adds a span `path` wherever none lies. `spans` need no order; of overlapping ones the first wins. */
export function withoutGaps(
  spans: readonly ExaminedSpan[],
  sizeBytes: number,
  path: string,
): readonly ExaminedSpan[] {
  const ordered = [...spans].sort((a, b) => a.startBytes - b.startBytes);
  const whole: ExaminedSpan[] = [];
  let at = 0;
  for (const span of ordered) {
    if (span.startBytes < at || span.endBytes > sizeBytes) continue;
    if (span.startBytes > at) whole.push({ path, startBytes: at, endBytes: span.startBytes });
    whole.push(span);
    at = span.endBytes;
  }
  if (at < sizeBytes) whole.push({ path, startBytes: at, endBytes: sizeBytes });
  return whole;
}

/** The same spans further back in the file. */
export function shifted(
  spans: readonly ExaminedSpan[],
  byBytes: number,
  prefix = '',
): readonly ExaminedSpan[] {
  return spans.map((span) => ({
    ...span,
    path: `${prefix}${span.path}`,
    startBytes: span.startBytes + byBytes,
    endBytes: span.endBytes + byBytes,
  }));
}

export interface SpanPart {
  readonly path: string;
  readonly lengthBytes: number;
  readonly value?: string;
  readonly note?: string;
  readonly secret?: true;
}

/** Parts one behind the other; empty ones are left out. */
export function inSequence(parts: readonly SpanPart[], startBytes = 0): readonly ExaminedSpan[] {
  let at = startBytes;
  return parts.flatMap(({ lengthBytes, ...words }) => {
    const start = at;
    at += lengthBytes;
    return lengthBytes > 0 ? [{ ...words, startBytes: start, endBytes: at }] : [];
  });
}
