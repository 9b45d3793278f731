/**
 * A sealed key: public facts in the clear, the private key sealed so that it opens only together with
 * exactly these facts, in this vault (docs/formats/vault.md, "Keys"). Nothing is stored here.
 */
import { fromHex, toHex } from '../bytes/index.ts';
import { algorithmIds, fingerprint, type AlgorithmId } from '../crypto/index.ts';
import type { Aead, JsonValue, Rng } from '../ports/index.ts';
import { damaged } from './damage.ts';
import { factBytes } from './facts.ts';
import { readableAgain, storedFields, type StoredFields } from './stored.ts';

const FORMAT = 'keyfuse-key-1';
const KEY_PREFIX = 'key/';
const ID_DIGITS = 16;
const NONCE_BYTES = 12;
const FINGERPRINT_BYTES = 32;
const VAULT_ID_BYTES = 16;
const MOST_MASK = 0xffffffff;

/** What stands beside the secret and is covered by its seal. */
export interface KeyFacts {
  readonly name: string;
  /** Keys are listed in this order. */
  readonly sequence: number;
  readonly algorithm: AlgorithmId;
  /** Keystore form. */
  readonly publicKey: Uint8Array;
  readonly parameters: string;
  readonly origin: 'generated' | 'opened';
  readonly partitionMask: number;
  readonly saved: boolean;
  readonly proven: boolean;
  /** Decimal: indices below it are set aside, whatever the sealed state says; empty without state. */
  readonly reservedUpTo: string;
}

export interface KeyRecord {
  readonly vaultId: string;
  /** Goes up with every change. */
  readonly revision: number;
  readonly facts: KeyFacts;
}

export interface SealParts {
  readonly aead: Aead;
  readonly rng: Rng;
}

export function keyIdOf(fingerprintHex: string): string {
  return `key-${fingerprintHex.slice(0, ID_DIGITS)}`;
}

export function keyRecordName(id: string): string {
  return KEY_PREFIX + id;
}

export const keyRecordPrefix = KEY_PREFIX;

/** `secret` is not kept. Throws `invalid-argument` for facts that could not be read again. */
export async function sealKey(
  { aead, rng }: SealParts,
  vaultKey: Uint8Array,
  record: KeyRecord,
  secret: Uint8Array,
): Promise<JsonValue> {
  const nonce = rng.bytes(NONCE_BYTES);
  const sealed = await aead.seal(vaultKey, nonce, coveredFacts(record), secret);
  const { facts } = record;
  const print = fingerprint(facts.publicKey);
  const stored: JsonValue = {
    format: FORMAT,
    vaultId: record.vaultId,
    revision: record.revision,
    ...facts,
    publicKey: toHex(facts.publicKey),
    fingerprint: print,
    nonce: toHex(nonce),
    sealed: toHex(sealed),
  };
  return readableAgain(stored, (again) => readKeyRecord(again, keyRecordName(keyIdOf(print))));
}

/** Reads what needs no key; it is proven only by `openKey`. `name`: of the record in the store. */
export function readKeyRecord(stored: JsonValue, name: string): KeyRecord {
  const fields = storedFields(stored, name);
  if (fields.text('format') !== FORMAT) fields.fail('format');
  const publicKey = fromHex(fields.hex('publicKey'));
  const print = fields.hex('fingerprint', FINGERPRINT_BYTES);
  if (print !== fingerprint(publicKey) || name !== keyRecordName(keyIdOf(print))) {
    throw damaged(name, 'belongs to another key');
  }
  const partitionMask = fields.whole('partitionMask');
  if (partitionMask > MOST_MASK) fields.fail('partitionMask');
  return {
    vaultId: fields.hex('vaultId', VAULT_ID_BYTES),
    revision: fields.whole('revision'),
    facts: {
      name: fields.text('name'),
      sequence: fields.whole('sequence'),
      algorithm: fields.oneOf('algorithm', ...algorithmIds),
      publicKey,
      parameters: fields.text('parameters'),
      origin: fields.oneOf('origin', 'generated', 'opened'),
      partitionMask,
      saved: fields.flag('saved'),
      proven: fields.flag('proven'),
      reservedUpTo: readIndex(fields, 'reservedUpTo'),
    },
  };
}

function readIndex(fields: StoredFields, name: string): string {
  const text = fields.text(name);
  return /^\d*$/.test(text) ? text : fields.fail(name);
}

export interface OpenedKey {
  readonly record: KeyRecord;
  /** The caller wipes it. */
  readonly secret: Uint8Array;
}

/** Throws `vault-damaged` when anything of the record is not what was sealed, or it is another vault's. */
export async function openKey(
  aead: Aead,
  vaultKey: Uint8Array,
  vaultId: string,
  stored: JsonValue,
  name: string,
): Promise<OpenedKey> {
  const record = readKeyRecord(stored, name);
  if (record.vaultId !== vaultId) throw damaged(name, 'belongs to another vault');
  const fields = storedFields(stored, name);
  const secret = await aead.open(
    vaultKey,
    fromHex(fields.hex('nonce', NONCE_BYTES)),
    coveredFacts(record),
    fromHex(fields.hex('sealed')),
  );
  if (secret === undefined) throw damaged(name, 'is not what was sealed');
  return { record, secret };
}

function coveredFacts({ vaultId, revision, facts }: KeyRecord): Uint8Array {
  return factBytes('keyfuse-key-1', [
    vaultId,
    revision,
    keyIdOf(fingerprint(facts.publicKey)),
    facts.name,
    facts.sequence,
    facts.algorithm,
    toHex(facts.publicKey),
    facts.parameters,
    facts.origin,
    facts.partitionMask,
    facts.saved,
    facts.proven,
    facts.reservedUpTo,
  ]);
}
