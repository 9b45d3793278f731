// The keys store: what it shows of a keyring with a vault, from the start of a page to the next.
import { describe, expect, it } from 'vitest';
import { createKeysStore, type KeysStore } from '../../../src/state/keys.ts';
import { createKeystoreStore } from '../../../src/state/keystore.ts';
import type { Files, Services } from '../../../src/state/services.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import type { KeyringParts } from '../../../src/workers/keyring/parts.ts';
import type { VaultSecret } from '../../../src/workers/keyring/protocol.ts';
import { until } from '../../support/app-bench.ts';
import { testBrowser } from '../../support/keyring-parts.ts';
import { memoryStore } from '../../support/memory-store.ts';

const secret: VaultSecret = { kind: 'passphrase', passphrase: 'correct horse battery' };
const wrong: VaultSecret = { kind: 'passphrase', passphrase: 'wrong horse battery' };
const ed25519 = { algorithm: 'ed25519' } as const;
const lms = { algorithm: 'lms', lms: { levels: 1, height: 5, winternitz: 8 } } as const;

function page(
  browser = testBrowser(),
  change?: Partial<KeyringParts>,
  services?: Partial<Pick<Services, 'pickFolder' | 'keptStorage'>>,
) {
  const saved = new Map<string, Uint8Array>();
  const handedOut: Uint8Array[] = [];
  const files: Files = {
    save: (name, content) => {
      if (!(content instanceof Uint8Array)) return;
      saved.set(name, content.slice());
      handedOut.push(content);
    },
    pick: () => Promise.resolve(undefined),
  };
  const keyring = createKeyring(browser.tab(change));
  const keys = createKeysStore({ keyring, files, ...services });
  const keystore = createKeystoreStore({ keyring, files, store: memoryStore() }, keys);
  return { browser, keys, keystore, saved, handedOut };
}

const namesOf = (keys: KeysStore) => keys.getState().keys.map(({ name }) => name);
const failureOf = (keys: KeysStore) => {
  const { activity } = keys.getState();
  return activity.kind === 'failed' ? activity.error.code : activity.kind;
};

async function pageWithVault(services?: Parameters<typeof page>[2]) {
  const made = page(undefined, undefined, services);
  const { keys } = made;
  await keys.getState().generate('line', ed25519, 2);
  expect(await keys.getState().createVault(secret)).toBe(true);
  return made;
}

describe('the keys store', () => {
  it('shows a locked vault at the start, and its keys once it is unlocked', async () => {
    const { browser, keys: before } = await pageWithVault();
    expect(before.getState().vault.kind).toBe('open');
    expect(before.getState().keys.map(({ sealed }) => sealed)).toEqual([true, true]);

    const { keys } = page(browser);
    await until(() => keys.getState().vault.kind === 'locked', 'the vault is seen');
    expect(namesOf(keys)).toEqual([]);
    expect(await keys.getState().unlock(wrong)).toBe(false);
    expect(failureOf(keys)).toBe('vault-secret-wrong');
    expect(await keys.getState().unlock(secret)).toBe(true);
    expect(namesOf(keys)).toEqual(['line', 'line-2']);
    expect(failureOf(keys)).toBe('idle');
  });

  it('keeps the keystore as it is over a lock', async () => {
    const { keys, keystore } = await pageWithVault();
    const [first, second] = keys.getState().keys;
    keystore.getState().move(second!.id, -1);
    keys.getState().setMask(first!.id, 2);
    const slots = () => keystore.getState().view.slots.map((slot) => slot.partitionMask);
    expect(slots()).toEqual([0xffffffff, 2]);
    expect(await keys.getState().lock()).toBe(true);
    expect(namesOf(keys)).toEqual([]);
    expect(slots()).toEqual([0xffffffff, 2]);
    keys.getState().setMask(first!.id, 4);
    await until(() => failureOf(keys) === 'vault-locked', 'the mask is refused');
    expect(slots()).toEqual([0xffffffff, 2]);
    await keys.getState().unlock(secret);
    expect(slots()).toEqual([0xffffffff, 2]);
  });

  it('takes another tab’s lock and keys over', async () => {
    const { browser, keys: one } = await pageWithVault();
    const { keys: two } = page(browser);
    await two.getState().unlock(secret);
    await one.getState().generate('third', ed25519);
    await until(() => namesOf(two).includes('third'), 'the key arrives in the other tab');
    await two.getState().lock();
    await until(() => one.getState().vault.kind === 'locked', 'the other tab is locked');
    expect(namesOf(one)).toEqual([]);
  });

  it('shows progress, cancels, and makes no key then', async () => {
    const { keys } = page(undefined, {
      hasher: {
        lmsSubtree: (_tree, _part, call) =>
          new Promise((_resolve, reject) => {
            call?.onProgress?.({ done: 1, total: 4 });
            call?.signal?.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
          }),
        xmssSubtree: () => Promise.reject(new Error('not asked for')),
      },
    });
    const making = keys.getState().generate('long', lms);
    await until(() => keys.getState().progress !== undefined, 'progress is shown');
    expect(keys.getState().activity).toEqual({ kind: 'busy', what: 'generate' });
    keys.getState().cancel();
    await making;
    expect(keys.getState().progress).toBeUndefined();
    expect(namesOf(keys)).toEqual([]);
  });

  it('removes an unproven sealed key only with its typed name', async () => {
    const { keys } = await pageWithVault();
    const [key] = keys.getState().keys;
    await keys.getState().forget(key!.id);
    expect(failureOf(keys)).toBe('backup-not-proven');
    await keys.getState().forget(key!.id, 'line');
    expect(namesOf(keys)).toEqual(['line-2']);
  });

  it('proves a backup by its age file', async () => {
    const { keys, saved } = await pageWithVault();
    const [key] = keys.getState().keys;
    await keys.getState().saveAge(key!.id, 'another passphrase');
    const file = { name: 'line.key.age', bytes: saved.get('line.key.age')! };
    expect(keys.getState().keys[0]).toMatchObject({ saved: true, proven: false });
    await keys.getState().prove(key!.id, file, 'another passphrase');
    expect(keys.getState().keys[0]).toMatchObject({ saved: true, proven: true });
  });

  it('keeps state files in a folder that was chosen, where the browser can', async () => {
    expect(page().keys.getState().canUseStateFolder).toBe(false);
    const folder = { name: 'keys' } as FileSystemDirectoryHandle;
    const choices = [undefined, folder];
    const opened: string[] = [];
    const openStateFolder = ({ name }: FileSystemDirectoryHandle) => {
      opened.push(name);
      return memoryStore();
    };
    const { keys } = page(
      undefined,
      { openStateFolder },
      { pickFolder: async () => choices.shift() },
    );
    await keys.getState().useStateFolder();
    expect(keys.getState().stateFolder).toBeUndefined();
    await keys.getState().useStateFolder();
    expect(keys.getState()).toMatchObject({ canUseStateFolder: true, stateFolder: 'keys' });
    expect(opened).toEqual(['keys']);
  });

  it('wipes a private key file once it is handed over', async () => {
    const { keys, saved, handedOut } = page();
    await keys.getState().generate('line', ed25519);
    const { id } = keys.getState().keys[0]!;
    await keys.getState().savePrivate(id, 'raw');
    await keys.getState().saveAge(id, 'another passphrase');
    expect([...saved.values()].map((bytes) => bytes.some((byte) => byte !== 0))).toEqual([
      true,
      true,
    ]);
    expect(handedOut.map((bytes) => bytes.some((byte) => byte !== 0))).toEqual([false, false]);
  });

  it('asks the browser once to keep the vault, and shows a refusal', async () => {
    let asked = 0;
    const keptStorage = {
      isKept: () => Promise.resolve(false),
      keep: () => {
        asked++;
        return Promise.resolve(false);
      },
    };
    const none = page(undefined, undefined, { keptStorage });
    await none.keys.getState().generate('line', ed25519);
    expect(none.keys.getState().storageKept).toBeUndefined();
    const { browser, keys } = await pageWithVault({ keptStorage });
    await until(() => keys.getState().storageKept === false, 'the refusal is shown');
    await keys.getState().lock();
    await keys.getState().unlock(secret);
    expect(asked).toBe(1);
    const kept = { ...keptStorage, isKept: () => Promise.resolve(true) };
    const { keys: later } = page(browser, undefined, { keptStorage: kept });
    await until(() => later.getState().storageKept === true, 'a later page knows');
    expect(asked).toBe(1);
  });

  it('deletes the vault, and keys without a proven backup only when that is known', async () => {
    const { browser, keys } = await pageWithVault();
    await keys.getState().lock();
    expect(await keys.getState().deleteVault(false)).toBe(false);
    expect(failureOf(keys)).toBe('backup-not-proven');
    const { keys: other } = page(browser);
    await until(() => other.getState().vault.kind === 'locked', 'the other tab sees it');
    expect(await keys.getState().deleteVault(true)).toBe(true);
    expect(keys.getState()).toMatchObject({ vault: { kind: 'none' }, keys: [], publicKeys: [] });
    await until(() => other.getState().vault.kind === 'none', 'the other tab sees it go');
  });

  it('removes a key of a locked vault by its typed name', async () => {
    const { keys, keystore } = await pageWithVault();
    const { id } = keys.getState().keys[0]!;
    await keys.getState().lock();
    await keys.getState().forget(id, 'line');
    const { vault } = keys.getState();
    expect(vault.kind === 'locked' && vault.keys.map(({ name }) => name)).toEqual(['line-2']);
    expect(keystore.getState().view.slots).toHaveLength(1);
    await keys.getState().unlock(secret);
    expect(namesOf(keys)).toEqual(['line-2']);
  });
});
