// Passkeys as a way to open the vault, and the folder that also knows how far counted keys are.
import type { Page } from '@playwright/test';
import { Authenticator } from './support/authenticator.ts';
import { copyVault, filesOf, offerFolder, putVaultBack } from './support/browser-storage.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const passphrase = 'seven copper kettles sing quietly at dawn';
const folder = 'state-files';

test('a vault is made with a passkey, and opened with it after a reload', async ({ app, page }) => {
  const authenticator = await Authenticator.plugInto(page, { hasPrf: true });
  const { keys } = new Operator(app);
  await app.open('keys');
  await keys.createVaultByPasskey('desk');
  await expect(keys.find('list', 'Ways to unlock').getByRole('listitem')).toHaveText([/“desk”/]);
  await app.expectAccessible();
  await keys.generate('boot');
  await page.reload();
  await expect(keys.find('list', 'Sealed keys')).toContainText('boot');
  await expect(keys.button('Unlock vault')).toHaveCount(0);
  await app.expectAccessible();
  await keys.button('Unlock with passkey').click();
  await expect(keys.card('boot')).toBeVisible();
  expect(await authenticator.passkeyCount()).toBe(1);
});

test('a passkey is a second way beside the passphrase', async ({ app, page }) => {
  await Authenticator.plugInto(page, { hasPrf: true });
  const { keys } = new Operator(app);
  await app.open('keys');
  await keys.createVault(passphrase);
  await keys.generate('boot');
  await keys.addPasskey('desk');
  const ways = keys.find('list', 'Ways to unlock').getByRole('listitem');
  await expect(ways).toHaveCount(2);

  await keys.lockVault();
  await keys.button('Unlock with passkey').click();
  await expect(keys.card('boot')).toBeVisible();
  await keys.lockVault();
  await keys.unlockVault(passphrase);

  await keys.button('Remove {way}', { way: 'Passphrase' }).click();
  await keys.button('Remove way').click();
  await expect(ways).toHaveText([/“desk”/]);
  await page.reload();
  await keys.button('Unlock with passkey').click();
  await expect(keys.card('boot')).toBeVisible();
});

test('an authenticator that derives no secrets makes no vault and says why', async ({
  app,
  page,
}) => {
  const authenticator = await Authenticator.plugInto(page, { hasPrf: false });
  const { keys, frame } = new Operator(app);
  await app.open('keys');
  await keys.generate('boot');
  await keys.startVaultByPasskey('desk');
  await expect(page.getByRole('alert')).toContainText('This passkey cannot open a vault');
  await app.expectAccessible();
  expect(await authenticator.passkeyCount()).toBe(0);
  await keys.button('Cancel').click();
  await expect(frame.find('link', 'No vault')).toBeVisible();
  await expect(keys.card('boot')).toBeVisible();

  await keys.createVault(passphrase);
  await keys.startPasskey('desk');
  await expect(page.getByRole('alert')).toContainText('This passkey cannot open a vault');
  await keys.button('Cancel').click();
  await expect(keys.find('list', 'Ways to unlock').getByRole('listitem')).toHaveCount(1);
});

test('a refused passkey leaves nothing half-made', async ({ app, page }) => {
  const authenticator = await Authenticator.plugInto(page, { hasPrf: true });
  const { keys, frame } = new Operator(app);
  const refused = keys.text('No passkey was given; nothing was changed.');
  await app.open('keys');
  await keys.generate('boot');
  await authenticator.refuse();
  await keys.startVaultByPasskey('desk');
  await refused.waitFor();
  await app.expectAccessible();
  await keys.button('Cancel').click();
  await expect(frame.find('link', 'No vault')).toBeVisible();

  const ways = keys.find('list', 'Ways to unlock').getByRole('listitem');
  await keys.createVault(passphrase);
  await keys.startPasskey('desk');
  await refused.waitFor();
  await keys.button('Cancel').click();
  await expect(ways).toHaveCount(1);
  expect(await authenticator.passkeyCount()).toBe(0);

  await authenticator.unplug();
  const other = await Authenticator.plugInto(page, { hasPrf: true });
  await keys.addPasskey('desk');
  await keys.lockVault();
  await other.refuse();
  await keys.button('Unlock with passkey').click();
  await refused.waitFor();
  await expect(frame.find('link', 'Vault locked')).toBeVisible();
  await keys.unlockVault(passphrase);
  await expect(keys.card('boot')).toBeVisible();
  await expect(ways).toHaveCount(2);
});

test('a state folder notices a vault that was put back from a copy', async ({ app, page }) => {
  await offerFolder(page, folder);
  const operator = new Operator(app);
  const { keys, firmware } = operator;
  await app.open('keys');
  await keys.createVault(passphrase);
  await keys.choice('LMS/HSS').click();
  await keys.generate('counted');
  await keys.chooseStateFolder(folder);
  await expect.poll(() => counterOf(page)).toBe(0n);
  const copy = await copyVault(page);

  await operator.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(1, 'counted');
  const signed = await counterOf(page);
  expect(signed).toBeGreaterThan(0n);

  // The browser's own counters are as old as the vault: they notice nothing.
  await putVaultBack(page, copy);
  await page.reload();
  await operator.goTo('keys');
  await keys.unlockVault(passphrase);
  const suspended = keys.text('This key does not sign: its state cannot be trusted');
  await keys.card('counted').waitFor();
  await expect(suspended).toHaveCount(0);
  await keys.chooseStateFolder(folder);
  await expect(suspended).toBeVisible();
  await expect(keys.card('counted')).toContainText('a copy was put back');
  await app.expectAccessible();

  await keys.button('Move the key forward: {key}', { key: 'counted' }).click();
  await expect(keys.find('textbox', 'Next index')).toHaveValue(String(signed));
  await keys.find('textbox', 'Type the name: {key}', { key: 'counted' }).fill('counted');
  await keys.button('Move forward').click();
  await expect(suspended).toHaveCount(0);
  await operator.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(2, 'counted');
  expect(await counterOf(page)).toBeGreaterThan(signed);
});

/** How far the one key is by the state file in the folder: every index below is set aside. */
async function counterOf(page: Page): Promise<bigint> {
  const files = Object.entries(await filesOf(page, folder));
  expect(files.map(([name]) => name)).toEqual([
    expect.stringMatching(/^key-state_[0-9a-f]{64}_\d{20}-[0-9a-f]{16}\.state$/),
  ]);
  const [, text = ''] = files[0] ?? [];
  const { reservedUpTo } = JSON.parse(text) as { readonly reservedUpTo: string };
  return BigInt(reservedUpTo);
}
