// Firmware: sign version 1 and 2, judge them as the bootloader would.
import { createDecipheriv } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { App } from './support/app.ts';
import { expect, test } from './support/test.ts';

async function signSample(app: App, versions: number): Promise<void> {
  await app.goTo('firmware');
  await app.button('Load sample firmware').click();
  await expect(app.page.getByRole('list', { name: 'Firmware' })).toContainText('Sample');
  for (let version = 1; version <= versions; version++) {
    await app.button(`Sign as version ${version}`).click();
    await expect(
      app.page.getByRole('heading', { level: 3, name: `Version ${version}`, exact: true }),
    ).toBeVisible();
  }
}

async function unfold(page: Page, label: string): Promise<void> {
  await page.locator('summary').getByText(label, { exact: true }).click();
}

test('an empty page says how to begin', async ({ app, page }) => {
  await app.open('firmware');
  await expect(page.getByText('No firmware yet')).toBeVisible();
  await expect(app.button(/^Sign as version/)).toBeDisabled();
  await app.expectAccessibleInAllLooks();
});

test('versions 1 and 2 are signed one after the other and accepted', async ({ app, page }) => {
  await app.open('keys', { seed: 1 });
  await app.makeProvenKey();
  await signSample(app, 2);
  await expect(page.getByText('The bootloader accepts it')).toHaveCount(2);
  await expect(page.getByRole('link', { name: 'Continue to Update' })).toBeVisible();
  await app.button(/^Header bytes of .*_v2_/).click();
  await expect(page.getByRole('grid')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('a key that left the keystore makes the bootloader refuse', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k', count: 2 });
  await signSample(app, 1);
  await expect(page.getByText('The bootloader accepts it')).toBeVisible();
  await app.goTo('keystore');
  await app.button('Take k out').click();
  await app.goTo('firmware');
  await expect(
    page.getByText("The bootloader refuses it: No slot holds this image's key"),
  ).toBeVisible();
});

test('a mask that leaves out the partition makes the bootloader refuse', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'k' });
  await app.goTo('firmware');
  await app.button('Load sample firmware').click();
  await unfold(page, 'More options');
  await page.getByLabel('Partition id').fill('4');
  await app.button('Sign as version 1').click();
  await expect(page.getByText('The bootloader accepts it')).toBeVisible();
  await app.goTo('keys');
  await app.button('Partitions of k').click();
  await page.getByLabel('All partitions').uncheck();
  await app.goTo('firmware');
  await expect(page.getByText('The key may not verify this partition')).toBeVisible();
});

test('a signed image survives saving and opening; a changed one does not', async ({
  app,
  page,
}) => {
  await app.open('keys');
  await app.generateKeys({});
  await signSample(app, 1);
  const file = await app.save(() => app.button(/^Save .*_v1_signed\.bin$/).click());
  expect(file.bytes.subarray(0, 4).toString()).toBe('WOLF');
  const changed = Buffer.from(file.bytes);
  changed[2000] = (changed[2000] ?? 0) ^ 1;
  await app.openFile(app.button('Open signed image'), { name: 'changed.bin', bytes: changed });
  await expect(page.getByText('The bootloader refuses it')).toBeVisible();
  await app.openFile(app.button('Open signed image'), { name: 'copy.bin', bytes: file.bytes });
  await expect(page.getByText('The bootloader accepts it')).toHaveCount(2);
});

test('plain firmware is no signed image', async ({ app, page }) => {
  await app.open('firmware');
  await app.openFile(app.button('Open signed image'), {
    name: 'plain.bin',
    bytes: Buffer.alloc(4096, 0x5a),
  });
  await expect(page.getByRole('alert')).toContainText('What to do');
});

test('a version must be a whole number that fits', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('firmware');
  await app.button('Load sample firmware').click();
  await page.getByLabel('Version').fill('0');
  await expect(page.getByText('A whole number from 1 to 4,294,967,295.')).toBeVisible();
  await expect(app.button(/^Sign as version/)).toBeDisabled();
});

test('options are folded away, and the summary follows what is typed', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await app.goTo('firmware');
  await app.button('Load sample firmware').click();
  const plan = page.getByRole('group', { name: 'What the image will be' });
  await expect(plan).toContainText('1024 bytes, 192 used');
  await expect(page.getByLabel('Partition id')).toBeHidden();
  await unfold(page, 'More options');
  await page.getByLabel('Header size').selectOption('512');
  await expect(plan).toContainText(
    'The header will have 512 bytes; the chosen bootloader expects 1024',
  );
  await page.getByLabel('Header size').selectOption('1024');
  await page.getByText('SHA-384', { exact: true }).click();
  await unfold(page, 'Fields of your own');
  await page.getByLabel('Command line').fill('console=ttyS0');
  await app.button('Add custom field').click();
  await page.getByLabel('Kind of field 1').selectOption('number');
  await expect(app.button(/^Sign as version/)).toBeDisabled();
  await page.getByLabel('Bytes of field 1').selectOption('1');
  await page.getByLabel('Value of field 1').fill('300');
  await expect(page.getByText('300 does not fit into 1 bytes')).toBeVisible();
  await expect(app.button(/^Sign as version/)).toBeDisabled();
  await page.getByLabel('Value of field 1').fill('0x2A');
  await unfold(page, 'Fields and offsets');
  await expect(page.getByRole('table', { name: 'Fields and offsets' })).toContainText('0x0040');
  for (const group of ['Second signature', 'Encryption', 'Delta']) await unfold(page, group);
  await app.expectAccessibleInAllLooks();
  await app.button('Sign as version 1').click();
  await expect(page.getByText('The bootloader accepts it')).toBeVisible();
  const { bytes } = await app.save(() => app.button(/^Save .*_v1_signed\.bin$/).click());
  expect(bytes.includes('console=ttyS0')).toBe(true);
  expect(bytes.includes(Buffer.from([0x40, 0, 1, 0, 0x2a]))).toBe(true);
});

test('a delta is made, encrypted, and opens with its own key file', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({});
  await signSample(app, 1);
  await unfold(page, 'More options');
  await unfold(page, 'Encryption');
  await app.button('Make encryption key').click();
  await expect(page.getByRole('list', { name: 'Encryption keys' })).toContainText('enc_key.bin');
  await unfold(page, 'Delta');
  await page.getByLabel('Base image').selectOption({ index: 1 });
  await app.button('Sign as version 2').click();
  await expect(page.getByText('The bootloader accepts it')).toHaveCount(4);
  const card = page.getByRole('listitem').filter({ hasText: '_diff_encrypted.bin' }).first();
  await expect(card).toContainText('Decrypts to sample-application_v2_signed_diff.bin');
  await expect(card).toContainText('Save the key file');
  await app.expectAccessible();
  const save = (name: RegExp) => app.save(() => app.button(name).click());
  const key = await save(/^Save key file of .*_diff_encrypted\.bin$/);
  expect(key.name).toBe('sample-application_v2_diff_key.bin');
  await expect(card).not.toContainText('Save the key file: without it');
  const sealed = await save(/^Save sample.*_diff_encrypted\.bin$/);
  const plain = await save(/^Save sample.*_signed_diff\.bin$/);
  // Node's ChaCha20 takes the counter, which starts at 0, in front of the nonce.
  const nonce = Buffer.concat([Buffer.alloc(4), key.bytes.subarray(32)]);
  const opened = createDecipheriv('chacha20', key.bytes.subarray(0, 32), nonce).update(
    sealed.bytes,
  );
  expect(opened.equals(plain.bytes)).toBe(true);
  expect(plain.bytes.length).toBeLessThan(3000);

  await app.openFile(app.button('Open encryption key file'), key);
  await app.openFile(app.button(/^Open image encrypted with .*_diff_key\.bin$/), {
    name: 'sent.bin',
    bytes: sealed.bytes,
  });
  await expect(page.getByText('Decrypts to sent_decrypted.bin')).toBeVisible();
});

test('a second signature and a policy are taken by the keyboard alone', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'one' });
  await app.generateKeys({ name: 'two', algorithm: 'Ed25519' });
  await app.goTo('firmware');
  await app.button('Load sample firmware').click();
  const more = page.locator('summary').getByText('More options', { exact: true });
  await more.focus();
  await page.keyboard.press('Enter');
  await page.locator('summary').getByText('Second signature', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Second key').focus();
  await page.keyboard.press('ArrowDown');
  await app.openFile(app.button('Choose file: Policy file'), {
    name: 'policy.bin',
    bytes: Buffer.alloc(36, 1),
  });
  await app.button('Sign as version 1').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('The bootloader accepts it')).toBeVisible();
  await app.button(/^Header bytes of/).click();
  await expect(page.getByRole('grid')).toBeVisible();
});
