// Flash: files find their places on the map; flashed, unplugged and gone on with; erased when typed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedFile } from './support/app.ts';
import { Flash } from './support/flash.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const seed = 31;
const vectors = join(import.meta.dirname, '../vectors/wolfboot/images');

const image: SavedFile = {
  name: 'app_v1_signed.bin',
  bytes: readFileSync(join(vectors, 'ecc256-hdr1024.signed.bin')),
};
const data: SavedFile = { name: 'table.bin', bytes: Buffer.alloc(1000, 0x5a) };

test('a project is put together before there is a board', async ({ app, page }) => {
  await app.open('flash');
  const flash = new Flash(app, 'en');
  await flash.add(image);
  await flash.add(data);
  await expect(flash.region('What goes in')).toContainText('does not say where it belongs');
  const address = flash.find('textbox', 'Address of {name}', { name: data.name });
  await address.fill('0x08060100');
  await expect(flash.region('What goes in')).toContainText('both want');
  await address.fill('0x08180008');
  await expect(flash.region('What goes in')).toContainText('no multiple of 16');
  await address.fill('0x081E0000');
  await expect(page.getByText('Stop:')).toHaveCount(0);
  await flash.unfold('The map as a table');
  await expect(flash.region('Memory map')).toContainText('0x081E0000');
  await app.expectAccessibleInAllLooks();
});

test('a private key is not taken', async ({ app, page }) => {
  await app.open('flash');
  const flash = new Flash(app, 'en');
  const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n';
  await app.openFile(flash.button('Add file'), { name: 'key.pem', bytes: Buffer.from(pem) });
  await expect(page.getByRole('alert')).toContainText('key.pem holds a private key');
  await expect(flash.find('list', 'What goes in')).toHaveCount(0);
});

test('a project goes in, survives a cable that falls out, and is erased again', async ({
  app,
  page,
}) => {
  await app.open('flash', { seed });
  const { panel } = new Operator(app);
  const flash = new Flash(app, 'en');
  await panel.hurry();
  await panel.enterDfu();
  await flash.button('Sample bootloader').click();
  await flash.add(image);

  await test.step('what is planned is what is done', async () => {
    await flash.plan();
    await expect(flash.find('list', 'Steps')).toContainText('Will write');
    await panel.armFault('USER USB cable falls out', 'At byte', 30_000);
    await flash.start();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(flash.find('list', 'Steps')).toContainText('Stopped at');
  });

  await test.step('it goes on where it stopped', async () => {
    await panel.setUserUsbCable(true);
    await flash.button('Go on').click();
    await flash.expectDone();
    await expect(flash.find('list', 'Steps')).toContainText('read back equal');
    await expect(flash.region('Result')).toContainText('The OTP was not written.');
  });

  await test.step('the second time nothing is written', async () => {
    await flash.button('Flash another project').click();
    await flash.plan();
    await flash.start();
    await expect(flash.text('The board held all of it already')).toBeVisible();
  });

  await test.step('all of it is erased only when the board and the word are typed', async () => {
    await flash.unfold('Erase all of the board’s flash');
    await flash.button('Read the board before erasing').click();
    const erase = flash.button('Erase everything on this board');
    await expect(erase).toBeDisabled();
    const shown = await flash.region('Erase everything').innerText();
    const serial = /\b[0-9A-F]{12}\b/.exec(shown)?.[0] ?? '';
    await flash
      .find('textbox', 'Last four characters of the board serial to erase')
      .fill(serial.slice(-4));
    await expect(erase).toBeDisabled();
    await flash.find('textbox', 'The word {word}').fill('erase');
    await erase.click();
    await expect(page.getByText('All of the flash is erased')).toBeVisible();
  });

  await test.step('option bytes are read and explained', async () => {
    await flash.unfold('Read and set option bytes');
    await flash.button('Read the option bytes').click();
    await expect(flash.find('table', 'Option bytes of the board')).toContainText('PRODUCT_STATE');
    await app.expectAccessible();
  });
});
