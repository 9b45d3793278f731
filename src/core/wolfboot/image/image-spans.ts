/** What every byte of an image means, for the hex view. */
import { hexNumber, isFilledWith, type Span } from '../../bytes/index.ts';
import {
  HEADER_FILLER,
  IMAGE_FIELDS_OFFSET_BYTES,
  IMAGE_MAGIC,
  TAG,
  tagRow,
  TLV_HEAD_BYTES,
} from './image-tags.ts';
import type { ImageTlv, WolfBootImage } from './image-types.ts';
import type { HeaderWalk } from './image-walk.ts';

type Parsed = Omit<WolfBootImage, 'spans' | 'warnings'>;

/** Without gaps: from the magic to the end of the file. */
export function imageSpans(bytes: Uint8Array, image: Parsed, walk: HeaderWalk): readonly Span[] {
  const spans: Span[] = [
    { path: 'magic', startBytes: 0, endBytes: 4, value: IMAGE_MAGIC },
    {
      path: 'size',
      startBytes: 4,
      endBytes: IMAGE_FIELDS_OFFSET_BYTES,
      value: String(image.payloadSizeBytes),
      note: 'bytes of firmware after the header',
    },
  ];
  let at = IMAGE_FIELDS_OFFSET_BYTES;
  for (const tlv of image.tlvs) {
    spans.push(...gap(bytes, at, tlv.offsetBytes), ...tlvSpans(tlv));
    at = tlv.offsetBytes + TLV_HEAD_BYTES + tlv.value.length;
  }
  const stop = Math.min(walk.brokenAtBytes ?? image.headerSizeBytes, image.headerSizeBytes);
  spans.push(...gap(bytes, at, stop));
  if (stop < image.headerSizeBytes) {
    spans.push({
      path: 'unread',
      startBytes: stop,
      endBytes: image.headerSizeBytes,
      note: 'a field here reaches beyond the header: a bootloader stops reading',
    });
  }
  return [...spans, ...payload(image)];
}

function tlvSpans({ tag, name, offsetBytes, value, covered }: ImageTlv): readonly Span[] {
  const path = name === 'custom' ? `custom ${hexNumber(tag, 4)}` : name;
  const valueOffset = offsetBytes + TLV_HEAD_BYTES;
  const head: Span = {
    path: `${path}.tag`,
    startBytes: offsetBytes,
    endBytes: valueOffset,
    value: `${hexNumber(tag, 4)}, ${value.length} bytes`,
  };
  if (value.length === 0) return [head];
  const note = noteOf(tag, covered);
  return [
    head,
    {
      path,
      startBytes: valueOffset,
      endBytes: valueOffset + value.length,
      value: describeSafely(tag, value),
      ...(note !== undefined && { note }),
    },
  ];
}

/** Fields behind the digest are shown whatever length they have. */
function describeSafely(tag: number, value: Uint8Array): string {
  const row = tagRow(tag);
  const fits = row.lengthsBytes?.includes(value.length) ?? true;
  return fits ? row.describe(value) : `${value.length} bytes, not as long as this field is`;
}

function noteOf(tag: number, covered: boolean): string | undefined {
  switch (tag) {
    case TAG.pubkeyHint:
    case TAG.secondaryPubkeyHint:
      return "hash of the signing key's public half, by which the bootloader finds it";
    case TAG.sha256:
    case TAG.sha384:
    case TAG.sha3:
      return 'over the header up to here and the firmware; this is what is signed';
    case TAG.signature:
    case TAG.secondarySignature:
      return 'of the digest';
    case TAG.policySignature:
      return 'PCR mask and signature of the policy';
    default:
      return covered ? undefined : 'not covered by the signature';
  }
}

function gap(bytes: Uint8Array, startBytes: number, endBytes: number): readonly Span[] {
  if (startBytes >= endBytes) return [];
  const filler = isFilledWith(bytes.subarray(startBytes, endBytes), HEADER_FILLER);
  return [
    { path: 'filler', startBytes, endBytes, value: filler ? 'FF' : 'other content than filler' },
  ];
}

function payload({ payloadPresent, headerSizeBytes, payloadSizeBytes }: Parsed): readonly Span[] {
  if (!payloadPresent || payloadSizeBytes === 0) return [];
  const endBytes = headerSizeBytes + payloadSizeBytes;
  return [
    {
      path: 'payload',
      startBytes: headerSizeBytes,
      endBytes,
      value: `${payloadSizeBytes} bytes`,
      note: 'the firmware',
    },
  ];
}
