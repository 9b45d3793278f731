// Firmware: sign version 1 and 2, judge them as the bootloader would.
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
