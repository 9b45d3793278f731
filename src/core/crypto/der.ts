/**
 * As much ASN.1 DER (ITU-T X.690) as key files need: definite lengths, single-byte tags. Refuses
 * what DER forbids, such as lengths written longer than necessary.
 */
import { concatBytes, equalBytes, Reader } from '../bytes/index.ts';
import { isAppError } from '../errors.ts';

export const DER_TAGS = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  /** Context-specific, primitive. */
  implicit0: 0x80,
  implicit1: 0x81,
  /** Context-specific, constructed. */
  explicit0: 0xa0,
  explicit1: 0xa1,
} as const;

export type DerTag = keyof typeof DER_TAGS;

/** Object identifiers as their encoded content. */
export const OBJECT_IDS = {
  /** 1.2.840.10045.2.1, RFC 5480 */
  ecPublicKey: Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01),
  /** 1.2.840.10045.3.1.7, P-256 */
  prime256v1: Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07),
  /** 1.3.132.0.34, P-384 */
  secp384r1: Uint8Array.of(0x2b, 0x81, 0x04, 0x00, 0x22),
  /** 1.3.132.0.35, P-521 */
  secp521r1: Uint8Array.of(0x2b, 0x81, 0x04, 0x00, 0x23),
  /** 1.3.101.112, RFC 8410 */
  ed25519: Uint8Array.of(0x2b, 0x65, 0x70),
  /** 1.3.101.113, RFC 8410 */
  ed448: Uint8Array.of(0x2b, 0x65, 0x71),
  /** 1.2.840.113549.1.1.1, RFC 8017 */
  rsaEncryption: Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01),
  /** 1.2.840.113549.1.1.10, RFC 8017; wolfBoot knows such keys as rsaEncryption only */
  rsassaPss: Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a),
  /** 2.16.840.1.101.3.4.3.17, RFC 9881 */
  mlDsa44: Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11),
  mlDsa65: Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12),
  mlDsa87: Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13),
} as const;

export type ObjectIdName = keyof typeof OBJECT_IDS;

/** The name of an object identifier, or undefined when it is none of ours. */
export function objectIdName(content: Uint8Array): ObjectIdName | undefined {
  const names = Object.keys(OBJECT_IDS) as ObjectIdName[];
  return names.find((name) => equalBytes(OBJECT_IDS[name], content));
}

/** Tag of the next element, or undefined at the end. Reads nothing. */
export function peekTag(reader: Reader): number | undefined {
  return reader.remainingBytes > 0 ? reader.bytes[reader.offsetBytes] : undefined;
}

/** Whether the next element has this tag. Reads nothing. */
export function nextIs(reader: Reader, tag: DerTag): boolean {
  return peekTag(reader) === DER_TAGS[tag];
}

/** Reads one element as the field `name`; the result reads its content and nothing more. */
export function derElement(reader: Reader, tag: DerTag, name: string): Reader {
  return reader.field(name, () => {
    const at = reader.offsetBytes;
    const found = reader.take(1)[0];
    if (found !== DER_TAGS[tag]) reader.fail(`is not an ASN.1 ${tag}`, at);
    const length = readLength(reader);
    const start = reader.offsetBytes;
    reader.skip(length);
    return new Reader(reader.bytes, reader.fileName, start, start + length);
  });
}

function readLength(reader: Reader): number {
  const at = reader.offsetBytes;
  const first = reader.take(1)[0] ?? 0;
  if (first < 0x80) return first;
  const count = first - 0x80;
  if (count === 0 || count > 3) reader.fail('has a length that DER does not allow here', at);
  const length = reader.take(count).reduce((value, byte) => value * 256 + byte, 0);
  if (length < 0x80 || length < 256 ** (count - 1)) {
    reader.fail('has a length written longer than DER allows', at);
  }
  return length;
}

/** Reads one element; the result is all of it, tag and length included, as a copy. */
export function derWhole(reader: Reader, tag: DerTag, name: string): Uint8Array {
  const startBytes = reader.offsetBytes;
  derElement(reader, tag, name);
  return reader.bytes.slice(startBytes, reader.offsetBytes);
}

/** All content that is left, as a copy. */
export function rest(reader: Reader): Uint8Array {
  return reader.take(reader.remainingBytes);
}

/** Refuses content after the last field. */
export function expectEnd(reader: Reader, what: string): void {
  if (reader.remainingBytes > 0) reader.fail(`${reader.remainingBytes} bytes follow the ${what}`);
}

/** Whether the file is one SEQUENCE from its first byte to its last. Looks at the head only. */
export function isDerSequence(bytes: Uint8Array): boolean {
  try {
    const file = new Reader(bytes, 'file');
    derElement(file, 'sequence', 'file');
    return file.remainingBytes === 0;
  } catch (error) {
    if (isAppError(error, 'malformed')) return false;
    throw error;
  }
}

/** Content of a BIT STRING of whole bytes. */
export function derBits(reader: Reader, name: string): Reader {
  const bits = derElement(reader, 'bitString', name);
  const unused = bits.take(1)[0];
  if (unused !== 0) bits.fail('is not a string of whole bytes', bits.offsetBytes - 1);
  return bits;
}

/** Writes one element. */
export function encodeDer(tag: DerTag, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(DER_TAGS[tag]), encodeLength(content.length), content);
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >>> 8, length & 0xff);
}
