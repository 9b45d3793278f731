// The browser's process of the page dies in mid-burn; the board and the journal do not.
import { App } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { plugBoardOutside } from './support/outside-board.ts';
import { expect, test } from './support/test.ts';

test('a page that crashes in mid-burn is carried on by a new one', async ({
  app,
  page,
  context,
}) => {
  const outside = await plugBoardOutside(context, 4242);
  const first = new Operator(app);
  await app.open('keys');
  const key = await first.keys.makeProven('line');
  await first.goTo('board');
  await first.board.button('Use a real board').click();
  await first.board.inspect();
  await expect(first.board.text('The OTP is blank')).toBeVisible();
  await first.goTo('burn');
  await first.burn.plan();
  await first.burn.confirm();
  await first.burn.burn();
  await expect.poll(() => outside.writtenHalfwords(), { intervals: [5] }).toBeGreaterThan(4);
  const crashed = page.waitForEvent('crash');
  const devtools = await context.newCDPSession(page);
  // Never answered: who should answer is gone.
  void devtools.send('Page.crash').catch(() => undefined);
  await crashed;
  await outside.letGo();
  const written = outside.writtenHalfwords();

  const again = new App(await context.newPage());
  const second = new Operator(again);
  await again.open('keys');
  await second.keys.openPrivateKey(key);
  await second.goTo('board');
  await second.board.button('Use a real board').click();
  await second.board.inspect();
  await expect(second.board.text('Partly burned with this keystore')).toBeVisible();
  expect(outside.writtenHalfwords()).toBe(written);
  await again.expectAccessible();
  await second.goTo('burn');
  await second.burn.plan();
  await expect(second.burn.text('This continues an interrupted burn')).toBeVisible();
  await second.burn.confirm();
  await second.burn.goOn();
  await second.burn.expectProven();
});
