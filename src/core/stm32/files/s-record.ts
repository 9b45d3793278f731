/**
 * Motorola S-records: S0 header, S1 S2 S3 data with addresses of 16, 24 and 32 bits, S5 S6 number of data
 * records, S7 S8 S9 end. `SnLL...CC`, LL counts what follows it, CC is the ones' complement of the sum.
 */
import { asciiToBytes, hexNumber, toHex } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { FirmwareFile, Segment } from './firmware-file.ts';
import {
  endOfText,
  joinRecords,
  recordLines,
  type RecordData,
  type RecordLine,
} from './record-text.ts';
import { ADDRESS_SPACE_BYTES, endAddress, orderedSegments } from './segments.ts';

/** Bytes of the address, by the digit after the S; S5 and S6 hold a number in its place. */
const ADDRESS_BYTES: Readonly<Record<string, number>> = {
  0: 2,
  1: 2,
  2: 3,
  3: 4,
  5: 2,
  6: 3,
  7: 4,
  8: 3,
  9: 2,
};

const CHECKSUM_BYTES = 1;

interface SRecord {
  readonly line: RecordLine;
  readonly kind: string;
  /** Of S5 and S6: the number of data records. */
  readonly address: number;
  readonly data: Uint8Array;
}

/** Throws `malformed` with line, column and field. */
export function readSRecords(bytes: Uint8Array, fileName: string): FirmwareFile {
  const reader = new SRecordReader();
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
      'S7, S8 or S9 is missing, so the file was cut; build or copy it again',
    );
  }
  const { segments, notes } = joinRecords(bytes, fileName, reader.records);
  return {
    format: 's-record',
    segments,
    addressKnown: true,
    ...(reader.entryAddress === undefined ? {} : { entryAddress: reader.entryAddress }),
    notes,
  };
}

function readRecord(line: RecordLine): SRecord {
  if (line.character() !== 'S') line.fail('record', 'does not start with "S"', 1);
  const kind = line.character();
  const addressBytes = ADDRESS_BYTES[kind];
  if (addressBytes === undefined) {
    line.fail('type', `S${kind} does not exist; there are S0 to S3 and S5 to S9`, 1);
  }
  const count = line.byte('count');
  const dataBytes = count - addressBytes - CHECKSUM_BYTES;
  if (dataBytes < 0) line.fail('count', `${count} is too small for a record S${kind}`, 2);
  if (line.charactersLeft < 2 * count) {
    line.fail('count', `says ${count} bytes, but the line ends before them`, 2);
  }
  if (dataBytes > 0 && !'0123'.includes(kind)) {
    line.fail('count', `a record S${kind} holds no data`, 2);
  }
  const address = line.number(addressBytes, 'address');
  const data = line.data(dataBytes);
  const due = 0xff - line.sum;
  const checksum = line.byte('checksum');
  if (checksum !== due) {
    line.fail(
      'checksum',
      `is ${hexNumber(checksum, 2)}, but the record adds up to ${hexNumber(due, 2)}; the line was damaged`,
      2,
    );
  }
  line.finish();
  return { line, kind, address, data };
}

class SRecordReader {
  readonly records: RecordData[] = [];
  ended = false;
  entryAddress: number | undefined;

  take({ line, kind, address, data }: SRecord): void {
    if (kind === '0') return;
    if ('123'.includes(kind)) this.#addData(line, address, data);
    else if ('56'.includes(kind)) this.#checkCount(line, address);
    else {
      this.ended = true;
      // 0 is what tools write when there is no start address.
      this.entryAddress = address === 0 ? undefined : address;
    }
  }

  #addData(line: RecordLine, address: number, bytes: Uint8Array): void {
    if (address + bytes.length > ADDRESS_SPACE_BYTES) {
      throw line.error('address', 'the data runs over the end of the address space');
    }
    this.records.push({ address, bytes, lineStart: line.start });
  }

  #checkCount(line: RecordLine, said: number): void {
    const found = this.records.length;
    if (said === found) return;
    throw line.error(
      'number of records',
      `says ${said}, but ${found} stand before it: lines were lost or added; build or copy the file again`,
    );
  }
}

export interface SRecordOptions {
  /** Data bytes a record, 1 to 250; 16 if not given. */
  readonly recordBytes?: number;
  readonly entryAddress?: number | undefined;
  /** Size of the addresses; the smallest that holds them all if not given. */
  readonly addressBytes?: 2 | 3 | 4;
  /** Text of the S0 record, ASCII. */
  readonly header?: string;
}

const MOST_HEADER_BYTES = 252;
const MOST_COUNTED = 0xffffff;

/**
 * Lines ended by CR LF as the GNU tools write them. Throws as `orderedSegments`, and `invalid-argument`
 * when an address does not fit into `addressBytes`.
 */
export function writeSRecords(
  segments: readonly Segment[],
  { recordBytes = 16, entryAddress = 0, addressBytes, header = '' }: SRecordOptions = {},
): Uint8Array {
  const ordered = orderedSegments(segments);
  const highest = ordered.reduce(
    (most, segment) => Math.max(most, endAddress(segment) - 1),
    entryAddress,
  );
  const size = addressBytes ?? leastAddressBytes(highest);
  if (highest >= 256 ** size) {
    throw new AppError(
      'invalid-argument',
      `${hexNumber(highest)} does not fit into addresses of ${size} bytes`,
    );
  }
  const lines = [record(0, 2, 0, headerBytes(header))];
  for (const { address, bytes } of ordered) {
    for (let at = 0; at < bytes.length; at += recordBytes) {
      lines.push(record(size - 1, size, address + at, bytes.subarray(at, at + recordBytes)));
    }
  }
  const count = lines.length - 1;
  if (count <= MOST_COUNTED) lines.push(count > 0xffff ? record(6, 3, count) : record(5, 2, count));
  lines.push(record(11 - size, size, entryAddress), '');
  return asciiToBytes(lines.join('\r\n'));
}

function headerBytes(text: string): Uint8Array {
  if (text.length <= MOST_HEADER_BYTES && /^[\x20-\x7e]*$/.test(text)) return asciiToBytes(text);
  throw new AppError(
    'invalid-argument',
    `the header of S-records has at most ${MOST_HEADER_BYTES} ASCII characters`,
  );
}

function leastAddressBytes(highest: number): 2 | 3 | 4 {
  if (highest < 2 ** 16) return 2;
  return highest < 2 ** 24 ? 3 : 4;
}

function record(
  kind: number,
  addressBytes: number,
  address: number,
  data: Uint8Array = new Uint8Array(),
): string {
  const place = [24, 16, 8, 0].slice(4 - addressBytes).map((shift) => (address >>> shift) & 0xff);
  const bytes = Uint8Array.of(addressBytes + data.length + CHECKSUM_BYTES, ...place, ...data);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `S${kind}${toHex(Uint8Array.of(...bytes, ~sum & 0xff)).toUpperCase()}`;
}
