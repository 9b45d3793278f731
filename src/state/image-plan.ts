/**
 * What an image will be, before any key is used: its header, whether it fits, and how many signatures
 * each key gives. Whatever can be refused is refused here.
 */
import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';
import {
  authKeyOfAlgorithm,
  checkDeltaHeaders,
  checkPartitionFit,
  deltaOptionsFor,
  mostImageBytes,
  planImageHeader,
  UNSIGNED_KEY_TYPE,
  type BootloaderProfile,
  type ImageKeys,
  type ImageLayout,
  type ImageOptions,
  type PartitionRoom,
} from '../core/wolfboot/index.ts';
import type { KeyInfo } from '../workers/keyring/protocol.ts';
import { headerOptions } from './header-options.ts';
import type { SignRequest } from './sign-request.ts';
import type { SignedImage } from './signed-image.ts';

/** A key as far as an image is concerned; the private half may be elsewhere. */
export type SigningKeyFacts = Pick<KeyInfo, 'id' | 'name' | 'algorithm' | 'publicKey'> &
  Partial<Pick<KeyInfo, 'signatures' | 'suspended'>>;

/** What a request is about, looked up. */
export interface SigningInputs {
  readonly firmware: { readonly name: string; readonly bytes: Uint8Array };
  readonly key: SigningKeyFacts | undefined;
  readonly secondaryKey: SigningKeyFacts | undefined;
  /** Of a delta. */
  readonly base: SignedImage | undefined;
  readonly profile: BootloaderProfile;
}

export interface ImagePlan {
  readonly options: ImageOptions;
  readonly keys: ImageKeys;
  readonly layout: ImageLayout;
  /** Header and firmware. */
  readonly imageBytes: number;
  /** The most that fits the partition; undefined where its size is not known. */
  readonly mostBytes: number | undefined;
  /** What the bootloader of the profile was built with is another size: it will not start the image. */
  readonly otherHeaderThanBootloader: boolean;
  /** One for each key that counts its signatures. */
  readonly uses: readonly KeyUse[];
}

export interface KeyUse {
  readonly key: SigningKeyFacts;
  readonly count: bigint;
  readonly left: bigint;
}

/** Room of the bootloader's partitions; undefined where they are not known. */
export function partitionRoom({
  partitions,
  target,
}: BootloaderProfile): PartitionRoom | undefined {
  return (
    partitions && {
      partitionSizeBytes: partitions.sizeBytes,
      sectorSizeBytes: partitions.sectorBytes,
      // NVM_FLASH_WRITEONCE of the example configurations: flash with ECC cannot be written twice.
      writeOnce: target === 'stm32h5',
    }
  );
}

/**
 * Throws what is wrong with the request: `invalid-argument`, `image-header-overflow`,
 * `image-too-large`, `key-exhausted`, `key-state-rolled-back`, and what `headerOptions` throws.
 */
export async function planImage(
  request: SignRequest,
  inputs: SigningInputs,
  clock: Pick<Clock, 'wallMs'>,
): Promise<ImagePlan> {
  const { key, secondaryKey, firmware, base, profile } = inputs;
  refuseCombinations(request);
  const unsigned = request.unsigned === true;
  if (!unsigned && key === undefined) {
    throw new AppError('invalid-argument', 'a key is needed, or the image stays unsigned');
  }
  const options: ImageOptions = {
    ...(await headerOptions(request, clock)),
    keyType:
      unsigned || key === undefined ? UNSIGNED_KEY_TYPE : authKeyOfAlgorithm(key.algorithm).code,
    secondaryKeyType: secondaryKey && authKeyOfAlgorithm(secondaryKey.algorithm).code,
    deltaRun: request.delta !== undefined,
  };
  const keys: ImageKeys = unsigned
    ? {}
    : {
        primary: key?.publicKey,
        primaryAlgorithm: key?.algorithm,
        secondary: secondaryKey?.publicKey,
        secondaryAlgorithm: secondaryKey?.algorithm,
      };
  const layout = planImageHeader(options, keys);
  const room = partitionRoom(profile);
  if (room) checkPartitionFit(layout.headerSizeBytes, firmware.bytes.length, room);
  if (base) checkBase(base, options, keys, layout);
  const uses = unsigned ? [] : keyUses(request, key, secondaryKey);
  for (const use of uses) refuseExhausted(use);
  return {
    options,
    keys,
    layout,
    imageBytes: layout.headerSizeBytes + firmware.bytes.length,
    mostBytes: room && mostImageBytes(room),
    otherHeaderThanBootloader: layout.headerSizeBytes !== profile.headerSizeBytes,
    uses,
  };
}

function refuseCombinations(request: SignRequest): void {
  const { headerOnly, delta, encryption, unsigned, secondaryKeyId, policy, deviceTree } = request;
  const refused = (problem: string): AppError => new AppError('invalid-argument', problem);
  if (headerOnly === true && (delta || encryption)) {
    throw refused('a header without its firmware is neither encrypted nor made into a delta');
  }
  if (unsigned === true && (secondaryKeyId !== undefined || policy)) {
    throw refused('an unsigned image has neither a second signature nor a policy');
  }
  if (delta && deviceTree) throw refused('a delta image cannot vouch for a device tree');
}

/** As much as is known before the patches are. */
function checkBase(
  { image, form }: SignedImage,
  options: ImageOptions,
  keys: ImageKeys,
  layout: ImageLayout,
): void {
  if (form !== 'plain') {
    throw new AppError(
      'invalid-argument',
      `${image.fileName} is no whole image as it lies on a board`,
    );
  }
  const noPatches = { patchSizeBytes: 0, inverseStartBytes: 0, inverseSizeBytes: 0 };
  const delta = deltaOptionsFor(image, options, noPatches);
  checkDeltaHeaders(image, layout);
  planImageHeader({ ...options, delta }, keys);
}

function keyUses(
  request: SignRequest,
  key: SigningKeyFacts | undefined,
  secondaryKey: SigningKeyFacts | undefined,
): readonly KeyUse[] {
  const images = request.delta === undefined ? 1n : 2n;
  const perImage = request.policy === undefined ? 1n : 2n;
  return [keyUse(key, images * perImage), keyUse(secondaryKey, images)].filter(
    (entry) => entry !== undefined,
  );
}

function keyUse(key: SigningKeyFacts | undefined, count: bigint): KeyUse | undefined {
  if (key?.signatures === undefined) return undefined;
  return { key, count, left: key.signatures.capacity - key.signatures.nextIndex };
}

function refuseExhausted({ key, count, left }: KeyUse): void {
  if (key.suspended !== undefined) {
    throw new AppError('key-state-rolled-back', 'the key must first be moved to an unused index', {
      context: { key: key.id, reason: key.suspended.reason },
    });
  }
  if (left >= count) return;
  throw new AppError(
    'key-exhausted',
    `${count} signatures are needed, ${left} are left of this key`,
    { context: { key: key.id, needed: String(count), left: String(left) } },
  );
}
