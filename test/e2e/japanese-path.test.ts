// Keys, burn and record as somebody walks them who reads Japanese.
import { parseRecord } from '../../src/core/provisioning/index.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

test.use({ locale: 'ja-JP' });

test('a key is burned and recorded in Japanese', async ({ app, page }) => {
  const operator = new Operator(app, 'ja');
  const { keys, keystore, board, burn, record, panel } = operator;
  await app.open('keys', { seed: 81 });
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await expect(page).toHaveTitle('[仮想ボード] 鍵 – Keyfuse');
  await panel.hurry();

  await keys.makeProven('kagi');
  await app.expectAccessible();
  await keys.find('link', 'Continue to Keystore').click();
  const fingerprint = await keystore.fingerprint();
  await app.expectAccessible();
  await keystore.find('link', 'Continue to Board').click();

  await panel.enterDfu();
  await board.inspect();
  await app.expectAccessible();
  await board.find('link', 'Continue to Burn').click();

  await burn.rehearse();
  await burn.plan();
  await burn.confirm();
  await app.expectAccessible();
  await burn.burn();
  await burn.expectProven();
  await app.expectAccessible();

  await operator.goTo('record');
  const file = await record.saveLatest();
  await app.expectAccessible();
  const saved = parseRecord(file.bytes.toString('latin1'), file.name);
  expect(saved.virtual).toBe(true);
  expect(saved.keystore.fingerprint).toBe(fingerprint);
});
