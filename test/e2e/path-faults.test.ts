// What goes wrong on the way, and how the same person gets through.
import { Operator } from './support/operator.ts';
import type { App, SavedFile } from './support/app.ts';
import { expect, test } from './support/test.ts';

/** Long enough that there is a middle of the burn to act in. */
const slowPollMs = 40;

/** A proven key and a blank board in DFU mode with an approved plan; the board answers slowly. */
async function readyToBurn(
  app: App,
  seed: number,
): Promise<{ operator: Operator; key: SavedFile }> {
  const operator = new Operator(app);
  const { keys, burn, panel } = operator;
  await app.open('keys', { seed });
  const key = await keys.makeProven('line');
  await panel.enterDfu();
  await panel.armFault('The device asks for long waits', 'Wait in milliseconds', slowPollMs);
  await operator.goTo('burn');
  await burn.plan();
  await burn.confirm();
  return { operator, key };
}

test('a cable pulled in mid-burn costs nothing but a second plan', async ({ app }) => {
  const { operator } = await readyToBurn(app, 101);
  const { burn, panel } = operator;
  await burn.burn();
  await burn.expectInTheMiddle();
  await panel.setUserUsbCable(false);
  const stopped = burn.region('The burn stopped');
  await expect(stopped).toContainText('The board was unplugged');
  await app.expectAccessible();

  await panel.setUserUsbCable(true);
  await burn.button('Read the board and go on').click();
  await expect(burn.text('This continues an interrupted burn')).toBeVisible();
  await burn.confirm();
  await burn.goOn();
  await burn.expectProven();
});

test('a reload in mid-burn is carried on with the key from its file', async ({ app, page }) => {
  const { operator, key } = await readyToBurn(app, 102);
  const { keys, burn } = operator;
  // The page asks before it is left; this person insists.
  page.on('dialog', (dialog) => void dialog.accept());
  await burn.burn();
  await burn.expectInTheMiddle();
  await page.reload();
  await expect(burn.text('There is no keystore yet')).toBeVisible();

  await operator.goTo('keys');
  await keys.openPrivateKey(key);
  await operator.goTo('burn');
  await burn.plan();
  await expect(burn.text('This continues an interrupted burn')).toBeVisible();
  await burn.confirm();
  await burn.goOn();
  await burn.expectProven();
});

test('a primer that a lost tab left in flash is erased before anything else', async ({
  app,
  page,
}) => {
  const operator = new Operator(app);
  const { keys, board, burn, panel } = operator;
  await app.open('keys', { seed: 104 });
  await panel.hurry();
  await keys.makeProven('line');
  await panel.enterDfu();
  await operator.goTo('burn');
  await burn.usePrimer();
  await burn.plan();
  await burn.confirm();
  page.on('dialog', (dialog) => void dialog.accept());
  await burn.burn();
  await burn.find('list', 'What to do at the board').waitFor();
  await page.reload();

  await operator.goTo('board');
  await board.inspect();
  await expect(board.text('A primer lies in flash')).toBeVisible();
  await operator.goTo('burn');
  await expect(burn.text('A primer may still be in flash')).toBeVisible();
  await app.expectAccessible();
  await burn.button('Erase the primer').click();
  await expect(burn.text('A primer may still be in flash')).toHaveCount(0);
  await operator.goTo('board');
  await expect(board.text('The OTP is blank')).toBeVisible();
});

test('an update signed by a stranger is not sent', async ({ app }) => {
  const operator = new Operator(app);
  const { keys, keystore, firmware, update, panel } = operator;
  await app.open('keys', { seed: 103 });
  await panel.hurry();
  await keys.makeProven('line');
  await keys.generate('stranger');
  await operator.goTo('keystore');
  await keystore.button('Take {key} out', { key: 'stranger' }).click();
  await operator.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(1, 'line');
  await firmware.sign(2, 'stranger');
  await firmware.expectAccepted(1);
  await expect(firmware.region('Signed images')).toContainText(
    "The bootloader refuses it: No slot holds this image's key",
  );
  await operator.goTo('update');
  await update.chooseUpdate(2);
  await expect(update.region('Send a new version')).toContainText("No slot holds this image's key");
  await expect(update.button('Start update')).toBeDisabled();
});

test('a browser without WebUSB says so and leads to help', async ({ app, page }) => {
  await page.addInitScript(() => {
    for (const name of ['usb', 'serial']) {
      Reflect.deleteProperty(Object.getPrototypeOf(navigator) as object, name);
    }
  });
  const { board } = new Operator(app);
  await app.open('board');
  await expect(board.region('Preflight')).toContainText('Virtual board only');
  await board.region('Preflight').getByRole('link', { name: 'How: WebUSB' }).click();
  await expect(app.heading('This browser cannot reach USB')).toBeVisible();
  await app.expectAccessible();
  await app.goTo('board');
  await board.button('Use a real board').click();
  await expect(page.getByRole('alert')).toContainText('This browser cannot reach USB');
  // The virtual board works here all the same.
  await board.button('Use the virtual board').click();
  await expect(page.getByRole('banner')).toContainText('VIRTUAL BOARD');
});
