/** What stands in the header of an image, as facts. */
import { hexNumber, toHex } from '../../bytes/index.ts';
import { keyTypeLabel } from '../image/image-tags.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import { digestHolds } from '../image/image-verify.ts';
import { isSampleImage } from '../sample-mark.ts';
import type { Fact, FactId, FileKind } from './examine-types.ts';

export type FactValues = Partial<Record<FactId, Fact['value'] | undefined>>;

/** In the order given; undefined ones are left out. */
export function factsOf(values: FactValues): readonly Fact[] {
  const known = Object.entries(values) as [FactId, Fact['value'] | undefined][];
  return known.flatMap(([id, value]) => (value === undefined ? [] : [{ id, value }]));
}

export function kindOfImage(image: WolfBootImage): FileKind {
  if (!image.payloadPresent) return 'image-header';
  return image.delta ? 'delta-image' : 'image';
}

/** `bytes` is the file that `image` was read from. */
export function imageFacts(bytes: Uint8Array, image: WolfBootImage): readonly Fact[] {
  const { secondary, policy, delta } = image;
  return factsOf({
    version: image.version,
    timestamp: image.timestamp?.toString(),
    partitionId: image.partitionId,
    imageType: hexNumber(image.imageType, 4),
    keyType: keyTypeLabel(image.authKeyCode),
    keyTypeCode: image.authKeyCode,
    unsigned: image.unsigned,
    headerSizeBytes: image.headerSizeBytes,
    payloadSizeBytes: image.payloadSizeBytes,
    payloadPresent: image.payloadPresent,
    hash: image.hash,
    digest: toHex(image.digest),
    digestHolds: image.payloadPresent ? digestHolds(bytes, image) : undefined,
    pubkeyHint: toHex(image.hint),
    signature: hexOf(image.signature),
    secondaryKeyType:
      secondary?.keyType === undefined ? undefined : keyTypeLabel(secondary.keyType),
    secondaryPubkeyHint: hexOf(secondary?.hint),
    secondarySignature: hexOf(secondary?.signature),
    pcrMask: hexOf(policy?.pcrMask),
    policySignature: hexOf(policy?.signature),
    deltaBaseVersion: delta?.baseVersion,
    deltaPatchSizeBytes: delta?.patchSizeBytes,
    deltaInverseOffsetBytes: delta?.inverseOffsetBytes,
    deltaInverseSizeBytes: delta?.inverseSizeBytes,
    deltaBaseDigest: hexOf(delta?.baseDigest),
    sample: isSampleImage(bytes) ? true : undefined,
  });
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && toHex(bytes);
}
