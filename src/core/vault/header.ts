/**
 * The vault's head: its id, when it locks by itself, and the vault key once for every way to open it
 * (docs/formats/vault.md, "Head"). Sealing and opening go through ports; nothing is stored here.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, fromHex, toHex, wipe } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { Aead, JsonValue, PassphraseStretcher, Rng, StretchCost } from '../ports/index.ts';
import { checkCost } from './cost.ts';
import { damaged } from './damage.ts';
import { factBytes, type Fact } from './facts.ts';
import { passphraseBytes } from './passphrase.ts';
import { readableAgain, storedFields, type StoredFields } from './stored.ts';

export const HEADER_RECORD = 'vault';
const FORMAT = 'keyfuse-vault-1';

const KEY_BYTES = 32;
const ID_BYTES = 16;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MOST_WAYS = 8;
/** WebAuthn allows 1023 bytes, here in base64url. */
const MOST_CREDENTIAL_ID = 1400;
const MOST_MINUTES = 24 * 60;

export interface VaultCiphers {
  readonly aead: Aead;
  readonly stretcher: PassphraseStretcher;
  readonly rng: Rng;
}

interface WrappedKey {
  readonly salt: string;
  readonly nonce: string;
  readonly wrapped: string;
}

/** One way to open the vault: who may, and the vault key sealed for them. Bytes as hex. */
export type SealedWay =
  | ({ readonly kind: 'passphrase'; readonly cost: StretchCost } & WrappedKey)
  | ({
      readonly kind: 'passkey';
      readonly credentialId: string;
      readonly label: string;
    } & WrappedKey);

export interface VaultHeader {
  readonly vaultId: string;
  readonly autoLockMinutes: number;
  readonly ways: readonly SealedWay[];
}

/** What a person or an authenticator gives. `prf` is not wiped here. */
export type OpeningSecret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'passkey'; readonly credentialId: string; readonly prf: Uint8Array };

export function drawVaultId(rng: Rng): string {
  return toHex(rng.bytes(ID_BYTES));
}

export function drawVaultKey(rng: Rng): Uint8Array {
  return rng.bytes(KEY_BYTES);
}

/** Seals the vault key for one more way. `cost` is for passphrases. */
export async function sealWay(
  ciphers: VaultCiphers,
  vaultId: string,
  vaultKey: Uint8Array,
  secret: OpeningSecret,
  about: { readonly label: string; readonly cost: StretchCost },
): Promise<SealedWay> {
  const salt = toHex(ciphers.rng.bytes(SALT_BYTES));
  const nonce = toHex(ciphers.rng.bytes(NONCE_BYTES));
  const open =
    secret.kind === 'passphrase'
      ? ({ kind: 'passphrase', cost: checkCost(about.cost), salt, nonce } as const)
      : ({
          kind: 'passkey',
          credentialId: secret.credentialId,
          label: about.label,
          salt,
          nonce,
        } as const);
  const wrappingKey = await wrappingKeyOf(ciphers, vaultId, open, secret);
  try {
    const wrapped = await ciphers.aead.seal(
      wrappingKey,
      fromHex(nonce),
      wayFacts(vaultId, open),
      vaultKey,
    );
    return { ...open, wrapped: toHex(wrapped) };
  } finally {
    wipe(wrappingKey);
  }
}

/** The vault key; the caller wipes it. Throws `vault-secret-wrong`, and `vault-damaged`. */
export async function openVaultKey(
  ciphers: VaultCiphers,
  stored: JsonValue,
  secret: OpeningSecret,
): Promise<{ readonly header: VaultHeader; readonly vaultKey: Uint8Array }> {
  const header = readHeader(stored);
  const way = header.ways.find((candidate) => opens(secret, candidate));
  if (way === undefined) throw wrongSecret();
  const wrappingKey = await wrappingKeyOf(ciphers, header.vaultId, way, secret);
  let vaultKey: Uint8Array | undefined;
  try {
    vaultKey = await ciphers.aead.open(
      wrappingKey,
      fromHex(way.nonce),
      wayFacts(header.vaultId, way),
      fromHex(way.wrapped),
    );
  } finally {
    wipe(wrappingKey);
  }
  if (vaultKey === undefined) throw wrongSecret();
  try {
    verifyHeader(vaultKey, stored, header);
  } catch (error) {
    wipe(vaultKey);
    throw error;
  }
  return { header, vaultKey };
}

/** Throws `vault-damaged` when `stored`, read as `header`, was not written by a holder of the key. */
export function verifyHeader(vaultKey: Uint8Array, stored: JsonValue, header: VaultHeader): void {
  const mac = storedFields(stored, HEADER_RECORD).hex('mac', KEY_BYTES);
  if (!equalBytes(fromHex(mac), headerMac(vaultKey, header))) {
    throw damaged(HEADER_RECORD, 'was changed by somebody who does not hold its key');
  }
}

/**
 * As it is stored: with a MAC under the vault key, and a digest that tells damage from a wrong secret.
 * Throws `invalid-argument` for what could not be read again.
 */
export function writeHeader(vaultKey: Uint8Array, header: VaultHeader): JsonValue {
  const ways = header.ways.map((way) =>
    way.kind === 'passphrase' ? { ...way, cost: { ...way.cost } } : { ...way },
  );
  const stored: JsonValue = {
    format: FORMAT,
    vaultId: header.vaultId,
    autoLockMinutes: header.autoLockMinutes,
    ways,
    mac: toHex(headerMac(vaultKey, header)),
    digest: toHex(headerDigest(header)),
  };
  return readableAgain(stored, readHeader);
}

/** Reads what needs no key. Throws `vault-damaged`, `not-supported` for a later format. */
export function readHeader(stored: JsonValue): VaultHeader {
  const fields = storedFields(stored, HEADER_RECORD);
  const format = fields.text('format');
  if (format !== FORMAT) {
    if (/^keyfuse-vault-\d+$/.test(format)) {
      throw new AppError('not-supported', `the vault is of the format ${format}, which is newer`);
    }
    fields.fail('format');
  }
  const ways = fields.list('ways').map(readWay);
  const header = {
    vaultId: fields.hex('vaultId', ID_BYTES),
    autoLockMinutes: checkAutoLock(fields.whole('autoLockMinutes'), () => fields.fail('minutes')),
    ways,
  };
  if (ways.length === 0 || ways.length > MOST_WAYS) fields.fail('ways');
  const digest = fields.hex('digest', KEY_BYTES);
  if (digest !== toHex(headerDigest(header))) throw damaged(HEADER_RECORD, 'has changed');
  return header;
}

/** 1 minute to a day. */
export function checkAutoLock(minutes: number, fail: () => never): number {
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES ? minutes : fail();
}

/** The header with a way more; a passphrase replaces the former one. Throws `invalid-argument`. */
export function withWay(header: VaultHeader, way: SealedWay): VaultHeader {
  const others = header.ways.filter((other) =>
    way.kind === 'passphrase'
      ? other.kind !== 'passphrase'
      : other.kind !== 'passkey' || other.credentialId !== way.credentialId,
  );
  if (others.length >= MOST_WAYS) {
    throw new AppError('invalid-argument', `a vault has at most ${MOST_WAYS} ways to open it`);
  }
  return { ...header, ways: [...others, way] };
}

export function opens(secret: OpeningSecret, way: SealedWay): boolean {
  return secret.kind === 'passkey'
    ? way.kind === 'passkey' && way.credentialId === secret.credentialId
    : way.kind === 'passphrase';
}

function readWay(stored: JsonValue): SealedWay {
  const fields = storedFields(stored, HEADER_RECORD);
  const wrapped: WrappedKey = {
    salt: fields.hex('salt', SALT_BYTES),
    nonce: fields.hex('nonce', NONCE_BYTES),
    wrapped: fields.hex('wrapped', KEY_BYTES + TAG_BYTES),
  };
  if (fields.oneOf('kind', 'passphrase', 'passkey') === 'passkey') {
    return {
      kind: 'passkey',
      credentialId: fields.text('credentialId', MOST_CREDENTIAL_ID),
      label: fields.text('label'),
      ...wrapped,
    };
  }
  return { kind: 'passphrase', cost: readCost(fields), ...wrapped };
}

function readCost(fields: StoredFields): StretchCost {
  const cost = fields.part('cost');
  return checkCost({
    memoryKib: cost.whole('memoryKib'),
    iterations: cost.whole('iterations'),
    parallelism: cost.whole('parallelism'),
  });
}

type OpenWay = DistributiveOmit<SealedWay, 'wrapped'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The key-encryption key of one way; the caller wipes it. */
async function wrappingKeyOf(
  { stretcher }: VaultCiphers,
  vaultId: string,
  way: OpenWay,
  secret: OpeningSecret,
): Promise<Uint8Array> {
  if (way.kind === 'passphrase' && secret.kind === 'passphrase') {
    const passphrase = passphraseBytes(secret.passphrase);
    try {
      return await stretcher.argon2id(passphrase, fromHex(way.salt), way.cost);
    } finally {
      wipe(passphrase);
    }
  }
  if (way.kind === 'passkey' && secret.kind === 'passkey') {
    if (secret.prf.length !== KEY_BYTES) {
      throw new AppError('invalid-argument', 'the PRF output of a passkey has 32 bytes');
    }
    const purpose = factBytes('keyfuse-vault-1 passkey', [vaultId, way.credentialId]);
    return hkdf(sha256, secret.prf, fromHex(way.salt), purpose, KEY_BYTES);
  }
  throw wrongSecret();
}

function wayFacts(vaultId: string, way: OpenWay): Uint8Array {
  return factBytes('keyfuse-vault-1 way', [vaultId, ...openWayFacts(way)]);
}

function openWayFacts(way: OpenWay): readonly Fact[] {
  const own =
    way.kind === 'passphrase'
      ? [way.cost.memoryKib, way.cost.iterations, way.cost.parallelism]
      : [way.credentialId, way.label];
  return [way.kind, ...own, way.salt, way.nonce];
}

function headerFacts(header: VaultHeader): readonly Fact[] {
  return [
    header.vaultId,
    header.autoLockMinutes,
    header.ways.length,
    ...header.ways.flatMap((way) => [...openWayFacts(way), way.wrapped]),
  ];
}

function headerDigest(header: VaultHeader): Uint8Array {
  return sha256(factBytes('keyfuse-vault-1 digest', headerFacts(header)));
}

function headerMac(vaultKey: Uint8Array, header: VaultHeader): Uint8Array {
  const purpose = factBytes('keyfuse-vault-1 head', [header.vaultId]);
  const macKey = hkdf(sha256, vaultKey, undefined, purpose, KEY_BYTES);
  try {
    return hmac(sha256, macKey, factBytes('keyfuse-vault-1 head', headerFacts(header)));
  } finally {
    wipe(macKey);
  }
}

function wrongSecret(): AppError {
  return new AppError('vault-secret-wrong', 'this passphrase or passkey does not open the vault');
}
