/**
 * Formats as tables. A `Field` knows how to read and write one value; `struct` joins named fields.
 * The same table writes bytes, reads them and yields the spans (path, start, end) for the hex view.
 *
 * Readers reject with `malformed`, naming file, byte offset and field path.
 */
import { AppError } from '../errors.ts';
import { asciiToBytes, bytesToLatin1, concatBytes, equalBytes } from './bytes.ts';
import { toHex } from './hex.ts';

/** Where a field lies. `end` is exclusive; both count from the start of the file. */
export interface Span {
  readonly path: string;
  readonly startBytes: number;
  readonly endBytes: number;
  /** The value in the words of the format, for people. */
  readonly value?: string;
  /** Source of the rule or a remark, for people. */
  readonly note?: string;
}

export class Reader {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  readonly spans: Span[] = [];
  #offset: number;
  readonly #limit: number;
  readonly #path: string[] = [];

  /** Reads `bytes` (kept, not copied, never changed) from `startBytes` up to `endBytes`. */
  constructor(bytes: Uint8Array, fileName: string, startBytes = 0, endBytes = bytes.length) {
    this.bytes = bytes;
    this.fileName = fileName;
    this.#offset = startBytes;
    this.#limit = Math.min(endBytes, bytes.length);
  }

  get offsetBytes(): number {
    return this.#offset;
  }

  get remainingBytes(): number {
    return this.#limit - this.#offset;
  }

  get path(): string {
    return this.#path.join('.');
  }

  /** The next `lengthBytes` bytes as a copy. */
  take(lengthBytes: number): Uint8Array {
    const start = this.#offset;
    this.skip(lengthBytes);
    return this.bytes.slice(start, this.#offset);
  }

  /** Passes over bytes without copying them, which matters for secrets. */
  skip(lengthBytes: number): void {
    if (lengthBytes > this.remainingBytes) {
      this.fail(`needs ${lengthBytes} bytes, but only ${this.remainingBytes} are left`);
    }
    this.#offset += lengthBytes;
  }

  /** Runs `read` inside the field `name`; records its span when it read anything. */
  field<T>(name: string, read: () => T, describe?: (value: T) => SpanText): T {
    this.#path.push(name);
    const startBytes = this.#offset;
    const value = read();
    if (this.#offset > startBytes && describe) {
      this.spans.push({ path: this.path, startBytes, endBytes: this.#offset, ...describe(value) });
    }
    this.#path.pop();
    return value;
  }

  fail(problem: string, atBytes = this.#offset): never {
    throw malformed(this.fileName, atBytes, this.path, problem);
  }
}

/** The house's one shape for "this file is not what it should be". */
export function malformed(
  fileName: string,
  offsetBytes: number,
  field: string,
  problem: string,
): AppError {
  return new AppError(
    'malformed',
    `${fileName}: ${field === '' ? 'file' : field} at offset ${offsetBytes} (0x${offsetBytes.toString(16)}): ${problem}`,
    { context: { file: fileName, offset: offsetBytes, field, problem } },
  );
}

export class Writer {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get offsetBytes(): number {
    return this.#length;
  }

  /** Appends a copy. */
  put(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice());
    this.#length += bytes.length;
  }

  toBytes(): Uint8Array {
    return concatBytes(...this.#parts);
  }
}

interface SpanText {
  readonly value?: string;
  readonly note?: string;
}

export interface Field<T> {
  read(reader: Reader): T;
  write(writer: Writer, value: T): void;
  /** Text for the hex view; a struct has none, its fields speak. */
  describe?(value: T): SpanText;
}

function littleEndian(sizeBytes: 1 | 2 | 4): Field<number> {
  return {
    read(reader) {
      return reader.take(sizeBytes).reduceRight((value, byte) => value * 256 + byte, 0);
    },
    write(writer, value) {
      checkUnsigned(value, sizeBytes);
      writer.put(
        Uint8Array.from(
          { length: sizeBytes },
          (_, index) => Math.floor(value / 256 ** index) % 256,
        ),
      );
    },
    describe: (value) => ({ value: String(value) }),
  };
}

function checkUnsigned(value: number, sizeBytes: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** sizeBytes) {
    throw new AppError('invalid-argument', `${value} does not fit into ${sizeBytes} bytes`);
  }
}

export const u8: Field<number> = littleEndian(1);
export const u16le: Field<number> = littleEndian(2);
export const u32le: Field<number> = littleEndian(4);

export const u32be: Field<number> = {
  read: (reader) => reader.take(4).reduce((value, byte) => value * 256 + byte, 0),
  write(writer, value) {
    checkUnsigned(value, 4);
    writer.put(Uint8Array.from([24, 16, 8, 0], (shift) => (value >>> shift) & 0xff));
  },
  describe: (value) => ({ value: String(value) }),
};

export const u64le: Field<bigint> = {
  read: (reader) => reader.take(8).reduceRight((value, byte) => value * 256n + BigInt(byte), 0n),
  write(writer, value) {
    if (value < 0n || value >= 1n << 64n) {
      throw new AppError('invalid-argument', `${value} does not fit into 8 bytes`);
    }
    writer.put(Uint8Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));
  },
  describe: (value) => ({ value: String(value) }),
};

/** Exactly `lengthBytes` bytes. */
export function byteString(lengthBytes: number): Field<Uint8Array> {
  return {
    read: (reader) => reader.take(lengthBytes),
    write(writer, value) {
      if (value.length !== lengthBytes) {
        throw new AppError('invalid-argument', `${value.length} bytes where ${lengthBytes} belong`);
      }
      writer.put(value);
    },
    describe: (value) => ({ value: toHex(value) }),
  };
}

/** A fixed ASCII mark, such as a magic word. */
export function magic(text: string): Field<string> {
  const expected = asciiToBytes(text);
  return {
    read(reader) {
      const at = reader.offsetBytes;
      const found = reader.take(expected.length);
      if (!equalBytes(found, expected)) {
        reader.fail(`is ${toHex(found)}, not "${text}" (${toHex(expected)})`, at);
      }
      return bytesToLatin1(found);
    },
    write: (writer) => {
      writer.put(expected);
    },
    describe: () => ({ value: text }),
  };
}

/** The same field with words of its own for the hex view. */
export function described<T>(field: Field<T>, describe: (value: T) => SpanText): Field<T> {
  return {
    read: (reader) => field.read(reader),
    write: (writer, value) => {
      field.write(writer, value);
    },
    describe: (value) => ({ ...field.describe?.(value), ...describe(value) }),
  };
}

type Shape = Readonly<Record<string, Field<unknown>>>;
export type ValueOf<F> = F extends Field<infer T> ? T : never;
type StructValue<S extends Shape> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** Named fields in the order of the table. */
export function struct<S extends Shape>(shape: S): Field<StructValue<S>> {
  const entries = Object.entries(shape);
  return {
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [name, field] of entries) {
        value[name] = reader.field(
          name,
          () => field.read(reader),
          field.describe ? (read) => field.describe?.(read) ?? {} : undefined,
        );
      }
      return value as StructValue<S>;
    },
    write(writer, value) {
      for (const [name, field] of entries) field.write(writer, value[name]);
    },
  };
}

/** Writes one value through its table. */
export function encode<T>(field: Field<T>, value: T): Uint8Array {
  const writer = new Writer();
  field.write(writer, value);
  return writer.toBytes();
}
