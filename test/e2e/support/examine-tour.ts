/** Everything on the page Examine, for the tour of all names: after an install, the board still in DFU mode. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedFile } from './app.ts';
import type { Operator } from './operator.ts';

const vectors = join(import.meta.dirname, '../../vectors/wolfboot');
const v1 = 'sample-application_v1_signed.bin';
const v2 = 'sample-application_v2_signed.bin';

/** `factory`: bootloader and version 1 in one file. */
export async function examineTour(
  operator: Operator,
  factory: SavedFile,
  look: () => Promise<void>,
): Promise<void> {
  const { examine } = operator;
  await operator.goTo('examine');
  await look();
  await examine.chooseOfSession(v1);
  await examine.expectNothingAgainst();
  await look();
  await examine.choice('A keystore file').click();
  await examine.button('Open keystore file').waitFor();
  await look();
  await examine.choice('The keystore of the page Keystore').click();
  await examine.button('Read the running image').click();
  await examine.button('Examine it').waitFor();
  await examine.text('The bootloader would not start this image').waitFor();
  await look();
  await examine.chooseOfSession(v2);
  await examine.expectStarts();
  const other = examine.find('combobox', 'Compare with an image of this session');
  await other.selectOption({ label: v1 });
  await examine.find('table', 'Header fields compared').waitFor();
  await examine.compareWith(file('images/ecc256-hdr1024.signed.bin'));
  await look();
  await examine.open(factory);
  await examine.find('combobox', 'Part').waitFor();
  await look();
  await examine.open(file('images/ecc256-enc-chacha.encrypted.bin'));
  await examine.button('Open key file and decrypt').waitFor();
  await look();
  await examine.open(file('keys/ecc256/keystore.der'));
  await examine.find('table', 'Its slots').waitFor();
  await look();
}

function file(path: string): SavedFile {
  return { name: path.replaceAll('/', '-'), bytes: readFileSync(join(vectors, path)) };
}
