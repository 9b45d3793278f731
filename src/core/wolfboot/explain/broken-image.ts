/** The hex view of an image that cannot be read to its end: the fields that stand there all the same. */
import { walkHeader } from '../image/image-walk.ts';
import { IMAGE_FIELDS_OFFSET_BYTES, IMAGE_MAGIC, tagName } from '../image/image-tags.ts';
import { hexNumber, Reader, u32le } from '../../bytes/index.ts';
import type { ExaminedSpan } from './examine-types.ts';
import { inSequence, withoutGaps } from './spans.ts';

const USUAL_HEADER_BYTES = 8192;

export function brokenImageSpans(bytes: Uint8Array): readonly ExaminedSpan[] {
  if (bytes.length < IMAGE_FIELDS_OFFSET_BYTES) {
    return withoutGaps([], bytes.length, 'beginning of a header');
  }
  const size = u32le.read(new Reader(bytes, 'image', IMAGE_MAGIC.length));
  const head = inSequence([
    { path: 'magic', lengthBytes: 4, value: IMAGE_MAGIC },
    { path: 'size', lengthBytes: 4, value: String(size) },
  ]);
  const { tlvs } = walkHeader(bytes, Math.min(bytes.length, USUAL_HEADER_BYTES));
  const known = tlvs.findIndex(({ tag }) => tagName(tag) === 'custom');
  const fields = tlvs.slice(0, known < 0 ? undefined : known);
  const spans = fields.map(({ tag, offsetBytes, endBytes }): ExaminedSpan => ({
    path: tagName(tag),
    startBytes: offsetBytes,
    endBytes,
    value: `${hexNumber(tag, 4)}, ${endBytes - offsetBytes - 4} bytes`,
  }));
  return withoutGaps([...head, ...spans], bytes.length, 'not read');
}
