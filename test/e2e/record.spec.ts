// Record: what the page says before there is any, and what it says of files that are no records.
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

test('an empty page says when a record is written', async ({ app, page }) => {
  await app.open('record');
  await expect(page.getByText('No record yet')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('a file that is no record is refused with a reason', async ({ app, page }) => {
  await app.open('record');
  const { record } = new Operator(app);
  const bytes = Buffer.from('{"format":"keyfuse-record-1"}\n');
  await app.openFile(record.button('Open record file'), { name: 'record.json', bytes });
  await expect(page.getByRole('alert')).toBeVisible();
  await app.expectAccessible();
});
