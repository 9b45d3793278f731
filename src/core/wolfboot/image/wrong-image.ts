/**
 * Images that are right in everything but their signature, to see a bootloader refuse one: the genuine key's
 * hint, a digest that fits, the header of the genuine image, another version if wanted (formats/wolfboot.md,
 * sections 11 to 13). No key is needed to make one, and no bootloader that verifies starts it.
 */
import { concatBytes, u32le, encode } from '../../bytes/index.ts';
import { hash } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';
import { parseImage } from './image-parse.ts';
import { TAG, TLV_HEAD_BYTES } from './image-tags.ts';
import type { WolfBootImage } from './image-types.ts';

/**
 * `stranger-key`: signed by a key that the keystore does not hold. `signature-of-another`: carries the genuine
 * signature of another image; for keys of which a throwaway would be dear or would use up indices.
 */
export type WrongSignature = 'stranger-key' | 'signature-of-another';

/** Signs the digest with a key that is thrown away afterwards; as long as the genuine signature. */
export type StrangerSign = (digest: Uint8Array) => Promise<Uint8Array>;

/**
 * A copy of the signed image `bytes` with another `version`, wrongly signed: by `sign`, or without it with the
 * signature it had, of which the last bit is flipped where not even the version changes. The caller owns the
 * copy. Throws what `parseImage` throws, and `invalid-argument` for an image that is not signed.
 */
export async function wronglySigned(
  bytes: Uint8Array,
  fileName: string,
  { version, sign }: { readonly version: number; readonly sign?: StrangerSign | undefined },
): Promise<Uint8Array> {
  const image = parseImage(bytes, fileName);
  const { signature } = image;
  if (signature === undefined || image.unsigned) {
    throw new AppError('invalid-argument', `${fileName} is not signed`);
  }
  const copy = bytes.slice();
  copy.set(encode(u32le, version), valueOffset(image, TAG.version));
  const payloadEnd = image.headerSizeBytes + image.payloadSizeBytes;
  const digest = hash(
    image.hash,
    copy.subarray(0, image.digestOffsetBytes),
    copy.subarray(image.headerSizeBytes, payloadEnd),
  );
  copy.set(digest, image.digestOffsetBytes + TLV_HEAD_BYTES);
  const value = sign ? await sign(digest) : spoilt(signature, version === image.version);
  if (value.length !== signature.length) {
    throw new AppError(
      'internal',
      `the stranger's signature has ${value.length} bytes instead of ${signature.length}`,
    );
  }
  copy.set(value, valueOffset(image, TAG.signature));
  return copy;
}

function spoilt(signature: Uint8Array, sameDigest: boolean): Uint8Array {
  if (!sameDigest) return signature;
  const last = (signature.at(-1) ?? 0) ^ 1;
  return concatBytes(signature.subarray(0, -1), Uint8Array.of(last));
}

/** The first of its tag: that is the one a bootloader reads. */
function valueOffset({ tlvs, fileName }: WolfBootImage, tag: number): number {
  const found = tlvs.find((tlv) => tlv.tag === tag);
  if (found) return found.offsetBytes + TLV_HEAD_BYTES;
  throw new AppError('invalid-argument', `${fileName} has no field ${tag}`);
}
