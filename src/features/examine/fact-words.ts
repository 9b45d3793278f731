/** Kinds of files and the facts in them, in words. A forgotten kind or fact does not compile. */
import { groupHex } from '../../core/bytes/index.ts';
import type { Fact, FactId, FileKind } from '../../core/wolfboot/index.ts';
import { formatBytes, formatCount, formatTime } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { IconName } from '../../ui/kit/icons.tsx';
import { cipherName, hashName } from './boot-words.ts';

export const kindNames: Readonly<Record<FileKind, () => string>> = {
  image: m.kind_image,
  'image-header': m.kind_image_header,
  'delta-image': m.kind_delta_image,
  'encrypted-image': m.kind_encrypted_image,
  'keystore.der': m.kind_keystore_der,
  'keystore.c': m.kind_keystore_c,
  'otp.bin': m.kind_otp,
  primer: m.kind_primer,
  'private-key': m.kind_private_key,
  'public-key': m.kind_public_key,
  policy: m.kind_policy,
  'encryption-key': m.kind_encryption_key,
  record: m.kind_record,
  unknown: m.kind_unknown,
};

export const kindIcons: Readonly<Record<FileKind, IconName>> = {
  image: 'firmware',
  'image-header': 'firmware',
  'delta-image': 'firmware',
  'encrypted-image': 'lock',
  'keystore.der': 'slots',
  'keystore.c': 'slots',
  'otp.bin': 'fuse',
  primer: 'fuse',
  'private-key': 'secret',
  'public-key': 'key',
  policy: 'sheet',
  'encryption-key': 'secret',
  record: 'record',
  unknown: 'help',
};

type FactWords = (value: Fact['value']) => { readonly text: string; readonly hex?: true };

const plain: FactWords = (value) => ({ text: String(value) });
const count: FactWords = (value) => ({
  text: typeof value === 'number' ? formatCount(value) : String(value),
});
const bytes: FactWords = (value) => ({
  text: typeof value === 'number' ? formatBytes(value) : String(value),
});
const yesNo: FactWords = (value) => ({ text: value === true ? m.fact_yes() : m.fact_no() });
const hex: FactWords = (value) => ({ text: groupHex(String(value)), hex: true });
const time: FactWords = (value) => ({ text: `${formatTime(BigInt(String(value)))} UTC` });
const uds: FactWords = (value) => ({
  text:
    value === 'present'
      ? m.fact_uds_present()
      : value === 'absent'
        ? m.fact_uds_absent()
        : String(value),
});
const publicHalf: FactWords = (value) => ({
  text: value === 'stored' ? m.fact_half_stored() : m.fact_half_recomputed(),
});

const facts: Readonly<Record<FactId, readonly [name: () => string, words: FactWords]>> = {
  version: [m.fact_version, plain],
  timestamp: [m.fact_timestamp, time],
  partitionId: [m.fact_partition_id, plain],
  imageType: [m.fact_image_type, plain],
  keyType: [m.fact_key_type, plain],
  keyTypeCode: [m.fact_key_type, plain],
  unsigned: [m.fact_unsigned, yesNo],
  headerSizeBytes: [m.fact_header_size, bytes],
  payloadSizeBytes: [m.fact_payload_size, bytes],
  payloadPresent: [m.fact_payload_present, yesNo],
  hash: [m.fact_hash, (value) => ({ text: hashName(String(value)) })],
  digest: [m.fact_digest, hex],
  digestHolds: [m.fact_digest_holds, yesNo],
  pubkeyHint: [m.fact_pubkey_hint, hex],
  signature: [m.fact_signature, hex],
  secondaryKeyType: [m.fact_secondary_key_type, plain],
  secondaryPubkeyHint: [m.fact_secondary_hint, hex],
  secondarySignature: [m.fact_secondary_signature, hex],
  pcrMask: [m.fact_pcr_mask, hex],
  policySignature: [m.fact_policy_signature, hex],
  deltaBaseVersion: [m.fact_delta_base, plain],
  deltaPatchSizeBytes: [m.fact_delta_patch, bytes],
  deltaInverseOffsetBytes: [m.fact_delta_inverse_offset, count],
  deltaInverseSizeBytes: [m.fact_delta_inverse_size, bytes],
  deltaBaseDigest: [m.fact_delta_base_digest, hex],
  sample: [m.fact_sample, yesNo],
  decryptedWith: [m.fact_decrypted_with, (value) => ({ text: cipherName(String(value)) })],
  cipher: [m.fact_cipher, (value) => ({ text: cipherName(String(value)) })],
  possibleCiphers: [
    m.fact_possible_ciphers,
    (value) => ({ text: String(value).split(', ').map(cipherName).join(', ') }),
  ],
  extraBytes: [m.fact_extra_bytes, count],
  layout: [m.fact_layout, plain],
  slotCount: [m.fact_slot_count, count],
  keystoreFingerprint: [m.fact_keystore_fingerprint, hex],
  target: [m.fact_target, plain],
  itemCount: [m.fact_item_count, count],
  flags: [m.fact_flags, plain],
  versionWord: [m.fact_version_word, plain],
  strideBytes: [m.fact_stride, bytes],
  uds: [m.fact_uds, uds],
  loadAddress: [m.fact_load_address, plain],
  slotArrayOffsetBytes: [m.fact_slot_array, count],
  magicOffsetBytes: [m.fact_magic_offset, count],
  complete: [m.fact_complete, yesNo],
  locking: [m.fact_locking, plain],
  madeBy: [m.fact_made_by, plain],
  trustZone: [m.fact_trust_zone, plain],
  lockBlocks: [m.fact_lock_blocks, plain],
  publicKey: [m.fact_public_key, hex],
  fingerprint: [m.fact_fingerprint, hex],
  algorithm: [m.fact_algorithm, plain],
  label: [m.fact_algorithm, plain],
  signatureBytes: [m.fact_signature_bytes, bytes],
  alsoUsableAs: [m.fact_also_usable, plain],
  parameters: [m.fact_parameters, plain],
  nextIndex: [m.fact_next_index, plain],
  capacity: [m.fact_capacity, plain],
  signaturesLeft: [m.fact_signatures_left, plain],
  publicHalf: [m.fact_public_half, publicHalf],
  policyDigest: [m.fact_policy_digest, hex],
  format: [m.fact_format, plain],
};

/** Said better by another fact, or by the verdict. */
const silent: ReadonlySet<FactId> = new Set(['keyTypeCode', 'algorithm', 'imageType']);

/** Worth a word only when it is not so. */
const usual: Readonly<Partial<Record<FactId, Fact['value']>>> = {
  unsigned: false,
  payloadPresent: true,
};

export interface FactShown {
  readonly id: FactId;
  readonly name: string;
  readonly text: string;
  /** Long values, to be compared rather than read. */
  readonly hex: boolean;
}

export function factsShown(found: readonly Fact[]): readonly FactShown[] {
  return found
    .filter(({ id, value }) => !silent.has(id) && usual[id] !== value)
    .map(({ id, value }) => {
      const [name, words] = facts[id];
      const { text, hex: isHex = false } = words(value);
      return { id, name: name(), text, hex: isHex };
    });
}
