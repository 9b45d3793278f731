// The frame around every page: navigation, language, colours, shortcuts, the mark of the virtual board.
import { pageNames, type PageName } from './support/app.ts';
import { expect, test } from './support/test.ts';

const names = Object.keys(pageNames) as PageName[];

test('the guide offers both boards and the seven steps', async ({ app, page }) => {
  await app.open();
  await expect(app.heading('Guide')).toBeVisible();
  await expect(app.button('Use the virtual board')).toBeEnabled();
  await expect(app.button('Use a real board')).toBeVisible();
  for (const step of ['Keys', 'Keystore', 'Board', 'Burn', 'Firmware', 'Update', 'Record']) {
    await expect(app.step(step)).toBeVisible();
  }
  await expect(page).toHaveTitle('Guide – Keyfuse');
});

test('nothing virtual is chosen until it is asked for', async ({ app, page }) => {
  await app.open();
  await expect(page.getByText('No board chosen')).toBeVisible();
  await expect(page.getByText('VIRTUAL BOARD', { exact: true })).toHaveCount(0);
});

test('the virtual board marks frame and title on every page', async ({ app, page }) => {
  await app.open();
  await app.button('Use the virtual board').click();
  await expect(page.getByRole('banner').getByText('VIRTUAL BOARD')).toBeVisible();
  await app.goTo('keys');
  await expect(page).toHaveTitle('[VIRTUAL BOARD] Keys – Keyfuse');
  await expect(page.getByRole('banner').getByText('VIRTUAL BOARD')).toBeVisible();
});

test('an address can ask for a virtual board', async ({ app, page }) => {
  await app.open('keys', { seed: 7 });
  await expect(page.getByRole('banner').getByText('VIRTUAL BOARD')).toBeVisible();
});

test('every page has one main heading, its own name, in both languages', async ({ app, page }) => {
  await app.open();
  for (const language of ['en', 'ja'] as const) {
    if (language === 'ja') await app.switchLanguage('ja');
    for (const name of names) {
      await app.goTo(name, language);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    }
  }
});

test('going to a page moves the focus to its heading', async ({ app }) => {
  await app.open();
  await app.goTo('keystore');
  await expect(app.heading('Keystore')).toBeFocused();
});

test('the first Tab offers to skip to the content', async ({ app, page }) => {
  await app.open();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await expect(app.heading('Guide')).toBeVisible();
});

test('switching the language keeps the session and what was typed', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'alpha' });
  await page.getByLabel('Name', { exact: true }).fill('beta');
  await app.switchLanguage('ja');
  await expect(app.heading('鍵')).toBeVisible();
  await expect(app.key('alpha')).toBeVisible();
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue('beta');
});

test('language and colours are remembered', async ({ app, page }) => {
  await app.open();
  await app.switchScheme('dark');
  await app.switchLanguage('ja');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('the question mark lists the shortcuts and Escape gives the focus back', async ({
  app,
  page,
}) => {
  await app.open();
  const opener = app.button('Keyboard shortcuts');
  await opener.focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await app.expectAccessible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(opener).toBeFocused();
});

test('g and a letter go to a page, but not while typing', async ({ app, page }) => {
  await app.open();
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await expect(app.heading('Keys')).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('');
  await page.getByLabel('Name', { exact: true }).pressSequentially('gs');
  await expect(app.heading('Keys')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('gs');
});

test('an unknown address says so and leads back', async ({ app, page }) => {
  await page.goto('./#/nowhere');
  await expect(app.heading('No such page')).toBeVisible();
  await page.getByRole('link', { name: 'Back to the guide' }).click();
  await expect(app.heading('Guide')).toBeVisible();
});

test('leaving with unsaved private keys asks first', async ({ app, page }) => {
  await app.open('keys');
  await app.generateKeys({ name: 'alpha' });
  let asked = '';
  page.on('dialog', (dialog) => {
    asked = dialog.type();
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toBe('beforeunload');
});

test('axe finds nothing on the guide in any look', async ({ app, page }) => {
  await app.open();
  await page.getByText('Why can this not be undone?').click();
  await app.expectAccessibleInAllLooks();
});

test('the guide can be read on a phone', async ({ app, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await app.open();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
});
