// The primer burns: the page flashes it, a person lets it run, the page erases it again.
import { parseRecord } from '../../src/core/provisioning/index.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

test('a primer burns while the page tells the person what to do', async ({ app }) => {
  const operator = new Operator(app);
  const { keys, board, burn, record, panel } = operator;
  await app.open('keys', { seed: 52 });
  await panel.hurry();
  await keys.makeProven('line');
  await operator.goTo('board');
  await panel.enterDfu();
  await board.inspect();

  await operator.goTo('burn');
  await burn.usePrimer();
  await app.expectAccessible();
  await burn.rehearse();
  await burn.plan();
  await expect(burn.region('What this means')).toContainText('flash sector is erased');
  await burn.confirm();
  await burn.burn();

  const hands = burn.find('list', 'What to do at the board');
  await test.step('BOOT0 off, reset: the primer runs', async () => {
    await expect(hands).toContainText('Take the bridge off BOOT0');
    await app.expectAccessible();
    await panel.setBoot0(false);
    await panel.pressReset();
  });
  await test.step('the primer is asked over the serial line', async () => {
    await burn.button('Read back over the serial line').click();
    await expect(burn.region('Burning')).toContainText('Proven over the serial line');
    await app.expectAccessible();
  });
  await test.step('BOOT0 on, reset: back in the ROM bootloader', async () => {
    await expect(hands).toContainText('Bridge BOOT0 to 3V3');
    await app.expectAccessible();
    await panel.setBoot0(true);
    await panel.pressReset();
  });
  await burn.expectProven();
  await expect(burn.region('Read back')).toContainText('Unique device secretpresent');

  await test.step('nothing is left in flash that could run again', async () => {
    await panel.startFromFlash();
    await expect(panel.find('complementary', 'Virtual board panel')).toContainText(
      'there is no bootable code in flash',
    );
  });
  await operator.goTo('record');
  const file = await record.saveLatest();
  const saved = parseRecord(file.bytes.toString('latin1'), file.name);
  expect(saved.route).toBe('primer');
  expect(saved.done).toEqual(
    expect.arrayContaining(['primer-flashed', 'primer-ran', 'primer-erased']),
  );
});
