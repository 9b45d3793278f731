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
  filler: () => ({ name: m.field_image_padding() }),
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

/** Words for a field of a firmware image's header; the path itself where there are none. */
export function describeImageField({ path }: FieldAt): FieldWords {
  if (!path.endsWith(TAG)) return imageFields[path]?.() ?? { name: path };
  const { name } = describeImageField({ path: path.slice(0, -TAG.length) });
  return { name: m.field_of_tag({ name }) };
}
