// Keystore: slots, room, refusals, the bytes and the files.
import type { Page } from '@playwright/test';
import { expect, test } from './support/test.ts';

function slotNames(page: Page): Promise<string[]> {
  return page.getByRole('list', { name: 'Slots' }).locator('strong').allTextContents();
}

test('without keys the page leads to where they are made', async ({ app, page }) => {
  await app.open('keystore');
  await expect(page.getByText('No key in a slot')).toBeVisible();
  await app.expectAccessibleInAllLooks();
  await page.getByRole('link', { name: 'Go to Keys' }).click();
  await expect(app.heading('Keys')).toBeVisible();
});

test('keys stand in slots that can be ordered, taken out and put back', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k', count: 3 });
  await app.goTo('keystore');
  expect(await slotNames(page)).toEqual(['k', 'k-2', 'k-3']);
  await expect(page.getByText('3 of 24 slots')).toBeVisible();
  await app.button('Move k-3 up').click();
  expect(await slotNames(page)).toEqual(['k', 'k-3', 'k-2']);
  await app.button('Take k out').click();
  expect(await slotNames(page)).toEqual(['k-3', 'k-2']);
  await app.button('Put in a slot: k').click();
  expect(await slotNames(page)).toEqual(['k-3', 'k-2', 'k']);
});

test('a bootloader of another key type is refused in words', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  await expect(page.getByText('This keystore fits the bootloader')).toBeVisible();
  await page
    .getByLabel('Bootloader profile')
    .selectOption({ label: 'STM32H5, TrustZone, dual bank, Ed25519' });
  const refusal = page.getByRole('alert');
  await expect(refusal).toContainText('This keystore may not be burned');
  await expect(refusal).toContainText('The bootloader does not know this key type');
  await expect(page.getByRole('grid')).toHaveCount(0);
  await app.expectAccessible();
});

test('a keystore that leaves out the application is refused', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'boot' });
  await app.goTo('keystore');
  await app.button('Partitions of boot').click();
  await page.getByLabel('All partitions').uncheck();
  await page.getByLabel('Application (id 1)').uncheck();
  await expect(page.getByRole('alert')).toContainText('No key may verify the application');
});

test('the files hold what the page shows', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k', count: 2 });
  await app.goTo('keystore');

  const c = await app.save(() => app.button('Save keystore.c').click());
  expect(c.name).toBe('keystore.c');
  expect(c.bytes.toString()).toContain('NUM_PUBKEYS 2');

  const der = await app.save(() => app.button('Save keystore.der').click());
  expect(der.bytes).toHaveLength(160);

  await app.button('Save otp.bin').click();
  const dialog = page.getByRole('dialog', { name: 'Save otp.bin?' });
  await expect(dialog).toContainText('unique device secret');
  await app.expectAccessible();
  const otp = await app.save(() =>
    dialog.getByRole('button', { name: 'Save secret file' }).click(),
  );
  expect(otp.bytes).toHaveLength(2048);
  expect(otp.bytes.subarray(0, 8).toString()).toBe('WOLFBOOT');
  expect(otp.bytes.subarray(16, 176).equals(der.bytes)).toBe(true);
});

test('a public key can be imported and leaves again', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'partner' });
  const file = await app.save(() => app.button('Save public key partner').click());
  await app.open('keystore');
  await app.openFile(app.button('Import public key'), file);
  expect(await slotNames(page)).toEqual([file.name]);
  await expect(page.getByRole('list', { name: 'Slots' })).toContainText('imported');
  await app.button(`Remove ${file.name}`).click();
  await expect(page.getByText('No key in a slot')).toBeVisible();
});

test('imported keys and the order of slots are there in the next visit', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k', count: 2 });
  const publicFile = await app.save(() => app.button('Save public key k').click());
  const privateFile = await app.savePrivateKey('k-2');
  await app.open('keystore');
  await expect(page.getByText('No key in a slot')).toBeVisible();
  await app.openFile(app.button('Import public key'), publicFile);
  await app.goTo('keys');
  await app.openFile(app.button('Open private key file'), privateFile);
  const opened = privateFile.name.replace(/\.\w+$/, '');
  await expect(app.key(opened)).toBeVisible();
  await app.goTo('keystore');
  // The key of before has its place back.
  expect(await slotNames(page)).toEqual([opened, publicFile.name]);
  await app.button(`Move ${publicFile.name} up`).click();
  expect(await slotNames(page)).toEqual([publicFile.name, opened]);

  await app.open('keystore');
  // Nobody knows a private key that was only in the tab; its place waits for it.
  await expect(page.getByRole('list', { name: 'Slots' }).locator('strong')).toHaveText([
    publicFile.name,
  ]);
  await app.goTo('keys');
  await app.openFile(app.button('Open private key file'), privateFile);
  await expect(app.key(opened)).toBeVisible();
  await app.goTo('keystore');
  expect(await slotNames(page)).toEqual([publicFile.name, opened]);
});

test('all keys of a keystore file go into slots, in their order', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k', count: 2 });
  await app.goTo('keystore');
  const der = await app.save(() => app.button('Save keystore.der').click());
  await app.open('keystore');
  await app.openFile(app.button('Import public key'), der);
  expect(await slotNames(page)).toEqual(['keystore.der #0', 'keystore.der #1']);
  const again = await app.save(() => app.button('Save keystore.der').click());
  expect(again.bytes.equals(der.bytes)).toBe(true);
});

test('the device secret can be left for the board', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  await app.button('Save otp.bin').click();
  const dialog = page.getByRole('dialog', { name: 'Save otp.bin?' });
  await dialog.getByText('Left for the board', { exact: true }).click();
  await expect(dialog).toContainText('The file is then public');
  const otp = await app.save(() =>
    dialog.getByRole('button', { name: 'Save public file' }).click(),
  );
  expect(otp.bytes.subarray(0x7c0, 0x7e0).every((byte) => byte === 0xff)).toBe(true);
});

test('where the upstream tool goes wrong is said before its layout is saved', async ({
  app,
  page,
}) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k', count: 2 });
  await app.goTo('keystore');
  await page.getByRole('switch', { name: 'Universal keystore' }).check({ force: true });
  await expect(page.getByText('2 of 3 slots')).toBeVisible();
  await app.button('Save otp.bin').click();
  await page.getByRole('switch', { name: /otp-keystore-gen/ }).check({ force: true });
  const differences = page.getByRole('list', { name: 'Differences' });
  await expect(differences).toContainText('Slot 1 is not where the bootloader looks.');
  await app.expectAccessible();
});

test('a build of one’s own decides room and key type', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  await page.getByLabel('Bootloader profile').selectOption({ label: 'Another build' });
  await expect(page.getByText('This keystore fits the bootloader')).toBeVisible();
  await page.getByLabel('Built for (SIGN=)').selectOption({ label: 'RSA-2048' });
  await expect(page.getByRole('alert')).toContainText('The bootloader does not know this key type');
  await page.locator('summary').filter({ hasText: 'Room on STM32H5' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'RSA-PSS-4096' })).toContainText('592 B');
  await app.expectAccessibleInAllLooks();
});

test('the .config of a build decides, and its oddities are shown', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  const config = 'TARGET?=stm32h7\nSIGN?=ECC256\nIMAGE_HEADER_SIZE?=512\nFLASH_OTP_KEYSTORE?=1\n';
  await app.openFile(app.button('Open the .config of a build'), {
    name: 'my.config',
    bytes: Buffer.from(config),
  });
  await expect(page.getByLabel('Bootloader profile')).toHaveValue('config');
  await expect(page.getByText('Not everything in my.config is clear')).toBeVisible();
  await expect(page.getByText('WOLFBOOT_PARTITION_SIZE is not set')).toBeVisible();
  await expect(page.getByText('512 B', { exact: true })).toBeVisible();
  await app.expectAccessible();
  await app.openFile(app.button('Open the .config of a build'), {
    name: 'notes.txt',
    bytes: Buffer.from('hello'),
  });
  await expect(page.getByRole('alert')).toContainText('no line like SIGN?=ECC256');
  await expect(page.getByLabel('Bootloader profile')).toHaveValue('config');
});

test('the bytes can be walked by keyboard and are explained', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  const grid = page.getByRole('grid', { name: 'Bytes of the OTP image' });
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  const said = page.getByRole('status').filter({ hasText: '0x08FFF001' });
  await expect(said).toContainText('4F');
  await expect(said).toContainText('Magic word');
  const chosen = page
    .getByRole('listbox', { name: 'Fields' })
    .getByRole('option', { selected: true });
  await page.keyboard.press('Control+ArrowRight');
  await expect(chosen).toContainText('Number of slots');
  await page.keyboard.press('Control+End');
  await expect(chosen).toContainText('Reserved');
});

test('the unique device secret is never on the page', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  const fields = page.getByRole('listbox', { name: 'Fields' });
  await fields.getByText('Unique device secret (UDS)').click();
  await expect(page.getByRole('status').filter({ hasText: '0x08FFF7C0' })).toContainText('secret');
  await expect(page.getByRole('gridcell', { name: '··', exact: true })).toHaveCount(32);
});

test('folded filler opens with Enter and closes again', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  const grid = page.getByRole('grid');
  const rows = async (): Promise<number> => Number(await grid.getAttribute('aria-rowcount'));
  const folded = await rows();
  await page.getByRole('listbox', { name: 'Fields' }).getByText('Free room').click();
  await grid.focus();
  await page.keyboard.press('Enter');
  await expect.poll(rows).toBeGreaterThan(100);
  await app.button('Fold them again').click();
  await expect.poll(rows).toBe(folded);
});

test('axe finds nothing on a filled keystore in any look', async ({ app }) => {
  await app.open('keys');
  await app.makeProvenKey('a');
  await app.generateKeys({ name: 'b' });
  await app.goTo('keystore');
  await app.button('Partitions of b').click();
  await app.expectAccessibleInAllLooks();
});

test('the keystore can be read at 768 and at 360', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('keystore');
  for (const width of [768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(needed).toBeLessThanOrEqual(width);
  }
});
