// Keys: from nothing to keys that may be burned.
import { expect, test } from './support/test.ts';

test.beforeEach(async ({ app }) => {
  await app.open('keys');
});

test('an empty page says how to begin', async ({ app, page }) => {
  await expect(page.getByText('No keys yet')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('several keys get names of their own', async ({ app }) => {
  await app.generateKeys({ name: 'line', count: 3 });
  for (const name of ['line', 'line-2', 'line-3']) await expect(app.key(name)).toBeVisible();
});

test('a key is not saved, then saved, then proven', async ({ app, page }) => {
  await app.generateKeys({ name: 'root' });
  const card = app.key('root');
  await expect(card).toContainText('Not saved');
  await expect(app.button('Prove backup of root')).toBeDisabled();
  await expect(page.getByText('0 of 1 keys may be planned')).toBeVisible();

  const file = await app.savePrivateKey('root');
  expect(file.name).toBe('root.key');
  expect(file.bytes).toHaveLength(96);
  await expect(card).toContainText('Saved, not proven');

  await app.proveBackup('root', file);
  await expect(card).toContainText('Backup proven');
  await expect(page.getByText('1 of 1 keys may be planned')).toBeVisible();
});

test('a DER file proves the backup as well', async ({ app }) => {
  await app.generateKeys({ name: 'root' });
  const file = await app.savePrivateKey('root', 'DER');
  expect(file.name).toBe('root.der');
  await app.proveBackup('root', file);
  await expect(app.key('root')).toContainText('Backup proven');
});

test('an Ed25519 key is proven by PKCS#8 as well', async ({ app }) => {
  await app.generateKeys({ name: 'root', algorithm: 'Ed25519' });
  const file = await app.savePrivateKey('root', 'PKCS#8');
  await app.proveBackup('root', file);
  await expect(app.key('root')).toContainText('Backup proven');
});

test('the bootloader chosen leads to the kind of key', async ({ app, page }) => {
  await page
    .getByLabel('What will verify these keys')
    .selectOption({ label: 'STM32H5, TrustZone, dual bank, LMS L2-H5-W8' });
  await expect(page.getByRole('radio', { name: 'LMS/HSS' })).toBeChecked();
  const facts = page.getByRole('region', { name: 'New keys' });
  await expect(facts).toContainText('SIGN=LMS LMS_LEVELS=2 LMS_HEIGHT=5 LMS_WINTERNITZ=8');
  await expect(facts).toContainText('2,644 B');
  await page.getByLabel('Height of a tree').selectOption('20');
  await page.getByLabel('Levels').selectOption('5');
  await expect(page.getByText('Stock wolfBoot does not know these parameters')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('a key that is too large for the chip says so before it is made', async ({ app, page }) => {
  await page.getByText('ML-DSA', { exact: true }).click();
  await page
    .getByRole('radiogroup', { name: 'Security level' })
    .getByText('ML-DSA-87', { exact: true })
    .click();
  await expect(page.getByText('Such a key does not fit STM32H5')).toBeVisible();
  await page.locator('summary').filter({ hasText: 'Compare all algorithms' }).click();
  const chosen = page.getByRole('row').filter({ hasText: 'ML-DSA-87' });
  await expect(chosen).toContainText('2,608 B');
  await app.expectAccessibleInAllLooks();
});

test('a hash-based key shows what is left of its signatures', async ({ app, page }) => {
  await page.getByText('LMS/HSS', { exact: true }).click();
  await app.generateKeys({ name: 'line' });
  const left = page.getByRole('meter', { name: 'Signatures of line' });
  await expect(left).toHaveAttribute('aria-valuetext', '0 used, 1,024 left');
  await app.expectAccessible();
});

test('a sheet with the facts of a key can be printed', async ({ app, page }) => {
  await app.generateKeys({ name: 'root' });
  const print = app
    .key('root')
    .locator('code, span')
    .filter({ hasText: /^[0-9a-f]{4}$/ });
  const groups = await print.allTextContents();
  await page.getByRole('link', { name: 'Sheet to print of root' }).click();
  const sheet = page.getByRole('article', { name: 'Key sheet' });
  await expect(sheet).toContainText('root');
  await expect(sheet).toContainText(groups.join(''));
  await expect(sheet.getByRole('img')).toBeVisible();
  await app.expectAccessibleInAllLooks();
  await page.getByRole('link', { name: 'Back to Keys' }).click();
  await expect(app.key('root')).toBeVisible();
});

test("another key's file does not prove the backup", async ({ app, page }) => {
  await app.generateKeys({ name: 'a', count: 2 });
  const other = await app.savePrivateKey('a-2');
  await app.savePrivateKey('a');
  await app.proveBackup('a', other);
  await expect(page.getByRole('alert')).toContainText('This file holds another key');
  await expect(app.key('a')).toContainText('Saved, not proven');
  await app.expectAccessible();
});

test('a file that is no key is refused with its reason', async ({ app, page }) => {
  await app.openFile(app.button('Open private key file'), {
    name: 'notes.txt',
    bytes: Buffer.from('not a key at all'),
  });
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  await expect(alert).toContainText('What to do');
  await alert.getByText('Technical details').click();
  await expect(alert).toContainText('notes.txt');
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('opening a private key file proves it: the file is the backup', async ({ app }) => {
  await app.generateKeys({ name: 'old' });
  const file = await app.savePrivateKey('old');
  await app.open('keys');
  await app.openFile(app.button('Open private key file'), file);
  await expect(app.key('old')).toContainText('Backup proven');
  await expect(app.button('Prove backup of old')).toBeDisabled();
});

test('a key can be limited to partitions', async ({ app, page }) => {
  await app.generateKeys({ name: 'app' });
  const card = app.key('app');
  await expect(card).toContainText('All partitions 0xFFFFFFFF');
  await app.button('Partitions of app').click();
  await page.getByLabel('All partitions').uncheck();
  await page.getByLabel('Bootloader (id 0)').uncheck();
  await expect(card).toContainText('ids 1 0x00000002');
  await page.getByLabel('Other ids, 2 to 31').fill('3, 31');
  await expect(card).toContainText('0x8000000A');
  await page.getByLabel('Other ids, 2 to 31').fill('40');
  await expect(page.getByText('Only numbers from 2 to 31')).toBeVisible();
  await app.expectAccessible();
});

test('a key can be renamed; the focus returns to the pencil', async ({ app, page }) => {
  await app.generateKeys({ name: 'tmp' });
  await app.button('Rename tmp').click();
  const dialog = page.getByRole('dialog', { name: 'Rename key' });
  await dialog.getByLabel('Name').fill('final');
  await dialog.getByLabel('Name').press('Enter');
  await expect(app.key('final')).toBeVisible();
  await expect(app.button('Rename final')).toBeFocused();
});

test('names that are no file names are refused', async ({ app, page }) => {
  await page.getByLabel('Name', { exact: true }).fill('../evil');
  await expect(page.getByText('Letters, digits, dot, hyphen and underscore only.')).toBeVisible();
  await expect(app.button('Generate keys')).toBeDisabled();
});

test('removing an unsaved key says that it is the only copy', async ({ app, page }) => {
  await app.generateKeys({ name: 'gone' });
  await app.button('Remove key gone').click();
  const dialog = page.getByRole('dialog', { name: 'Remove key gone?' });
  await expect(dialog).toContainText('the only copy of the private key');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await app.expectAccessible();
  await dialog.getByRole('button', { name: 'Remove key' }).click();
  await expect(page.getByText('No keys yet')).toBeVisible();
});

test('axe finds nothing on keys in every state in any look', async ({ app }) => {
  await app.makeProvenKey('a');
  await app.generateKeys({ name: 'b', count: 2 });
  await app.savePrivateKey('b');
  await app.button('Partitions of a').click();
  await app.expectAccessibleInAllLooks();
});
