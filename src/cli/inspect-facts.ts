/** What `inspect` says about each kind of file: plain facts, without secrets. */
import { hexNumber, toHex, type Span } from '../core/bytes/index.ts';
import {
  fingerprint,
  scheme,
  type AlgorithmId,
  type KeyPair,
  type KeyUsage,
} from '../core/crypto/index.ts';
import type { JsonValue } from '../core/ports/index.ts';
import {
  authKeyByCode,
  authKeyOfAlgorithm,
  canBuildLms,
  canBuildXmss,
  digestHolds,
  keystoreFingerprint,
  keyTypeLabel,
  lmsKeyParameters,
  type ImagePolicy,
  type KeystoreFile,
  type KeystoreSlot,
  type OtpImage,
  type PrimerImage,
  type WolfBootImage,
  type XmssName,
} from '../core/wolfboot/index.ts';
import { usageOf } from './state-file.ts';

export type Facts = Readonly<Record<string, JsonValue | undefined>>;

export interface Inspection {
  /** What the file is, in words that stay. */
  readonly kind: string;
  readonly facts: Facts;
  readonly spans: readonly Span[];
  readonly warnings: readonly string[];
}

export function imageFacts(bytes: Uint8Array, image: WolfBootImage): Inspection {
  const { delta, secondary, policy } = image;
  const facts: Facts = {
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
    secondary: secondary && {
      keyType: secondary.keyType === undefined ? undefined : keyTypeLabel(secondary.keyType),
      pubkeyHint: hexOf(secondary.hint),
      signature: hexOf(secondary.signature),
    },
    policy: policy && { pcrMask: toHex(policy.pcrMask), signature: toHex(policy.signature) },
    delta: delta && { ...delta, baseDigest: hexOf(delta.baseDigest) },
    tlvs: image.tlvs.map(({ tag, name, offsetBytes, value, covered }) => ({
      tag: hexNumber(tag, 4),
      name,
      offsetBytes,
      lengthBytes: value.length,
      value: toHex(value),
      covered,
    })),
  };
  return {
    kind: kindOfImage(image),
    facts,
    spans: image.spans,
    warnings: image.warnings.map(({ message }) => message),
  };
}

function kindOfImage(image: WolfBootImage): string {
  if (!image.payloadPresent) return 'image-header';
  return image.delta ? 'delta-image' : 'image';
}

export function keystoreFacts(keystore: KeystoreFile): Inspection {
  return {
    kind: keystore.from,
    facts: {
      layout: keystore.from === 'keystore.der' ? keystore.layout : undefined,
      slots: keystore.slots.map(slotFacts),
      keystoreFingerprint:
        keystore.from === 'public-key' ? undefined : keystoreFingerprint(keystore.slots),
    },
    spans: keystore.spans,
    warnings: keystore.warnings,
  };
}

export function publicKeyFacts({ from, slots, spans, warnings }: KeystoreFile): Inspection {
  const [slot] = slots;
  return { kind: from, facts: slot ? keyFacts(slot) : {}, spans, warnings };
}

/** The UDS is a secret: whether it is there is all that is said. */
export function otpFacts(otp: OtpImage): Inspection {
  return {
    kind: 'otp.bin',
    facts: {
      target: otp.target ?? 'none',
      itemCount: otp.itemCount,
      flags: otp.flags,
      versionWord: hexNumber(otp.versionWord),
      strideBytes: otp.strideBytes,
      uds: otp.uds,
      slots: otp.slots.map(slotFacts),
      keystoreFingerprint: keystoreFingerprint(otp.slots),
    },
    spans: otp.spans,
    warnings: otp.warnings,
  };
}

export function primerFacts(primer: PrimerImage): Inspection {
  return {
    kind: 'primer',
    facts: {
      loadAddress: hexNumber(primer.loadAddress),
      slotArrayOffsetBytes: primer.slotArrayOffsetBytes,
      magicOffsetBytes: primer.magicOffsetBytes,
      strideBytes: primer.strideBytes,
      complete: primer.complete,
      locking: primer.locking,
      sample: primer.sample,
      keyfuse: primer.keyfuse && {
        trustZone: primer.keyfuse.trustZone,
        uds: primer.keyfuse.uds,
        lockBlocks: primer.keyfuse.lockBlocks,
      },
      slots: primer.slots.map(slotFacts),
      keystoreFingerprint: keystoreFingerprint(primer.slots),
      writes: primer.writes.map(({ what, offsetBytes, lengthBytes, content, note }) => ({
        what,
        offsetBytes,
        lengthBytes,
        content: content === 'random' ? content : toHex(content),
        note,
      })),
    },
    spans: [],
    warnings: primer.warnings.map(({ message }) => message),
  };
}

/**
 * Type, parameters, public half, fingerprint and, of a key with a state, where it stands; nothing of the
 * private half. `proven`: the public half was computed from it.
 */
export function privateKeyFacts(pair: KeyPair, proven: boolean): Inspection {
  const { algorithm, publicKey, privateKey } = pair;
  const { stateful, label } = scheme(algorithm);
  const authKey = authKeyOfAlgorithm(algorithm);
  const usage = stateful ? usageOf(privateKey) : undefined;
  const left = usage && usage.capacity - usage.nextIndex;
  return {
    kind: 'private-key',
    facts: {
      ...keyFacts({ keyType: authKey.code, publicKey }),
      algorithm,
      label,
      signatureBytes: scheme(algorithm).signatureBytes(publicKey),
      // The same file serves both, and says of neither that it is meant for it.
      alsoUsableAs: algorithm.startsWith('rsa-')
        ? authKeyOfAlgorithm(algorithm.replace('rsa-', 'rsa-pss-') as AlgorithmId).cName
        : undefined,
      parameters: usage?.parameters,
      nextIndex: usage?.nextIndex.toString(),
      capacity: usage?.capacity.toString(),
      signaturesLeft: left?.toString(),
      publicHalf: stateful && !proven ? 'stored' : 'recomputed',
    },
    spans: [],
    warnings: [...stateWarnings(usage, left), ...buildWarnings(algorithm, publicKey, usage)],
  };
}

function stateWarnings(usage: KeyUsage | undefined, left: bigint | undefined): readonly string[] {
  if (!usage || left === undefined) return [];
  if (left === 0n) return ['this key has made all its signatures'];
  if (left * 10n > usage.capacity) return [];
  return [`${left} of ${usage.capacity} signatures are left`];
}

function buildWarnings(
  algorithm: AlgorithmId,
  publicKey: Uint8Array,
  usage: KeyUsage | undefined,
): readonly string[] {
  const lms = algorithm === 'lms' ? lmsKeyParameters(publicKey) : undefined;
  const buildable = lms
    ? canBuildLms(lms)
    : algorithm !== 'xmssmt' || canBuildXmss(usage?.parameters as XmssName);
  return buildable ? [] : [`no wolfBoot can be built for ${usage?.parameters ?? algorithm}`];
}

export function policyFacts({ pcrMask, digest }: ImagePolicy): Inspection {
  return {
    kind: 'policy',
    facts: { pcrMask: toHex(pcrMask), digest: toHex(digest) },
    spans: [
      { path: 'pcr_mask', startBytes: 0, endBytes: 4, value: toHex(pcrMask) },
      { path: 'digest', startBytes: 4, endBytes: 36, value: toHex(digest) },
    ],
    warnings: [],
  };
}

function slotFacts(slot: KeystoreSlot) {
  return {
    slotId: slot.slotId,
    partitionMask: hexNumber(slot.partitionMask),
    publicKeySizeBytes: slot.publicKeySize,
    ...keyFacts(slot),
  };
}

function keyFacts({ keyType, publicKey }: Pick<KeystoreSlot, 'keyType' | 'publicKey'>) {
  return {
    keyType: authKeyByCode(keyType)?.cName ?? hexNumber(keyType, 2),
    publicKey: toHex(publicKey),
    fingerprint: fingerprint(publicKey),
  };
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && toHex(bytes);
}
