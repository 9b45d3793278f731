// Examine: any file is recognised, taken apart and judged, and two images are compared.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, SavedFile } from './support/app.ts';
import { Examine } from './support/examine.ts';
import { Firmware } from './support/firmware.ts';
import { expect, test } from './support/test.ts';

const vectors = join(import.meta.dirname, '../vectors/wolfboot');

function vector(path: string, name?: string): SavedFile {
  return { name: name ?? path.replaceAll('/', '-'), bytes: readFileSync(join(vectors, path)) };
}

const good = vector('images/ecc256-hdr1024.signed.bin', 'good.bin');
const keystore = vector('keys/ecc256/keystore.der', 'keystore.der');

/** Judged by the keys of the vectors, for the default profile: P-256, header of 1024 bytes. */
async function openPage(app: App): Promise<Examine> {
  await app.open('examine');
  return new Examine(app, 'en');
}

test('an empty page says what it takes, and is reached by g and x', async ({ app, page }) => {
  await app.open('guide');
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  await expect(app.heading('Examine')).toBeVisible();
  await expect(page.getByText('Drop a file here')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('every kind of file is recognised', async ({ app, page }) => {
  const examine = await openPage(app);
  for (const [path, kind] of [
    ['images/ecc256-plain.signed.bin', 'Signed firmware image'],
    ['images/ecc256-headeronly.header.bin', 'Header of an image, without its firmware'],
    ['images/delta-ecc256.diff.bin', 'Delta image: a patch from one version to another'],
    ['images/ecc256-enc-aes128.encrypted.bin', 'Encrypted image, or random bytes'],
    ['keys/ecc256/keystore.der', 'Keystore (keystore.der)'],
    ['otp/ecc256-3-stm32h5/otp.bin', 'One-time memory image (otp.bin)'],
    ['keys/ecc256/priv.der', 'Private key'],
    ['keys/lms-l1h5w8/priv.der', 'Private key'],
    ['keys/ecc256/priv_pub.der', 'Public key'],
    ['payloads/enc_chacha.key', 'Key of an encrypted image'],
    ['payloads/policy.bin', 'Policy of a TPM'],
    ['payloads/p4096.bin', 'Not recognised'],
  ] as const) {
    await examine.open(vector(path));
    await expect(page.getByRole('heading', { level: 3, name: kind, exact: true })).toBeVisible();
  }
});

test('a good image is judged by a keystore file, then against what runs', async ({ app, page }) => {
  test.slow(); // axe looks at every cell, in every look
  const examine = await openPage(app);
  await examine.open(good);
  await examine.expectRefused('There is no key to compare with.');
  await examine.judgeByFile(keystore);
  await examine.expectNothingAgainst();
  const running = examine.find('spinbutton', 'Version that runs');
  await running.fill('10');
  await examine.expectStarts();
  await expect(page.getByText('Version 11 is newer than version 10').first()).toBeVisible();
  await running.fill('12');
  await examine.expectRefused('a downgrade');
  await app.expectAccessibleInAllLooks();
});

function changed({ name, bytes }: SavedFile, offset: number): SavedFile {
  const copy = Buffer.from(bytes);
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return { name: `changed-${name}`, bytes: copy };
}

const p256 = keystore;
const ed25519 = vector('keys/ed25519/keystore.der', 'keystore.der');

for (const [cause, file, keys, sentence] of [
  [
    'another header size',
    vector('images/ecc256-hdr512.signed.bin'),
    p256,
    'The header has 512 B, the bootloader is built for 1,024 B (IMAGE_HEADER_SIZE)',
  ],
  [
    'another key type',
    vector('images/ed25519-hdr1024.signed.bin'),
    ed25519,
    'signed with Ed25519, the bootloader is built for ECDSA P-256',
  ],
  ['a changed byte', changed(good, 1500), p256, 'The digest does not fit'],
  [
    'a cut file',
    { name: 'cut.bin', bytes: good.bytes.subarray(0, 1800) },
    p256,
    'the file was cut',
  ],
  ['plain firmware', vector('payloads/p4096.bin', 'plain.bin'), p256, undefined],
] as const) {
  test(`${cause} is named`, async ({ app, page }) => {
    const examine = await openPage(app);
    await examine.open(file);
    if (sentence === undefined) {
      await expect(page.getByText('sign it on the page Firmware')).toBeVisible();
      await expect(examine.find('list', 'All checks')).toHaveCount(0);
      return;
    }
    await examine.judgeByFile(keys);
    await examine.expectRefused(sentence);
  });
}

test('a key of others and a mask that leaves the partition out are named', async ({ app }) => {
  const examine = new Examine(app, 'en');
  const firmware = new Firmware(app, 'en');
  await app.open('keys', { seed: 1 });
  await app.generateKeys({ name: 'k', count: 2 });
  await app.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(1, 'k-2');
  const name = 'sample-application_v1_signed.bin';
  await app.goTo('examine');
  await examine.chooseOfSession(name);
  await examine.expectNothingAgainst();
  await expect(app.page.getByText('It was signed with k-2, in slot 1').first()).toBeVisible();

  await app.goTo('keystore');
  await app.button('Partitions of k-2').click();
  await app.page.getByLabel('All partitions').uncheck();
  await app.page.getByLabel('Application (id 1)').uncheck();
  await app.goTo('examine');
  await examine.expectRefused('which the key in slot 1 may not verify');

  await app.goTo('keystore');
  await app.button('Take k-2 out').click();
  await app.goTo('examine');
  await examine.expectRefused('No key of the keystore (1) signed it');
});

test('an encrypted image opens with its key file and not with another', async ({ app, page }) => {
  const examine = await openPage(app);
  await examine.open(vector('images/ecc256-enc-aes256.encrypted.bin', 'enc.bin'));
  await expect(examine.region('Decrypt')).toBeVisible();
  await examine.find('combobox', 'Cipher').selectOption({ label: 'AES-256-CTR' });
  const open = examine.button('Open key file and decrypt');
  await app.openFile(open, vector('payloads/enc_aes128.key'));
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
  await app.openFile(open, vector('payloads/enc_aes256.key'));
  await expect(page.getByText('Decrypted with AES-256-CTR', { exact: true })).toBeVisible();
  await expect(examine.find('grid', 'Bytes of {file}', { file: 'enc.bin' })).toContainText('WOLF');
  await expect(page.getByText('It was decrypted with AES-256-CTR.')).toBeVisible();
});

test('a private key is never on the page', async ({ app, page }) => {
  const examine = await openPage(app);
  const file = vector('keys/ecc256/priv.der', 'priv.der');
  await examine.open(file);
  const grid = examine.find('grid', 'Bytes of {file}', { file: file.name });
  await expect(grid.getByRole('gridcell', { name: '··', exact: true })).toHaveCount(32);
  const html = (await page.content()).replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
  expect(html).not.toContain(file.bytes.subarray(64, 72).toString('hex'));
  await examine.judgeByFile(keystore);
  await expect(page.getByText('This key stands in slot 0')).toBeVisible();
  await app.expectAccessibleInAllLooks();
});

test('two images are compared field by field', async ({ app, page }) => {
  const examine = await openPage(app);
  const v1 = vector('images/delta-base.signed.bin', 'v1.bin');
  const v2 = vector('images/delta-ecc256.signed.bin', 'v2.bin');
  await examine.open(v1);
  await examine.compareWith(v2);
  await expect(page.getByText('v2.bin would be an update: version 2 after 1')).toBeVisible();
  await expect(page.getByText('Both were signed with the same key.')).toBeVisible();
  await examine.unfold('Where the firmware differs');
  await expect(page.getByRole('table', { name: 'Where the firmware differs' })).toBeVisible();
  await app.expectAccessible();
  await examine.open(v2);
  await examine.compareWith(v1);
  await expect(page.getByText('v1.bin would be a downgrade: version 1 after 2')).toBeVisible();
});

test('a file can be dropped anywhere, and opened by keyboard alone', async ({ app, page }) => {
  const examine = await openPage(app);
  await dropOnPage(app, good);
  await expect(examine.button('Close {file}', { file: good.name })).toBeVisible();
  await examine.expectRefused('There is no key to compare with.');
  const choosing = page.waitForEvent('filechooser');
  await examine.button('Open another file').press('Enter');
  await (
    await choosing
  ).setFiles({
    name: 'by-keyboard.der',
    mimeType: 'application/octet-stream',
    buffer: keystore.bytes,
  });
  await expect(examine.button('Close {file}', { file: 'by-keyboard.der' })).toBeVisible();
  await expect(examine.find('table', 'Its slots')).toBeVisible();
});

async function dropOnPage({ page }: App, { name, bytes }: SavedFile): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], fileName));
      return data;
    },
    [name, [...bytes]] as const,
  );
  await page.locator('h1').dispatchEvent('drop', { dataTransfer: transfer });
}

test('a broken container says where it is broken', async ({ app, page }) => {
  const examine = await openPage(app);
  await app.openFile(examine.button('Open file'), {
    name: 'broken.hex',
    bytes: Buffer.from(':020000040806EC\r\n:10000000'),
  });
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toContainText('What to do');
});

test('a large file is walked without drawing all of it', async ({ app, page }) => {
  const examine = await openPage(app);
  const bytes = Buffer.from(
    Uint8Array.from({ length: 4 * 1024 * 1024 }, (_, index) => Math.imul(index, 40503) >>> 11),
  );
  await examine.open({ name: 'large.bin', bytes });
  const grid = examine.find('grid', 'Bytes of {file}', { file: 'large.bin' });
  await expect(grid).toHaveAttribute('aria-rowcount', String(bytes.length / 16 + 1));
  await grid.focus();
  await page.keyboard.press('Control+End');
  await expect(page.getByRole('status').filter({ hasText: '0x003FFFFF' })).toBeAttached();
  await expect(grid.getByRole('rowheader', { name: '003FFFF0' })).toBeInViewport();
  expect(await grid.getByRole('row').count()).toBeLessThan(300);
  await page.keyboard.press('Control+Home');
  await expect(grid.getByRole('rowheader', { name: '00000000' })).toBeInViewport();
});

test('the page can be read at 768 and at 360', async ({ app, page }) => {
  const examine = await openPage(app);
  await examine.open(good);
  for (const width of [768, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await app.expectAccessible();
  }
});
