/**
 * Makes what `sign` writes: the whole image, the delta image that leads to it, the encrypted one of the two
 * that goes to the board. Nothing here may fail once a one-time key was used, so all that can be known
 * before is known before (`sign-plan.ts`).
 */
import { equalBytes, wipe } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import {
  applyPatch,
  assembleImage,
  deltaOptionsFor,
  deltaPayload,
  encryptImage,
  freshNonceFor,
  imageDigest,
  makeDeltaPatches,
  receiverWouldStopEarly,
  writeEncryptionKeyFile,
  type EncryptionKey,
  type ImageLayout,
  type ImageOptions,
  type ImageSignatures,
} from '../core/wolfboot/index.ts';
import type { OutputFile } from './files.ts';
import type { Host } from './host.ts';
import { progressOf } from './progress.ts';
import type { SignRequest } from './sign-arguments.ts';
import type { DeltaBase, SignInputs } from './sign-inputs.ts';
import type { OpenKeys } from './sign-keys.ts';
import { outputNames, type SignNames } from './sign-names.ts';

export interface SignJob {
  readonly host: Host;
  readonly request: SignRequest;
  readonly inputs: SignInputs;
  readonly keys: OpenKeys;
  /** Of the whole image, as it was planned. */
  readonly options: ImageOptions;
  readonly layout: ImageLayout;
}

export interface SignedDelta {
  readonly options: ImageOptions;
  /** What follows the header. */
  readonly payload: Uint8Array;
}

export interface SignProducts {
  readonly outputs: readonly OutputFile[];
  /** With --sha-only: of the whole image, and of the delta image where it can be known. */
  readonly digest?: Uint8Array;
  readonly deltaDigest?: Uint8Array | undefined;
  readonly delta?: SignedDelta | undefined;
  /** With --encrypt; the key itself is never shown. */
  readonly encryption?: { readonly nonce: Uint8Array; readonly fresh: boolean } | undefined;
  readonly warnings: readonly string[];
}

export async function makeProducts(job: SignJob): Promise<SignProducts> {
  const { request, inputs, keys, options, layout } = job;
  const names = outputNames(request);
  if (request.product === 'digest') return makeDigests(job);
  const sign = signing(job);
  const whole = await makeImage(inputs.firmware, options, keys, sign);
  const isWhole = request.product === 'signed';
  const main = output(names.main, isWhole ? whole : whole.slice(0, layout.headerSizeBytes));
  const policy = policyOutputs(names.policy, layout, whole);
  if (!isWhole) return { outputs: [main, ...policy], warnings: [] };
  const delta = inputs.base && (await deltaOf(job, inputs.base, whole));
  const deltaImage = delta && (await makeImage(delta.payload, delta.options, keys, sign, 'delta'));
  const sealed = seal(job, deltaImage ?? whole, names);
  const { outputs, ...encrypted } = sealed;
  const deltaOutputs = deltaImage && names.delta ? [output(names.delta, deltaImage)] : [];
  return { outputs: [main, ...deltaOutputs, ...outputs, ...policy], delta, ...encrypted };
}

async function makeDigests(job: SignJob): Promise<SignProducts> {
  const { request, inputs, keys, options } = job;
  const names = outputNames(request);
  const digest = imageDigest(inputs.firmware, options, keys.public);
  const main = output(names.main, digest);
  const { base } = inputs;
  if (!base || names.deltaDigest === undefined) return { outputs: [main], digest, warnings: [] };
  const whole = await makeImage(inputs.firmware, options, keys, signing(job));
  const delta = await deltaOf(job, base, whole);
  const deltaDigest = imageDigest(delta.payload, delta.options, keys.public);
  return {
    outputs: [main, output(names.deltaDigest, deltaDigest)],
    digest,
    deltaDigest,
    delta,
    warnings: [],
  };
}

function output(path: string, bytes: Uint8Array): OutputFile {
  return { path, bytes, replace: true };
}

type Which = 'whole' | 'delta';
type Signing = (digest: Uint8Array, which: Which) => Promise<ImageSignatures>;

export async function makeImage(
  payload: Uint8Array,
  options: ImageOptions,
  keys: OpenKeys,
  sign: Signing,
  which: Which = 'whole',
): Promise<Uint8Array> {
  const digest = imageDigest(payload, options, keys.public);
  return assembleImage(payload, options, keys.public, await sign(digest, which));
}

/** The policy is one message whatever image it goes into, and signed once. */
export function signing({ request, inputs, keys, options }: SignJob): Signing {
  if (request.signatureFiles.length > 0) return given(request, inputs.signatures);
  const [primary, secondary] = keys.signers;
  let policy: Uint8Array | undefined;
  return async (digest) => {
    const made = {
      primary: await primary?.sign(digest.slice()),
      secondary: await secondary?.sign(digest.slice()),
    };
    policy ??= options.policy && (await primary?.sign(options.policy.digest.slice()));
    return { ...made, policy };
  };
}

/** As `SignRequest.signatureFiles` has them; wolfBoot's tool puts the one it has into both images. */
function given(
  { types, policyFile, upstreamCompatible }: SignRequest,
  signatures: readonly Uint8Array[],
): Signing {
  const policies = policyFile === undefined ? 0 : 1;
  return (_digest, which) => {
    const first = which === 'whole' || upstreamCompatible ? 0 : types.length + policies;
    return Promise.resolve({
      primary: signatures[first],
      secondary: types.length > 1 ? signatures[first + 1] : undefined,
      policy: policies > 0 ? signatures[types.length] : undefined,
    });
  };
}

/** The patches between the base and `whole`, and what the header says of them. Each way is tried. */
export async function deltaOf(
  { host, request, options, layout }: SignJob,
  base: DeltaBase,
  whole: Uint8Array,
): Promise<SignedDelta> {
  const { sectorSizeBytes } = base;
  const onProgress = progressOf(host, 'delta');
  const patches = await makeDeltaPatches(base.bytes, whole, sectorSizeBytes, { onProgress });
  host.progress(undefined);
  const { forward, inverse } = patches;
  if (
    !leadsTo(base.bytes, forward, whole, sectorSizeBytes) ||
    !leadsTo(whole, inverse, base.bytes, sectorSizeBytes)
  ) {
    throw new AppError('internal', 'a patch does not lead to its image; no delta image was made');
  }
  const { payload, ...sizes } = deltaPayload(patches, request.encryption !== undefined);
  const delta = deltaOptionsFor(base.image, options, sizes, request.delta?.baseDigest);
  const { headerSizeBytes } = layout;
  return { options: { ...options, headerSizeBytes, delta }, payload };
}

function leadsTo(
  from: Uint8Array,
  patch: Uint8Array,
  to: Uint8Array,
  sectorSizeBytes: number,
): boolean {
  const limits = { fileName: 'the patch', targetBytes: to.length };
  return equalBytes(applyPatch(from, patch, sectorSizeBytes, limits), to);
}

type Sealed = Pick<SignProducts, 'outputs' | 'encryption' | 'warnings'>;

/** The encrypted image and, under a fresh nonce, its key file. */
export function seal(
  { host, inputs, layout }: SignJob,
  image: Uint8Array,
  { encrypted, encryptionKey: keyFile }: Pick<SignNames, 'encrypted' | 'encryptionKey'>,
): Sealed {
  const { encryptionKey } = inputs;
  if (!encryptionKey || encrypted === undefined) return { outputs: [], warnings: [] };
  const { headerSizeBytes } = layout;
  const fresh = keyFile !== undefined;
  const key: EncryptionKey = fresh
    ? freshNonceFor(image, encryptionKey, host.rng, headerSizeBytes)
    : encryptionKey;
  const bytes = encryptImage(image, key);
  const outputs = [output(encrypted, bytes)];
  if (fresh) {
    outputs.push({ ...output(keyFile, writeEncryptionKeyFile(key)), secret: true });
    wipe(key.key);
  }
  const stops = receiverWouldStopEarly(bytes, headerSizeBytes);
  return {
    outputs,
    encryption: { nonce: key.nonce, fresh },
    warnings: stops
      ? [
          `under this nonce the XMODEM receiver of wolfBoot's test application would end the transfer of ${encrypted} too early; a fresh one would not`,
        ]
      : [],
  };
}

/** The signed policy is also kept beside the policy's file (section 15). */
function policyOutputs(
  path: string | undefined,
  layout: ImageLayout,
  image: Uint8Array,
): readonly OutputFile[] {
  const field = layout.fields.find(({ source }) => source.from === 'policy');
  if (path === undefined || !field) return [];
  const start = field.offsetBytes + 4;
  return [output(path, image.slice(start, start + field.lengthBytes))];
}
