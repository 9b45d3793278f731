// The console by hand: reading, typing, looking for words, keeping them, losing the line and getting it back.
import type { Page } from '@playwright/test';
import type { App } from './support/app.ts';
import { TalkingLine } from './support/talking-line.ts';
import { expect, test } from './support/test.ts';

const address = './#/console';

async function connect(app: App, page: Page): Promise<TalkingLine> {
  const line = await TalkingLine.of(page);
  await app.open('board');
  await app.button('Use a real board').click();
  await page.evaluate(() => {
    location.hash = '#/console';
  });
  await app.button('Connect').click();
  await expect(page.getByText('Connected: FTDI serial adapter (0403:6001)')).toBeVisible();
  return line;
}

function screen(page: Page) {
  return page.getByRole('group', { name: 'Serial console' });
}

test('without a board the console leads to one', async ({ app, page }) => {
  await page.goto(address);
  await expect(app.heading('Console')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Go to Board' })).toBeVisible();
  await app.expectAccessible();
});

test('what is typed goes out, by the line and by the terminal', async ({ app, page }) => {
  const line = await connect(app, page);
  const input = page.getByLabel('Line to send');
  await input.fill('help');
  await app.button('Send line').click();
  await expect.poll(() => line.heard()).toBe('help\r');
  await page.getByLabel('Enter sends').selectOption('crlf');
  await input.press('ArrowUp');
  await expect(input).toHaveValue('help');
  await input.press('Enter');
  await expect.poll(() => line.heard()).toBe('help\rhelp\r\n');
  await screen(page).getByRole('textbox', { name: 'Serial console' }).pressSequentially('x');
  await expect.poll(() => line.heard()).toBe('help\rhelp\r\nx');
  await expect(screen(page)).toContainText('cmd> ');
});

test('words are found, and what was said is kept in three forms', async ({ app, page }) => {
  const line = await connect(app, page);
  await line.say('first needle\r\nsecond Needle\r\n');
  await expect(screen(page)).toContainText('second Needle');
  await page.getByLabel('Look for').fill('needle');
  await app.button('Previous').click();
  await expect(page.getByText('2 of 2')).toBeVisible();
  await app.button('Next').click();
  await expect(page.getByText('1 of 2')).toBeVisible();
  await page.getByLabel('Match case').check();
  await app.button('Next').click();
  await expect(page.getByText('1 of 1')).toBeVisible();

  const plain = await app.save(() => app.button('Save as heard').click());
  expect(plain.bytes.toString('latin1')).toBe('first needle\r\nsecond Needle\r\n');
  const timed = await app.save(() => app.button('Save with times').click());
  expect(timed.bytes.toString('latin1')).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} {2}first needle\n\d\d:\d\d:\d\d\.\d{3} {2}second Needle\n$/,
  );
  const hex = await app.save(() => app.button('Save as bytes').click());
  expect(hex.bytes.toString('latin1')).toContain(
    '00000000  66 69 72 73 74 20 6e 65  65 64 6c 65 0d 0a 73 65  |first needle..se|',
  );

  await page.getByText('Bytes', { exact: true }).click();
  await expect(screen(page)).toContainText('66 69 72 73 74 20 6e 65');
  await page.getByText('Text', { exact: true }).click();
  await page.getByRole('switch', { name: 'Time of each line' }).check();
  await expect(screen(page)).toContainText(/\d\d:\d\d:\d\d\.\d{3} first needle/);
  await app.button('Clear').click();
  await expect(screen(page)).not.toContainText('needle');
});

test('break, control lines, rate and flow control reach the adapter', async ({ app, page }) => {
  const line = await connect(app, page);
  await app.button('Send break').click();
  await page.getByRole('switch', { name: 'DTR' }).uncheck();
  await expect
    .poll(() => line.signals())
    .toEqual([{ break: true }, { break: false }, { dataTerminalReady: false }]);
  await page.getByLabel('Flow control').selectOption('hardware');
  await page.getByLabel('Baud rate').selectOption('921600');
  await expect
    .poll(() => line.options())
    .toMatchObject({ baudRate: 921_600, flowControl: 'hardware' });
  await expect(page.getByText('Connected: FTDI serial adapter (0403:6001)')).toBeVisible();
});

test('an adapter that comes back is taken up by itself, what was shown stays', async ({
  app,
  page,
}) => {
  const line = await connect(app, page);
  await line.say('before\r\n');
  await expect(screen(page)).toContainText('before');
  await line.unplug();
  await expect(page.getByText('The adapter is gone')).toBeVisible();
  await expect(page.getByLabel('Line to send')).toBeDisabled();
  await line.plugIn();
  await expect(page.getByText('Connected again by itself. Interruptions: 1.')).toBeVisible();
  await line.say('after\r\n');
  await expect(screen(page)).toContainText('after');
  await expect(screen(page)).toContainText('before');
});

test('info stands beside the plan, boots are listed, and every look is accessible', async ({
  app,
  page,
}) => {
  const line = await connect(app, page);
  await line.say(
    'STM32H5 wolfBoot demo Application\r\nVersion : 0x3\r\nSystem information\r\n' +
      'Flash banks are swapped.\r\nCurrent firmware state: TESTING\r\ncmd> ',
  );
  const boots = page.getByRole('region', { name: 'Boots seen' });
  await expect(boots.getByRole('row')).toHaveCount(2);
  await expect(boots).toContainText('TESTING');
  await app.button('Ask the board (info)').click();
  const plan = page.getByRole('region', { name: 'Beside the plan' });
  await expect(plan).toContainText('Nothing differs, but not everything could be compared');
  await expect(plan.getByRole('row', { name: /Confirmed/ })).toBeVisible();
  await app.expectAccessibleInAllLooks();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect
    .poll(() =>
      page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      }),
    )
    .toBeLessThanOrEqual(0);
  await app.expectAccessible();
});

test('a flood of text leaves the page usable, and none of it is lost', async ({ app, page }) => {
  const line = await connect(app, page);
  const row = 'all work and no play makes a dull line\r\n';
  const rows = 5000;
  for (let part = 0; part < 10; part++) await line.say(row.repeat(rows / 10));
  await line.say('the end\r\n');
  await expect(screen(page)).toContainText('the end');
  const plain = await app.save(() => app.button('Save as heard').click());
  expect(plain.bytes).toHaveLength(row.length * rows + 'the end\r\n'.length);
});
