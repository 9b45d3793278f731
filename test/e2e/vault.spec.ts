// The vault: what it keeps, who opens it, what other tabs notice.
import { App } from './support/app.ts';
import { copyVault, putVaultBack } from './support/browser-storage.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const passphrase = 'seven copper kettles sing quietly at dawn';

/** The shortest time that can be chosen, and what a busy machine adds. */
const autoLockTimeoutMs = 90_000;

async function withVault(app: App): Promise<Operator> {
  const operator = new Operator(app);
  await app.open('keys');
  await operator.keys.createVault(passphrase);
  return operator;
}

test('a weak or mistyped passphrase makes no vault', async ({ app, page }) => {
  const { keys } = new Operator(app);
  await app.open('keys');
  await keys.button('Create vault').click();
  const seal = keys.button('Seal the keys');
  await keys.find('textbox', 'Passphrase').fill('password1');
  await keys.find('textbox', 'Passphrase again').fill('password1');
  await expect(page.getByText('Weak: soon guessed by a computer.')).toBeVisible();
  await expect(seal).toBeDisabled();
  await keys.find('textbox', 'Passphrase').fill(passphrase);
  await expect(page.getByText('The two are not the same.')).toBeVisible();
  await expect(seal).toBeDisabled();
  await keys.find('textbox', 'Passphrase again').fill(passphrase);
  await expect(seal).toBeEnabled();
  await app.expectAccessible();
});

test('a wrong passphrase opens nothing and says so', async ({ app, page }) => {
  const { keys } = await withVault(app);
  await keys.generate('boot');
  await keys.lockVault();
  await keys.tryToUnlock('seven copper kettles sing quietly at dusk');
  await expect(page.getByRole('alert')).toContainText('The passphrase or passkey does not open it');
  await expect(keys.button('Unlock vault')).toBeVisible();
  await app.expectAccessible();
  await keys.unlockVault(passphrase);
  await expect(keys.card('boot')).toBeVisible();
});

test('a sealed key survives a reload, which warns of nothing', async ({ app, page }) => {
  const { keys, frame } = await withVault(app);
  await keys.generate('boot');
  await expect(frame.find('link', 'Unsaved private keys: {count}')).toHaveCount(0);
  let warned = false;
  page.on('dialog', (dialog) => {
    warned = true;
    void dialog.accept();
  });
  await page.reload();
  await expect(frame.find('link', 'Vault locked')).toBeVisible();
  expect(warned).toBe(false);
  await expect(keys.find('list', 'Sealed keys')).toContainText('boot');
  await expect(keys.button('Generate keys')).toHaveCount(0);
  await keys.unlockVault(passphrase);
  await expect(keys.card('boot')).toContainText('Not saved');
});

test('keys made before the vault are sealed with it', async ({ app, page }) => {
  const { keys } = new Operator(app);
  await app.open('keys');
  await keys.generate('early');
  await keys.createVault(passphrase);
  await page.reload();
  await keys.unlockVault(passphrase);
  await expect(keys.card('early')).toBeVisible();
});

test('what one tab locks is locked in the other', async ({ app, context }) => {
  const first = await withVault(app);
  const other = new App(await context.newPage());
  await other.open('keys');
  const second = new Operator(other);
  await second.keys.unlockVault(passphrase);
  await first.keys.generate('boot');
  await expect(second.keys.card('boot')).toBeVisible();
  await second.keys.lockVault();
  await expect(first.keys.button('Unlock vault')).toBeVisible();
});

test('the vault locks by itself @deep', async ({ app }) => {
  const { keys } = await withVault(app);
  await keys.find('combobox', 'Lock when no key was used for').selectOption('1');
  await keys.generate('boot');
  await expect(keys.button('Unlock vault')).toBeVisible({ timeout: autoLockTimeoutMs });
  await expect(keys.find('list', 'Sealed keys')).toContainText('boot');
});

test('a key without a proven backup goes only by its typed name', async ({ app }) => {
  const { keys } = await withVault(app);
  await keys.generate('boot');
  await keys.button('Remove key {key}', { key: 'boot' }).click();
  const remove = keys.button('Remove key');
  await expect(remove).toBeDisabled();
  await keys.find('textbox', 'Type the name: {key}', { key: 'boot' }).fill('boo');
  await expect(remove).toBeDisabled();
  await app.expectAccessible();
  await keys.button('Cancel').click();
  await keys.removeUnproven('boot');
});

test('a key is removed without unlocking, by its typed name', async ({ app, page }) => {
  const { keys } = await withVault(app);
  await keys.generate('k', 2);
  await keys.card('k-2').waitFor();
  await keys.lockVault();
  await expect(
    page.getByText('No key can be made or opened while the vault is locked'),
  ).toBeVisible();
  await keys.button('Remove key {key}', { key: 'k-2' }).click();
  await keys.find('textbox', 'Type the name: {key}', { key: 'k-2' }).fill('k-2');
  await app.expectAccessible();
  await keys.button('Remove key').click();
  await expect(keys.find('list', 'Sealed keys')).not.toContainText('k-2');
  await keys.unlockVault(passphrase);
  await keys.card('k').waitFor();
  await expect(keys.card('k-2')).toHaveCount(0);
});

test('whoever lost the passphrase deletes the vault by a typed word', async ({ app, page }) => {
  const { keys } = await withVault(app);
  await keys.makeProven('safe');
  await keys.generate('boot');
  await keys.lockVault();
  await keys.button('Delete vault').click();
  const dialog = keys.find('dialog', 'Delete the whole vault?');
  await expect(dialog).toContainText('which nobody has shown: boot.');
  await expect(dialog).toContainText('proven backups: safe.');
  const remove = keys.button('Delete vault for good');
  await expect(remove).toBeDisabled();
  await keys.find('textbox', 'Type the word: {word}', { word: 'delete' }).fill('delete');
  await app.expectAccessible();
  await remove.click();
  await expect(keys.button('Create vault')).toBeVisible();
  await page.reload();
  await expect(keys.button('Create vault')).toBeVisible();
  await expect(keys.button('Generate keys')).toBeVisible();
});

test('a record that was changed opens nothing, and takes no other key with it', async ({
  app,
  page,
}) => {
  const { keys } = await withVault(app);
  await keys.generate('k', 2);
  await keys.card('k-2').waitFor();
  // By hand, in the browser's storage: the name is covered by the key's seal.
  const copy = await copyVault(page);
  const text = JSON.stringify(copy);
  const changed = text.replace('"name":"k-2"', '"name":"k-9"');
  expect(changed).not.toBe(text);
  await putVaultBack(page, JSON.parse(changed) as typeof copy);
  await page.reload();
  await keys.unlockVault(passphrase);
  await expect(keys.card('k')).toBeVisible();
  await expect(keys.card('k-9')).toHaveCount(0);
  const damaged = page.getByRole('list', { name: 'Damaged keys', exact: true });
  await expect(damaged.getByRole('listitem')).toContainText(['k-9']);
  await app.expectAccessible();
  await keys.button('Remove key {key}', { key: 'k-9' }).click();
  await keys.find('textbox', 'Type the name: {key}', { key: 'k-9' }).fill('k-9');
  await keys.button('Remove key').click();
  await expect(damaged).toHaveCount(0);
  await expect(keys.card('k')).toBeVisible();
});

test('an encrypted backup is proven with its passphrase', async ({ app, page }) => {
  const { keys } = await withVault(app);
  await keys.generate('boot');
  const file = await keys.saveEncrypted('boot', passphrase);
  expect(file.bytes.toString('latin1')).toContain('AGE ENCRYPTED FILE');
  await app.openFile(keys.button('Prove backup of {key}', { key: 'boot' }), file);
  await keys.find('textbox', 'Passphrase of the file').fill('not the passphrase');
  await keys.button('Open with passphrase').click();
  await expect(page.getByRole('alert')).toBeVisible();
  await keys.proveEncrypted('boot', file, passphrase);
});

test('the slots keep their order while the vault is locked', async ({ app }) => {
  const operator = await withVault(app);
  const { keys, keystore } = operator;
  await keys.generate('k', 3);
  await keys.card('k-3').waitFor();
  await operator.goTo('keystore');
  await keystore.button('Move {key} up', { key: 'k-3' }).click();
  await keystore.button('Take {key} out', { key: 'k' }).click();
  await keystore.expectOrder(['k-3', 'k-2']);
  await operator.goTo('keys');
  await keys.lockVault();
  await keys.unlockVault(passphrase);
  await operator.goTo('keystore');
  await keystore.expectOrder(['k-3', 'k-2']);
});

test('axe finds nothing on an open and a locked vault in any look', async ({ app }) => {
  const { keys } = await withVault(app);
  await keys.generate('boot');
  await app.expectAccessibleInAllLooks();
  await keys.lockVault();
  await app.expectAccessibleInAllLooks();
});
