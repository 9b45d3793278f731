/** The checks that need the keystore: hash, key, key type, digest, mask, signatures. */
import { hexNumber, toHex } from '../../bytes/index.ts';
import { fingerprint, hashLengthBytes, type HashId } from '../../crypto/index.ts';
import { isAppError } from '../../errors.ts';
import { authKeyNamed } from '../auth-keys.ts';
import { isImageSignature } from '../image/image-signature.ts';
import { keyTypeLabel } from '../image/image-tags.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import { judgeSecondary } from '../image/image-verify-secondary.ts';
import { digestHolds } from '../image/image-verify.ts';
import { slotByHint } from '../image/slot-by-hint.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';
import { maskAllows } from '../slot-codec.ts';
import { finding } from './boot-image-checks.ts';
import type { BootReading } from './boot-reading.ts';
import type { BootFinding, BootQuestion } from './boot-types.ts';

/** The slot whose key the image names; -1 when there is none. */
export function namedSlot(image: WolfBootImage, slots: readonly KeystoreSlot[]): number {
  if (image.hint.length !== hashLengthBytes(image.hash)) return -1;
  return slotByHint(image.hash, image.hint, slots);
}

const HASH_OPTIONS: Readonly<Record<HashId, string>> = {
  sha256: 'sha256',
  sha384: 'sha384',
  'sha3-384': 'sha3',
};

/** A bootloader knows the hash of its build only and looks for the digest under its tag. */
export function hashFinding({ hash }: WolfBootImage, question: BootQuestion): BootFinding {
  const expected = question.hash ?? (question.profile && 'sha256');
  if (expected === undefined) return finding('hash', 'hash-not-compared', { hash });
  if (expected === hash) return finding('hash', 'hash-good', { hash });
  return finding('hash', 'hash-differs', { hash, expected, option: HASH_OPTIONS[expected] });
}

export function keyFinding(
  image: WolfBootImage,
  slots: readonly KeystoreSlot[],
  slotIndex: number,
): BootFinding {
  const slot = slots[slotIndex];
  if (slot) return finding('key', 'key-known', keyContext(slot, slotIndex));
  if (image.unsigned) return finding('key', 'key-unsigned');
  if (slots.length === 0) return finding('key', 'key-no-slots');
  const context = { hint: toHex(image.hint), slots: slots.length };
  const other = slots.findIndex(
    ({ keyType, publicKey }) => keyType === image.authKeyCode && publicKey.length > 0,
  );
  const nearest = slots[other];
  return nearest
    ? finding('key', 'key-unknown-other-of-type', { ...context, ...keyContext(nearest, other) })
    : finding('key', 'key-unknown', context);
}

function keyContext({ keyType, publicKey }: KeystoreSlot, slot: number) {
  return { slot, keyType: keyTypeLabel(keyType), fingerprint: fingerprint(publicKey) };
}

/** Not of unsigned images: they have no type that could be wrong. */
export function keyTypeFindings(
  { authKeyCode, unsigned }: WolfBootImage,
  slot: KeystoreSlot | undefined,
  slotIndex: number,
  { profile }: BootQuestion,
): readonly BootFinding[] {
  if (unsigned) return [];
  const keyType = keyTypeLabel(authKeyCode);
  // A universal build takes every type that it has the code for.
  const built = profile && !profile.universal ? authKeyNamed(profile.signName) : undefined;
  if (built && built.code !== authKeyCode) {
    const context = { keyType, expected: built.label };
    return [finding('key-type', 'key-type-of-build-differs', context)];
  }
  if (slot && slot.keyType !== authKeyCode) {
    const context = { keyType, expected: keyTypeLabel(slot.keyType), slot: slotIndex };
    return [finding('key-type', 'key-type-of-slot-differs', context)];
  }
  const reason = profile ? 'key-type-good' : 'key-type-not-compared';
  return [finding('key-type', reason, { keyType })];
}

export function digestFinding(reading: BootReading, image: WolfBootImage): BootFinding {
  if (!image.payloadPresent || reading.surplusBytes < 0) return finding('digest', 'digest-unknown');
  const holds = digestHolds(reading.bytes, image);
  return finding('digest', holds ? 'digest-good' : 'digest-differs');
}

export function partitionFinding(
  { partitionId }: WolfBootImage,
  slot: KeystoreSlot | undefined,
  slotIndex: number,
  { partitionId: wanted }: BootQuestion,
): BootFinding {
  if (wanted !== undefined && wanted !== partitionId) {
    return finding('partition', 'partition-differs', { partitionId, expected: wanted });
  }
  if (!slot) return finding('partition', 'partition-unknown', { partitionId });
  const { partitionMask } = slot;
  const context = { partitionId, slot: slotIndex, mask: hexNumber(partitionMask) };
  const allowed = maskAllows(partitionMask, partitionId);
  return finding('partition', allowed ? 'partition-allowed' : 'partition-refused-by-mask', context);
}

/** Of the digest as it stands in the header: a changed firmware does not make the signature bad. */
export async function signatureFindings(
  { signature, digest, hash, unsigned }: WolfBootImage,
  slot: KeystoreSlot | undefined,
  slotIndex: number,
): Promise<readonly BootFinding[]> {
  if (unsigned && !slot) return [];
  if (!signature) return [finding('signature', 'signature-missing')];
  if (!slot) return [finding('signature', 'signature-unknown')];
  const good = await isImageSignature(slot.keyType, slot.publicKey, digest, hash, signature);
  const reason = good ? 'signature-good' : 'signature-bad';
  return [finding('signature', reason, { slot: slotIndex })];
}

/** Only of hybrid images. */
export async function secondSignatureFindings(
  image: WolfBootImage,
  slots: readonly KeystoreSlot[],
): Promise<readonly BootFinding[]> {
  if (!image.secondary) return [];
  const check = 'second-signature';
  try {
    const { slotIndex, warnings } = await judgeSecondary(image, slots);
    if (slotIndex !== undefined) {
      return [finding(check, 'second-signature-good', { slot: slotIndex })];
    }
    const problem = warnings[0]?.message.replace(/^.*?: /, '') ?? 'its key is not known';
    return [finding(check, 'second-signature-unknown', { problem })];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [finding(check, 'second-signature-bad', { problem: error.message })];
  }
}
