// One cable: the ST-LINK's alone, from a blank board to a running version, and what stands in the way.
import { expect, type Page } from '@playwright/test';
import type { App } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { test } from './support/test.ts';

const seed = 41;
const name = 'cable';

/** Goes on the page as a person does: by the sentence that leads there. */
async function openOneCable(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'burn over the ST-LINK drive' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'One cable' })).toBeVisible();
}

function step(page: Page, title: string) {
  return page.getByRole('region', { name: title });
}

async function typeTails(page: Page): Promise<void> {
  const serial = /[0-9A-F]{12}/.exec(await step(page, '2. Read the board').innerText())?.[0] ?? '';
  const text = await step(page, '3. Confirm and burn').innerText();
  const groups = text.replace(/[^0-9a-f]+/g, ' ').match(/\b[0-9a-f]{4}\b/g) ?? [];
  await page
    .getByRole('textbox', { name: 'Last two groups of the keystore fingerprint' })
    .fill(groups.slice(14, 16).join(' '));
  await page
    .getByRole('textbox', { name: 'Last four characters of the board serial' })
    .fill(serial.slice(-4));
}

async function withKey(app: App): Promise<Operator> {
  const operator = new Operator(app);
  const { keys, panel } = operator;
  await app.open('keys', { seed });
  await panel.hurry();
  await keys.generate(name, 1);
  await keys.proveBackup(name, await keys.savePrivateKey(name));
  return operator;
}

test('without a board the page leads to one', async ({ app, page }) => {
  await app.open('guide');
  await openOneCable(page);
  await expect(page.getByRole('link', { name: 'Go to Board' })).toBeVisible();
  await app.expectAccessible();
});

test('a board with one cable goes from blank to a running version', async ({ app, page }) => {
  const operator = await withKey(app);
  await operator.goTo('firmware');
  await operator.firmware.loadSample();
  await operator.firmware.sign(1, name);
  await operator.goTo('board');
  await openOneCable(page);
  await app.button('Choose the drive').click();
  await expect(page.getByText('Drive NOD_H563ZI (virtual board)')).toBeVisible();
  await app.expectAccessibleInAllLooks();

  await app.button('Read the board').click();
  await expect(step(page, '2. Read the board')).toContainText('Keyfuse primer, empty');
  await typeTails(page);
  await app.button('Burn for ever').click();
  await expect(page.getByText('Burned and read back, every cell as intended')).toBeVisible();

  await app.button('Use the sample bootloader').click();
  const image = page.getByRole('combobox', { name: 'First signed application' });
  await image.selectOption({ index: 1 });
  await app.button('Write the factory image').click();
  await expect(page.getByText('The factory image is in flash, the primer is gone')).toBeVisible();
  await app.button('Switch TrustZone on at the virtual board').click();
  await app.button('Look for the application').click();
  await expect(page.getByText('Version 1 runs')).toBeVisible();
  await app.expectAccessible();

  await page.getByRole('link', { name: 'Open the record' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Record' })).toBeVisible();
  await expect(page.getByText('The primer is still in flash', { exact: false })).toHaveCount(0);
});

test('a drive that refuses the browser is served by hand', async ({ app, page }) => {
  await withKey(app);
  const panel = page.getByRole('complementary', { name: 'Virtual board panel' });
  await panel.getByText('Faults', { exact: true }).click();
  await panel
    .getByRole('combobox', { name: 'Fault' })
    .selectOption({ label: 'The ST-LINK drive refuses renames' });
  await panel.getByRole('button', { name: 'Arm fault' }).click();
  await app.goTo('board');
  await openOneCable(page);
  await app.button('Choose the drive').click();
  await app.button('Read the board').click();
  await expect(page.getByText('Copy this file onto the drive yourself')).toBeVisible();
  const saved = await app.save(() => app.button('Save the file').click());
  expect(saved.name).toBe('keyfuse-read.bin');
  await app.button('Drop it on the virtual drive').click();
  await expect(step(page, '2. Read the board')).toContainText('Board serial');
  await app.expectAccessible();
});
