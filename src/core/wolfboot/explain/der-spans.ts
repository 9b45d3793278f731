/**
 * DER and PEM key files for the hex view: every element by its place in the structure. Values are shown
 * of public files only; of private ones not even that of a version.
 */
import { AppError, isAppError } from '../../errors.ts';
import { bytesToLatin1, Reader, toHex } from '../../bytes/index.ts';
import { DER_TAGS } from '../../crypto/index.ts';
import type { ExaminedSpan } from './examine-types.ts';

export interface DerView {
  /** Nothing of the content is shown. */
  readonly secret: boolean;
  /** Names of the elements of the outer sequence, in order; others are called by their type. */
  readonly names?: readonly string[];
}

const CONTAINERS: readonly number[] = [
  DER_TAGS.sequence,
  0x31,
  DER_TAGS.explicit0,
  DER_TAGS.explicit1,
  0xa2,
  0xa3,
];

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(DER_TAGS).map(([name, tag]): [number, string] => [tag, name]),
  [0x31, 'set'],
  [0x01, 'boolean'],
  [0x0c, 'text'],
  [0x13, 'text'],
  [0x17, 'time'],
  [0x18, 'time'],
]);

const DEEPEST = 16;

/** Every byte once when the file is DER; undefined when it is not. */
export function derSpans(bytes: Uint8Array, view: DerView): readonly ExaminedSpan[] | undefined {
  const spans: ExaminedSpan[] = [];
  const file = new Reader(bytes, 'file');
  try {
    walk(file, view, spans, []);
  } catch (error) {
    if (isAppError(error, 'malformed')) return undefined;
    throw error;
  }
  return spans;
}

function walk(reader: Reader, view: DerView, spans: ExaminedSpan[], path: readonly string[]): void {
  if (path.length > DEEPEST) throw new AppError('malformed', 'DER of this depth is not read');
  for (let index = 0; reader.remainingBytes > 0; index++) {
    const startBytes = reader.offsetBytes;
    const { tag, content } = element(reader);
    const name = nameOf(tag, index, path, view);
    const inner = [...path, name];
    const headEnd = content.offsetBytes;
    const place = inner.join('.');
    spans.push({ path: `${place}.head`, startBytes, endBytes: headEnd });
    if (CONTAINERS.includes(tag)) walk(content, view, spans, inner);
    else if (content.remainingBytes > 0) spans.push(leaf(place, content, view));
  }
}

function nameOf(tag: number, index: number, path: readonly string[], view: DerView): string {
  const named = path.length === 1 ? view.names?.[index] : undefined;
  return named ?? `${TYPE_NAMES.get(tag) ?? `element ${tag.toString(16)}`}[${index}]`;
}

function leaf(path: string, content: Reader, { secret }: DerView): ExaminedSpan {
  const startBytes = content.offsetBytes;
  const bytes = content.take(content.remainingBytes);
  const endBytes = content.offsetBytes;
  if (!secret) return { path, startBytes, endBytes, value: toHex(bytes) };
  bytes.fill(0);
  return { path, startBytes, endBytes, note: 'secret, not shown', secret: true };
}

const LONG_FORM = 0x80;
const MOST_LENGTH_BYTES = 3;

function element(reader: Reader): { readonly tag: number; readonly content: Reader } {
  const tag = reader.take(1)[0] ?? 0;
  const first = reader.take(1)[0] ?? 0;
  const count = first < LONG_FORM ? 0 : first - LONG_FORM;
  if (first >= LONG_FORM && (count === 0 || count > MOST_LENGTH_BYTES)) {
    reader.fail('has a length that DER does not allow here');
  }
  const length =
    count === 0 ? first : reader.take(count).reduce((value, byte) => value * 256 + byte, 0);
  const start = reader.offsetBytes;
  reader.skip(length);
  return { tag, content: new Reader(reader.bytes, reader.fileName, start, start + length) };
}

/** The lines of a PEM file: labels, base64, and what stands between the blocks. */
export function pemSpans(bytes: Uint8Array, secret: boolean): readonly ExaminedSpan[] {
  const hidden = secret && { note: 'secret, not shown', secret: true as const };
  const spans: ExaminedSpan[] = [];
  let at = 0;
  const content = (path: string, endBytes: number): void => {
    if (endBytes > at) spans.push({ path, startBytes: at, endBytes, ...hidden });
  };
  for (const mark of bytesToLatin1(bytes).matchAll(PEM_LINE)) {
    const [line, word] = mark;
    content(word === 'END' ? 'base64' : 'text', mark.index);
    at = mark.index + line.length;
    spans.push({
      path: word === 'END' ? 'end' : 'begin',
      startBytes: mark.index,
      endBytes: at,
      value: line.trim(),
    });
  }
  content('text', bytes.length);
  return spans;
}

const PEM_LINE = /-----(BEGIN|END) [A-Z0-9 ]+-----\r?\n?/g;
