/** Why an image may not be sent to a board. Pure; found before the first byte goes out. */
import type { ConsoleInfo, ConsoleKey } from '../core/serial/index.ts';
import {
  receiverWouldStopEarly,
  type BootloaderProfile,
  type ImageVerdict,
  type KeystoreSlot,
} from '../core/wolfboot/index.ts';
import type { SignedImage } from './firmware.ts';
import type { ImageForm } from './sign-request.ts';
import { isEncrypted } from './update-conditions.ts';

export type UpdateRefusal =
  | { readonly kind: 'no-console' }
  | { readonly kind: 'no-image' }
  | { readonly kind: 'sample-on-real-board' }
  /** The bootloader would not accept it with the keys that the board lists. */
  | { readonly kind: 'not-accepted'; readonly verdict: ImageVerdict & { readonly ok: false } }
  | { readonly kind: 'partition'; readonly partitionId: number }
  | { readonly kind: 'header-size'; readonly found: number; readonly expected: number }
  | { readonly kind: 'too-large'; readonly sizeBytes: number; readonly mostBytes: number }
  /** Where the banks are swapped wolfBoot has neither delta nor encrypted updates. */
  | { readonly kind: 'two-banks'; readonly form: Exclude<ImageForm, 'plain'> }
  /** The ciphertext would make the receiver end the transfer early. */
  | { readonly kind: 'early-end' }
  | { readonly kind: 'wrong-base'; readonly running: number; readonly base: number }
  | { readonly kind: 'not-newer'; readonly running: number; readonly offered: number };

export interface UpdateQuestion {
  readonly benchKind: 'real' | 'virtual' | undefined;
  readonly connected: boolean;
  readonly image: SignedImage | undefined;
  /** Judged with the board's own keys where they are known, with the keystore's otherwise. */
  readonly verdict: ImageVerdict | undefined;
  readonly info: ConsoleInfo | undefined;
  readonly profile: BootloaderProfile;
}

const applicationPartition = 1;

/** Empty: the update may start. In the order in which a person would mend them. */
export function refuseUpdate(question: UpdateQuestion): readonly UpdateRefusal[] {
  const { image, verdict, info, profile } = question;
  const refusals: UpdateRefusal[] = [];
  if (!question.connected) refusals.push({ kind: 'no-console' });
  if (image === undefined) return [...refusals, { kind: 'no-image' }];
  const { headerSizeBytes, partitionId, version } = image.image;
  if (image.sample && question.benchKind === 'real')
    refusals.push({ kind: 'sample-on-real-board' });
  if (partitionId !== applicationPartition) refusals.push({ kind: 'partition', partitionId });
  if (headerSizeBytes !== profile.headerSizeBytes) {
    refusals.push({
      kind: 'header-size',
      found: headerSizeBytes,
      expected: profile.headerSizeBytes,
    });
  }
  const mostBytes = profile.partitions?.sizeBytes;
  if (mostBytes !== undefined && image.bytes.length > mostBytes) {
    refusals.push({ kind: 'too-large', sizeBytes: image.bytes.length, mostBytes });
  }
  if (verdict?.ok === false) refusals.push({ kind: 'not-accepted', verdict });
  refusals.push(...refuseForm(image, info, profile));
  const running = info?.firmwareVersion;
  if (running !== undefined && version <= running) {
    refusals.push({ kind: 'not-newer', running, offered: version });
  }
  return refusals;
}

function refuseForm(
  image: SignedImage,
  info: ConsoleInfo | undefined,
  profile: BootloaderProfile,
): readonly UpdateRefusal[] {
  const { form } = image;
  const refusals: UpdateRefusal[] = [];
  if (form !== 'plain' && profile.partitions?.dualBank === true) {
    refusals.push({ kind: 'two-banks', form });
  }
  if (isEncrypted(image) && receiverWouldStopEarly(image.bytes, profile.headerSizeBytes)) {
    refusals.push({ kind: 'early-end' });
  }
  const running = info?.firmwareVersion;
  const base = image.image.delta?.baseVersion;
  if (base !== undefined && running !== undefined && base !== running) {
    refusals.push({ kind: 'wrong-base', running, base });
  }
  return refusals;
}

/** The keys that a board's console lists, as slots; undefined while the list is not whole. */
export function slotsOfConsole(info: ConsoleInfo): readonly KeystoreSlot[] | undefined {
  const { keyCount, keys } = info;
  if (keyCount === undefined || keyCount === 0 || keys.length !== keyCount) return undefined;
  if (!keys.every((key) => key.complete)) return undefined;
  return keys.map(slotOfKey);
}

function slotOfKey(key: ConsoleKey): KeystoreSlot {
  return {
    slotId: key.index,
    keyType: key.keyType,
    partitionMask: key.partitionMask,
    publicKey: key.bytes,
    publicKeySize: key.sizeBytes,
  };
}
