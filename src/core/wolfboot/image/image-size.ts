/**
 * How much of a file is header. The header does not say: the bootloader knows from its build. Without
 * that knowledge it follows from the file's length and the size field, if the file is whole.
 */
import { isFilledWith, malformed } from '../../bytes/index.ts';
import { hash } from '../../crypto/index.ts';
import { HEADER_FILLER, hashOfDigestTag, IMAGE_FIELDS_OFFSET_BYTES } from './image-tags.ts';
import { walkHeader } from './image-walk.ts';

export interface HeaderSize {
  readonly headerSizeBytes: number;
  readonly payloadPresent: boolean;
}

/** What sign starts with: no image has less (section 13). */
const SMALLEST_HEADER_BYTES = 256;
const USUAL_SIZES: readonly number[] = [256, 512, 1024, 2048, 4096, 8192, 16384, 32768];
const SIZE_FIELD_OFFSET_BYTES = 4;

/** Throws `malformed` naming the size field. */
export function findHeaderSize(
  bytes: Uint8Array,
  fileName: string,
  payloadSizeBytes: number,
  givenBytes: number | undefined,
): HeaderSize {
  const fail = (problem: string): never => {
    throw malformed(fileName, SIZE_FIELD_OFFSET_BYTES, 'size', problem);
  };
  if (givenBytes !== undefined) return checkGiven(bytes, payloadSizeBytes, givenBytes, fail);
  const inferred = bytes.length - payloadSizeBytes;
  if (isClean(bytes, inferred) && !isFilledWith(bytes.subarray(inferred), HEADER_FILLER)) {
    return { headerSizeBytes: inferred, payloadPresent: true };
  }
  if (digestHolds(bytes, inferred, payloadSizeBytes)) {
    return { headerSizeBytes: inferred, payloadPresent: true };
  }
  if (payloadSizeBytes > 0 && isClean(bytes, bytes.length)) {
    return { headerSizeBytes: bytes.length, payloadPresent: false };
  }
  const shorter = USUAL_SIZES.find((size) => digestHolds(bytes, size, payloadSizeBytes));
  if (shorter !== undefined) {
    const extra = bytes.length - shorter - payloadSizeBytes;
    fail(
      `says ${payloadSizeBytes}, but ${extra} more bytes follow the firmware; they do not belong there`,
    );
  }
  if (inferred < SMALLEST_HEADER_BYTES) {
    fail(
      `says ${payloadSizeBytes} bytes of firmware, but the file has only ${bytes.length} with the header, which has at least ${SMALLEST_HEADER_BYTES}: it is cut off or changed`,
    );
  }
  return { headerSizeBytes: inferred, payloadPresent: true };
}

function checkGiven(
  bytes: Uint8Array,
  payloadSizeBytes: number,
  givenBytes: number,
  fail: (problem: string) => never,
): HeaderSize {
  const expected = givenBytes + payloadSizeBytes;
  if (bytes.length === expected) return { headerSizeBytes: givenBytes, payloadPresent: true };
  if (bytes.length === givenBytes) return { headerSizeBytes: givenBytes, payloadPresent: false };
  const difference = Math.abs(bytes.length - expected);
  return fail(
    `says ${payloadSizeBytes}; with a header of ${givenBytes} bytes the file must have ${expected} bytes, it has ${difference} ${bytes.length > expected ? 'more' : 'less'}. Either the header size is another one or the file is not whole`,
  );
}

/** Nothing but filler between the last field and the end of the header. */
function isClean(bytes: Uint8Array, headerSizeBytes: number): boolean {
  if (headerSizeBytes < SMALLEST_HEADER_BYTES || headerSizeBytes > bytes.length) return false;
  const { tlvs, brokenAtBytes } = walkHeader(bytes, headerSizeBytes);
  const last = tlvs.at(-1)?.endBytes ?? IMAGE_FIELDS_OFFSET_BYTES;
  return (
    brokenAtBytes === undefined &&
    isFilledWith(bytes.subarray(last, headerSizeBytes), HEADER_FILLER)
  );
}

/** The digest in the header is that of this header and `payloadSizeBytes` bytes after it. */
export function digestHolds(
  bytes: Uint8Array,
  headerSizeBytes: number,
  payloadSizeBytes: number,
): boolean {
  const endBytes = headerSizeBytes + payloadSizeBytes;
  if (headerSizeBytes <= IMAGE_FIELDS_OFFSET_BYTES || endBytes > bytes.length) return false;
  const { tlvs } = walkHeader(bytes, headerSizeBytes);
  const field = tlvs.find(({ tag }) => hashOfDigestTag(tag) !== undefined);
  const hashId = field && hashOfDigestTag(field.tag);
  if (!field || hashId === undefined) return false;
  const computed = hash(
    hashId,
    bytes.subarray(0, field.offsetBytes),
    bytes.subarray(headerSizeBytes, endBytes),
  );
  const found = bytes.subarray(field.valueOffsetBytes, field.endBytes);
  return found.length === computed.length && computed.every((byte, index) => byte === found[index]);
}
