// Stateful keys in the keyring: whatever happens to tab, vault or file, no one-time index signs twice.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { JsonValue, Store } from '../../../src/core/ports/index.ts';
import { authKeyOfAlgorithm, parseImage } from '../../../src/core/wolfboot/index.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import type { Keyring, VaultSecret } from '../../../src/workers/keyring/protocol.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { testBrowser } from '../../support/keyring-parts.ts';
import { memoryStore } from '../../support/memory-store.ts';

const secret: VaultSecret = { kind: 'passphrase', passphrase: 'correct horse battery' };
const lms = { algorithm: 'lms', lms: { levels: 1, height: 5, winternitz: 4 } } as const;
const capacity = 32n;

/** The one-time index that a fresh signature used: q of its only level (RFC 8554, section 6.2). */
async function signedIndex(keyring: Keyring, id: string): Promise<number> {
  const image = await keyring.signImage({ primary: id }, new Uint8Array(1000), {
    keyType: authKeyOfAlgorithm('lms').code,
    partitionId: 1,
    version: 1,
    hash: 'sha256',
    headerSizeBytes: 4096,
  });
  const { signature } = parseImage(image, 'image.bin');
  return new DataView(signature!.buffer, signature!.byteOffset).getUint32(4);
}

/** Of wolfBoot's LMS key file: it begins with the index. */
function indexOf(file: Uint8Array): bigint {
  return new DataView(file.buffer, file.byteOffset).getBigUint64(0);
}

async function snapshot(store: Store): Promise<ReadonlyMap<string, JsonValue>> {
  const names = await store.keys('');
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await store.get(name))!] as const)),
  );
}

async function restore(store: Store, kept: ReadonlyMap<string, JsonValue>): Promise<void> {
  for (const name of await store.keys('')) await store.delete(name);
  for (const [name, value] of kept) await store.put(name, value);
}

async function vaultWithKey() {
  const browser = testBrowser();
  const keyring = createKeyring(browser.tab());
  await keyring.createVault(secret);
  const key = await keyring.generate({ name: 'release', spec: lms });
  return { browser, keyring, id: key.id, key };
}

async function reload(browser: ReturnType<typeof testBrowser>): Promise<Keyring> {
  const keyring = createKeyring(browser.tab());
  await keyring.unlockVault(secret);
  return keyring;
}

describe('a key of LMS in a vault', () => {
  it('shows its parameters and what is left', async () => {
    const { key } = await vaultWithKey();
    expect(key).toMatchObject({
      parameters: 'L1-H5-W4',
      sealed: true,
      signatures: { nextIndex: 0n, reservedUpTo: 0n, capacity },
    });
    expect(key.suspended).toBeUndefined();
    expect(key.id).toBe(`key-${key.fingerprint.slice(0, 16)}`);
  });

  it('goes on behind its last signature after a reload', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    expect(await signedIndex(keyring, id)).toBe(0);
    expect(await signedIndex(keyring, id)).toBe(1);
    const again = await reload(browser);
    expect((await again.list())[0]?.signatures).toEqual({
      nextIndex: 2n,
      reservedUpTo: 2n,
      capacity,
    });
    expect(await signedIndex(again, id)).toBe(2);
  });

  it('signs in two tabs with different indices, also at the same time', async () => {
    const { browser, keyring: one, id } = await vaultWithKey();
    const two = await reload(browser);
    const used: number[] = [];
    for (let round = 0; round < 4; round++) {
      const both = await Promise.allSettled([signedIndex(one, id), signedIndex(two, id)]);
      for (const result of both) {
        if (result.status === 'fulfilled') used.push(result.value);
        else expect(result.reason).toMatchObject({ code: 'key-state-busy' });
      }
      await two.rename(id, `round-${round}`);
    }
    expect(used.length).toBeGreaterThanOrEqual(4);
    expect(new Set(used).size).toBe(used.length);
  });

  it('loses an index rather than to use it twice when the tab dies before the signature', async () => {
    const { browser, id } = await vaultWithKey();
    const tab = browser.tab();
    let dying = false;
    const counters: Store = {
      ...tab.counters,
      put: async (name, value) => {
        await tab.counters.put(name, value);
        if (dying) throw new AppError('storage-failed', 'the tab is gone');
      },
    };
    const keyring = createKeyring({ ...tab, counters });
    await keyring.unlockVault(secret);
    expect(await signedIndex(keyring, id)).toBe(0);
    dying = true;
    await expectRejects(signedIndex(keyring, id), 'storage-failed');
    expect(await signedIndex(await reload(browser), id)).toBe(2);
  });

  it('is suspended when the vault was copied back, and goes on where the person says', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    await signedIndex(keyring, id);
    const older = await snapshot(browser.store);
    for (let used = 0; used < 3; used++) await signedIndex(keyring, id);
    await restore(browser.store, older);

    const again = await reload(browser);
    expect((await again.list())[0]?.suspended).toEqual({
      reason: 'rolled-back',
      lowestSafeIndex: 4n,
    });
    await expectRejects(signedIndex(again, id), 'key-state-rolled-back');
    await expectRejects(again.advanceState(id, 3n), 'invalid-argument');
    const freed = await again.advanceState(id, 10n);
    expect(freed.suspended).toBeUndefined();
    expect(await signedIndex(again, id)).toBe(10);
    expect(await signedIndex(await reload(browser), id)).toBe(11);
  });

  it('is suspended when only the vault was copied to another browser', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    await signedIndex(keyring, id);
    const elsewhere = testBrowser('elsewhere');
    await restore(elsewhere.store, await snapshot(browser.store));
    const copy = await reload(elsewhere);
    expect((await copy.list())[0]?.suspended).toEqual({
      reason: 'unknown-history',
      lowestSafeIndex: 1n,
    });
    await expectRejects(signedIndex(copy, id), 'key-state-rolled-back');
  });

  it('signs its last index and no more', async () => {
    const { keyring, id } = await vaultWithKey();
    await keyring.advanceState(id, 31n);
    expect(await signedIndex(keyring, id)).toBe(31);
    await expectRejects(signedIndex(keyring, id), 'key-exhausted');
    expect((await keyring.list())[0]?.signatures?.nextIndex).toBe(capacity);
  });

  it('proves a backup with an index of its own, not of the file', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    await signedIndex(keyring, id);
    const file = await keyring.exportPrivate(id, 'raw');
    await signedIndex(keyring, id);
    expect(await keyring.proveBackup(id, file)).toMatchObject({
      proven: true,
      signatures: { nextIndex: 3n },
    });
    expect(await signedIndex(await reload(browser), id)).toBe(3);
  });

  it('refuses another key’s file as backup', async () => {
    const { keyring, id } = await vaultWithKey();
    const other = await keyring.generate({ name: 'other', spec: lms });
    const file = await keyring.exportPrivate(other.id, 'raw');
    await expectRejects(keyring.proveBackup(id, file), 'key-mismatch');
    expect((await keyring.list()).find((key) => key.id === id)?.proven).toBe(false);
  });

  it('shows everywhere what is left after a signature', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    const other = await reload(browser);
    const events: string[] = [];
    keyring.watch(({ kind }) => events.push(kind));
    await signedIndex(keyring, id);
    expect(events).toContain('keys');
    await vi.waitFor(async () => {
      const [key] = await other.list();
      expect(key?.signatures).toEqual({ nextIndex: 1n, reservedUpTo: 1n, capacity });
    });
    expect(await signedIndex(other, id)).toBe(1);
  });

  it('leaves behind what another tab signed with', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    const other = await reload(browser);
    for (let used = 0; used < 3; used++) await signedIndex(other, id);
    const { bytes } = await keyring.exportPrivate(id, 'raw');
    expect(indexOf(bytes)).toBe(3n);
  });

  it('leaves behind what was signed when it is suspended', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    const older = await snapshot(browser.store);
    for (let used = 0; used < 4; used++) await signedIndex(keyring, id);
    await restore(browser.store, older);
    const again = await reload(browser);
    const { bytes } = await again.exportPrivate(id, 'raw');
    expect(indexOf(bytes)).toBe(4n);
  });

  it.each(['proveBackup', 'open'] as const)(
    'signs beyond what a file shows was signed elsewhere (%s)',
    async (how) => {
      const { browser, keyring, id } = await vaultWithKey();
      const { bytes } = await keyring.exportPrivate(id, 'raw');
      const elsewhere = createKeyring(testBrowser('elsewhere').tab());
      await elsewhere.open({ name: 'release.key', bytes });
      await elsewhere.advanceState(id, 7n);
      const back = await elsewhere.exportPrivate(id, 'raw');
      const free = Number(indexOf(back.bytes));
      expect(free).toBeGreaterThanOrEqual(7);
      if (how === 'open') await expectRejects(keyring.open(back), 'invalid-argument');
      else await keyring.proveBackup(id, back);
      expect(await signedIndex(keyring, id)).toBeGreaterThanOrEqual(free);
      expect(await signedIndex(await reload(browser), id)).toBeGreaterThan(free);
    },
  );

  it('is not taken for a copy when another tab signs while this one unlocks', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    const tab = browser.tab();
    let signing: Promise<unknown> | undefined;
    const counters: Store = {
      ...tab.counters,
      keys: async (prefix) => {
        signing ??= signedIndex(keyring, id);
        await signing.catch(() => undefined);
        return tab.counters.keys(prefix);
      },
    };
    const locks = { exclusive: <T>(_name: string, task: () => Promise<T>) => task() };
    const two = createKeyring({ ...tab, counters, locks });
    await two.unlockVault(secret);
    expect((await two.list())[0]?.suspended).toBeUndefined();
  });

  it('is cancelled in the middle of its making, and leaves nothing', async () => {
    const keyring = createKeyring(testBrowser().tab());
    const abort = new AbortController();
    const progress: number[] = [];
    const spec = { algorithm: 'lms', lms: { levels: 1, height: 10, winternitz: 8 } } as const;
    const making = keyring.generate(
      { name: 'big', spec },
      {
        signal: abort.signal,
        onProgress: ({ done, total }) => {
          progress.push(done / total);
          abort.abort();
        },
      },
    );
    await expectRejects(making, 'cancelled');
    expect(progress.length).toBeGreaterThan(0);
    expect(await keyring.list()).toEqual([]);
  });

  it('is not signed with once the vault is locked in the middle', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    const signing = signedIndex(keyring, id);
    await keyring.lockVault();
    await expectRejects(signing, 'cancelled').catch(() => expectRejects(signing, 'vault-locked'));
    const index = await signedIndex(await reload(browser), id);
    expect(index).toBeLessThanOrEqual(1);
  });
});

describe('the file of a stateful key', () => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    const { keyring, id } = await vaultWithKey();
    await signedIndex(keyring, id);
    bytes = (await keyring.exportPrivate(id, 'raw')).bytes;
  });
  const file = () => ({ name: 'release.key', bytes: bytes.slice() });

  it('is suspended where its history is not known, and proven when it may sign', async () => {
    const keyring = createKeyring(testBrowser().tab());
    const opened = await keyring.open(file());
    expect(opened).toMatchObject({
      saved: true,
      proven: false,
      suspended: { reason: 'unknown-history', lowestSafeIndex: 1n },
    });
    await expectRejects(signedIndex(keyring, opened.id), 'key-state-rolled-back');
    const advanced = await keyring.advanceState(opened.id, 1n);
    expect(advanced).toMatchObject({ proven: true, signatures: { nextIndex: 2n } });
    expect(await signedIndex(keyring, opened.id)).toBe(2);
  });

  it('is an old one where the key went on after it was saved', async () => {
    const { browser, keyring, id } = await vaultWithKey();
    const saved = await keyring.exportPrivate(id, 'raw');
    await signedIndex(keyring, id);
    await keyring.forget(id, { evenUnproven: true, typedName: 'release' });
    const again = await reload(browser);
    // The first tab hears of it and looks at the key, which may hold the lock for a moment.
    const opened = await vi.waitFor(() => again.open({ name: 'release.key', bytes: saved.bytes }));
    expect(opened.suspended).toEqual({ reason: 'rolled-back', lowestSafeIndex: 1n });
    await again.advanceState(id, 1n);
    expect(await signedIndex(again, id)).toBe(2);
  });

  it('goes on at once where nothing was signed since it was saved', async () => {
    const browser = testBrowser();
    const keyring = createKeyring(browser.tab());
    const { id } = await keyring.generate({ name: 'release', spec: lms });
    await signedIndex(keyring, id);
    const saved = await keyring.exportPrivate(id, 'raw');
    const after = createKeyring(browser.tab());
    const opened = await after.open({ name: 'release.key', bytes: saved.bytes });
    expect(opened.suspended).toBeUndefined();
    expect(opened.proven).toBe(true);
    expect(await signedIndex(after, id)).toBe(2);
  });

  it.each(['cancelled', 'storage-failed'] as const)(
    'is opened all the same, and sealed, when its challenge is %s',
    async (why) => {
      const browser = testBrowser();
      const before = createKeyring(browser.tab());
      const { id } = await before.generate({ name: 'release', spec: lms });
      const saved = await before.exportPrivate(id, 'raw');
      const abort = new AbortController();
      const tab = browser.tab();
      let failing = true;
      const counters: Store = {
        ...tab.counters,
        put: async (name, value) => {
          abort.abort();
          if (failing && why === 'storage-failed') throw new AppError(why, 'no room');
          await tab.counters.put(name, value);
        },
      };
      const keyring = createKeyring({ ...tab, counters });
      await keyring.createVault(secret);
      const file = { name: 'release.key', bytes: saved.bytes };
      const call = why === 'cancelled' ? { signal: abort.signal } : undefined;
      expect(await keyring.open(file, undefined, call)).toMatchObject({ id, proven: false });
      failing = false;
      await keyring.rename(id, 'renamed');
      const again = await reload(browser);
      expect(await again.list()).toMatchObject([{ id, name: 'renamed' }]);
      expect(await signedIndex(again, id)).toBeGreaterThanOrEqual(0);
    },
  );

  it('opened in memory is sealed with all that was signed', async () => {
    const browser = testBrowser();
    const keyring = createKeyring(browser.tab());
    const { id } = await keyring.generate({ name: 'release', spec: lms });
    await signedIndex(keyring, id);
    await keyring.createVault(secret);
    expect(await signedIndex(keyring, id)).toBe(1);
    expect(await signedIndex(await reload(browser), id)).toBe(2);
  });
});

describe('a folder for state files', () => {
  it('tells of signatures that the browser has forgotten', async () => {
    const { browser, keyring: first, id } = await vaultWithKey();
    await signedIndex(first, id);
    const older = { vault: await snapshot(browser.store), all: await snapshot(browser.counters) };
    const files = memoryStore();
    const withFolder = async () => {
      const keyring = createKeyring(browser.tab({ openStateFolder: () => files }));
      await keyring.unlockVault(secret);
      await keyring.useStateFolder({} as FileSystemDirectoryHandle);
      return keyring;
    };
    const keyring = await withFolder();
    for (let used = 1; used < 4; used++) expect(await signedIndex(keyring, id)).toBe(used);

    // The whole browser profile is put back; the folder is not.
    await restore(browser.store, older.vault);
    await restore(browser.counters, older.all);
    const again = await withFolder();
    expect((await again.list())[0]?.suspended).toEqual({
      reason: 'rolled-back',
      lowestSafeIndex: 4n,
    });
    await expectRejects(signedIndex(again, id), 'key-state-rolled-back');
  });

  it('that cannot be written to lets nobody sign', async () => {
    const { browser, id } = await vaultWithKey();
    const full: Store = {
      ...memoryStore(),
      put: () => Promise.reject(new AppError('file-failed', 'the disk is full')),
    };
    const keyring = createKeyring(browser.tab({ openStateFolder: () => full }));
    await keyring.unlockVault(secret);
    await expectRejects(keyring.useStateFolder({} as FileSystemDirectoryHandle), 'file-failed');
    expect(await signedIndex(keyring, id)).toBe(0);
  });
});
