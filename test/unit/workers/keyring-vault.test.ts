// The vault as its owner meets it: sealing, locking, reloading, several tabs, damage.
import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import { hash } from '../../../src/core/crypto/index.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { JsonValue, Store } from '../../../src/core/ports/index.ts';
import {
  authKeyOfAlgorithm,
  bootloaderProfiles,
  MASK_ALL,
  parseOtpImage,
} from '../../../src/core/wolfboot/index.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import type { Keyring, VaultSecret } from '../../../src/workers/keyring/protocol.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { handClock, testBrowser } from '../../support/keyring-parts.ts';

const passphrase = (text = 'correct horse battery'): VaultSecret => ({
  kind: 'passphrase',
  passphrase: text,
});
const passkey = (byte = 7): VaultSecret => ({
  kind: 'passkey',
  credentialId: 'Y3JlZA',
  prf: new Uint8Array(32).fill(byte),
});
const ed25519 = { algorithm: 'ed25519' } as const;
const minuteMs = 60_000;

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
};

/** What another tab says arrives after a while. */
async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 10_000, interval: 5 });
}

async function provenKey(keyring: Keyring, name: string) {
  const key = await keyring.generate({ name, spec: ed25519 });
  return keyring.proveBackup(key.id, await keyring.exportPrivate(key.id, 'raw'));
}

describe('a vault', () => {
  it('seals the keys of the session and gives them back after a reload', async () => {
    const browser = testBrowser();
    const before = createKeyring(browser.tab());
    expect(await before.vaultStatus()).toEqual({ kind: 'none' });
    const key = await provenKey(before, 'release');
    expect(key.sealed).toBe(false);
    const status = await before.createVault(passphrase(), { autoLockMinutes: 5 });
    expect(status).toEqual({ kind: 'open', ways: [{ kind: 'passphrase' }], autoLockMinutes: 5 });
    const later = await before.generate({ name: 'later', spec: { algorithm: 'ecdsa-p256' } });
    expect(later.sealed).toBe(true);
    await before.setMask(key.id, 6);

    const after = createKeyring(browser.tab());
    const locked = await after.vaultStatus();
    expect(locked).toMatchObject({ kind: 'locked', ways: [{ kind: 'passphrase' }] });
    expect(locked.kind === 'locked' && locked.keys.map(({ name }) => name)).toEqual([
      'release',
      'later',
    ]);
    await expectRejects(after.list(), 'vault-locked');
    await expectRejects(after.unlockVault(passphrase('wrong horse battery')), 'vault-secret-wrong');
    const keys = await after.unlockVault(passphrase());
    expect(keys.map(({ name }) => name)).toEqual(['release', 'later']);
    const back = keys.find(({ id }) => id === key.id);
    expect(back).toEqual({ ...key, sealed: true, partitionMask: 6 });
    const file = await after.exportPrivate(key.id, 'raw');
    expect(file.bytes.subarray(32)).toEqual(key.publicKey);
  });

  it('refuses every use of a key while it is locked', async () => {
    const keyring = createKeyring(testBrowser().tab());
    const { id } = await keyring.generate({ name: 'release', spec: ed25519 });
    await keyring.createVault(passphrase());
    expect(await keyring.lockVault()).toMatchObject({ kind: 'locked' });
    for (const call of [
      keyring.list(),
      keyring.generate({ name: 'other', spec: ed25519 }),
      keyring.open({ name: 'a.key', bytes: new Uint8Array(64) }),
      keyring.exportPrivate(id, 'raw'),
      keyring.exportAge(id, 'correct horse battery'),
      keyring.exportPublic(id, 'raw'),
      keyring.backupSheet(id),
      keyring.proveBackup(id, { name: 'a.key', bytes: new Uint8Array(64) }),
      keyring.rename(id, 'other'),
      keyring.setMask(id, 1),
      keyring.forget(id),
      keyring.advanceState(id, 1n),
      keyring.addUnlockWay(passphrase(), ''),
      keyring.setAutoLock(3),
    ]) {
      await expectRejects(call, 'vault-locked');
    }
  });

  it('is not made twice, nor with a weak passphrase', async () => {
    const keyring = createKeyring(testBrowser().tab());
    await expectRejects(keyring.createVault(passphrase('short')), 'invalid-argument');
    await expectRejects(
      keyring.createVault(passphrase(), { autoLockMinutes: 0 }),
      'invalid-argument',
    );
    expect(await keyring.vaultStatus()).toEqual({ kind: 'none' });
    await keyring.createVault(passphrase());
    await expectRejects(keyring.createVault(passphrase()), 'invalid-argument');
  });

  it('opens by each of its ways, and keeps the last', async () => {
    const browser = testBrowser();
    const keyring = createKeyring(browser.tab());
    await keyring.createVault(passkey());
    const given = passkey();
    await keyring.addUnlockWay(given, 'my key');
    expect(given.kind === 'passkey' && given.prf.every((byte) => byte === 0)).toBe(true);
    await keyring.addUnlockWay(passphrase('the first passphrase'), '');
    const { ways } = (await keyring.addUnlockWay(passphrase(), '')) as { readonly ways: unknown };
    expect(ways).toEqual([
      { kind: 'passkey', credentialId: 'Y3JlZA', label: 'my key' },
      { kind: 'passphrase' },
    ]);
    for (const secret of [passphrase(), passkey()]) {
      await createKeyring(browser.tab()).unlockVault(secret);
    }
    const other = createKeyring(browser.tab());
    await expectRejects(
      other.unlockVault(passphrase('the first passphrase')),
      'vault-secret-wrong',
    );
    await expectRejects(other.unlockVault(passkey(8)), 'vault-secret-wrong');
    await keyring.removeUnlockWay({ kind: 'passphrase' });
    await expectRejects(other.unlockVault(passphrase()), 'vault-secret-wrong');
    const last = { kind: 'passkey', credentialId: 'Y3JlZA', label: '' } as const;
    await expectRejects(keyring.removeUnlockWay(last), 'invalid-argument');
  });

  it('gives up a sealed key without a proven backup only for its typed name', async () => {
    const browser = testBrowser();
    const keyring = createKeyring(browser.tab());
    await keyring.createVault(passphrase());
    const { id } = await keyring.generate({ name: 'release', spec: ed25519 });
    await expectRejects(keyring.forget(id), 'backup-not-proven');
    const mistyped = { evenUnproven: true, typedName: 'Release' } as const;
    await expectRejects(keyring.forget(id, mistyped), 'backup-not-proven');
    await keyring.forget(id, { evenUnproven: true, typedName: 'release' });
    const proven = await provenKey(keyring, 'proven');
    await keyring.forget(proven.id);
    expect(await keyring.list()).toEqual([]);
    expect(await browser.store.keys('key/')).toEqual([]);
  });
});

describe('a vault that is deleted', () => {
  it('takes its keys with it only where their backups are proven', async () => {
    const browser = testBrowser();
    const keyring = createKeyring(browser.tab());
    await expectRejects(keyring.deleteVault(), 'invalid-argument');
    await keyring.createVault(passphrase());
    await provenKey(keyring, 'proven');
    const { id } = await keyring.generate({ name: 'release', spec: ed25519 });
    for (const lock of [false, true]) {
      if (lock) await keyring.lockVault();
      const refusal = keyring.deleteVault();
      await expect(refusal).rejects.toMatchObject({
        code: 'backup-not-proven',
        context: { keys: 'release' },
      });
    }
    await keyring.unlockVault(passphrase());
    await keyring.proveBackup(id, await keyring.exportPrivate(id, 'raw'));
    expect(await keyring.deleteVault()).toEqual({ kind: 'none' });
    expect(await keyring.list()).toEqual([]);
    expect(await browser.store.keys('')).toEqual([]);
  });

  it('whose passphrase was lost makes room, in every tab', async () => {
    const browser = testBrowser();
    const [one, two] = [createKeyring(browser.tab()), createKeyring(browser.tab())];
    await one.createVault(passphrase());
    await one.generate({ name: 'release', spec: ed25519 });
    expect(await two.deleteVault({ evenUnproven: true })).toEqual({ kind: 'none' });
    await eventually(async () => {
      expect(await one.vaultStatus()).toEqual({ kind: 'none' });
    });
    expect(await one.list()).toEqual([]);
    expect(await two.generate({ name: 'new', spec: ed25519 })).toMatchObject({ sealed: false });
  });
});

describe('a vault left alone', () => {
  it('locks itself after its time without use of a key', async () => {
    const clock = handClock();
    const keyring = createKeyring(testBrowser().tab({ clock }));
    const events: string[] = [];
    keyring.watch(({ kind }) => events.push(kind));
    const { id } = await keyring.generate({ name: 'release', spec: ed25519 });
    await keyring.createVault(passphrase(), { autoLockMinutes: 2 });
    clock.move(1.5 * minuteMs);
    await keyring.backupSheet(id);
    clock.move(1.5 * minuteMs);
    await keyring.list();
    await turns();
    expect(await keyring.vaultStatus()).toMatchObject({ kind: 'open' });
    clock.move(1 * minuteMs);
    await turns();
    expect(await keyring.vaultStatus()).toMatchObject({ kind: 'locked' });
    expect(events).toEqual(['vault']);
    await expectRejects(keyring.backupSheet(id), 'vault-locked');
  });

  it('is locked when the computer slept over that time and no timer ran', async () => {
    const clock = handClock();
    const deaf = { ...clock, sleep: () => new Promise<void>(() => undefined) };
    const keyring = createKeyring(testBrowser().tab({ clock: deaf }));
    const { id } = await keyring.generate({ name: 'release', spec: ed25519 });
    await keyring.createVault(passphrase(), { autoLockMinutes: 2 });
    clock.move(3 * minuteMs);
    await expectRejects(keyring.backupSheet(id), 'vault-locked');
  });
});

describe('two tabs', () => {
  async function twoTabs() {
    const browser = testBrowser();
    const [one, two] = [createKeyring(browser.tab()), createKeyring(browser.tab())];
    await one.createVault(passphrase());
    await two.unlockVault(passphrase());
    return { browser, one, two };
  }

  it('see one another’s keys, names and removals', async () => {
    const { one, two } = await twoTabs();
    const events: string[] = [];
    two.watch(({ kind }) => events.push(kind));
    const key = await provenKey(one, 'release');
    await eventually(async () => {
      expect(await two.list()).toEqual([key]);
    });
    expect(events).toContain('keys');
    await two.rename(key.id, 'renamed');
    await eventually(async () => {
      expect((await one.list())[0]?.name).toBe('renamed');
    });
    await one.forget(key.id);
    await eventually(async () => {
      expect(await two.list()).toEqual([]);
    });
  });

  it('keep what the other changed at the same time', async () => {
    const { one, two } = await twoTabs();
    const key = await provenKey(one, 'release');
    await eventually(async () => {
      expect(await two.list()).toEqual([key]);
    });
    await Promise.all([one.rename(key.id, 'renamed'), two.setMask(key.id, 6)]);
    for (const tab of [one, two]) {
      await eventually(async () => {
        expect((await tab.list())[0]).toMatchObject({ name: 'renamed', partitionMask: 6 });
      });
    }
  });

  it('are locked together, not unlocked together', async () => {
    const { browser, one, two } = await twoTabs();
    await one.lockVault();
    await eventually(async () => {
      expect(await two.vaultStatus()).toMatchObject({ kind: 'locked' });
    });
    await one.unlockVault(passphrase());
    await turns();
    expect(await two.vaultStatus()).toMatchObject({ kind: 'locked' });
    expect(await createKeyring(browser.tab()).vaultStatus()).toMatchObject({ kind: 'locked' });
  });

  it('stay open when one is left', async () => {
    const { one, two } = await twoTabs();
    expect(await one.lockVault({ hereOnly: true })).toMatchObject({ kind: 'locked' });
    await turns();
    expect(await two.vaultStatus()).toMatchObject({ kind: 'open' });
  });

  it('seal what one had in memory when the other made the vault', async () => {
    const browser = testBrowser();
    const [one, two] = [createKeyring(browser.tab()), createKeyring(browser.tab())];
    const { id } = await two.generate({ name: 'memory', spec: ed25519 });
    await one.createVault(passphrase());
    await expectRejects(two.list(), 'vault-locked');
    const keys = await two.unlockVault(passphrase());
    expect(keys).toMatchObject([{ id, sealed: true }]);
    await eventually(async () => {
      expect(await one.list()).toMatchObject([{ id, sealed: true }]);
    });
  });
});

describe('a damaged vault', () => {
  async function sealedKey(seed = 'browser') {
    const browser = testBrowser(seed);
    const keyring = createKeyring(browser.tab());
    await keyring.createVault(passphrase());
    const { id } = await keyring.generate({ name: 'release', spec: ed25519 });
    return { browser, id };
  }

  it('opens without a changed record, which can be given up', async () => {
    const { browser, id } = await sealedKey();
    const before = createKeyring(browser.tab());
    await before.unlockVault(passphrase());
    const other = await before.generate({ name: 'other', spec: ed25519 });
    await change(browser, `key/${id}`, { proven: true });
    const keyring = createKeyring(browser.tab());
    expect(await keyring.unlockVault(passphrase())).toEqual([other]);
    const damaged = [{ id, name: 'release' }];
    expect(await keyring.vaultStatus()).toMatchObject({ kind: 'open', damaged });
    await expectRejects(keyring.rename(id, 'renamed'), 'key-unknown');
    await expectRejects(keyring.forget(id), 'backup-not-proven');
    await keyring.forget(id, { evenUnproven: true, typedName: 'release' });
    expect(await keyring.vaultStatus()).not.toHaveProperty('damaged');
    expect(await browser.store.keys('key/')).toEqual([`key/${other.id}`]);
  });

  it('takes the backup of a damaged key in its place', async () => {
    const { browser, id } = await sealedKey();
    const before = createKeyring(browser.tab());
    await before.unlockVault(passphrase());
    const backup = await before.exportPrivate(id, 'raw');
    await change(browser, `key/${id}`, { name: 7 });
    const keyring = createKeyring(browser.tab());
    await keyring.unlockVault(passphrase());
    expect(await keyring.open(backup)).toMatchObject({ id, sealed: true });
    expect(await keyring.vaultStatus()).not.toHaveProperty('damaged');
  });

  it('names what cannot be read while it is locked', async () => {
    const { browser, id } = await sealedKey();
    await change(browser, `key/${id}`, { name: 'x'.repeat(300) });
    const keyring = createKeyring(browser.tab());
    const damaged = [{ id, name: id }];
    expect(await keyring.vaultStatus()).toMatchObject({ kind: 'locked', keys: [], damaged });
    await keyring.forget(id, { evenUnproven: true, typedName: id });
    expect(await browser.store.keys('key/')).toEqual([]);
  });

  it('is none of another head', async () => {
    const { browser, id } = await sealedKey();
    const { browser: other } = await sealedKey('other browser');
    await browser.store.put('vault', (await other.store.get('vault')) ?? null);
    const keyring = createKeyring(browser.tab());
    expect(await keyring.unlockVault(passphrase())).toEqual([]);
    expect(await keyring.vaultStatus()).toMatchObject({ damaged: [{ id, name: 'release' }] });
  });

  it('of which the head is damaged can only be deleted', async () => {
    const { browser } = await sealedKey();
    await change(browser, 'vault', { ways: [] });
    const keyring = createKeyring(browser.tab());
    expect(await keyring.vaultStatus()).toMatchObject({
      kind: 'locked',
      ways: [],
      keys: [{ name: 'release' }],
    });
    await expectRejects(keyring.unlockVault(passphrase()), 'vault-damaged');
    expect(await keyring.deleteVault({ evenUnproven: true })).toEqual({ kind: 'none' });
  });
});

describe('an OTP image', () => {
  const profile = bootloaderProfiles[0];
  async function madeImage() {
    const browser = testBrowser();
    const keyring = createKeyring(browser.tab());
    const key = await keyring.generate({ name: 'release', spec: { algorithm: 'ecdsa-p256' } });
    await keyring.createVault(passphrase());
    const slot = {
      slotId: 0,
      keyType: authKeyOfAlgorithm(key.algorithm).code,
      partitionMask: MASK_ALL,
      publicKey: key.publicKey,
      publicKeySize: key.publicKey.length,
    };
    return { browser, keyring, slot, info: await keyring.makeOtpImage(profile, [slot]) };
  }

  it('rests sealed in the vault until it is handed over, once', async () => {
    const { browser, info } = await madeImage();
    const again = createKeyring(browser.tab());
    await expectRejects(again.revealOtpImage(info.id), 'vault-locked');
    await again.unlockVault(passphrase());
    const image = await again.revealOtpImage(info.id);
    expect(toHex(hash('sha256', image))).toBe(info.sha256);
    expect(parseOtpImage(image, 'otp.bin').uds).toBe('present');
    expect(browser.store.everStored).not.toContain(toHex(image.slice(1984, 2016)));
    expect(await browser.store.keys('otp/')).toEqual([]);
    await expectRejects(again.revealOtpImage(info.id), 'invalid-argument');
  });

  it('is not made while the vault is locked, nor taken for another one', async () => {
    const { browser, keyring, slot, info } = await madeImage();
    const other = await keyring.makeOtpImage(profile, [slot]);
    await browser.store.put(`otp/${other.id}`, (await browser.store.get(`otp/${info.id}`)) ?? null);
    await expectRejects(keyring.revealOtpImage(other.id), 'vault-damaged');
    await keyring.lockVault();
    await expectRejects(keyring.makeOtpImage(profile, [slot]), 'vault-locked');
    expect(await keyring.deleteVault({ evenUnproven: true })).toEqual({ kind: 'none' });
    expect(await browser.store.keys('')).toEqual([]);
  });
});

describe('a long name', () => {
  it('is cut where it comes from a file, and refused where it was typed', async () => {
    const browser = testBrowser();
    const other = createKeyring(testBrowser('other').tab());
    const { id } = await other.generate({ name: 'release', spec: ed25519 });
    const { bytes } = await other.exportPrivate(id, 'raw');
    const keyring = createKeyring(browser.tab());
    await keyring.createVault(passphrase());
    const opened = await keyring.open({ name: `${'鍵'.repeat(199)}🔑.key`, bytes });
    expect(opened.name).toBe('鍵'.repeat(199));
    const long = 'x'.repeat(201);
    await expectRejects(keyring.rename(id, long), 'invalid-argument');
    await expectRejects(keyring.setMask(id, -1), 'invalid-argument');
    await expectRejects(keyring.generate({ name: long, spec: ed25519 }), 'invalid-argument');
    expect(await createKeyring(browser.tab()).unlockVault(passphrase())).toEqual([opened]);
  });
});

describe('a vault that is changed', () => {
  it('keeps the passphrase that another tab set, whose word did not arrive', async () => {
    const browser = testBrowser();
    const deaf = { tell: () => undefined, listen: () => undefined };
    const one = createKeyring(browser.tab());
    await one.createVault(passphrase());
    const two = createKeyring(browser.tab({ otherTabs: deaf }));
    await two.unlockVault(passphrase());
    await one.addUnlockWay(passphrase('a new passphrase'), '');
    await two.setAutoLock(3);
    const three = createKeyring(browser.tab());
    await expectRejects(three.unlockVault(passphrase()), 'vault-secret-wrong');
    await three.unlockVault(passphrase('a new passphrase'));
    expect(await three.vaultStatus()).toMatchObject({ autoLockMinutes: 3 });
  });

  it('ends locked when it is locked while it is unlocked', async () => {
    const browser = testBrowser();
    const one = createKeyring(browser.tab());
    await one.createVault(passphrase());
    const { id } = await one.generate({ name: 'release', spec: ed25519 });
    const two = createKeyring(browser.tab());
    const unlocking = two.unlockVault(passphrase());
    await Promise.all([unlocking, two.lockVault()]);
    expect(await two.vaultStatus()).toMatchObject({ kind: 'locked' });
    await expectRejects(two.exportPrivate(id, 'raw'), 'vault-locked');
  });

  it('that could not be made leaves the keys as they were', async () => {
    const browser = testBrowser();
    const parts = browser.tab();
    let puts = 0;
    const store: Store = {
      ...browser.store,
      put: async (name, value) => {
        if (++puts === 3) throw new AppError('storage-failed', 'no room');
        await browser.store.put(name, value);
      },
    };
    const keyring = createKeyring({ ...parts, vault: parts.vault && { ...parts.vault, store } });
    const one = await keyring.generate({ name: 'one', spec: ed25519 });
    const two = await keyring.generate({ name: 'two', spec: ed25519 });
    await expectRejects(keyring.createVault(passphrase()), 'storage-failed');
    expect(await keyring.vaultStatus()).toEqual({ kind: 'none' });
    expect(await browser.store.keys('')).toEqual([]);
    expect(await keyring.list()).toEqual([one, two]);
    expect((await keyring.exportPrivate(one.id, 'raw')).bytes.subarray(32)).toEqual(one.publicKey);
    await keyring.createVault(passphrase());
    expect(await keyring.list()).toMatchObject([{ sealed: true }, { sealed: true }]);
  });
});

/** Somebody changes members of a stored record. */
async function change(
  { store }: ReturnType<typeof testBrowser>,
  name: string,
  members: Readonly<Record<string, JsonValue>>,
): Promise<void> {
  const record = (await store.get(name)) as Readonly<Record<string, JsonValue>>;
  await store.put(name, { ...record, ...members });
}

it('works without storage, in memory only', async () => {
  const refuse = () => Promise.reject(new AppError('storage-failed', 'not in this window'));
  const broken: Store = { get: refuse, put: refuse, delete: refuse, keys: refuse };
  const parts = testBrowser().tab();
  const keyring = createKeyring({
    ...parts,
    vault: parts.vault && { ...parts.vault, store: broken },
    counters: broken,
  });
  expect(await keyring.vaultStatus()).toEqual({ kind: 'none' });
  const key = await provenKey(keyring, 'release');
  expect(key.proven).toBe(true);
  await expectRejects(keyring.createVault(passphrase()), 'storage-failed');
});
