/**
 * An OTP image between its making and its use, sealed: with a UDS it is secret
 * (docs/formats/vault.md, "OTP images"). Nothing is stored here.
 */
import { fromHex, toHex } from '../bytes/index.ts';
import type { Aead, JsonValue } from '../ports/index.ts';
import { damaged } from './damage.ts';
import { factBytes } from './facts.ts';
import type { SealParts } from './key-record.ts';
import { storedFields } from './stored.ts';

const FORMAT = 'keyfuse-otp-1';
const NONCE_BYTES = 12;

export const otpRecordPrefix = 'otp/';

export function otpRecordName(id: string): string {
  return otpRecordPrefix + id;
}

/** `image` is not kept. */
export async function sealOtpImage(
  { aead, rng }: SealParts,
  vaultKey: Uint8Array,
  vaultId: string,
  id: string,
  image: Uint8Array,
): Promise<JsonValue> {
  const nonce = rng.bytes(NONCE_BYTES);
  const sealed = await aead.seal(vaultKey, nonce, factBytes(FORMAT, [vaultId, id]), image);
  return { format: FORMAT, nonce: toHex(nonce), sealed: toHex(sealed) };
}

/** The image; the caller wipes it. Throws `vault-damaged`, also for another vault's or another id's. */
export async function openOtpImage(
  aead: Aead,
  vaultKey: Uint8Array,
  vaultId: string,
  id: string,
  stored: JsonValue,
): Promise<Uint8Array> {
  const name = otpRecordName(id);
  const fields = storedFields(stored, name);
  fields.oneOf('format', FORMAT);
  const image = await aead.open(
    vaultKey,
    fromHex(fields.hex('nonce', NONCE_BYTES)),
    factBytes(FORMAT, [vaultId, id]),
    fromHex(fields.hex('sealed')),
  );
  if (image === undefined) throw damaged(name, 'is not what was sealed');
  return image;
}
