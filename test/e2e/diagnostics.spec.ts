// The diagnostic bundle: seen before it is saved, and what it must never hold is not in it.
import type { DiagnosticBundle } from '../../src/state/diagnostics.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

test('a failed look at a board leads to a bundle that can be read before it is saved', async ({
  app,
  page,
}) => {
  await app.open('update', { seed: 22 });
  const { panel, update } = new Operator(app);
  await panel.hurry();
  await update.connectConsole();
  await update.button('Read board info').click();
  await page.getByRole('alert').getByRole('link', { name: 'Diagnostic bundle' }).click();
  await expect(app.heading('Diagnostic bundle')).toBeVisible();
  await app.expectAccessibleInAllLooks();

  const preview = await page.getByRole('textbox', { name: 'The whole bundle' }).inputValue();
  const file = await app.save(() => page.getByRole('button', { name: 'Save bundle' }).click());
  expect(file.bytes.toString()).toBe(preview);
  const bundle = JSON.parse(preview) as DiagnosticBundle;
  expect(bundle).toMatchObject({
    format: 'keyfuse-diagnostics-1',
    bench: { kind: 'virtual' },
    failures: [],
  });
  expect(bundle.transfers.entries).toContainEqual(
    expect.objectContaining({ kind: 'serial', bench: 'virtual', direction: 'to-board' }),
  );
  expect(preview).not.toContain('info');
});
