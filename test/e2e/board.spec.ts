// Board: choosing a bench, hands at the board, looking at it; what happens when it does not play along.
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const seed = 21;

test('nothing is chosen until the person chooses', async ({ app, page }) => {
  await app.open('board');
  const { board } = new Operator(app);
  await expect(board.region('Preflight')).toContainText('Ready');
  await expect(board.button('Use the virtual board')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Board in DFU mode', exact: true })).toHaveCount(0);
  await app.expectAccessibleInAllLooks();
});

test('the preflight says what each thing is for', async ({ app }) => {
  await app.open('board');
  const { board } = new Operator(app);
  await board.unfold('What was checked');
  for (const check of ['Secure page', 'WebUSB', 'Web Serial', 'Storage', 'One tab at a time']) {
    await expect(
      board.find('region', 'Preflight').getByRole('rowheader', { name: check }),
    ).toBeVisible();
  }
});

test('every move of the hand is seen by itself', async ({ app }) => {
  await app.open('board', { seed });
  const { board, panel } = new Operator(app);
  const steps = board.find('list', 'Steps into DFU mode').getByRole('listitem');
  await expect(steps.nth(0)).toContainText('Seen');
  await expect(steps.nth(1)).toContainText('Now');
  await panel.setUserUsbCable(true);
  await expect(steps.nth(1)).toContainText('Seen');
  await panel.setBoot0(true);
  await expect(steps.nth(2)).toContainText('Seen');
  await expect(steps.nth(3)).toContainText('Now');
  await expect(board.button('Inspect board')).toBeDisabled();
  await panel.pressReset();
  await board.expectInDfuMode();
  await board.unfold('Show the steps again');
  await expect(steps.nth(3)).toContainText('Seen');
});

test('a blank board is told in plain words, with every byte', async ({ app, page }) => {
  await app.open('board', { seed });
  const { board, panel } = new Operator(app);
  await panel.hurry();
  await panel.enterDfu();
  await board.inspect();
  await expect(board.text('The OTP is blank')).toBeVisible();
  const findings = board.region('Findings');
  await expect(findings).toContainText('NUCLEO-H563ZI');
  await expect(findings).toContainText('Open');
  await expect(findings).toContainText('no block is locked');
  await expect(board.find('grid', 'OTP content of the board, byte by byte')).toBeVisible();
  await board.unfold('What the device offers');
  await expect(page.getByRole('cell', { name: /@Internal Flash/ })).toBeVisible();
  await app.switchScheme('dark');
  await app.expectAccessible();
});

test('a board without extra alternates is told as not readable', async ({ app, page }) => {
  await app.open('board', { seed });
  const { board, panel } = new Operator(app);
  await panel.hurry();
  await panel.find('switch', 'Offer the OTP alternate').setChecked(false);
  await panel.find('switch', 'Offer the option-byte alternate').setChecked(false);
  await panel.enterDfu();
  await board.inspect();
  await expect(page.getByText('The OTP cannot be read')).toBeVisible();
  await expect(board.region('Findings')).toContainText('Not readable');
});

test('a board that leaves is noticed, and what was seen stays', async ({ app, page }) => {
  await app.open('board', { seed });
  const { board, panel } = new Operator(app);
  await panel.hurry();
  await panel.enterDfu();
  await board.inspect();
  await panel.setUserUsbCable(false);
  await expect(page.getByText('the board is no longer in DFU mode')).toBeVisible();
  await expect(board.button('Inspect again')).toBeDisabled();
  await panel.setUserUsbCable(true);
  await expect(board.button('Inspect again')).toBeEnabled();
});

test('a cable that falls out is an error with a way on, and inspecting again works', async ({
  app,
  page,
}) => {
  await app.open('board', { seed });
  const { board, panel } = new Operator(app);
  await panel.hurry();
  await panel.enterDfu();
  await board.inspect();
  await panel.armFault('USER USB cable falls out', 'At byte', 200);
  await board.button('Inspect again').click();
  await expect(page.getByRole('alert')).toBeVisible();
  await app.expectAccessible();
  await panel.setUserUsbCable(true);
  await board.inspect();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the board can be put away', async ({ app, page }) => {
  await app.open('board', { seed });
  const { board, panel } = new Operator(app);
  await board.button('Put the board away').click();
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await expect(board.button('Use the virtual board')).toBeVisible();
  await board.find('spinbutton', 'Board number').fill('5');
  await board.button('Use the virtual board').click();
  await expect(panel.button('Reset board')).toBeVisible();
  await expect(page.getByText('Board number: 5')).toBeVisible();
});

test('the panel can be hidden and still tells the state', async ({ app, page }) => {
  await app.open('board', { seed });
  const { panel } = new Operator(app);
  await panel.button('Hide the virtual board').click();
  await expect(panel.button('Reset board')).toHaveCount(0);
  await expect(page.getByRole('complementary').getByRole('status')).toContainText('Runs nothing');
  await panel.button('Show the virtual board').click();
  await expect(panel.button('Reset board')).toBeVisible();
});

test('a real bench without a board leads to help', async ({ app, page }) => {
  await app.open('board');
  const { board } = new Operator(app);
  await board.button('Use a real board').click();
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await expect(board.button('Connect board')).toBeVisible();
  await app.expectAccessible();
  await board.find('link', 'Nothing listed?').click();
  await expect(app.heading('The list is empty')).toBeVisible();
});
