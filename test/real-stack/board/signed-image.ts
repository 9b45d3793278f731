/**
 * Whether the bootloader boots what lies in a partition (formats/wolfboot.md, sections 10 to 12), for
 * ECC256 images, by Node's own crypto.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Otp } from '../chip/otp.ts';

const TAG = { version: 0x01, hash: 0x03, signature: 0x20 } as const;
const PADDING = 0xff;
const FIRST_TLV = 8;
const ECC256 = 2;
const HEADER_BYTES = 1024;
const OTP_HEADER_BYTES = 16;
const SLOT_BYTES = 80;
const UNTIL_UDS = 0x7c0;

export interface KeySlot {
  readonly size: number;
  readonly type: number;
  readonly mask: number;
  readonly bytes: Buffer;
}

export interface BootableImage {
  readonly version: number;
  /** Header included. */
  readonly bytes: Buffer;
}

/** Number of keys as the header says, at most as many as there is room for. */
export function keysIn(otp: Otp): readonly KeySlot[] {
  const content = Buffer.from(otp.content);
  if (content.toString('latin1', 0, 8) !== 'WOLFBOOT') return [];
  const room = Math.floor((UNTIL_UDS - OTP_HEADER_BYTES) / SLOT_BYTES);
  return Array.from({ length: Math.min(content.readUInt16LE(8), room) }, (_, index) => {
    const at = OTP_HEADER_BYTES + index * SLOT_BYTES;
    const size = content.readUInt32LE(at + 12);
    return {
      type: content.readUInt32LE(at + 4),
      mask: content.readUInt32LE(at + 8),
      size,
      bytes: content.subarray(at + 16, at + 16 + Math.min(size, SLOT_BYTES - 16)),
    };
  });
}

/** Length of the whole image that the header at the start of the bytes announces. */
export function announcedLength(head: Uint8Array): number {
  return new DataView(head.buffer, head.byteOffset, head.length).getUint32(4, true) + HEADER_BYTES;
}

/** Undefined when there is none that one of the keys has signed. */
export function bootableImage(
  partition: Uint8Array,
  keys: readonly KeySlot[],
): BootableImage | undefined {
  const bytes = Buffer.from(partition);
  if (bytes.toString('latin1', 0, 4) !== 'WOLF') return undefined;
  const length = announcedLength(bytes);
  if (length > bytes.length) return undefined;
  const image = bytes.subarray(0, length);
  const tlvs = new Map(walk(image.subarray(0, HEADER_BYTES)));
  const [hash, signature, version] = [TAG.hash, TAG.signature, TAG.version].map((tag) =>
    tlvs.get(tag),
  );
  if (hash === undefined || signature === undefined || version === undefined) return undefined;
  // The digest covers the header up to its own tag, then the firmware; the signature covers the digest.
  const signed = Buffer.concat([image.subarray(0, hash.at), image.subarray(HEADER_BYTES)]);
  const digest = createHash('sha256').update(signed).digest();
  if (!digest.equals(hash.value)) return undefined;
  const good = keys.some((key) => key.type === ECC256 && isSignedBy(key, signed, signature.value));
  return good ? { version: version.value.readUInt32LE(0), bytes: image } : undefined;
}

interface Tlv {
  /** Of the tag, from the start of the header. */
  readonly at: number;
  readonly value: Buffer;
}

function walk(header: Buffer): [number, Tlv][] {
  const found: [number, Tlv][] = [];
  for (let at = FIRST_TLV; at + 4 <= header.length;) {
    if (header[at] === PADDING) {
      at += 1;
      continue;
    }
    const length = header.readUInt16LE(at + 2);
    found.push([header.readUInt16LE(at), { at, value: header.subarray(at + 4, at + 4 + length) }]);
    at += 4 + length;
  }
  return found;
}

function isSignedBy(key: KeySlot, signed: Buffer, signature: Buffer): boolean {
  const [x, y] = [key.bytes.subarray(0, 32), key.bytes.subarray(32, 64)].map((half) =>
    half.toString('base64url'),
  );
  try {
    const jwk = { kty: 'EC', crv: 'P-256', x, y } as {
      kty: string;
      crv: string;
      x: string;
      y: string;
    };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    return verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}
