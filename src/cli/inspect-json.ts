/** An examination as the JSON that `inspect` prints; nothing in it is a secret. */
import { hexNumber, toHex } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import type { JsonValue } from '../core/ports/index.ts';
import {
  authKeyByCode,
  keyTypeLabel,
  type Examination,
  type FactId,
  type KeystoreSlot,
  type PrimerImage,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';

export type Facts = Readonly<Record<string, JsonValue | undefined>>;

/** Facts that stand inside of others here. */
const NESTED: readonly FactId[] = [
  'secondaryKeyType',
  'secondaryPubkeyHint',
  'secondarySignature',
  'policySignature',
  'deltaBaseVersion',
  'deltaPatchSizeBytes',
  'deltaInverseOffsetBytes',
  'deltaInverseSizeBytes',
  'deltaBaseDigest',
];
const NESTED_IN_IMAGES: readonly FactId[] = ['pcrMask'];
const NESTED_IN_PRIMERS: readonly FactId[] = ['trustZone', 'uds', 'lockBlocks'];

/** The facts, the lists that go with them, and those of one header field inside of others. */
export function factsAsJson(examination: Examination): Facts {
  const { facts, image, primer, slots, kind } = examination;
  const left = [
    ...NESTED,
    ...(image ? NESTED_IN_IMAGES : []),
    ...(primer ? NESTED_IN_PRIMERS : []),
  ];
  const flat = facts
    .filter(({ id }) => !left.includes(id))
    .map(({ id, value }): [string, JsonValue] => [id === 'policyDigest' ? 'digest' : id, value]);
  return {
    ...Object.fromEntries(flat),
    ...(image && imageParts(image)),
    ...(primer && primerParts(primer)),
    ...(slots.length > 0 && kind !== 'public-key' && { slots: slots.map(slotFacts) }),
  };
}

function imageParts({ secondary, policy, delta, tlvs }: WolfBootImage): Facts {
  return {
    secondary: secondary && {
      keyType: secondary.keyType === undefined ? undefined : keyTypeLabel(secondary.keyType),
      pubkeyHint: hexOf(secondary.hint),
      signature: hexOf(secondary.signature),
    },
    policy: policy && { pcrMask: toHex(policy.pcrMask), signature: toHex(policy.signature) },
    delta: delta && { ...delta, baseDigest: hexOf(delta.baseDigest) },
    tlvs: tlvs.map(({ tag, name, offsetBytes, value, covered }) => ({
      tag: hexNumber(tag, 4),
      name,
      offsetBytes,
      lengthBytes: value.length,
      value: toHex(value),
      covered,
    })),
  };
}

function primerParts({ keyfuse, writes }: PrimerImage): Facts {
  return {
    keyfuse: keyfuse && {
      trustZone: keyfuse.trustZone,
      uds: keyfuse.uds,
      lockBlocks: keyfuse.lockBlocks,
    },
    writes: writes.map(({ what, offsetBytes, lengthBytes, content, note }) => ({
      what,
      offsetBytes,
      lengthBytes,
      content: content === 'random' ? content : toHex(content),
      note,
    })),
  };
}

function slotFacts({ slotId, keyType, partitionMask, publicKey, publicKeySize }: KeystoreSlot) {
  return {
    slotId,
    partitionMask: hexNumber(partitionMask),
    publicKeySizeBytes: publicKeySize,
    keyType: authKeyByCode(keyType)?.cName ?? hexNumber(keyType, 2),
    publicKey: toHex(publicKey),
    fingerprint: fingerprint(publicKey),
  };
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && toHex(bytes);
}
