/** Compares two firmware images: their headers field by field, and where their payloads differ. */
import { equalBytes, hexNumber } from '../../bytes/index.ts';
import { parseImage } from '../image/image-parse.ts';
import { tagRow } from '../image/image-tags.ts';
import type { ImageTlv, WolfBootImage } from '../image/image-types.ts';
import type {
  ComparedFile,
  FieldComparison,
  ImageComparison,
  LayoutDifference,
} from './compare-types.ts';
import { comparePayloads } from './payload-difference.ts';

/** Throws what `parseImage` throws. Keeps views of both files. */
export function compareImages(a: ComparedFile, b: ComparedFile): ImageComparison {
  const imageA = read(a);
  const imageB = read(b);
  const bothWhole = imageA.payloadPresent && imageB.payloadPresent;
  return {
    a: imageA,
    b: imageB,
    fields: compareFields(imageA, imageB),
    payload: bothWhole
      ? comparePayloads(payloadOf(a.bytes, imageA), payloadOf(b.bytes, imageB))
      : undefined,
    sameFile: equalBytes(a.bytes, b.bytes),
    sameDigest: imageA.hash === imageB.hash && equalBytes(imageA.digest, imageB.digest),
    sameKey: sameKey(imageA, imageB),
    versionStep: versionStep(imageA.version, imageB.version),
    layout: layoutDifferences(imageA, imageB),
  };
}

function read({ bytes, fileName, headerSizeBytes }: ComparedFile): WolfBootImage {
  return parseImage(bytes, fileName, { headerSizeBytes });
}

function payloadOf(
  bytes: Uint8Array,
  { headerSizeBytes, payloadSizeBytes }: WolfBootImage,
): Uint8Array {
  return bytes.subarray(headerSizeBytes, headerSizeBytes + payloadSizeBytes);
}

/** A hint is a hash of the key, so only hints of the same hash can be compared. */
function sameKey(a: WolfBootImage, b: WolfBootImage): boolean | undefined {
  if (a.unsigned || b.unsigned || a.hash !== b.hash) return undefined;
  return equalBytes(a.hint, b.hint);
}

function versionStep(a: number, b: number): ImageComparison['versionStep'] {
  if (a === b) return 'same';
  return b > a ? 'newer' : 'older';
}

function layoutDifferences(a: WolfBootImage, b: WolfBootImage): readonly LayoutDifference[] {
  const differs: Readonly<Record<LayoutDifference, boolean>> = {
    'header-size': a.headerSizeBytes !== b.headerSizeBytes,
    hash: a.hash !== b.hash,
    'key-type': a.authKeyCode !== b.authKeyCode,
    partition: a.partitionId !== b.partitionId,
    delta: (a.delta === undefined) !== (b.delta === undefined),
  };
  return (Object.keys(differs) as LayoutDifference[]).filter((id) => differs[id]);
}

interface NamedField {
  readonly name: string;
  readonly tlv: ImageTlv;
}

/** In the order of A; what only B has follows in the order of B. */
function compareFields(a: WolfBootImage, b: WolfBootImage): readonly FieldComparison[] {
  const fieldsA = namedFields(a);
  const fieldsB = namedFields(b);
  const inB = new Map(fieldsB.map(({ name, tlv }) => [name, tlv]));
  const namesOfA = new Set(fieldsA.map(({ name }) => name));
  return [
    compareSizes(a, b),
    ...fieldsA.map(({ name, tlv }) => compareTlvs(name, tlv, inB.get(name))),
    ...fieldsB
      .filter(({ name }) => !namesOfA.has(name))
      .map(({ name, tlv }) => compareTlvs(name, undefined, tlv)),
  ];
}

function compareSizes(a: WolfBootImage, b: WolfBootImage): FieldComparison {
  return {
    name: 'size',
    tag: undefined,
    a: String(a.payloadSizeBytes),
    b: String(b.payloadSizeBytes),
    same: a.payloadSizeBytes === b.payloadSizeBytes,
    offsetA: undefined,
    offsetB: undefined,
  };
}

function namedFields({ tlvs }: WolfBootImage): readonly NamedField[] {
  const counts = new Map<string, number>();
  return tlvs.map((tlv) => {
    const plain = tlv.name === 'custom' ? `custom ${hexNumber(tlv.tag, 4)}` : tlv.name;
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    return { name: count === 1 ? plain : `${plain} (${count})`, tlv };
  });
}

function compareTlvs(
  name: string,
  a: ImageTlv | undefined,
  b: ImageTlv | undefined,
): FieldComparison {
  return {
    name,
    tag: (a ?? b)?.tag,
    a: a && describe(a),
    b: b && describe(b),
    same: a !== undefined && b !== undefined && equalBytes(a.value, b.value),
    offsetA: a?.offsetBytes,
    offsetB: b?.offsetBytes,
  };
}

/** Fields behind the digest may have any length. */
function describe({ tag, value }: ImageTlv): string {
  const row = tagRow(tag);
  const fits = row.lengthsBytes?.includes(value.length) ?? true;
  return fits ? row.describe(value) : `${value.length} bytes, not as long as this field is`;
}
