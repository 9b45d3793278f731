/**
 * What is odd about an image without making it unreadable. Above all: the bytes that no signature
 * covers. Everything after the digest can be changed by anybody, and a bootloader reads fields there.
 */
import { hexNumber } from '../../bytes/index.ts';
import { DELTA_FLAG, HEADER_FILLER, PARTITION_ID_MASK, TAG, TLV_HEAD_BYTES } from './image-tags.ts';
import type { ImageTlv, ImageWarning, WolfBootImage } from './image-types.ts';

type Parsed = Omit<WolfBootImage, 'spans' | 'warnings'>;

const SIGNATURE_TAGS: readonly number[] = [
  TAG.signature,
  TAG.secondarySignature,
  TAG.policySignature,
];

export function imageWarnings(bytes: Uint8Array, image: Parsed): readonly ImageWarning[] {
  return [
    ...sizeWarnings(image),
    ...flagWarnings(image),
    ...fieldWarnings(image),
    ...uncoveredBytes(bytes, image),
  ];
}

function sizeWarnings({ headerSizeBytes, headerSizeFrom }: Parsed): readonly ImageWarning[] {
  const isPower = (headerSizeBytes & (headerSizeBytes - 1)) === 0;
  if (headerSizeFrom === 'given' || isPower) return [];
  return [
    {
      code: 'odd-header-size',
      message: `the header has ${headerSizeBytes} bytes, judging by the file's length: unusual. The bootloader must be built with the same size, or the file was cut or lengthened`,
    },
  ];
}

function flagWarnings({ imageType }: Parsed): readonly ImageWarning[] {
  const flags = imageType & 0xff & ~PARTITION_ID_MASK;
  if (flags === 0 || flags === DELTA_FLAG) return [];
  return [
    { code: 'unknown-flags', message: `the image type has unknown flags ${hexNumber(flags, 2)}` },
  ];
}

function fieldWarnings({ tlvs, digestOffsetBytes }: Parsed): readonly ImageWarning[] {
  return tlvs.flatMap((tlv, index): readonly ImageWarning[] => {
    const place = { offsetBytes: tlv.offsetBytes, lengthBytes: TLV_HEAD_BYTES + tlv.value.length };
    const isFirst = tlvs.findIndex(({ tag }) => tag === tlv.tag) === index;
    const label = `${tlv.name} (${hexNumber(tlv.tag, 4)})`;
    if (!isFirst) {
      const message = `${label} stands a second time at offset ${tlv.offsetBytes}; a bootloader takes the first`;
      return [{ code: 'duplicate-field', ...place, message }];
    }
    const isLate = tlv.offsetBytes > digestOffsetBytes;
    if (!isLate || SIGNATURE_TAGS.includes(tlv.tag)) return [];
    const message = `${label} stands after the digest at offset ${tlv.offsetBytes}: nobody signed it, but a bootloader would believe it`;
    return [{ code: 'uncovered-field', ...place, message }];
  });
}

/** Runs of bytes behind the digest that are neither filler nor part of a signature. */
function uncoveredBytes(bytes: Uint8Array, image: Parsed): readonly ImageWarning[] {
  const digestEnd = image.digestOffsetBytes + TLV_HEAD_BYTES + image.digest.length;
  const known = SIGNATURE_TAGS.flatMap((tag) => image.tlvs.find((tlv) => tlv.tag === tag) ?? []);
  const warnings: ImageWarning[] = [];
  let start: number | undefined;
  for (let at = digestEnd; at <= image.headerSizeBytes; at++) {
    const odd =
      at < image.headerSizeBytes &&
      bytes[at] !== HEADER_FILLER &&
      !known.some((tlv) => lies(at, tlv));
    if (odd) start ??= at;
    else if (start !== undefined) {
      warnings.push(uncovered(start, at));
      start = undefined;
    }
  }
  return warnings;
}

function lies(at: number, tlv: ImageTlv): boolean {
  return at >= tlv.offsetBytes && at < tlv.offsetBytes + TLV_HEAD_BYTES + tlv.value.length;
}

function uncovered(startBytes: number, endBytes: number): ImageWarning {
  const lengthBytes = endBytes - startBytes;
  return {
    code: 'uncovered-bytes',
    offsetBytes: startBytes,
    lengthBytes,
    message: `${lengthBytes} ${lengthBytes === 1 ? 'byte' : 'bytes'} at offset ${startBytes} of the header ${lengthBytes === 1 ? 'is' : 'are'} neither filler nor covered by the signature: anybody may have put them there`,
  };
}
