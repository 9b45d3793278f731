/** Everything on the page Flash, for the tour of all names: on a board in DFU mode, which is blank afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flash } from './flash.ts';
import type { Panel } from './panel.ts';

const image = {
  name: 'app_v1_signed.bin',
  bytes: readFileSync(
    join(import.meta.dirname, '../../vectors/wolfboot/images/ecc256-hdr1024.signed.bin'),
  ),
};
const data = { name: 'table.bin', bytes: Buffer.alloc(1000, 0x5a) };

/** The image is another keystore's: looked at, then taken out. */
export async function flashTour(
  flash: Flash,
  panel: Panel,
  look: () => Promise<void>,
): Promise<void> {
  await flash.button('Sample bootloader').waitFor();
  await look();
  await flash.add(data);
  await flash.add(image);
  await look();
  await flash.button('Take {name} out', { name: image.name }).click();
  await flash.find('textbox', 'Address of {name}', { name: data.name }).fill('0x081E0000');
  await flash.plan();
  await look();
  // Behind the question nothing can be reached.
  await panel.armFault('USER USB cable falls out', 'At byte', 600);
  await flash.button('Flash the project…').click();
  await flash.button('Erase and write').waitFor();
  await look();
  await flash.button('Erase and write').click();
  await flash.button('Go on').waitFor();
  await look();
  await panel.setUserUsbCable(true);
  await flash.button('Go on').click();
  await flash.expectDone();
  await look();
  await flash.button('Flash another project').click();
  await flash.plan();
  await flash.start();
  await flash.text('The board held all of it already').waitFor();
  await look();
  await flash.unfold('Read and set option bytes');
  await flash.button('Read the option bytes').click();
  await flash.find('table', 'Option bytes of the board').waitFor();
  await flash.unfold('Erase all of the board’s flash');
  await flash.button('Read the board before erasing').click();
  await flash.find('textbox', 'The word {word}', { word: 'ERASE' }).waitFor();
  await look();
  await flash.find('textbox', 'The word {word}', { word: 'ERASE' }).fill('ERASE');
  const shown = await flash.region('Erase everything').innerText();
  const tail = /\b[0-9A-F]{12}\b/.exec(shown)?.[0].slice(-4) ?? '';
  await flash.find('textbox', 'Last four characters of the board serial to erase').fill(tail);
  await flash.button('Erase everything on this board').click();
  await flash.button('Read the board before erasing').waitFor();
}
