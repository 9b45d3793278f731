/**
 * The vault between unlocking and locking: its key in memory, its records in the store. It knows
 * nothing of schemes or signing.
 */
import { wipe } from '../../core/bytes/index.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import type { Clock, JsonValue, Rng } from '../../core/ports/index.ts';
import {
  calibrateCost,
  checkAutoLock,
  createHeldTrees,
  damaged,
  drawVaultId,
  drawVaultKey,
  HEADER_RECORD,
  keyIdOf,
  keyRecordName,
  keyRecordPrefix,
  LEAST_COST,
  openKey,
  openOtpImage,
  openTrees,
  openVaultKey,
  otpRecordName,
  otpRecordPrefix,
  readHeader,
  readKeyRecord,
  sealKey,
  sealOtpImage,
  sealTrees,
  sealWay,
  treesRecordName,
  treesRecordPrefix,
  verifyHeader,
  withWay,
  writeHeader,
  type HeldTrees,
  type KeyFacts,
  type OpenedKey,
  type SealedWay,
  type VaultCiphers,
  type VaultHeader,
} from '../../core/vault/index.ts';
import { fingerprint } from '../../core/crypto/index.ts';
import type { VaultHost } from './parts.ts';
import type { DamagedKey, UnlockWay, VaultSecret, VaultStatus } from './protocol.ts';
import {
  badMinutes,
  claimedKey,
  damagedMember,
  defaultLabel,
  publicFacts,
  publicWay,
  readableHeader,
  refuseWeak,
  sameWay,
} from './vault-facts.ts';

const DEFAULT_MINUTES = 10;

interface Opened {
  readonly vaultKey: Uint8Array;
  header: VaultHeader;
}

export interface VaultSession {
  readonly isOpen: boolean;
  /** Of the open vault. */
  readonly autoLockMinutes: number | undefined;
  readonly vaultId: string | undefined;
  status(): Promise<VaultStatus>;
  /** Whether there is a vault and it is not open here. */
  isLocked(): Promise<boolean>;
  /** Throws `invalid-argument` when there is one already or the passphrase is too weak. */
  create(
    secret: VaultSecret,
    options?: { readonly autoLockMinutes?: number; readonly label?: string },
  ): Promise<void>;
  open(secret: VaultSecret): Promise<void>;
  /** Wipes the vault key. */
  close(): void;
  addWay(secret: VaultSecret, label: string): Promise<void>;
  removeWay(way: UnlockWay): Promise<void>;
  setAutoLock(minutes: number): Promise<void>;
  /** Removes head and records; the head goes first, so that what is left opens no more. */
  remove(): Promise<void>;
  /** After another tab changed the head. Throws `vault-damaged`. */
  reread(): Promise<void>;
  saveKey(facts: KeyFacts, revision: number, secret: Uint8Array): Promise<void>;
  /** Every key of the store that opens; what does not stands in the status. */
  loadKeys(): Promise<readonly OpenedKey[]>;
  /** The key opens, and cannot be used. */
  markDamaged(key: DamagedKey): void;
  hasKey(id: string): Promise<boolean>;
  /** undefined when another tab removed it. */
  loadKey(id: string): Promise<OpenedKey | undefined>;
  /** Needs no open vault: whoever sits here could clear the browser's storage as well. */
  deleteKey(id: string): Promise<void>;
  saveTrees(id: string, trees: HeldTrees): Promise<void>;
  loadTrees(id: string): Promise<HeldTrees>;
  saveOtpImage(id: string, image: Uint8Array): Promise<void>;
  /** Removes it as well. undefined when there is none of this id; throws `vault-damaged`. */
  takeOtpImage(id: string): Promise<Uint8Array | undefined>;
}

export function createVaultSession(host: VaultHost, rng: Rng, clock: Clock): VaultSession {
  const { store } = host;
  const ciphers: VaultCiphers = { ...host.ciphers, rng };
  let opened: Opened | undefined;
  const damagedKeys = new Map<string, DamagedKey>();

  const current = (): Opened => {
    if (opened === undefined) throw new AppError('vault-locked', 'the vault is locked');
    return opened;
  };
  const storedHeader = async (): Promise<JsonValue | undefined> => {
    try {
      return await store.get(HEADER_RECORD);
    } catch (error) {
      // A browser that stores nothing for this page holds no vault either.
      if (isAppError(error, 'storage-failed') && opened === undefined) return undefined;
      throw error;
    }
  };
  const keep = async (header: VaultHeader): Promise<void> => {
    const { vaultKey } = current();
    await store.put(HEADER_RECORD, writeHeader(vaultKey, header));
    current().header = header;
  };
  const newWay = async (
    vaultId: string,
    vaultKey: Uint8Array,
    secret: VaultSecret,
    label: string,
  ): Promise<SealedWay> => {
    refuseWeak(secret);
    const cost =
      secret.kind === 'passphrase' ? await calibrateCost(ciphers.stretcher, clock) : LEAST_COST;
    return sealWay(ciphers, vaultId, vaultKey, secret, { label, cost });
  };
  const openRecord = (stored: JsonValue, name: string): Promise<OpenedKey> => {
    const { vaultKey, header } = current();
    return openKey(ciphers.aead, vaultKey, header.vaultId, stored, name);
  };
  const clear = async (): Promise<void> => {
    for (const prefix of [keyRecordPrefix, treesRecordPrefix, otpRecordPrefix]) {
      for (const name of await store.keys(prefix)) await store.delete(name);
    }
  };
  const names = (): Promise<readonly string[]> => store.keys(keyRecordPrefix);

  return {
    get isOpen() {
      return opened !== undefined;
    },
    get autoLockMinutes() {
      return opened?.header.autoLockMinutes;
    },
    get vaultId() {
      return opened?.header.vaultId;
    },

    async status() {
      if (opened !== undefined) {
        const { ways, autoLockMinutes } = opened.header;
        return {
          kind: 'open',
          ways: ways.map(publicWay),
          autoLockMinutes,
          ...damagedMember([...damagedKeys.values()]),
        };
      }
      const stored = await storedHeader();
      if (stored === undefined) return { kind: 'none' };
      const header = readableHeader(stored);
      const { sealed, damaged: unreadable } = await sealedFacts(header?.vaultId);
      return {
        kind: 'locked',
        ways: header?.ways.map(publicWay) ?? [],
        keys: sealed,
        ...damagedMember(unreadable),
      };
    },

    isLocked: async () => opened === undefined && (await storedHeader()) !== undefined,

    async create(secret, options = {}) {
      const { autoLockMinutes = DEFAULT_MINUTES, label = defaultLabel(secret) } = options;
      checkAutoLock(autoLockMinutes, badMinutes);
      if ((await store.get(HEADER_RECORD)) !== undefined) {
        throw new AppError('invalid-argument', 'there is a vault already');
      }
      // What a vault without a head left behind cannot be opened by anybody.
      await clear();
      const vaultId = drawVaultId(rng);
      const vaultKey = drawVaultKey(rng);
      const way = await newWay(vaultId, vaultKey, secret, label);
      opened = { vaultKey, header: { vaultId, autoLockMinutes, ways: [way] } };
      await keep(opened.header).catch((error: unknown) => {
        wipe(vaultKey);
        opened = undefined;
        throw error;
      });
    },

    async open(secret) {
      const stored = await store.get(HEADER_RECORD);
      if (stored === undefined) throw new AppError('invalid-argument', 'there is no vault');
      opened = await openVaultKey(ciphers, stored, secret);
    },

    close() {
      if (opened !== undefined) wipe(opened.vaultKey);
      opened = undefined;
      damagedKeys.clear();
    },

    async addWay(secret, label) {
      const { vaultKey, header } = current();
      const way = await newWay(header.vaultId, vaultKey, secret, label);
      await keep(withWay(current().header, way));
    },

    async removeWay(way) {
      const { header } = current();
      const ways = header.ways.filter((other) => !sameWay(other, way));
      if (ways.length === header.ways.length) {
        throw new AppError('invalid-argument', 'the vault has no such way to open it');
      }
      if (ways.length === 0) {
        throw new AppError('invalid-argument', 'the last way to open the vault stays');
      }
      await keep({ ...header, ways });
    },

    async setAutoLock(minutes) {
      await keep({ ...current().header, autoLockMinutes: checkAutoLock(minutes, badMinutes) });
    },

    async remove() {
      await store.delete(HEADER_RECORD);
      await clear();
    },

    async reread() {
      const { vaultKey } = current();
      const stored = await store.get(HEADER_RECORD);
      if (stored === undefined) throw damaged(HEADER_RECORD, 'is gone');
      const header = readHeader(stored);
      verifyHeader(vaultKey, stored, header);
      current().header = header;
    },

    async saveKey(facts, revision, secret) {
      const { vaultKey, header } = current();
      const id = keyIdOf(fingerprint(facts.publicKey));
      const record = { vaultId: header.vaultId, revision, facts };
      await store.put(keyRecordName(id), await sealKey(ciphers, vaultKey, record, secret));
      damagedKeys.delete(id);
    },

    async loadKeys() {
      const keys: OpenedKey[] = [];
      damagedKeys.clear();
      try {
        for (const name of await names()) {
          const stored = await store.get(name);
          if (stored === undefined) continue;
          try {
            keys.push(await openRecord(stored, name));
          } catch (error) {
            if (!isAppError(error, 'vault-damaged')) throw error;
            const lost = claimedKey(stored, name);
            damagedKeys.set(lost.id, lost);
          }
        }
        return keys;
      } catch (error) {
        for (const { secret } of keys) wipe(secret);
        throw error;
      }
    },

    markDamaged: (key) => void damagedKeys.set(key.id, key),

    hasKey: async (id) => (await store.get(keyRecordName(id))) !== undefined,

    async loadKey(id) {
      const name = keyRecordName(id);
      const stored = await store.get(name);
      return stored === undefined ? undefined : openRecord(stored, name);
    },

    async deleteKey(id) {
      await store.delete(keyRecordName(id));
      await store.delete(treesRecordName(id));
      damagedKeys.delete(id);
    },

    async saveTrees(id, trees) {
      const { vaultKey, header } = current();
      await store.put(
        treesRecordName(id),
        await sealTrees(ciphers, vaultKey, header.vaultId, id, trees),
      );
      trees.markSealed();
    },

    async loadTrees(id) {
      const { vaultKey, header } = current();
      const stored = await store.get(treesRecordName(id));
      if (stored === undefined) return createHeldTrees();
      return openTrees(ciphers.aead, vaultKey, header.vaultId, id, stored);
    },

    async saveOtpImage(id, image) {
      const { vaultKey, header } = current();
      const sealed = await sealOtpImage(ciphers, vaultKey, header.vaultId, id, image);
      await store.put(otpRecordName(id), sealed);
    },

    async takeOtpImage(id) {
      const { vaultKey, header } = current();
      const stored = await store.get(otpRecordName(id));
      if (stored === undefined) return undefined;
      const image = await openOtpImage(ciphers.aead, vaultKey, header.vaultId, id, stored);
      await store.delete(otpRecordName(id));
      return image;
    },
  };

  async function sealedFacts(vaultId: string | undefined) {
    const found: KeyFacts[] = [];
    const damaged: DamagedKey[] = [];
    for (const name of await names()) {
      const stored = await store.get(name);
      if (stored === undefined) continue;
      try {
        const record = readKeyRecord(stored, name);
        if (vaultId === undefined || record.vaultId === vaultId) found.push(record.facts);
        else damaged.push(claimedKey(stored, name));
      } catch (error) {
        if (!isAppError(error, 'vault-damaged')) throw error;
        damaged.push(claimedKey(stored, name));
      }
    }
    const sealed = found.sort((one, other) => one.sequence - other.sequence).map(publicFacts);
    return { sealed, damaged };
  }
}
