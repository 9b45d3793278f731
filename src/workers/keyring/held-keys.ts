/**
 * The keys that are open: facts, private halves, tree caches, and the custody of one-time indices.
 * With an open vault every change is sealed before it counts; another tab's changes are taken over,
 * never overwritten.
 */
import { wipe } from '../../core/bytes/index.ts';
import { fingerprint, scheme, type KeyPair, type PrivateKey } from '../../core/crypto/index.ts';
import { openKeyStates, type HeldKey as Custody } from '../../core/custody/index.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import type { Store } from '../../core/ports/index.ts';
import { keyIdOf, type HeldTrees, type KeyFacts, type OpenedKey } from '../../core/vault/index.ts';
import { MASK_ALL } from '../../core/wolfboot/index.ts';
import type { KeyringParts } from './parts.ts';
import type { KeyInfo, KeySignatures } from './protocol.ts';
import { sameSecret } from './same-secret.ts';
import type { VaultSession } from './vault-session.ts';

export interface HeldKey {
  readonly id: string;
  readonly fingerprint: string;
  facts: KeyFacts;
  /** A stateful key's moves on with every signature. */
  privateKey: PrivateKey;
  readonly trees: HeldTrees;
  /** Of the sealed record; 0 in memory only. */
  revision: number;
  /** Of a stateful key. */
  custody: Custody | undefined;
}

export type NewKeyFacts = Pick<KeyFacts, 'name' | 'origin' | 'saved' | 'proven'>;

export interface HeldKeys {
  /** Throws `key-unknown`. */
  get(id: string): HeldKey;
  all(): readonly HeldKey[];
  infoOf(held: HeldKey): KeyInfo;
  /**
   * Takes the pair over, seals it where there is a vault. `fresh`: generated just now, so nothing was
   * ever signed with it. `invalid-argument` when it is here already.
   */
  admit(pair: KeyPair, facts: NewKeyFacts, trees: HeldTrees, fresh: boolean): Promise<HeldKey>;
  /** Changes facts; what other tabs changed is kept. */
  update(held: HeldKey, change: Partial<KeyFacts>): Promise<void>;
  sealTrees(held: HeldKey): Promise<void>;
  /** Where a copy of this stateful key may go on; undefined for other keys. */
  freeIndex(held: HeldKey): Promise<bigint | undefined>;
  /** What a file shows of this key's use elsewhere is taken to heart. */
  learnFrom(held: HeldKey, file: PrivateKey): Promise<void>;
  /** Holds exactly what the open vault holds; what lived in memory only is sealed. */
  reload(): Promise<void>;
  /** After the vault was given up: what was sealed lives in memory only. */
  unseal(): Promise<void>;
  /** From now on indices are set aside in these files too. Rejects with what they reject with. */
  useStateFiles(files: Store): Promise<void>;
  drop(held: HeldKey): void;
  /** Wipes and forgets everything. */
  wipeAll(): void;
}

/** A reservation in another tab takes milliseconds; this many times it is waited for. */
const BUSY_ATTEMPTS = 20;
const BUSY_PAUSE_MS = 50;

export function createHeldKeys(parts: KeyringParts, vault: VaultSession | undefined): HeldKeys {
  const { inTurn, counters, locks, rng, clock } = parts;
  let stateFiles: Store | undefined;
  const keys = new Map<string, HeldKey>();

  const drop = (held: HeldKey): void => {
    wipe(held.privateKey.bytes);
    held.trees.wipe();
    keys.delete(held.id);
  };
  const seal = async (held: HeldKey): Promise<void> => {
    if (vault?.isOpen !== true) return;
    const revision = held.revision + 1;
    refuseWiped(held.privateKey);
    await vault.saveKey(held.facts, revision, held.privateKey.bytes);
    held.revision = revision;
  };
  /** Takes over what another tab sealed. Throws `key-unknown` when it removed the key. */
  const refresh = async (held: HeldKey): Promise<void> => {
    if (vault?.isOpen !== true || held.revision === 0) return;
    const stored = await vault.loadKey(held.id);
    if (stored === undefined) {
      drop(held);
      throw unknownKey(held.id);
    }
    // Its state needs no taking over: what counts are the indices that are set aside.
    wipe(stored.secret);
    held.facts = stored.record.facts;
    held.revision = stored.record.revision;
  };
  const update = (held: HeldKey, change: Partial<KeyFacts>): Promise<void> =>
    inTurn(`key/${held.id}`, async () => {
      await refresh(held);
      const before = held.facts;
      held.facts = { ...before, ...change };
      await seal(held).catch((error: unknown) => {
        held.facts = before;
        throw error;
      });
    });
  const sealTrees = async (held: HeldKey): Promise<void> => {
    if (vault?.isOpen !== true || !held.trees.changed) return;
    await vault.saveTrees(held.id, held.trees).catch((error: unknown) => {
      // They only save time: no signature and no key is lost for want of room for them.
      if (!isAppError(error, 'storage-failed')) throw error;
    });
  };
  const states = (): ReturnType<typeof openKeyStates> =>
    openKeyStates({
      witnesses: stateFiles === undefined ? [counters] : [counters, stateFiles],
      locks,
      rng,
      vaultEpoch: vault?.vaultId,
    });
  /** Another tab may have set indices aside since the key was unsealed. */
  const sealedFloorOf = async ({ id, facts, revision }: HeldKey): Promise<bigint> => {
    const stored = revision > 0 && vault?.isOpen === true ? await vault.loadKey(id) : undefined;
    if (stored !== undefined) wipe(stored.secret);
    return BigInt((stored?.record.facts ?? facts).reservedUpTo || '0');
  };
  const takeIntoCustody = async (held: HeldKey, fresh: boolean): Promise<void> => {
    const usage = scheme(held.facts.algorithm).state?.usage(held.privateKey);
    if (usage === undefined) return;
    const sealedFloor = BigInt(held.facts.reservedUpTo || '0');
    const { capacity } = usage;
    const nextIndex = usage.nextIndex > sealedFloor ? usage.nextIndex : sealedFloor;
    const facts = { fingerprint: held.fingerprint, nextIndex, capacity };
    const open = states();
    held.custody = await patiently(async () => {
      if (fresh) await open.establish(facts);
      return open.hold(facts, {
        seal: (floor) => update(held, { reservedUpTo: String(floor) }),
        sealedFloor: () => sealedFloorOf(held),
      });
    });
  };
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isAppError(error, 'key-state-busy') || attempt >= BUSY_ATTEMPTS) throw error;
        await clock.sleep(BUSY_PAUSE_MS);
      }
    }
  };

  /** Holds what the vault holds of one key; the id of the key. */
  const takeOver = async (from: VaultSession, { record, secret }: OpenedKey): Promise<string> => {
    const print = fingerprint(record.facts.publicKey);
    const id = keyIdOf(print);
    // This tab's own calls go on meanwhile: what they made of a key is newer than what was read.
    const present = keys.get(id);
    if (present !== undefined && present.revision > 0) {
      wipe(secret);
      if (present.revision >= record.revision) return id;
      present.facts = record.facts;
      present.revision = record.revision;
      return id;
    }
    // The same key from a file, in memory only, gives way to the sealed one.
    if (present !== undefined) drop(present);
    const held: HeldKey = {
      id,
      fingerprint: print,
      facts: record.facts,
      privateKey: { algorithm: record.facts.algorithm, bytes: secret },
      trees: await from.loadTrees(id),
      revision: record.revision,
      custody: undefined,
    };
    keys.set(id, held);
    try {
      await takeIntoCustody(held, false);
    } catch (error) {
      drop(held);
      if (!isAppError(error, 'key-invalid') && !isAppError(error, 'malformed')) throw error;
      from.markDamaged({ id, name: record.facts.name });
    }
    return id;
  };
  const learnFrom = async ({ custody, privateKey }: HeldKey, file: PrivateKey): Promise<void> => {
    const usage = scheme(file.algorithm).state?.usage(file);
    if (usage === undefined || custody === undefined || !sameSecret(file, privateKey)) return;
    await patiently(() => custody.learn(usage.nextIndex));
  };

  return {
    get(id) {
      const held = keys.get(id);
      if (held === undefined) throw unknownKey(id);
      return held;
    },
    all: () => [...keys.values()].sort(bySequence),
    infoOf,
    update,
    sealTrees,
    freeIndex: async ({ custody }) => custody && patiently(() => custody.freeIndex()),
    learnFrom,

    async admit(pair, facts, trees, fresh) {
      const print = fingerprint(pair.publicKey);
      const id = keyIdOf(print);
      const present = keys.get(id);
      if (present !== undefined) {
        await learnFrom(present, pair.privateKey);
        throw new AppError(
          'invalid-argument',
          `this key is already here, as "${present.facts.name}"`,
          { context: { key: id } },
        );
      }
      const usage = scheme(pair.algorithm).state?.usage(pair.privateKey);
      const held: HeldKey = {
        id,
        fingerprint: print,
        facts: {
          sequence: nextSequence(keys.values()),
          algorithm: pair.algorithm,
          publicKey: pair.publicKey,
          parameters: usage?.parameters ?? '',
          partitionMask: MASK_ALL,
          reservedUpTo: usage === undefined ? '' : String(usage.nextIndex),
          ...facts,
        },
        privateKey: pair.privateKey,
        trees,
        revision: 0,
        custody: undefined,
      };
      await takeIntoCustody(held, fresh);
      await update(held, {});
      await sealTrees(held);
      keys.set(id, held);
      return held;
    },

    async reload() {
      if (vault?.isOpen !== true) return;
      const stored = new Set<string>();
      const found = await vault.loadKeys();
      try {
        for (const opened of found) stored.add(await takeOver(vault, opened));
      } catch (error) {
        const kept = new Set([...keys.values()].map(({ privateKey }) => privateKey.bytes));
        for (const { secret } of found) if (!kept.has(secret)) wipe(secret);
        throw error;
      }
      for (const held of [...keys.values()]) {
        if (stored.has(held.id)) continue;
        if (held.revision > 0) {
          if (!(await vault.hasKey(held.id))) drop(held); // another tab removed it
          continue;
        }
        await update(held, { reservedUpTo: held.custody ? String(held.custody.floor) : '' });
        await sealTrees(held);
        await takeIntoCustody(held, false);
      }
    },

    async unseal() {
      for (const held of [...keys.values()]) {
        held.revision = 0;
        await takeIntoCustody(held, false);
      }
    },

    async useStateFiles(files) {
      const before = stateFiles;
      stateFiles = files;
      try {
        for (const held of keys.values()) await takeIntoCustody(held, false);
      } catch (error) {
        stateFiles = before;
        throw error;
      }
    },

    drop,
    wipeAll() {
      for (const held of [...keys.values()]) drop(held);
    },
  };
}

function infoOf({ id, fingerprint: print, facts, revision, custody }: HeldKey): KeyInfo {
  const { name, algorithm, parameters, origin, partitionMask, saved, proven } = facts;
  return {
    id,
    name,
    algorithm,
    publicKey: facts.publicKey.slice(),
    fingerprint: print,
    parameters,
    signatureBytes: scheme(algorithm).signatureBytes(facts.publicKey),
    origin,
    partitionMask,
    saved,
    proven,
    sealed: revision > 0,
    ...(custody && { signatures: signaturesOf(custody, facts) }),
    ...(custody?.standing.kind === 'suspended' && {
      suspended: {
        reason: custody.standing.reason,
        lowestSafeIndex: custody.standing.lowestSafeIndex,
      },
    }),
  };
}

/** What another tab has set aside stands in the facts before custody meets it. */
function signaturesOf(
  { floor, nextIndex, capacity }: Custody,
  { reservedUpTo: sealed }: KeyFacts,
): KeySignatures {
  const sealedFloor = BigInt(sealed || '0');
  const reservedUpTo = sealedFloor > floor ? sealedFloor : floor;
  // Below the floor: an index of this tab's own is left.
  return { nextIndex: nextIndex < floor ? nextIndex : reservedUpTo, reservedUpTo, capacity };
}

/** A record that no longer opens would replace one that does. */
function refuseWiped(privateKey: PrivateKey): void {
  if (privateKey.bytes.every((byte) => byte === 0)) {
    throw new AppError('internal', 'a key that was wiped is not sealed');
  }
  scheme(privateKey.algorithm).state?.usage(privateKey);
}

function bySequence(one: HeldKey, other: HeldKey): number {
  return one.facts.sequence - other.facts.sequence || (one.id < other.id ? -1 : 1);
}

function nextSequence(keys: Iterable<HeldKey>): number {
  let last = 0;
  for (const { facts } of keys) last = Math.max(last, facts.sequence);
  return last + 1;
}

function unknownKey(id: string): AppError {
  return new AppError('key-unknown', `there is no key ${id} here`, { context: { key: id } });
}
