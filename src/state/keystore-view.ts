/** What follows from a choice of keys and a bootloader: slots, room, refusals, files. Pure. */
import { toAppError, type AppError } from '../core/errors.ts';
import {
  authKeyOfAlgorithm,
  buildOtpImage,
  keystoreFingerprint,
  otpGeometry,
  parseOtpImage,
  refuseKeystore,
  slotCapacity,
  slotStrideBytes,
  type BootloaderProfile,
  type KeystoreRefusal,
  type KeystoreSlot,
} from '../core/wolfboot/index.ts';
import type { Span } from '../core/bytes/index.ts';
import type { KeyEntry } from './keys.ts';

export interface ImportedSlot {
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  /** SHA-256 of the key in keystore form, lower-case hex. */
  readonly fingerprint: string;
  readonly slot: KeystoreSlot;
}

/** A slot of the keystore and where its key comes from. */
export type SlotSource =
  | { readonly kind: 'key'; readonly key: KeyEntry }
  | { readonly kind: 'imported'; readonly imported: ImportedSlot };

export interface ChosenSlot {
  readonly id: string;
  readonly source: SlotSource;
  readonly slot: KeystoreSlot;
}

export interface KeystoreView {
  readonly profile: BootloaderProfile;
  readonly chosen: readonly ChosenSlot[];
  readonly slots: readonly KeystoreSlot[];
  readonly strideBytes: number;
  readonly capacity: { readonly used: number; readonly most: number };
  readonly refusals: readonly KeystoreRefusal[];
  /** undefined while there is no slot. */
  readonly fingerprint: string | undefined;
  /** The OTP area as it would be, without UDS; undefined while it cannot be built. */
  readonly preview:
    | { readonly bytes: Uint8Array; readonly spans: readonly Span[]; readonly baseAddress: number }
    | undefined;
  readonly previewError: AppError | undefined;
}

export function describeKeystore(
  profile: BootloaderProfile,
  order: readonly string[],
  keys: readonly KeyEntry[],
  imported: readonly ImportedSlot[],
): KeystoreView {
  const sources = new Map<string, SlotSource>([
    ...keys.map((key) => [key.id, { kind: 'key', key }] as const),
    ...imported.map((entry) => [entry.id, { kind: 'imported', imported: entry }] as const),
  ]);
  const chosen = order.flatMap((id): { id: string; source: SlotSource }[] => {
    const source = sources.get(id);
    return source === undefined ? [] : [{ id, source }];
  });
  const withSlots = chosen.map((entry, index) => ({ ...entry, slot: slotOf(entry.source, index) }));
  const slots = withSlots.map((entry) => entry.slot);
  const strideBytes = slotStrideBytes(profile);
  const { preview, previewError } = previewOtp(profile, slots);
  return {
    profile,
    chosen: withSlots,
    slots,
    strideBytes,
    capacity: { used: slots.length, most: slotCapacity(profile.target, strideBytes) },
    refusals: refuseKeystore(slots, profile),
    fingerprint: slots.length === 0 ? undefined : keystoreFingerprint(slots),
    preview,
    previewError,
  };
}

function slotOf(source: SlotSource, slotId: number): KeystoreSlot {
  if (source.kind === 'imported') return { ...source.imported.slot, slotId };
  const { algorithm, publicKey, partitionMask } = source.key;
  return {
    slotId,
    keyType: authKeyOfAlgorithm(algorithm).code,
    partitionMask,
    publicKey,
    publicKeySize: publicKey.length,
  };
}

function previewOtp(
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
): Pick<KeystoreView, 'preview' | 'previewError'> {
  if (slots.length === 0) return { preview: undefined, previewError: undefined };
  try {
    const bytes = buildOtpImage({ profile, slots, uds: undefined });
    const { spans } = parseOtpImage(bytes, 'otp.bin', { strideBytes: slotStrideBytes(profile) });
    const { baseAddress } = otpGeometry(profile.target);
    return { preview: { bytes, spans, baseAddress }, previewError: undefined };
  } catch (error) {
    return { preview: undefined, previewError: toAppError(error) };
  }
}
