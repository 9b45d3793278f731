/** What `inspect` says about each kind of file: plain facts, without secrets. */
import { hexNumber, toHex, type Span } from '../core/bytes/index.ts';
import { fingerprint, type KeyPair } from '../core/crypto/index.ts';
import type { JsonValue } from '../core/ports/index.ts';
import {
  authKeyByCode,
  authKeyOfAlgorithm,
  digestHolds,
  keystoreFingerprint,
  keyTypeLabel,
  type ImagePolicy,
  type KeystoreFile,
  type KeystoreSlot,
  type OtpImage,
  type PrimerImage,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';

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

/** Type, public half and fingerprint; nothing of the private half. */
export function privateKeyFacts({ algorithm, publicKey }: KeyPair): Inspection {
  return {
    kind: 'private-key',
    facts: keyFacts({ keyType: authKeyOfAlgorithm(algorithm).code, publicKey }),
    spans: [],
    warnings: [],
  };
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
