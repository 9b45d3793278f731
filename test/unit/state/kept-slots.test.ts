// The keystore's public slots: there again in the next visit, and nothing that was not there before.
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import type { JsonValue } from '../../../src/core/ports/index.ts';
import { createKeysStore } from '../../../src/state/keys.ts';
import { createKeystoreStore, type KeystoreStore } from '../../../src/state/keystore.ts';
import type { Files } from '../../../src/state/services.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import { until } from '../../support/app-bench.ts';
import { testBrowser } from '../../support/keyring-parts.ts';
import { keyPair } from '../../support/keys.ts';
import { memoryStore } from '../../support/memory-store.ts';

const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
const ed25519 = { algorithm: 'ed25519' } as const;
const STORE_KEY = 'keystore-slots';

const partner = (await keyPair('ed25519', 'partner')).publicKey;

function page(browser = testBrowser(), store = memoryStore()) {
  const saved: Uint8Array[] = [];
  const files: Files = {
    save: (_name, content) => {
      if (content instanceof Uint8Array) saved.push(content.slice());
    },
    pick: () => Promise.resolve(undefined),
  };
  const keyring = createKeyring(browser.tab());
  const keys = createKeysStore({ keyring, files });
  const keystore = createKeystoreStore({ keyring, files, store }, keys);
  return { browser, store, saved, keys, keystore };
}

const namesOf = (keystore: KeystoreStore): readonly string[] =>
  keystore
    .getState()
    .view.chosen.map(({ source }) =>
      source.kind === 'key' ? source.key.name : source.imported.name,
    );

/** Until the last change is durable. */
async function settled({ store, keystore }: ReturnType<typeof page>): Promise<void> {
  const { order, imported } = keystore.getState();
  await until(() => {
    const last = JSON.parse(store.everStored.split('\n').at(-1) ?? '') as Kept;
    const masks = last.imported.map(({ partitionMask }) => partitionMask);
    return (
      last.order.join() === order.join() &&
      masks.join() === imported.map(({ slot }) => slot.partitionMask).join()
    );
  }, 'it is stored');
}

interface Kept {
  readonly order: readonly string[];
  readonly imported: readonly { readonly partitionMask: number }[];
}

async function filledPage() {
  const made = page();
  const { keys, keystore } = made;
  await keys.getState().generate('line', ed25519, 3);
  expect(await keys.getState().createVault(secret)).toBe(true);
  await keystore.getState().importPublic({ name: 'partner.der', bytes: partner });
  return made;
}

describe('the keystore in the next visit', () => {
  it('has the imported keys at once, and those of the vault in their places', async () => {
    const first = await filledPage();
    const [imported] = first.keystore.getState().imported;
    first.keystore.getState().setImportedMask(imported!.id, 2);
    first.keystore.getState().move(imported!.id, -1);
    first.keystore.getState().move(imported!.id, -1);
    const before = ['line', 'partner.der', 'line-2', 'line-3'];
    expect(namesOf(first.keystore)).toEqual(before);
    await settled(first);

    const { keys, keystore } = page(first.browser, first.store);
    await until(() => keystore.getState().imported.length > 0, 'the imported key is there');
    expect(namesOf(keystore)).toEqual(['partner.der']);
    expect(keystore.getState().imported).toEqual(first.keystore.getState().imported);
    expect(await keys.getState().unlock(secret)).toBe(true);
    expect(namesOf(keystore)).toEqual(before);
    expect(keystore.getState().view.slots).toEqual(first.keystore.getState().view.slots);
  });

  it('leaves out what was taken out', async () => {
    const first = await filledPage();
    const [, taken] = first.keys.getState().keys;
    first.keystore.getState().include(taken!.id, false);
    await settled(first);

    const { keys, keystore } = page(first.browser, first.store);
    await until(() => keystore.getState().imported.length > 0, 'the slots are there');
    expect(await keys.getState().unlock(secret)).toBe(true);
    expect(namesOf(keystore)).toEqual(['line', 'line-3', 'partner.der']);
    keystore.getState().include(taken!.id, true);
    expect(namesOf(keystore)).toEqual(['line', 'line-3', 'partner.der', 'line-2']);
  });

  it('makes no slot of a place whose key is gone, and keeps the place', async () => {
    const first = page();
    await first.keys.getState().generate('line', ed25519);
    await first.keys.getState().savePrivate(first.keys.getState().keys[0]!.id, 'raw');
    const [file] = first.saved;
    await settled(first);

    const { keys, keystore } = page(testBrowser(), first.store);
    await keys.getState().generate('new', { algorithm: 'ecdsa-p256' });
    await until(() => keystore.getState().order.length === 2, 'both places are known');
    expect(namesOf(keystore)).toEqual(['new']);
    expect(keystore.getState().view.slots).toHaveLength(1);
    await keys.getState().open({ name: 'line.key', bytes: file! });
    expect(namesOf(keystore)).toEqual(['line', 'new']);
  });

  it('forgets an imported key that was removed', async () => {
    const first = await filledPage();
    const [imported] = first.keystore.getState().imported;
    await settled(first);
    const second = page(first.browser, first.store);
    await until(() => second.keystore.getState().imported.length > 0, 'it is there');
    second.keystore.getState().removeImported(imported!.id);
    await settled(second);

    const third = page(first.browser, first.store);
    expect(await third.keys.getState().unlock(secret)).toBe(true);
    await until(() => namesOf(third.keystore).length === 3, 'the keys are there');
    expect(third.keystore.getState().imported).toEqual([]);
  });

  it('gives the same key imported twice two slots', async () => {
    const first = await filledPage();
    await first.keystore.getState().importPublic({ name: 'again.der', bytes: partner });
    const [one, other] = first.keystore.getState().imported;
    expect(one!.id).not.toBe(other!.id);
    await settled(first);

    const { keystore } = page(first.browser, first.store);
    await until(() => keystore.getState().imported.length === 2, 'both are there');
  });
});

describe('what is kept', () => {
  const sound = {
    id: 'imported-1',
    name: 'partner',
    fileName: 'partner.der',
    keyType: 1,
    partitionMask: 2,
    publicKeySize: 32,
  };
  const another = toHex(partner.slice().fill(7, 0, 1));

  it.each<readonly [string, JsonValue]>([
    ['no object', 'slots'],
    ['a list', [1, 2]],
    ['other shapes', { order: 7, leftOut: { a: 1 }, imported: ['x', null, 5] }],
    ['no key', { imported: [sound] }],
    ['bad hex', { imported: [{ ...sound, publicKey: 'zz', fingerprint: 'zz' }] }],
    ['another key', { imported: [{ ...sound, publicKey: another, fingerprint: toHex(partner) }] }],
  ])('is not believed: %s', async (_name, value) => {
    const store = memoryStore();
    await store.put(STORE_KEY, value);
    const { keys, keystore } = page(testBrowser(), store);
    await keys.getState().generate('line', ed25519);
    await until(() => store.everStored.includes('"imported":[]'), 'the slots are kept');
    expect(namesOf(keystore)).toEqual(['line']);
    expect(keystore.getState()).toMatchObject({ imported: [], activity: { kind: 'idle' } });
  });

  it('says so when it cannot be kept', async () => {
    const store = memoryStore();
    const full = { ...store, put: () => Promise.reject(new Error('full')) };
    const { keys, keystore } = page(testBrowser(), full);
    await keys.getState().generate('line', ed25519);
    await until(() => keystore.getState().activity.kind === 'failed', 'it is said');
    expect(namesOf(keystore)).toEqual(['line']);
  });
});
