/** What a bootloader says to an image, check by check, with the way out. A forgotten reason does not compile. */
import {
  imageCiphers,
  type BootCheck,
  type BootFinding,
  type BootReason,
  type ImageCipher,
} from '../../core/wolfboot/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';

export const checkNames: Readonly<Record<BootCheck, () => string>> = {
  encryption: m.check_encryption,
  magic: m.check_magic,
  fields: m.check_fields,
  'header-size': m.check_header_size,
  length: m.check_length,
  fit: m.check_fit,
  delta: m.check_delta,
  version: m.check_version,
  hash: m.check_hash,
  key: m.check_key,
  'key-type': m.check_key_type,
  digest: m.check_digest,
  partition: m.check_partition,
  signature: m.check_signature,
  'second-signature': m.check_second_signature,
  sample: m.check_sample,
};

interface FindingWords {
  readonly says: string;
  /** Undefined where nothing is to be done. */
  readonly wayOut?: string;
}

type Context = BootFinding['context'];
type Words = (context: Context) => FindingWords;

/** `keyName`: of the key in the slot that the finding is about, where it has one. */
export function findingWords(
  { reason, context }: Pick<BootFinding, 'reason' | 'context'>,
  keyName?: string,
): FindingWords {
  if (reason === 'key-known' && keyName !== undefined) {
    const slot = text(context, 'slot');
    return {
      says: m.why_key_known_named({ name: keyName, slot, type: text(context, 'keyType') }),
    };
  }
  return words[reason](context);
}

function text(context: Context, name: string): string {
  const value = context[name];
  return value === undefined ? '–' : String(value);
}

function size(context: Context, name: string): string {
  const value = context[name];
  return typeof value === 'number' ? formatBytes(value) : text(context, name);
}

const hashNames: Readonly<Record<string, string>> = {
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  'sha3-384': 'SHA3-384',
};

/** Proper names, the same in every language. */
export function hashName(id: string): string {
  return hashNames[id] ?? id;
}

export function cipherName(id: string): string {
  return id in imageCiphers ? imageCiphers[id as ImageCipher].label : id;
}

const says =
  (message: () => string): Words =>
  () => ({ says: message() });

const both =
  (message: () => string, wayOut: () => string): Words =>
  () => ({ says: message(), wayOut: wayOut() });

const headerDiffers = (
  message: (gaps: { readonly size: string; readonly expected: string }) => string,
): Words => {
  return (context) => {
    const expected = size(context, 'expected');
    return {
      says: message({ size: size(context, 'headerSizeBytes'), expected }),
      wayOut: m.why_header_differs_do({ expected }),
    };
  };
};

const words: Readonly<Record<BootReason, Words>> = {
  'plain-as-expected': says(m.why_plain),
  decrypted: (context) => ({ says: m.why_decrypted({ cipher: cipherOf(context) }) }),
  'encrypted-or-random': both(m.why_encrypted_or_random, m.why_encrypted_or_random_do),
  'encryption-missing': both(m.why_encryption_missing, m.why_encryption_missing_do),
  'encryption-unexpected': both(m.why_encryption_unexpected, m.why_encryption_unexpected_do),
  'decryption-key-wrong': (context) => ({
    says: m.why_decryption_key_wrong({ cipher: cipherOf(context) }),
    wayOut: m.why_decryption_key_wrong_do(),
  }),
  'magic-good': says(m.why_magic_good),
  'magic-missing': (context) => ({
    says: m.why_magic_missing({ found: text(context, 'found') }),
    wayOut: m.why_magic_missing_do(),
  }),
  'fields-good': says(m.why_fields_good),
  'fields-broken': (context) => ({
    says: m.why_fields_broken({ problem: text(context, 'problem') }),
    wayOut: m.why_fields_broken_do(),
  }),
  'header-size-good': (context) => ({
    says: m.why_header_good({ size: size(context, 'headerSizeBytes') }),
  }),
  'header-size-differs': headerDiffers(m.why_header_differs),
  'header-size-likely-differs': headerDiffers(m.why_header_likely),
  'header-size-unknown': (context) => ({
    says: m.why_header_unknown({ size: size(context, 'headerSizeBytes') }),
    wayOut: m.why_profile_do(),
  }),
  'length-good': (context) => ({
    says: m.why_length_good({ size: size(context, 'payloadSizeBytes') }),
  }),
  'payload-cut': (context) => ({
    says: m.why_payload_cut({ size: size(context, 'missingBytes') }),
    wayOut: m.why_payload_cut_do(),
  }),
  'payload-lengthened': (context) => ({
    says: m.why_payload_longer({ size: size(context, 'extraBytes') }),
    wayOut: m.why_payload_longer_do(),
  }),
  'payload-absent': both(m.why_payload_absent, m.why_payload_absent_do),
  fits: (context) => ({
    says: m.why_fits({ size: size(context, 'imageBytes'), most: size(context, 'mostBytes') }),
  }),
  'too-large': (context) => ({
    says: m.why_too_large({ size: size(context, 'imageBytes'), most: size(context, 'mostBytes') }),
    wayOut: m.why_too_large_do(),
  }),
  'fit-unknown': both(m.why_fit_unknown, m.why_profile_do),
  'delta-base-fits': (context) => ({
    says: m.why_delta_fits({ base: text(context, 'baseVersion') }),
  }),
  'delta-base-unknown': (context) => ({
    says: m.why_delta_unknown({ base: text(context, 'baseVersion') }),
    wayOut: m.why_delta_unknown_do(),
  }),
  'delta-base-version-differs': (context) => ({
    says: m.why_delta_version({
      base: text(context, 'baseVersion'),
      running: text(context, 'runningVersion'),
    }),
    wayOut: m.why_delta_do(),
  }),
  'delta-base-digest-differs': (context) => ({
    says: m.why_delta_digest({ base: text(context, 'baseVersion') }),
    wayOut: m.why_delta_do(),
  }),
  'version-newer': (context) => ({ says: m.why_version_newer(versions(context)) }),
  'version-same': (context) => ({
    says: m.why_version_same(versions(context)),
    wayOut: m.why_version_do(versions(context)),
  }),
  'version-older': (context) => ({
    says: m.why_version_older(versions(context)),
    wayOut: m.why_version_do(versions(context)),
  }),
  'version-zero': both(m.why_version_zero, m.why_version_zero_do),
  'version-not-compared': (context) => ({
    says: m.why_version_alone({ version: text(context, 'version') }),
  }),
  'hash-good': (context) => ({ says: m.why_hash_good({ hash: hashName(text(context, 'hash')) }) }),
  'hash-differs': (context) => {
    const expected = hashName(text(context, 'expected'));
    return {
      says: m.why_hash_differs({ hash: hashName(text(context, 'hash')), expected }),
      wayOut: m.why_hash_differs_do({ expected }),
    };
  },
  'hash-not-compared': (context) => ({
    says: m.why_hash_alone({ hash: hashName(text(context, 'hash')) }),
  }),
  'key-known': (context) => ({
    says: m.why_key_known({ slot: text(context, 'slot'), type: text(context, 'keyType') }),
  }),
  'key-unknown': (context) => ({
    says: m.why_key_unknown({ count: text(context, 'slots') }),
    wayOut: m.why_key_unknown_do(),
  }),
  'key-unknown-other-of-type': (context) => ({
    says: m.why_key_unknown_other({
      count: text(context, 'slots'),
      slot: text(context, 'slot'),
      type: text(context, 'keyType'),
    }),
    wayOut: m.why_key_unknown_do(),
  }),
  'key-unsigned': both(m.why_key_unsigned, m.why_key_unsigned_do),
  'key-no-slots': both(m.why_key_no_slots, m.why_key_no_slots_do),
  'key-type-good': (context) => ({ says: m.why_type_good({ type: text(context, 'keyType') }) }),
  'key-type-of-build-differs': (context) => {
    const expected = text(context, 'expected');
    return {
      says: m.why_type_build({ type: text(context, 'keyType'), expected }),
      wayOut: m.why_type_build_do({ expected }),
    };
  },
  'key-type-of-slot-differs': (context) => ({
    says: m.why_type_slot({
      type: text(context, 'keyType'),
      expected: text(context, 'expected'),
      slot: text(context, 'slot'),
    }),
    wayOut: m.why_type_slot_do(),
  }),
  'key-type-not-compared': (context) => ({
    says: m.why_type_alone({ type: text(context, 'keyType') }),
  }),
  'digest-good': says(m.why_digest_good),
  'digest-differs': both(m.why_digest_differs, m.why_digest_differs_do),
  'digest-unknown': says(m.why_digest_unknown),
  'partition-allowed': (context) => ({
    says: m.why_partition_good({
      slot: text(context, 'slot'),
      partition: text(context, 'partitionId'),
    }),
  }),
  'partition-refused-by-mask': (context) => ({
    says: m.why_partition_mask({
      slot: text(context, 'slot'),
      partition: text(context, 'partitionId'),
      mask: text(context, 'mask'),
    }),
    wayOut: m.why_partition_mask_do(),
  }),
  'partition-differs': (context) => ({
    says: m.why_partition_differs({
      partition: text(context, 'partitionId'),
      expected: text(context, 'expected'),
    }),
    wayOut: m.why_partition_differs_do({ expected: text(context, 'expected') }),
  }),
  'partition-unknown': (context) => ({
    says: m.why_partition_alone({ partition: text(context, 'partitionId') }),
  }),
  'signature-good': (context) => ({
    says: m.why_signature_good({ slot: text(context, 'slot') }),
  }),
  'signature-bad': (context) => ({
    says: m.why_signature_bad({ slot: text(context, 'slot') }),
    wayOut: m.why_signature_bad_do(),
  }),
  'signature-missing': both(m.why_signature_missing, m.why_key_unsigned_do),
  'signature-unknown': says(m.why_signature_unknown),
  'second-signature-good': (context) => ({
    says: m.why_second_good({ slot: text(context, 'slot') }),
  }),
  'second-signature-bad': (context) => ({
    says: m.why_second_bad({ problem: text(context, 'problem') }),
    wayOut: m.why_second_bad_do(),
  }),
  'second-signature-unknown': says(m.why_second_unknown),
  'sample-image': both(m.why_sample, m.why_sample_do),
};

function cipherOf(context: Context): string {
  return cipherName(text(context, 'cipher'));
}

function versions(context: Context): { readonly version: string; readonly running: string } {
  return { version: text(context, 'version'), running: text(context, 'runningVersion') };
}
