// Signing in three steps: openssl holds the key, the page shows what to type and checks what comes back.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { App, SavedFile } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

let folder: string;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyfuse-external-'));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true });
});

const kinds = {
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  Ed25519: ['-algorithm', 'ED25519'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
} as const;

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
}

/** The key pair stays in the folder, as it would in an HSM; the public half is handed out. */
function makeKey(kind: keyof typeof kinds): SavedFile {
  openssl('genpkey', ...kinds[kind], '-out', 'private.pem');
  openssl('pkey', '-in', 'private.pem', '-pubout', '-out', 'pub.pem');
  return { name: 'pub.pem', bytes: readFileSync(join(folder, 'pub.pem')) };
}

/** Loads firmware and shows the digest; the digest file lands beside the key. */
async function prepare(app: App, page: Page, publicKey: SavedFile): Promise<void> {
  await app.open('firmware');
  await app.button('Load sample firmware').click();
  await expect(page.getByRole('list', { name: 'Firmware' })).toContainText('Sample');
  await page.getByRole('link', { name: 'Sign with a key in an HSM' }).click();
  await app.openFile(app.button('Choose file: Public key file'), publicKey);
  await app.button('Show the digest to sign').click();
  await expect(page.getByRole('region', { name: '2. The signature' })).toBeVisible();
  const digest = await app.save(() => app.button(/^Save digest /).click());
  writeFileSync(join(folder, digest.name), digest.bytes);
}

/** Runs the command as it stands on the page. */
async function runCommand(page: Page, index: number): Promise<SavedFile> {
  const shown = page.getByRole('list', { name: 'Commands that sign it' }).getByRole('listitem');
  const command = await shown.nth(index).locator('code').innerText();
  const [program, ...words] = command.trim().split(/\s+/);
  expect(program).toBe('openssl');
  openssl(...words);
  const name = words[words.indexOf('-out') + 1] ?? '';
  return { name, bytes: readFileSync(join(folder, name)) };
}

for (const kind of ['P-256', 'Ed25519', 'RSA'] as const) {
  test(`openssl signs with ${kind} by the command shown, and the image is built`, async ({
    app,
    page,
  }) => {
    const publicKey = makeKey(kind);
    await prepare(app, page, publicKey);
    const forms = kind === 'RSA' ? [0, 1] : [0];
    for (const form of forms) {
      const signature = await runCommand(page, form);
      await app.openFile(app.button(/^Open signature file/), signature);
      await expect(page.getByText('The signature is good')).toBeVisible();
      if (form === 1) await expect(page.getByText('RSA with DigestInfo.')).toBeVisible();
    }
    await app.expectAccessible();
    await app.button(/^Build /).click();
    await expect(page.getByText(/_v1_signed\.bin is built$/)).toBeVisible();
    await app.goTo('keystore');
    await app.openFile(app.button('Import public key'), publicKey);
    await app.goTo('firmware');
    await expect(page.getByRole('heading', { level: 3, name: 'Version 1' })).toBeVisible();
    const accepted = kind === 'P-256' ? 'The bootloader accepts it' : 'The bootloader refuses it';
    await expect(page.getByText(accepted)).toBeVisible();
  });
}

test('a board boots both versions that openssl signed', async ({ app, page }) => {
  test.setTimeout(300_000);
  const publicKey = makeKey('P-256');
  const operator = new Operator(app);
  const { board, burn, update, panel } = operator;

  await app.open('keystore', { seed: 6144 });
  await panel.hurry();
  await app.openFile(app.button('Import public key'), publicKey);
  await operator.goTo('board');
  await panel.enterDfu();
  await board.expectInDfuMode();
  await operator.goTo('burn');
  await burn.find('checkbox', 'The private key of {key} is kept safely elsewhere').check();
  await burn.plan();
  await burn.confirm();
  await burn.burn();
  await burn.expectProven();

  await operator.goTo('firmware');
  await app.button('Load sample firmware').click();
  await page.getByRole('link', { name: 'Sign with a key in an HSM' }).click();
  await app.openFile(app.button('Choose file: Public key file'), publicKey);
  for (const version of [1, 2]) {
    await page.getByRole('spinbutton', { name: 'Version' }).fill(String(version));
    await app.button('Show the digest to sign').click();
    const digest = await app.save(() => app.button(/^Save digest /).click());
    writeFileSync(join(folder, digest.name), digest.bytes);
    await app.openFile(app.button(/^Open signature file/), await runCommand(page, 0));
    await app.button(/^Build /).click();
    await expect(page.getByText(`_v${version}_signed.bin is built`)).toBeVisible();
  }

  await operator.goTo('update');
  await update.install(1);
  await panel.setTrustZone(true);
  await update.connectConsole();
  await panel.startFromFlash();
  await update.expectKeystoreOnBoard();
  await update.chooseUpdate(2);
  await update.start();
  await update.expectProven(1, 2);
});

test('what is wrong with a signature is said, and nothing is built', async ({ app, page }) => {
  await prepare(app, page, makeKey('P-256'));
  await expect(app.button(/^Build /)).toBeDisabled();
  openssl('dgst', '-sha256', '-sign', 'private.pem', '-out', 'twice.sig', 'pub.pem');
  const other = readFileSync(join(folder, 'twice.sig'));
  await page.getByLabel('Signature', { exact: true }).fill(other.toString('base64'));
  await app.button('Check signature').click();
  await expect(page.getByRole('alert')).toContainText('This signature does not fit');
  const digest = (await app.save(() => app.button(/^Save digest /).click())).name;
  openssl('dgst', '-sha256', '-sign', 'private.pem', '-out', 'twice.sig', digest);
  const twice = { name: 'twice.sig', bytes: readFileSync(join(folder, 'twice.sig')) };
  await app.openFile(app.button(/^Open signature file/), twice);
  await expect(page.getByRole('alert')).toContainText('The digest was hashed again');
  await expect(app.button(/^Build /)).toBeDisabled();
  await app.expectAccessibleInAllLooks();
});

test('what was prepared stays while other pages are open', async ({ app, page }) => {
  await prepare(app, page, makeKey('Ed25519'));
  const region = page.getByRole('region', { name: '2. The signature' });
  const digest = await region.locator('code').first().innerText();
  await app.goTo('keystore');
  await app.goTo('firmware');
  await page.getByRole('link', { name: 'Sign with a key in an HSM' }).click();
  await expect(region.locator('code').first()).toHaveText(digest);
  await app.button('Give up').click();
  await expect(region).toBeHidden();
});
