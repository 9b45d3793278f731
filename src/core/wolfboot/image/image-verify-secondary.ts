/**
 * The second signature of a hybrid image (formats/wolfboot.md, section 14). A bootloader built for
 * hybrid images demands it, another one ignores it; here it must be good whenever its key is known.
 */
import { AppError } from '../../errors.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';
import { isImageSignature } from './image-signature.ts';
import { keyTypeLabel, TAG } from './image-tags.ts';
import type { ImageWarning, SecondarySignature, WolfBootImage } from './image-types.ts';
import { slotByHint } from './slot-by-hint.ts';

export interface SecondaryJudgement {
  readonly slotIndex: number | undefined;
  readonly warnings: readonly ImageWarning[];
}

/** Throws `image-signature-invalid` and `image-key-type-refused`. */
export async function judgeSecondary(
  image: WolfBootImage,
  slots: readonly KeystoreSlot[],
): Promise<SecondaryJudgement> {
  const { secondary } = image;
  if (!secondary) return { slotIndex: undefined, warnings: [] };
  return secondary.hint ? judgeNamed(image, secondary, slots) : judgeUnnamed(image, slots);
}

async function judgeNamed(
  image: WolfBootImage,
  { keyType, hint, signature }: SecondarySignature,
  slots: readonly KeystoreSlot[],
): Promise<SecondaryJudgement> {
  const slotIndex = hint ? slotByHint(image.hash, hint, slots) : -1;
  const slot = slots[slotIndex];
  if (!slot) return unchecked(image, 'its key is not in the keystore');
  if (keyType !== slot.keyType) {
    throw new AppError(
      'image-key-type-refused',
      `the second signature says ${keyTypeLabel(keyType ?? 0)}, but its key in slot ${slotIndex} is ${keyTypeLabel(slot.keyType)}`,
      { context: { slot: slotIndex } },
    );
  }
  const { publicKey } = slot;
  const { digest, hash } = image;
  if (signature && (await isImageSignature(slot.keyType, publicKey, digest, hash, signature))) {
    return { slotIndex, warnings: [] };
  }
  throw new AppError(
    'image-signature-invalid',
    signature
      ? `the second signature is not one of the key in slot ${slotIndex} for this digest`
      : 'the image names a second key but has no second signature',
    { context: { slot: slotIndex } },
  );
}

/** Hybrid delta images carry the signature without naming its key: any slot may have made it. */
async function judgeUnnamed(
  image: WolfBootImage,
  slots: readonly KeystoreSlot[],
): Promise<SecondaryJudgement> {
  const signature = image.secondary?.signature;
  const { digest, hash } = image;
  for (const [slotIndex, { keyType, publicKey }] of slots.entries()) {
    if (keyType === image.authKeyCode || !signature) continue;
    if (await isImageSignature(keyType, publicKey, digest, hash, signature)) {
      return { slotIndex, warnings: [] };
    }
  }
  return unchecked(image, 'the image does not name its key, and no key in the keystore fits');
}

function unchecked(image: WolfBootImage, why: string): SecondaryJudgement {
  const field = image.tlvs.find(({ tag }) => tag === TAG.secondarySignature);
  return {
    slotIndex: undefined,
    warnings: [
      {
        code: 'secondary-unchecked',
        ...(field && { offsetBytes: field.offsetBytes, lengthBytes: field.value.length }),
        message: `the second signature was not checked: ${why}`,
      },
    ],
  };
}
