/** Firmware files that are text, one record of hexadecimal digits a line: Intel HEX and S-records. */
import { hexNumber, toHex } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { Segment } from './firmware-file.ts';
import { joinSegments } from './segments.ts';

/** Data of one record and where it stood. */
export interface RecordData extends Segment {
  readonly lineStart: LineStart;
}

export interface LineStart {
  /** Of the line's first character that is no white space, from the start of the file. */
  readonly offsetBytes: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
/** DOS closed text files with it. */
const CTRL_Z = 0x1a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** By character code; 255: no digit. */
const DIGIT_VALUES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

export function isHexDigit(code: number | undefined): boolean {
  return code !== undefined && DIGIT_VALUES[code] !== 255;
}

/** Length of a UTF-8 byte order mark at the start of the file: 3 or 0. */
export function byteOrderMarkBytes(bytes: Uint8Array): number {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? 3 : 0;
}

/** One line of a file: reads pairs of digits from left to right and adds them up. */
export class RecordLine {
  readonly start: LineStart;
  readonly #bytes: Uint8Array;
  readonly #fileName: string;
  readonly #end: number;
  #at: number;
  #sum = 0;

  constructor(bytes: Uint8Array, fileName: string, start: LineStart, end: number) {
    this.#bytes = bytes;
    this.#fileName = fileName;
    this.start = start;
    this.#end = end;
    this.#at = start.offsetBytes;
  }

  /** Of all bytes so far, modulo 256. */
  get sum(): number {
    return this.#sum & 0xff;
  }

  get charactersLeft(): number {
    return this.#end - this.#at;
  }

  /** The next character as text; empty at the end of the line. */
  character(): string {
    const code = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (code === undefined) return '';
    this.#at++;
    return String.fromCharCode(code);
  }

  byte(field: string): number {
    const high = this.#digit(this.#at, field);
    const low = this.#digit(this.#at + 1, field);
    this.#at += 2;
    const value = high * 16 + low;
    this.#sum += value;
    return value;
  }

  /** Most significant byte first. */
  number(sizeBytes: number, field: string): number {
    let value = 0;
    for (let index = 0; index < sizeBytes; index++) value = value * 256 + this.byte(field);
    return value;
  }

  data(sizeBytes: number): Uint8Array {
    const data = new Uint8Array(sizeBytes);
    for (let index = 0; index < sizeBytes; index++) data[index] = this.byte('data');
    return data;
  }

  /** Throws `malformed` unless the record ended with the line. */
  finish(): void {
    if (this.charactersLeft === 0) return;
    this.fail('record', `is followed by ${this.charactersLeft} characters too many`);
  }

  /** `back`: how many characters before the next one the fault lies. */
  fail(field: string, problem: string, back = 0): never {
    throw this.error(field, problem, this.#at - back);
  }

  error(field: string, problem: string, atBytes = this.start.offsetBytes): AppError {
    const column = this.start.column + atBytes - this.start.offsetBytes;
    return malformedText(
      this.#fileName,
      { ...this.start, offsetBytes: atBytes, column },
      field,
      problem,
    );
  }

  #digit(at: number, field: string): number {
    if (at >= this.#end) {
      throw this.error(field, 'is missing: the line ends too early', at);
    }
    const value = DIGIT_VALUES[this.#bytes[at] ?? 0] ?? 255;
    if (value === 255) {
      throw this.error(field, `${characterName(this.#bytes[at] ?? 0)} is no hexadecimal digit`, at);
    }
    return value;
  }
}

/** Of text files: names line and column beside the offset. */
function malformedText(
  fileName: string,
  { line, column, offsetBytes }: LineStart,
  field: string,
  problem: string,
): AppError {
  return new AppError(
    'malformed',
    `${fileName}: ${field} at line ${line}, column ${column} (offset ${offsetBytes}): ${problem}`,
    { context: { file: fileName, offset: offsetBytes, line, column, field, problem } },
  );
}

export function characterName(code: number): string {
  return code > SPACE && code < 0x7f
    ? `"${String.fromCharCode(code)}"`
    : `the byte 0x${toHex(Uint8Array.of(code))}`;
}

/** Lines that hold something, white space around them left out. LF, CR LF and CR end a line. */
export function* recordLines(bytes: Uint8Array, fileName: string): Generator<RecordLine> {
  let line = 1;
  let at = byteOrderMarkBytes(bytes);
  while (at < bytes.length) {
    const lineAt = at;
    while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++;
    let start = lineAt;
    let end = at;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    const place = { offsetBytes: start, line, column: start - lineAt + 1 };
    if (end > start) yield new RecordLine(bytes, fileName, place, end);
    at += bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1;
    line++;
  }
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB || code === CTRL_Z;
}

/** The end of the file as a place, for what should still have come. */
export function endOfText(bytes: Uint8Array, fileName: string): RecordLine {
  let line = 1;
  let lineAt = 0;
  for (let at = 0; at < bytes.length; at++) {
    const ends = bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF);
    if (!ends) continue;
    line++;
    lineAt = at + 1;
  }
  const start = { offsetBytes: bytes.length, line, column: bytes.length - lineAt + 1 };
  return new RecordLine(bytes, fileName, start, bytes.length);
}

export interface JoinedRecords {
  readonly segments: readonly Segment[];
  readonly notes: readonly string[];
}

/** Throws `malformed` when two records want different bytes at one address, or when there are none. */
export function joinRecords(
  bytes: Uint8Array,
  fileName: string,
  records: readonly RecordData[],
): JoinedRecords {
  const { segments, repeatedBytes } = joinSegments(records, ({ lineStart }, address) =>
    malformedText(
      fileName,
      lineStart,
      'address',
      `the byte at ${hexNumber(address)} stands in the file twice, with different values; build the file again`,
    ),
  );
  if (segments.length === 0) {
    throw endOfText(bytes, fileName).error('data', 'the file holds no data record');
  }
  const notes =
    repeatedBytes === 0 ? [] : [`${repeatedBytes} bytes stand in the file more than once`];
  return { segments, notes };
}
