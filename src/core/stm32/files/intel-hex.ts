/**
 * Intel HEX (Intel, "Hexadecimal Object File Format Specification", revision A, 1988): I8HEX, I16HEX and
 * I32HEX, that is records 00 to 05. `:LLAAAATT...CC`, the bytes of a record add up to 0 modulo 256.
 */
import { asciiToBytes, hexNumber, toHex } from '../../bytes/index.ts';
import type { FirmwareFile, Segment } from './firmware-file.ts';
import {
  endOfText,
  joinRecords,
  recordLines,
  type RecordData,
  type RecordLine,
} from './record-text.ts';
import { ADDRESS_SPACE_BYTES, orderedSegments } from './segments.ts';

const DATA = 0x00;
const END_OF_FILE = 0x01;
const EXTENDED_SEGMENT_ADDRESS = 0x02;
const START_SEGMENT_ADDRESS = 0x03;
const EXTENDED_LINEAR_ADDRESS = 0x04;
const START_LINEAR_ADDRESS = 0x05;

const PAGE_BYTES = 0x10000;
const OVERHEAD_BYTES = 4; // address, type, checksum

/** Lengths that a record of this type must have. */
const FIXED_LENGTHS: Readonly<Record<number, number>> = {
  [END_OF_FILE]: 0,
  [EXTENDED_SEGMENT_ADDRESS]: 2,
  [START_SEGMENT_ADDRESS]: 4,
  [EXTENDED_LINEAR_ADDRESS]: 2,
  [START_LINEAR_ADDRESS]: 4,
};

interface HexRecord {
  readonly line: RecordLine;
  readonly type: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Throws `malformed` with line, column and field. */
export function readIntelHex(bytes: Uint8Array, fileName: string): FirmwareFile {
  const reader = new HexReader();
  for (const line of recordLines(bytes, fileName)) {
    if (reader.ended) {
      line.fail(
        'record',
        'stands after the end record; where two files were joined, give them one by one',
      );
    }
    reader.take(readRecord(line));
  }
  if (!reader.ended) {
    throw endOfText(bytes, fileName).error(
      'end record',
      'the last line ":00000001FF" is missing, so the file was cut; build or copy it again',
    );
  }
  const { segments, notes } = joinRecords(bytes, fileName, reader.records);
  return {
    format: 'intel-hex',
    segments,
    addressKnown: true,
    ...(reader.entryAddress === undefined ? {} : { entryAddress: reader.entryAddress }),
    notes: [...reader.notes, ...notes],
  };
}

function readRecord(line: RecordLine): HexRecord {
  if (line.character() !== ':') line.fail('record', 'does not start with ":"', 1);
  const length = line.byte('length');
  const wanted = 2 * (length + OVERHEAD_BYTES);
  if (line.charactersLeft < wanted) {
    line.fail('length', `says ${length} bytes of data, but the line ends before them`, 2);
  }
  const offset = line.number(2, 'address');
  const type = line.byte('type');
  checkType(line, type, length);
  const data = line.data(length);
  const due = (256 - line.sum) % 256;
  const checksum = line.byte('checksum');
  if (line.sum !== 0) {
    line.fail(
      'checksum',
      `is ${hexNumber(checksum, 2)}, but the record adds up to ${hexNumber(due, 2)}; the line was damaged`,
      2,
    );
  }
  line.finish();
  return { line, type, offset, data };
}

function checkType(line: RecordLine, type: number, length: number): void {
  if (type > START_LINEAR_ADDRESS) {
    line.fail('type', `${hexNumber(type, 2)} does not exist; Intel HEX has 00 to 05`, 2);
  }
  const fixed = FIXED_LENGTHS[type];
  if (fixed !== undefined && fixed !== length) {
    line.fail(
      'length',
      `a record of type ${hexNumber(type, 2)} has ${fixed} bytes, not ${length}`,
      2,
    );
  }
}

/** Which of the two kinds of base address counts: the one named last. */
type Base = { readonly kind: 'linear' | 'segment'; readonly address: number };

class HexReader {
  readonly records: RecordData[] = [];
  readonly notes: string[] = [];
  ended = false;
  entryAddress: number | undefined;
  #base: Base = { kind: 'linear', address: 0 };

  take({ line, type, offset, data }: HexRecord): void {
    const first = bigEndian(data, 0);
    const second = bigEndian(data, 2);
    if (type === DATA) this.#addData(line, offset, data);
    else if (type === END_OF_FILE) this.ended = true;
    else if (type === EXTENDED_SEGMENT_ADDRESS) {
      this.#base = { kind: 'segment', address: first * 16 };
    } else if (type === EXTENDED_LINEAR_ADDRESS) {
      this.#base = { kind: 'linear', address: first * PAGE_BYTES };
    } else
      this.#setEntry(
        line,
        type === START_SEGMENT_ADDRESS ? first * 16 + second : first * PAGE_BYTES + second,
      );
  }

  /** What runs over the end of a segment, or of all addresses, goes on at its start. */
  #addData(line: RecordLine, offset: number, data: Uint8Array): void {
    const { kind, address } = this.#base;
    const start = address + offset;
    const limit = kind === 'segment' ? address + PAGE_BYTES : ADDRESS_SPACE_BYTES;
    const before = Math.min(data.length, limit - start);
    this.records.push({ address: start, bytes: data.subarray(0, before), lineStart: line.start });
    if (before === data.length) return;
    this.notes.push(
      `line ${line.start.line}: the data runs over ${hexNumber(limit - 1)} and goes on at ${hexNumber(limit - (kind === 'segment' ? PAGE_BYTES : ADDRESS_SPACE_BYTES))}, as Intel HEX has it`,
    );
    this.records.push({
      address: kind === 'segment' ? address : 0,
      bytes: data.subarray(before),
      lineStart: line.start,
    });
  }

  #setEntry(line: RecordLine, address: number): void {
    if (this.entryAddress !== undefined && this.entryAddress !== address) {
      throw line.error('start address', 'is named a second time, with another value');
    }
    this.entryAddress = address;
  }
}

function bigEndian(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) * 256 + (data[at + 1] ?? 0);
}

export interface IntelHexOptions {
  /** Data bytes a record, 1 to 255; 16 if not given. */
  readonly recordBytes?: number;
  readonly entryAddress?: number | undefined;
}

/**
 * I32HEX, lines ended by CR LF as the GNU tools write them. No record crosses a 64 KiB boundary.
 * Throws as `orderedSegments`.
 */
export function writeIntelHex(
  segments: readonly Segment[],
  { recordBytes = 16, entryAddress }: IntelHexOptions = {},
): Uint8Array {
  const lines: string[] = [];
  let page = 0;
  for (const { address, bytes } of orderedSegments(segments)) {
    for (let at = 0; at < bytes.length;) {
      const here = address + at;
      if (Math.floor(here / PAGE_BYTES) !== page) {
        page = Math.floor(here / PAGE_BYTES);
        lines.push(record(EXTENDED_LINEAR_ADDRESS, 0, [page >>> 8, page & 0xff]));
      }
      const offset = here % PAGE_BYTES;
      const end = at + Math.min(recordBytes, PAGE_BYTES - offset);
      lines.push(record(DATA, offset, bytes.subarray(at, end)));
      at = end;
    }
  }
  if (entryAddress !== undefined) {
    lines.push(record(START_LINEAR_ADDRESS, 0, bytesOf(entryAddress)));
  }
  lines.push(record(END_OF_FILE, 0, []), '');
  return asciiToBytes(lines.join('\r\n'));
}

function bytesOf(value: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

function record(type: number, offset: number, data: Iterable<number>): string {
  const content = [...data];
  const bytes = Uint8Array.of(content.length, offset >>> 8, offset & 0xff, type, ...content);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${toHex(Uint8Array.of(...bytes, -sum & 0xff)).toUpperCase()}`;
}
