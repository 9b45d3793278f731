// Real devices as far as a browser can be told to have some: the engines in their worker while the tab is
// hidden, and in the page where the browser has no devices in workers.
import {
  plugBoardIntoPageOnly,
  plugBoardIntoWorker,
  setHidden,
  throttleTimers,
} from './support/device-fakes.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

/** Hundreds of waits: with a second for each it would take longer than the test may. */
const UNTHROTTLED_MS = 90_000;

test('a burn in the worker keeps its pace while the timers of the page are throttled', async ({
  app,
  page,
}) => {
  await plugBoardIntoWorker(page);
  await throttleTimers(page);
  await app.open('keys');
  const operator = new Operator(app);
  const { keys, board, burn } = operator;
  await keys.generate('line', 1);
  await keys.proveBackup('line', await keys.savePrivateKey('line'));
  await operator.goTo('board');
  await board.button('Use a real board').click();
  await board.button('Connect board').click();
  await board.inspect();
  await expect(board.text('The OTP is blank')).toBeVisible();
  await operator.goTo('burn');
  await burn.plan();
  await burn.confirm();
  await burn.burn();
  await setHidden(page, true);
  await expect(page).toHaveTitle(/^Job running – /);
  await setHidden(page, false);
  const remark = page.getByText('This tab was in the background while its job runs');
  await expect(remark).toBeVisible();
  await expect(burn.text('Burned and read back; not yet proven by boot')).toBeVisible({
    timeout: UNTHROTTLED_MS,
  });
  await burn.expectProven();
  await expect(remark).toHaveCount(0);
  await expect(page).toHaveTitle('Burn – Keyfuse');
  expect(page.workers().some((worker) => worker.url().includes('worker-devices'))).toBe(true);
});

test('a browser without devices in workers looks at the board from the page', async ({
  app,
  page,
}) => {
  await plugBoardIntoPageOnly(page);
  await app.open('board');
  const { board } = new Operator(app);
  await board.button('Use a real board').click();
  await board.inspect();
  await expect(board.text('The OTP is blank')).toBeVisible();
});
