// Update: refused before the first byte, broken off, unplugged, and still brought to its end.
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const seed = 23;
const setUpTimeoutMs = 240_000;

test('without a board the page leads to one', async ({ app }) => {
  await app.open('update');
  const { update } = new Operator(app);
  await expect(update.find('link', 'Go to Board')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('what is missing stands before every start', async ({ app }) => {
  await app.open('update', { seed });
  const { update } = new Operator(app);
  const install = update.region('Factory install');
  await expect(install).toContainText('Bring the board into DFU mode');
  await expect(install).toContainText('Choose the bootloader.');
  await expect(update.button('Install bootloader and firmware')).toBeDisabled();
  await expect(update.region('Send a new version')).toContainText('Connect the console.');
  await expect(update.button('Start update')).toBeDisabled();
  await app.expectAccessibleInAllLooks();
});

test('the samples are not offered to a real board', async ({ app, page }) => {
  await app.open('board');
  const operator = new Operator(app);
  await operator.board.button('Use a real board').click();
  await operator.goTo('update');
  await expect(operator.update.button('Open wolfboot.bin')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use the sample bootloader' })).toHaveCount(0);
});

test('a file that is no signed image is refused with a reason', async ({ app, page }) => {
  await app.open('update', { seed });
  const { update } = new Operator(app);
  await app.openFile(update.button('Open a signed image: New signed image'), {
    name: 'noise.bin',
    bytes: Buffer.alloc(2000, 7),
  });
  await expect(page.getByRole('alert').first()).toBeVisible();
  await app.expectAccessible();
});

test('an update survives a person who cancels and a cable that falls out', async ({
  app,
  page,
}) => {
  test.setTimeout(setUpTimeoutMs);
  const operator = new Operator(app);
  const { keys, board, burn, firmware, update, panel } = operator;
  await app.open('keys', { seed });
  await panel.hurry();
  await keys.generate('line', 1);
  await keys.proveBackup('line', await keys.savePrivateKey('line'));
  await operator.goTo('board');
  await panel.enterDfu();
  await board.expectInDfuMode();
  await operator.goTo('burn');
  await burn.plan();
  await burn.confirm();
  await burn.burn();
  await burn.expectProven();
  await operator.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(1, 'line');
  await firmware.sign(2, 'line');

  await operator.goTo('update');
  await update.install(1);
  await panel.setTrustZone(true);
  await update.connectConsole();
  await panel.startFromFlash();
  await update.expectKeystoreOnBoard();

  await test.step('the console takes commands and shows the answers', async () => {
    await update.find('textbox', 'Command').fill('help');
    await update.button('Send').click();
    await expect(update.region('Console')).toContainText('update the firmware via XMODEM');
    await app.expectAccessible();
  });

  await test.step('version 1 is not newer than version 1', async () => {
    await update.chooseUpdate(1);
    await expect(update.region('Send a new version')).toContainText('is not newer than');
    await expect(update.button('Start update')).toBeDisabled();
  });

  await test.step('cancelled in the middle, nothing is lost', async () => {
    await panel.find('switch', 'Real-time pace').setChecked(true);
    await update.chooseUpdate(2);
    await update.start();
    await expect(update.region('Send a new version')).toContainText(/[1-9]\d* of 168 packets/);
    await update.button('Cancel').click();
    await expect(page.getByText('The update was cancelled')).toBeVisible();
    await panel.find('switch', 'Real-time pace').setChecked(false);
    await update.button('Read board info').click();
    await expect(update.region('What runs on the board')).toContainText('NEW');
  });

  await test.step('the cable falls out, and the console comes back by itself', async () => {
    await panel.armFault('ST-LINK cable falls out', 'At byte', 6000);
    await update.start();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByText('The line is gone')).toBeVisible();
    await panel.setStLinkCable(true);
    await expect(update.button('Disconnect console')).toBeVisible();
    await expect(page.getByText('The board still waits for an image')).toBeVisible();
  });

  await update.start();
  await update.expectProven(1, 2);
  await app.switchScheme('dark');
  await app.expectAccessible();
});
