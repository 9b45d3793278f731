/** Patches and ciphers of sections 16 and 17 of formats/wolfboot.md, as a board meets them; written from that text alone. */
import { createDecipheriv } from 'node:crypto';

export interface DeltaOrder {
  /** Signed images, whole; without them only the header is checked. */
  readonly base?: Uint8Array | undefined;
  readonly target: Uint8Array;
  readonly baseHeaderSize: number;
  readonly sectorSize: number;
  /** The first patch is filled with zeros to a multiple: 64 when the image will be encrypted. */
  readonly padTo: 16 | 64;
  /** False: `--no-base-sha`. */
  readonly baseDigest: boolean;
}

/** What is wrong with both patches of a delta image whose fields are as they should be. */
export function checkPatches(image: Uint8Array, headerSize: number, order: DeltaOrder): string[] {
  const fields = new DataView(image.buffer, image.byteOffset, headerSize);
  const patchSize = fieldOf(fields, 0x0006);
  const inverseAt = fieldOf(fields, 0x0015);
  const inverse = image.subarray(inverseAt, inverseAt + fieldOf(fields, 0x0016));
  const forward = image.subarray(headerSize, headerSize + patchSize);
  const complaints: string[] = [];
  if (image.subarray(headerSize + patchSize, inverseAt).some((byte) => byte !== 0)) {
    complaints.push('filler between the patches that is not zero');
  }
  if (inverseAt + inverse.length !== image.length) complaints.push('bytes after both patches');
  const { base, target, sectorSize } = order;
  if (!base) return complaints;
  const differs = (made: Uint8Array, wanted: Uint8Array): boolean =>
    Buffer.compare(made, wanted) !== 0;
  if (differs(patchFlash(base, forward, sectorSize), target)) {
    complaints.push('the patch does not give the new image');
  }
  if (differs(patchFlash(target, inverse, sectorSize), base)) {
    complaints.push('the inverse patch does not give the base image');
  }
  return complaints;
}

/**
 * As in flash: a sector of the new image is gathered in memory and written over the old one when it is
 * full, so a copy reads what stands there at that moment. The new image may be longer than the old.
 */
function patchFlash(base: Uint8Array, patch: Uint8Array, sectorSize: number): Uint8Array {
  const flash = [...base];
  let sector: number[] = [];
  let written = 0;
  const put = (byte: number): void => {
    sector.push(byte);
    if (sector.length < sectorSize) return;
    for (const [index, each] of sector.entries()) flash[written + index] = each;
    written += sectorSize;
    sector = [];
  };
  for (let at = 0; at < patch.length;) {
    const [first = 0, second = 0, b = 0, c = 0, high = 0, low = 0] = patch.subarray(at, at + 6);
    if (first !== 0x7f) {
      put(first);
      at += 1;
    } else if (second === 0x7f) {
      put(0x7f);
      at += 2;
    } else {
      const from = second * 0x10000 + b * 0x100 + c;
      for (let index = 0; index < high * 0x100 + low; index++) put(flash[from + index] ?? -1);
      at += 6;
    }
  }
  return Uint8Array.from([...flash.slice(0, written), ...sector]);
}

/** Key and nonce as they stand in the key file. */
export function decipher(
  cipher: 'chacha20' | 'aes128-ctr' | 'aes256-ctr',
  keyFile: Uint8Array,
  bytes: Uint8Array,
): Uint8Array {
  const keyLength = cipher === 'aes128-ctr' ? 16 : 32;
  const key = keyFile.subarray(0, keyLength);
  const chacha = cipher === 'chacha20';
  const nonce = keyFile.subarray(keyLength, keyLength + (chacha ? 12 : 16));
  // OpenSSL takes ChaCha20's 32-bit counter in front of the nonce.
  const iv = chacha ? Buffer.concat([Buffer.alloc(4), nonce]) : nonce;
  const name = { chacha20: 'chacha20', 'aes128-ctr': 'aes-128-ctr', 'aes256-ctr': 'aes-256-ctr' };
  const stream = createDecipheriv(name[cipher], key, iv);
  return Buffer.concat([stream.update(bytes), stream.final()]);
}

/** Fields stand at even offsets; none of these tags occurs inside another field's value unaligned. */
function fieldOf(header: DataView, wanted: number): number {
  let at = 8;
  while (at + 8 <= header.byteLength) {
    if (header.getUint8(at) === 0xff || at % 2 === 1) {
      at++;
      continue;
    }
    if (header.getUint16(at, true) === wanted) return header.getUint32(at + 4, true);
    at += 4 + header.getUint16(at + 2, true);
  }
  throw new Error(`no field of tag ${wanted}`);
}
