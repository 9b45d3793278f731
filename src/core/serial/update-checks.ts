/**
 * What must hold before an update is started, and what proves it afterwards
 * (stm32h5-device.md section 5). Knows nothing of lines and time.
 */
import { AppError } from '../errors.ts';
import type { BootReport, ConsoleInfo } from './console-types.ts';
import type { UpdateImage, UpdateOptions } from './update-types.ts';
import { SMALL_BLOCK_BYTES } from './xmodem-packet.ts';

/** Offset of the u32 LE payload size in the image header; the receiver ends by it. */
const SIZE_FIELD_OFFSET_BYTES = 4;
const MAGIC = 'WOLF';
/** AES images are filled to whole blocks of 16 bytes. */
const MOST_CIPHER_PADDING_BYTES = 15;

/**
 * The receiver ends after its own header size plus the size field of the first packet; an image of
 * another shape would be cut off or fail at the end. Throws `update-refused` and `image-too-large`.
 */
export function refuseImage(image: UpdateImage, options: UpdateOptions): void {
  const { bytes, headerSizeBytes, payloadSizeBytes, encrypted = false } = image;
  const { receiverHeaderSizeBytes, partitionSizeBytes } = options;
  if (partitionSizeBytes !== undefined && bytes.length > partitionSizeBytes) {
    throw new AppError('image-too-large', 'the image is larger than the update partition', {
      context: { imageBytes: bytes.length, partitionSizeBytes },
    });
  }
  if (headerSizeBytes !== receiverHeaderSizeBytes) {
    throw refusal('header-size', { headerSizeBytes, receiverHeaderSizeBytes });
  }
  const excessBytes = bytes.length - headerSizeBytes - payloadSizeBytes;
  if (excessBytes < 0 || excessBytes > (encrypted ? MOST_CIPHER_PADDING_BYTES : 0)) {
    throw refusal('incomplete', { imageBytes: bytes.length, headerSizeBytes, payloadSizeBytes });
  }
  if (encrypted) refuseEarlyEnd(bytes, receiverHeaderSizeBytes);
  else refuseOtherBytes(bytes, payloadSizeBytes);
}

function refuseOtherBytes(bytes: Uint8Array, payloadSizeBytes: number): void {
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic === MAGIC && sizeField(bytes) === payloadSizeBytes) return;
  throw refusal('not-a-plain-image', { payloadSizeBytes });
}

/**
 * The size field of an encrypted image is ciphertext. The receiver adds its header size in 32 bits and
 * fails on every packet from there on.
 */
function refuseEarlyEnd(bytes: Uint8Array, receiverHeaderSizeBytes: number): void {
  const endsAtBytes = ((sizeField(bytes) ?? 0) + receiverHeaderSizeBytes) >>> 0;
  const lastPacketBytes = (Math.ceil(bytes.length / SMALL_BLOCK_BYTES) - 1) * SMALL_BLOCK_BYTES;
  if (endsAtBytes > lastPacketBytes) return;
  throw refusal('receiver-ends-early', { endsAtBytes, imageBytes: bytes.length });
}

/** The bootloader boots nothing that is not newer than what runs. Throws `update-refused`. */
export function refuseVersion(runningVersion: number, image: UpdateImage, force: boolean): void {
  if (force || image.version > runningVersion) return;
  throw refusal('not-newer', { version: image.version, runningVersion });
}

/** A patch fits what it was made from and nothing else. Throws `update-refused`. */
export function refuseBase(runningVersion: number, { baseVersion }: UpdateImage): void {
  if (baseVersion === undefined || baseVersion === runningVersion) return;
  throw refusal('wrong-base', { baseVersion, runningVersion });
}

/**
 * Tells from what was seen after the reboot whether the new firmware runs. Returns the state it is
 * in; throws `update-rejected` or `update-not-proven`.
 */
export function proveNewFirmware(
  image: UpdateImage,
  before: ConsoleInfo,
  boot: BootReport,
  after: ConsoleInfo,
): 'TESTING' | 'NEW' {
  const { firmwareVersion, state, banksSwapped } = after;
  const context = {
    expectedVersion: image.version,
    bannerVersion: boot.banner?.version,
    runningVersion: firmwareVersion,
    state,
  };
  if (firmwareVersion !== image.version) throw notRunning(before, after, context);
  if (boot.banner?.version !== undefined && boot.banner.version !== image.version) {
    throw notProven('banner-contradicts-info', context);
  }
  const swapped = before.banksSwapped !== undefined && banksSwapped === !before.banksSwapped;
  // The same version may already have been running: then only the other bank is news.
  if (before.firmwareVersion === image.version && !swapped)
    throw notProven('same-as-before', context);
  if (state === 'TESTING') return state;
  // After a transfer that "failed" behind the last packet the image boots without having been marked.
  if (state === 'NEW' && swapped) return state;
  throw notProven('state', context);
}

/** Throws `update-not-proven` unless `info` shows the new version CONFIRMED. */
export function proveConfirmed(image: UpdateImage, info: ConsoleInfo): void {
  const { firmwareVersion, state } = info;
  if (firmwareVersion === image.version && state === 'CONFIRMED') return;
  throw notProven('not-confirmed', {
    expectedVersion: image.version,
    runningVersion: firmwareVersion,
    state,
  });
}

type Facts = Readonly<Record<string, string | number | undefined>>;

/** The old version runs: what became of the update partition shows what the bootloader made of it. */
function notRunning(
  before: ConsoleInfo,
  after: ConsoleInfo,
  context: Facts & { readonly expectedVersion: number },
): AppError {
  if (after.firmwareVersion === undefined) return notProven('info-unreadable', context);
  if (after.firmwareVersion !== before.firmwareVersion)
    return notProven('another-version', context);
  // A build with one bank leaves a refused image where it is, and it stays newer than what runs.
  const kept =
    after.update?.kind === 'candidate' && after.update.version === context.expectedVersion;
  if (after.update?.kind === 'empty' || (kept && context.expectedVersion > after.firmwareVersion)) {
    return new AppError(
      'update-rejected',
      'the bootloader refused the image; the old version runs',
      {
        context: { ...context, reason: kept ? 'image-refused-and-kept' : 'image-refused' },
      },
    );
  }
  return notProven(
    after.update?.kind === 'candidate' ? 'still-a-candidate' : 'old-version',
    context,
  );
}

function notProven(reason: string, context: Facts): AppError {
  return new AppError('update-not-proven', `the new version was not proven to run: ${reason}`, {
    context: { ...context, reason },
  });
}

function refusal(reason: string, context: Facts): AppError {
  return new AppError('update-refused', `the update was not started: ${reason}`, {
    context: { ...context, reason },
  });
}

function sizeField(bytes: Uint8Array): number | undefined {
  if (bytes.length < SIZE_FIELD_OFFSET_BYTES + 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(
    SIZE_FIELD_OFFSET_BYTES,
    true,
  );
}
