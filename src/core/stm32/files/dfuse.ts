/**
 * ST's .dfu files (UM0391, "DfuSe file format specification"): prefix, targets (one for each alternate
 * setting) of elements (bytes at an address), suffix. Also plain .dfu files, which hold no address.
 */
import {
  asciiToBytes,
  bytesToLatin1,
  concatBytes,
  hexNumber,
  malformed,
  Reader,
  u32le,
  u8,
  Writer,
} from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { DFU_SUFFIX_BYTES, readDfuSuffix, withDfuSuffix } from './dfu-suffix.ts';
import type { DfuSuffix, FirmwareFile, Segment } from './firmware-file.ts';
import { ADDRESS_SPACE_BYTES, joinSegments, orderedSegments } from './segments.ts';

const PREFIX_MAGIC = 'DfuSe';
const PREFIX_BYTES = 11;
const VERSION = 1;
const TARGET_MAGIC = 'Target';
const TARGET_NAME_BYTES = 255;
const DFUSE_VERSION = 0x011a;
const ANY_RELEASE = 0xffff;

interface Element extends Segment {
  readonly offsetBytes: number;
}

interface Target {
  readonly alternate: number;
  readonly name: string | undefined;
  readonly elements: readonly Element[];
}

export function looksLikeDfuSe(bytes: Uint8Array): boolean {
  return bytesToLatin1(bytes.subarray(0, PREFIX_MAGIC.length)) === PREFIX_MAGIC;
}

/** Throws `malformed` with offset and field. */
export function readDfu(bytes: Uint8Array, fileName: string): FirmwareFile {
  const suffix = readDfuSuffix(bytes, fileName);
  const file = looksLikeDfuSe(bytes)
    ? readDfuSe(bytes, fileName)
    : readPlain(bytes, fileName, suffix);
  return { ...file, suffix };
}

function readPlain(bytes: Uint8Array, fileName: string, suffix: DfuSuffix): FirmwareFile {
  const content = bytes.subarray(0, -DFU_SUFFIX_BYTES);
  if (content.length === 0)
    throw malformed(fileName, 0, 'content', 'nothing stands before the suffix');
  return {
    format: 'dfuse',
    segments: [{ address: 0, bytes: content }],
    addressKnown: false,
    notes: [
      `a plain .dfu file ${deviceOf(suffix)}: it does not say at which address the bytes belong`,
    ],
  };
}

function readDfuSe(bytes: Uint8Array, fileName: string): FirmwareFile {
  const reader = new Reader(bytes, fileName, 0, bytes.length - DFU_SUFFIX_BYTES);
  const targetCount = readPrefix(reader);
  const targets = Array.from({ length: targetCount }, (_, index) =>
    reader.field(`target[${index}]`, () => readTarget(reader)),
  );
  if (reader.remainingBytes > 0) {
    reader.fail(`${reader.remainingBytes} bytes stand between the last target and the suffix`);
  }
  const elements = targets.flatMap((target) => target.elements);
  const { segments, repeatedBytes } = joinSegments(elements, ({ offsetBytes }, address) =>
    malformed(
      fileName,
      offsetBytes,
      'element',
      `the byte at ${hexNumber(address)} stands in the file twice, with different values; build the file again`,
    ),
  );
  if (segments.length === 0)
    throw malformed(fileName, PREFIX_BYTES, 'targets', 'the file holds no bytes');
  return {
    format: 'dfuse',
    segments,
    addressKnown: true,
    notes: [
      ...targets.flatMap((target) => targetNote(target)),
      ...(repeatedBytes === 0 ? [] : [`${repeatedBytes} bytes stand in the file more than once`]),
    ],
  };
}

function readPrefix(reader: Reader): number {
  return reader.field('prefix', () => {
    reader.skip(PREFIX_MAGIC.length);
    reader.field('version', () => {
      const version = u8.read(reader);
      if (version !== VERSION) reader.fail(`${version} is not known, only ${VERSION}`, 5);
    });
    reader.field('size', () => {
      const size = u32le.read(reader);
      // Some writers count the suffix.
      const whole = reader.bytes.length;
      const before = whole - DFU_SUFFIX_BYTES;
      if (size === whole || size === before) return;
      reader.fail(`says ${size} bytes, the file has ${before} before its suffix`, 6);
    });
    return reader.field('targets', () => u8.read(reader));
  });
}

function readTarget(reader: Reader): Target {
  reader.field('signature', () => {
    const at = reader.offsetBytes;
    const magic = bytesToLatin1(reader.take(TARGET_MAGIC.length));
    if (magic !== TARGET_MAGIC) reader.fail('is not "Target"', at);
  });
  const alternate = reader.field('alternate', () => u8.read(reader));
  const named = reader.field('named', () => u32le.read(reader)) !== 0;
  const name = reader.field('name', () => bytesToLatin1(reader.take(TARGET_NAME_BYTES)));
  const sizeAt = reader.offsetBytes;
  const size = reader.field('size', () => u32le.read(reader));
  const count = reader.field('elements', () => u32le.read(reader));
  const start = reader.offsetBytes;
  const elements: Element[] = [];
  for (let index = 0; index < count; index++) {
    elements.push(reader.field(`element[${index}]`, () => readElement(reader)));
  }
  const found = reader.offsetBytes - start;
  reader.field('size', () => {
    if (found !== size) reader.fail(`says ${size} bytes, its elements have ${found}`, sizeAt);
  });
  const [text = ''] = name.split('\0');
  return { alternate, name: named ? text : undefined, elements };
}

function readElement(reader: Reader): Element {
  const offsetBytes = reader.offsetBytes;
  const address = reader.field('address', () => u32le.read(reader));
  const size = reader.field('size', () => u32le.read(reader));
  const start = reader.offsetBytes;
  reader.field('data', () => {
    reader.skip(size);
  });
  if (address + size > ADDRESS_SPACE_BYTES) {
    reader.fail('runs over the end of the address space', offsetBytes);
  }
  return { address, bytes: reader.bytes.subarray(start, start + size), offsetBytes };
}

function targetNote({ alternate, name, elements }: Target): readonly string[] {
  if (alternate === 0) return [];
  const called = name === undefined ? '' : ` ("${name}")`;
  return [
    `${elements.length} elements are for alternate setting ${alternate}${called}, which is not the internal flash`,
  ];
}

function deviceOf({ vendorId, productId }: DfuSuffix): string {
  return `for device ${hexNumber(vendorId, 4)}:${hexNumber(productId, 4)}`;
}

export interface DfuSeOptions {
  /** 0x0483, ST, if not given. */
  readonly vendorId?: number;
  /** 0xDF11, the ROM bootloader, if not given. */
  readonly productId?: number;
  /** 0, the internal flash, if not given. */
  readonly alternate?: number;
  /** At most 254 ASCII characters. */
  readonly targetName?: string;
}

/** One target with an element for each segment. Throws as `orderedSegments`, and `invalid-argument`. */
export function writeDfuSe(
  segments: readonly Segment[],
  {
    vendorId = 0x0483,
    productId = 0xdf11,
    alternate = 0,
    targetName = 'Internal Flash',
  }: DfuSeOptions = {},
): Uint8Array {
  const elements = orderedSegments(segments).map(({ address, bytes }) =>
    concatBytes(number(address), number(bytes.length), bytes),
  );
  const body = concatBytes(...elements);
  const target = new Writer();
  target.put(asciiToBytes(TARGET_MAGIC));
  u8.write(target, alternate);
  u32le.write(target, 1);
  target.put(nameField(targetName));
  u32le.write(target, body.length);
  u32le.write(target, elements.length);
  target.put(body);
  const content = target.toBytes();
  const file = new Writer();
  file.put(asciiToBytes(PREFIX_MAGIC));
  u8.write(file, VERSION);
  u32le.write(file, PREFIX_BYTES + content.length);
  u8.write(file, 1);
  file.put(content);
  return withDfuSuffix(file.toBytes(), {
    vendorId,
    productId,
    deviceRelease: ANY_RELEASE,
    dfuVersion: DFUSE_VERSION,
  });
}

function nameField(text: string): Uint8Array {
  if (text.length >= TARGET_NAME_BYTES || !/^[\x20-\x7e]*$/.test(text)) {
    throw new AppError(
      'invalid-argument',
      `a target's name has at most ${TARGET_NAME_BYTES - 1} ASCII characters`,
    );
  }
  const field = new Uint8Array(TARGET_NAME_BYTES);
  field.set(asciiToBytes(text));
  return field;
}

function number(value: number): Uint8Array {
  const writer = new Writer();
  u32le.write(writer, value);
  return writer.toBytes();
}
