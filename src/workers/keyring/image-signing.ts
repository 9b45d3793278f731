/**
 * Signing an image with keys that are held here: one digest, signed by one or two keys, and the digest
 * of a policy. One-time indices are used last, when nothing else can fail any more.
 */
import { AppError } from '../../core/errors.ts';
import {
  assembleImage,
  imageDigest,
  type ImageOptions,
  type ImageSignatures,
} from '../../core/wolfboot/index.ts';
import type { HeldKey } from './held-keys.ts';
import type { KeyCall } from './protocol.ts';
import type { Signer } from './signing.ts';

export interface SigningKeys {
  readonly primary: HeldKey;
  readonly secondary?: HeldKey | undefined;
}

interface Job {
  readonly part: keyof ImageSignatures;
  readonly held: HeldKey;
  readonly digest: Uint8Array;
}

/**
 * The image. Throws what `imageDigest` throws, `key-exhausted` when a key has fewer indices than this
 * takes, and what signing throws; of the first two no index is used.
 */
export async function signImage(
  signer: Signer,
  { primary, secondary }: SigningKeys,
  firmware: Uint8Array,
  options: ImageOptions,
  call: KeyCall,
): Promise<Uint8Array> {
  const keys = {
    primary: primary.facts.publicKey,
    primaryAlgorithm: primary.facts.algorithm,
    secondary: secondary?.facts.publicKey,
    secondaryAlgorithm: secondary?.facts.algorithm,
  };
  const digest = imageDigest(firmware, options, keys);
  const jobs: readonly Job[] = [
    { part: 'primary', held: primary, digest },
    ...(secondary ? [{ part: 'secondary', held: secondary, digest } as const] : []),
    ...(options.policy
      ? [{ part: 'policy', held: primary, digest: options.policy.digest } as const]
      : []),
  ];
  await reserveIndices(jobs);
  const signatures: Partial<Record<keyof ImageSignatures, Uint8Array>> = {};
  for (const { part, held, digest: message } of indicesLast(jobs)) {
    signatures[part] = await signer.sign(held, message.slice(), call);
  }
  return assembleImage(firmware, options, keys, signatures);
}

/** Each stateful key has all its indices set aside before the first of any is used. */
async function reserveIndices(jobs: readonly Job[]): Promise<void> {
  for (const held of new Set(jobs.map((job) => job.held))) {
    const { custody } = held;
    const count = BigInt(jobs.filter((job) => job.held === held).length);
    if (custody === undefined) continue;
    checkLeft(held, count);
    await custody.reserve(count);
    checkLeft(held, count);
  }
}

function checkLeft({ id, custody }: HeldKey, count: bigint): void {
  if (custody === undefined || custody.capacity - custody.nextIndex >= count) return;
  throw new AppError(
    'key-exhausted',
    `this image takes ${count} signatures of one key, which has fewer left`,
    { context: { key: id, needed: String(count) } },
  );
}

function indicesLast(jobs: readonly Job[]): readonly Job[] {
  const stateful = (job: Job): number => (job.held.custody === undefined ? 0 : 1);
  return [...jobs].sort((one, other) => stateful(one) - stateful(other));
}
