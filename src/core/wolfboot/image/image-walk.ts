/**
 * Finds the fields of a header the way the bootloader does (formats/wolfboot.md, section 11,
 * "Reader"), so that nothing is seen here that a board would not see. Judges no values.
 */
import { HEADER_FILLER, IMAGE_FIELDS_OFFSET_BYTES, TLV_HEAD_BYTES } from './image-tags.ts';

export interface FoundTlv {
  readonly tag: number;
  readonly offsetBytes: number;
  readonly valueOffsetBytes: number;
  readonly endBytes: number;
}

export interface HeaderWalk {
  readonly tlvs: readonly FoundTlv[];
  /** Set when the reader gives up: a field that reaches beyond the header. */
  readonly brokenAtBytes: number | undefined;
}

/** `bytes` holds at least the header. Ends at the header's end, at a tag 0 or at a broken field. */
export function walkHeader(bytes: Uint8Array, headerSizeBytes: number): HeaderWalk {
  const end = Math.min(headerSizeBytes, bytes.length);
  const tlvs: FoundTlv[] = [];
  let at = IMAGE_FIELDS_OFFSET_BYTES;
  while (at + TLV_HEAD_BYTES < end) {
    const tag = halfword(bytes, at);
    if (tag === 0) break;
    if (bytes[at] === HEADER_FILLER || at % 2 !== 0) {
      at++;
      continue;
    }
    const valueOffsetBytes = at + TLV_HEAD_BYTES;
    const endBytes = valueOffsetBytes + halfword(bytes, at + 2);
    if (endBytes > end) return { tlvs, brokenAtBytes: at };
    tlvs.push({ tag, offsetBytes: at, valueOffsetBytes, endBytes });
    at = endBytes;
  }
  return { tlvs, brokenAtBytes: undefined };
}

function halfword(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
}
