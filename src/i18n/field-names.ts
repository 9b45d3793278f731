/** Names and meanings of the formats' fields for people; the path in the format stays beside them. */
import { m } from './paraglide/messages.js';

interface FieldWords {
  readonly name: string;
  readonly meaning?: string | undefined;
}

type Words = () => FieldWords;

const digest: Words = () => ({
  name: m.field_image_digest(),
  meaning: m.field_image_digest_meaning(),
});

const otpFields: Readonly<Record<string, Words>> = {
  magic: () => ({ name: m.field_magic(), meaning: m.field_magic_meaning() }),
  item_count: () => ({ name: m.field_item_count(), meaning: m.field_item_count_meaning() }),
  flags: () => ({ name: m.field_flags(), meaning: m.field_flags_meaning() }),
  version: () => ({ name: m.field_version() }),
  slot_id: () => ({ name: m.field_slot_id(), meaning: m.field_slot_id_meaning() }),
  key_type: () => ({ name: m.field_key_type(), meaning: m.field_key_type_meaning() }),
  part_id_mask: () => ({ name: m.field_part_id_mask(), meaning: m.field_part_id_mask_meaning() }),
  pubkey_size: () => ({ name: m.field_pubkey_size() }),
  pubkey: () => ({ name: m.field_pubkey(), meaning: m.field_pubkey_meaning() }),
  padding: () => ({ name: m.field_padding() }),
  free: () => ({ name: m.field_free(), meaning: m.field_free_meaning() }),
  uds: () => ({ name: m.field_uds(), meaning: m.field_uds_meaning() }),
  reserved: () => ({ name: m.field_reserved() }),
};

const imageFields: Readonly<Record<string, Words>> = {
  magic: () => ({ name: m.field_magic(), meaning: m.field_image_magic_meaning() }),
  version: () => ({ name: m.field_image_version(), meaning: m.field_image_version_meaning() }),
  size: () => ({ name: m.field_image_size(), meaning: m.field_image_size_meaning() }),
  timestamp: () => ({ name: m.field_image_timestamp() }),
  img_type: () => ({ name: m.field_image_type(), meaning: m.field_image_type_meaning() }),
  sha256: digest,
  sha384: digest,
  sha3_384: digest,
  pubkey_hint: () => ({ name: m.field_image_hint(), meaning: m.field_image_hint_meaning() }),
  signature: () => ({
    name: m.field_image_signature(),
    meaning: m.field_image_signature_meaning(),
  }),
  delta_base: () => ({ name: m.field_delta_base() }),
  delta_size: () => ({ name: m.field_delta_size() }),
  delta_base_hash: () => ({ name: m.field_delta_base_hash() }),
  delta_inverse: () => ({ name: m.field_delta_inverse() }),
  delta_inverse_size: () => ({ name: m.field_delta_inverse_size() }),
  secondary_cipher: () => ({ name: m.field_secondary_cipher() }),
  secondary_pubkey_hint: () => ({ name: m.field_secondary_hint() }),
  secondary_signature: () => ({ name: m.field_secondary_signature() }),
  policy_signature: () => ({ name: m.field_policy_signature() }),
  cert_chain: () => ({ name: m.field_cert_chain() }),
  cmdline: () => ({ name: m.field_cmdline() }),
  device_tree_digest: () => ({ name: m.field_device_tree_digest() }),
  filler: () => ({ name: m.field_image_padding() }),
  unread: () => ({ name: m.field_unread() }),
  payload: () => ({ name: m.field_payload() }),
};

interface FieldAt {
  readonly path: string;
}

/** Words for a field of an OTP area or a keystore; the path itself where there are none. */
export function describeField({ path }: FieldAt): FieldWords {
  return otpFields[path.slice(path.lastIndexOf('.') + 1)]?.() ?? { name: path };
}

const TAG = '.tag';
const CUSTOM = 'custom ';

/** Words for a field of a firmware image's header; the path itself where there are none. */
export function describeImageField({ path }: FieldAt): FieldWords {
  if (path.startsWith(CUSTOM) && !path.endsWith(TAG)) {
    return { name: m.field_custom({ tag: path.slice(CUSTOM.length) }) };
  }
  if (!path.endsWith(TAG)) return imageFields[path]?.() ?? { name: path };
  const { name } = describeImageField({ path: path.slice(0, -TAG.length) });
  return { name: m.field_of_tag({ name }) };
}
