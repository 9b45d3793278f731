/**
 * What can be known of the images of a run before a key signs: their headers, whether they fit, whether
 * the delta can be made. A one-time key would be used up for nothing otherwise (formats/wolfboot.md,
 * section 23, 16).
 */
import {
  assembleImage,
  checkDeltaHeaders,
  checkPartitionFit,
  deltaOptionsFor,
  planImageHeader,
  POLICY_MASK_BYTES,
  type ImageLayout,
  type ImageOptions,
  type PartitionRoom,
  type UncheckedSizes,
} from '../core/wolfboot/index.ts';
import { isAppError } from '../core/errors.ts';
import type { Host } from './host.ts';
import type { SignRequest } from './sign-arguments.ts';
import type { DeltaBase, SignInputs } from './sign-inputs.ts';
import type { OpenKeys } from './sign-keys.ts';
import { deltaOf, type SignJob } from './sign-make.ts';
import { forcedHeaderBytes } from './sign-upstream.ts';

export interface SignPlan {
  readonly options: ImageOptions;
  readonly layout: ImageLayout;
  readonly warnings: readonly string[];
}

/** Throws what `planImageHeader` and `deltaOptionsFor` throw. */
export function planImages(request: SignRequest, inputs: SignInputs, keys: OpenKeys): SignPlan {
  const { base } = inputs;
  const unchecked = uncheckedSizes(request, inputs, keys);
  const asked: ImageOptions = unchecked ? { ...inputs.options, unchecked } : inputs.options;
  const options = request.upstreamCompatible ? withoutGrowth(asked) : asked;
  const alone = planImageHeader(options, keys.public);
  if (!base) return { options, layout: alone, warnings: forcedNotes(request, alone) };
  const delta = planDelta(request, options, base, keys).headerSizeBytes;
  const grows = delta > alone.headerSizeBytes && !request.upstreamCompatible;
  const together = grows ? { ...options, headerSizeBytes: delta } : options;
  const layout = grows
    ? { ...planImageHeader(together, keys.public), grownFromBytes: alone.headerSizeBytes }
    : alone;
  const warnings = [...forcedNotes(request, layout), ...baseNotes(request, base, layout)];
  return { options: together, layout, warnings };
}

/** wolfBoot's tool fails where two signatures do not fit the larger header of both. */
function withoutGrowth(options: ImageOptions): ImageOptions {
  return { ...options, headerSizeBytes: options.headerSizeBytes ?? 0 };
}

function planDelta(
  { delta }: SignRequest,
  options: ImageOptions,
  base: DeltaBase,
  keys: OpenKeys,
): ImageLayout {
  const sizes = { patchSizeBytes: 0, inverseStartBytes: 0, inverseSizeBytes: 0 };
  const fields = deltaOptionsFor(base.image, options, sizes, delta?.baseDigest);
  return planImageHeader({ ...options, delta: fields }, keys.public);
}

/** Of one bootloader: it has one header size, and never goes back but by the inverse patch. */
export function baseNotes(
  {
    upstreamCompatible,
    version,
    types,
  }: Pick<SignRequest, 'upstreamCompatible' | 'version' | 'types'>,
  { image }: DeltaBase,
  layout: ImageLayout,
): readonly string[] {
  const notes: string[] = [];
  try {
    checkDeltaHeaders(image, layout);
  } catch (error) {
    if (!upstreamCompatible || !isAppError(error)) throw error;
    notes.push(error.message);
  }
  if (image.version >= version) {
    notes.push(
      `the base ${image.fileName} has version ${image.version}, the new image ${version}: a board with the base would not take it for an update`,
    );
  }
  if (types[0] && image.authKeyCode !== types[0].code) {
    notes.push(`the base ${image.fileName} was signed with a key of another type`);
  }
  if (types.length > 1) {
    notes.push(
      'a delta image does not name its second key, as wolfBoot makes it: only its first signature can be found and checked',
    );
  }
  return notes;
}

/** What `--upstream-compatible` makes although it cannot verify (section 23, 18 and 19). */
function uncheckedSizes(
  { upstreamCompatible, types, manual, product }: SignRequest,
  { signatures }: SignInputs,
  keys: OpenKeys,
): UncheckedSizes | undefined {
  const [primary] = types;
  if (!upstreamCompatible || !primary) return undefined;
  const elsewhere = manual || product === 'digest';
  if (elsewhere) {
    return {
      signatureBytes: signatures[0]?.length ?? primary.signatureBytes,
      headerSizeBytes: forcedHeaderBytes(primary),
    };
  }
  const size = /^rsa-(?:pss-)?(\d+)$/.exec(keys.public.primaryAlgorithm ?? '')?.[1];
  const signatureBytes = size === undefined ? undefined : Number(size) / 8;
  return signatureBytes === primary.signatureBytes ? undefined : { signatureBytes };
}

function forcedNotes(
  { types, manual, product, upstreamCompatible }: SignRequest,
  { headerSizeBytes }: ImageLayout,
): readonly string[] {
  const [primary] = types;
  const forced = primary && forcedHeaderBytes(primary);
  if (forced === undefined || (!manual && product !== 'digest')) return [];
  if (upstreamCompatible) {
    return [
      `the header has ${headerSizeBytes} bytes whatever IMAGE_HEADER_SIZE says, as wolfBoot's tool makes it of RSA keys here`,
    ];
  }
  if (forced === headerSizeBytes) return [];
  return [
    `the header has ${headerSizeBytes} bytes; wolfBoot's own tool would give it ${forced} here, whatever IMAGE_HEADER_SIZE says`,
  ];
}

/**
 * Makes the delta once with arbitrary bytes for the signatures, for keys that cannot sign twice: patches
 * lead to the image with its signature, so they can be made only after it. Throws what making it would
 * throw later, `image-too-large` with room to spare for any other signature.
 */
export async function rehearseDelta(job: SignJob, room: PartitionRoom | undefined): Promise<void> {
  const { host, inputs, keys, layout } = job;
  const { base, firmware } = inputs;
  if (!base) return;
  const options = { ...job.options, unchecked: job.options.unchecked ?? {} };
  const whole = await assembleImage(firmware, options, keys.public, standIns(host, layout));
  const { payload } = await deltaOf(job, base, whole);
  if (!room) return;
  // A byte of a signature takes one byte of a patch, or two.
  const most = payload.length + signatureBytes(layout) + PADDING_BYTES;
  checkPartitionFit(layout.headerSizeBytes, most, room);
}

const PADDING_BYTES = 64;
const SIGNED: readonly string[] = ['signature', 'secondary-signature', 'policy'];

function signatureBytes({ fields }: ImageLayout): number {
  return fields
    .filter(({ source }) => SIGNED.includes(source.from))
    .reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

function standIns({ rng }: Host, { fields }: ImageLayout) {
  const bytes = (from: string, less = 0): Uint8Array | undefined => {
    const field = fields.find(({ source }) => source.from === from);
    return field && rng.bytes(field.lengthBytes - less);
  };
  return {
    primary: bytes('signature'),
    secondary: bytes('secondary-signature'),
    policy: bytes('policy', POLICY_MASK_BYTES),
  };
}
