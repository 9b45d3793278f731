/**
 * What the hex view draws, worked out once per content: which field owns each byte and which bytes
 * are secret. Pure; knows no format.
 */
import { toHex, type Span } from '../../core/bytes/index.ts';

export interface ByteRange {
  readonly startBytes: number;
  /** Exclusive. */
  readonly endBytes: number;
}

/** What burning would do to a byte; drawn over the fields. */
export type ByteClass = 'new' | 'equal' | 'conflict' | 'untouched' | 'locked';

export interface ClassifiedRange extends ByteRange {
  readonly kind: ByteClass;
}

/** A field's name and meaning in the reader's language. */
export type DescribeField = (span: Span) => {
  readonly name: string;
  readonly meaning?: string | undefined;
};

export interface HexContent {
  readonly bytes: Uint8Array;
  readonly spans: readonly Span[];
  readonly baseAddress: number;
  /** Bytes that may not be shown; whoever calls has redacted them already. */
  readonly secret: readonly ByteRange[];
  readonly classes: readonly ClassifiedRange[];
}

export interface HexModel extends HexContent {
  /** Index into `spans` of the innermost field of each byte, or -1. */
  readonly owners: Int16Array;
  /** Colour (0..7) of each span: fields of the same name share one. */
  readonly colours: readonly number[];
  readonly isSecret: (offsetBytes: number) => boolean;
  readonly classOf: (offsetBytes: number) => ByteClass | undefined;
}

export const NO_SPAN = -1;
const COLOUR_COUNT = 8;

export function createHexModel(content: HexContent): HexModel {
  const { bytes, spans, secret, classes } = content;
  return {
    ...content,
    owners: findOwners(bytes.length, spans),
    colours: chooseColours(spans),
    isSecret: (offset) => secret.some((range) => contains(range, offset)),
    classOf: (offset) => classes.find((range) => contains(range, offset))?.kind,
  };
}

export function contains({ startBytes, endBytes }: ByteRange, offsetBytes: number): boolean {
  return offsetBytes >= startBytes && offsetBytes < endBytes;
}

/** The smallest span wins where fields lie inside each other. */
function findOwners(lengthBytes: number, spans: readonly Span[]): Int16Array {
  const owners = new Int16Array(lengthBytes).fill(NO_SPAN);
  const largestFirst = spans
    .map((span, index) => ({ index, ...span }))
    .sort((a, b) => b.endBytes - b.startBytes - (a.endBytes - a.startBytes));
  for (const { index, startBytes, endBytes } of largestFirst) {
    owners.fill(index, startBytes, endBytes);
  }
  return owners;
}

/** The last part of the path: `slots[1].key_type` and `slots[0].key_type` are both `key_type`. */
export function fieldName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Everything before the last part; empty for a field that stands alone. */
export function groupName(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? '' : path.slice(0, dot);
}

function chooseColours(spans: readonly Span[]): readonly number[] {
  const chosen = new Map<string, number>();
  return spans.map(({ path }) => {
    const name = fieldName(path);
    const colour = chosen.get(name) ?? chosen.size % COLOUR_COUNT;
    chosen.set(name, colour);
    return colour;
  });
}

/** As people read it: two digits, or two dots where it is secret. */
export function byteText(model: HexModel, offsetBytes: number): string {
  if (model.isSecret(offsetBytes)) return '··';
  return toHex(model.bytes.subarray(offsetBytes, offsetBytes + 1)).toUpperCase();
}

export function asciiText(model: HexModel, { startBytes, endBytes }: ByteRange): string {
  let text = '';
  for (let at = startBytes; at < endBytes; at++) {
    const byte = model.bytes[at] ?? 0;
    const printable = byte >= 0x20 && byte < 0x7f;
    text += printable && !model.isSecret(at) ? String.fromCharCode(byte) : '·';
  }
  return text;
}
