// Help: every topic is a page with steps, reached by its address and from the errors.
import { helpTopics } from '../../src/i18n/help-topics.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

test('the list leads to every topic, each with steps and a way back', async ({ app, page }) => {
  await app.open('help');
  const links = page.getByRole('region', { name: 'Topics' }).getByRole('link');
  await expect(links).toHaveCount(helpTopics.length);
  for (const topic of helpTopics) {
    await page.locator(`main a[href="#/help/${topic}"]`).first().click();
    await expect(page).toHaveURL(new RegExp(`#/help/${topic}$`));
    const steps = page.getByRole('region', { name: 'Steps', exact: true }).getByRole('listitem');
    await expect(steps.nth(2)).toBeVisible();
    await page.getByRole('link', { name: 'All topics' }).click();
  }
});

test('a page of help is well in every look', async ({ app }) => {
  await app.open('help');
  await app.page.goto('./#/help/no-device');
  await expect(app.heading('The list is empty')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('the udev rule can be copied', async ({ app, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open('help');
  await page.goto('./#/help/udev-linux');
  await page.getByRole('button', { name: 'Copy: Command' }).first().click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('ATTRS{idVendor}=="0483", ATTRS{idProduct}=="df11", TAG+="uaccess"');
});

test('who is refused access finds the page of the own system, with a picture', async ({
  app,
  page,
}) => {
  await app.open('help');
  await page.goto('./#/help/access-denied');
  await expect(app.heading('Allow the board with a udev rule')).toBeVisible();
  await expect(page.getByRole('img', { name: /^Drawing of a terminal/ })).toBeVisible();
});

test('an unknown topic shows what there is', async ({ app, page }) => {
  await app.open('help');
  await page.goto('./#/help/no-such-thing');
  await expect(page.getByText('There is no such topic.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'The list is empty' })).toBeVisible();
});

test('an error leads to its page of help', async ({ app, page }) => {
  await app.open('update', { seed: 22 });
  const { panel, update } = new Operator(app);
  await panel.hurry();
  await update.connectConsole();
  await update.button('Read board info').click();
  await page.getByRole('alert').getByRole('link', { name: 'More help' }).click();
  await expect(app.heading('The console does not answer')).toBeVisible();
});
