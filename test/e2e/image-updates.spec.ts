// Signed with an LMS key, sent as a delta, encrypted, and as both: the virtual board boots it or says why not.
import type { Locator } from '@playwright/test';
import type { App, SavedFile } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const seed = 640;
const profile = 'STM32H5, TrustZone, one bank, LMS L2-H5-W8';
const twoBanks = 'STM32H5, TrustZone, dual bank, LMS L2-H5-W8';
/** Hash trees in the browser, a burn, an install and six transfers, as fast as a busy computer can. */
const wholeTestMs = 480_000;
const bootMs = 60_000;

const imageName = (version: number, form = 'signed'): string =>
  `sample-application_v${version}_${form}.bin`;

/** The page Firmware with its options unfolded. */
class SignPage {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  async unfold(...groups: readonly string[]): Promise<void> {
    for (const group of ['More options', ...groups]) {
      await this.#app.page.locator('summary').getByText(group, { exact: true }).click();
    }
  }

  async chooseBase(version: number): Promise<void> {
    await choose(this.#app.page.getByLabel('Base image'), imageName(version));
  }

  async noDelta(): Promise<void> {
    await this.#app.page.getByLabel('Base image').selectOption({ label: 'No delta' });
  }

  async makeEncryptionKey(): Promise<void> {
    await this.#app.button('Make encryption key').click();
    await expect(this.#app.page.getByRole('list', { name: 'Encryption keys' })).toBeVisible();
  }

  /** Signs, and waits for the last image that comes of it. */
  async sign(version: number, last: string): Promise<void> {
    await this.#app.page.getByRole('spinbutton', { name: 'Version' }).fill(String(version));
    await this.#app.button(`Sign as version ${version}`).click();
    await expect(this.#app.button(`Save ${last}`)).toBeVisible({ timeout: bootMs });
  }

  async saveKeyOf(image: string): Promise<SavedFile> {
    return this.#app.save(() => this.#app.button(`Save key file of ${image}`).click());
  }
}

async function choose(field: Locator, text: string): Promise<void> {
  const label = await field.getByRole('option').filter({ hasText: text }).innerText();
  await field.selectOption({ label });
}

test('an LMS key signs versions that travel as deltas and ciphertext @deep', async ({
  app,
  page,
}) => {
  test.setTimeout(wholeTestMs);
  const operator = new Operator(app);
  const { keys, keystore, board, burn, firmware, update, panel } = operator;
  const sign = new SignPage(app);
  const send = update.region('Send a new version');
  const saved = new Map<string, SavedFile>();

  await test.step('an LMS key in the OTP', async () => {
    await app.open('keys', { seed });
    await panel.hurry();
    await keys.chooseVerifier(profile);
    await keys.generate('line', 1);
    await keys.proveBackup('line', await keys.savePrivateKey('line'));
    await operator.goTo('keystore');
    await keystore.chooseProfile(profile);
    await operator.goTo('board');
    await panel.enterDfu();
    await board.expectInDfuMode();
    await operator.goTo('burn');
    await burn.plan();
    await burn.confirm();
    await burn.burn();
    await burn.expectProven();
  });

  await test.step('four versions in four forms', async () => {
    await operator.goTo('firmware');
    await firmware.loadSample();
    await sign.sign(1, imageName(1));
    await sign.unfold('Encryption', 'Delta');
    await sign.chooseBase(1);
    await sign.sign(2, imageName(2, 'signed_diff'));
    await sign.noDelta();
    await sign.makeEncryptionKey();
    await sign.sign(3, imageName(3, 'signed_and_encrypted'));
    await sign.chooseBase(3);
    await sign.sign(4, imageName(4, 'signed_diff_encrypted'));
    for (const name of [
      imageName(3, 'signed_and_encrypted'),
      imageName(4, 'signed_diff_encrypted'),
    ]) {
      saved.set(name, await sign.saveKeyOf(name));
    }
  });

  const chooseImage = (name: string): Promise<void> =>
    choose(update.find('combobox', 'New signed image'), name);

  await test.step('no delta is installed, and none goes to a board with two banks', async () => {
    await operator.goTo('update');
    await choose(update.find('combobox', 'First signed image'), imageName(2, 'signed_diff'));
    await expect(update.region('Factory install')).toContainText('Only the whole image');
    await chooseImage(imageName(2, 'signed_diff'));
    await expect(send).not.toContainText('swaps its two banks');
    await operator.goTo('keystore');
    await keystore.chooseProfile(twoBanks);
    await operator.goTo('update');
    await expect(send).toContainText('swaps its two banks');
    await operator.goTo('keystore');
    await keystore.chooseProfile(profile);
    await operator.goTo('update');
  });

  await test.step('the board: one bank, delta updates, version 1', async () => {
    await panel.unfold('Bootloader build');
    await panel.find('switch', 'One bank and a swap partition').setChecked(true);
    await panel.find('switch', 'Takes delta updates').setChecked(true);
    await update.button('Use the sample bootloader').click();
    await choose(update.find('combobox', 'First signed image'), imageName(1));
    await update.button('Install bootloader and firmware').click();
    await update.expectInstalled();
    await panel.setTrustZone(true);
    await update.connectConsole();
    await panel.startFromFlash();
    await update.expectKeystoreOnBoard();
  });

  await test.step('a delta: what must be true is said, and the board boots it', async () => {
    await chooseImage(imageName(2, 'signed_diff'));
    const conditions = update.region('What must be true on the board');
    await expect(conditions).toContainText('Version 1 runs');
    await expect(conditions.getByText('holds', { exact: true })).toHaveCount(2);
    await app.expectAccessible();
    await update.start();
    await update.expectProven(1, 2);
    await update.button('Send another version').click();
  });

  await test.step('a delta of another version is refused before it is sent', async () => {
    await chooseImage(imageName(4, 'signed_diff_encrypted'));
    await expect(send).toContainText('a patch for version 3, but version 2 runs');
    await expect(update.button('Start update')).toBeDisabled();
  });

  await test.step('an encrypted image is unread without the key, and boots with it', async () => {
    const name = imageName(3, 'signed_and_encrypted');
    await panel.find('combobox', 'Takes encrypted updates').selectOption({ label: 'ChaCha20' });
    await panel.pressReset();
    await expect(panel.text('The firmware has no key for encrypted updates.')).toBeVisible();
    await chooseImage(name);
    await update.start();
    await expect(send.getByRole('alert')).toContainText('could not read the update', {
      timeout: bootMs,
    });
    await handOver(name);
    await update.start();
    await update.expectProven(2, 3);
    await update.button('Send another version').click();
  });

  await test.step('with the key of another image the bootloader keeps the old version', async () => {
    const name = imageName(4, 'signed_diff_encrypted');
    await chooseImage(name);
    await update.start();
    await expect(send.getByRole('alert')).toContainText('went back to the old version', {
      timeout: bootMs,
    });
    await expect(
      page.getByText('decrypted with chacha20 and the key that was set, it is no image'),
    ).toBeVisible();
    await handOver(name);
    await update.start();
    await update.expectProven(3, 4);
    await expect(send).toContainText('encrypted delta');
    await app.expectAccessible();
  });

  async function handOver(name: string): Promise<void> {
    const file = saved.get(name);
    if (file === undefined) throw new Error(`no key file of ${name}`);
    await app.openFile(panel.button('Hand over encryption key file'), file);
    await expect(
      panel.text('The firmware has been given a key for encrypted updates.'),
    ).toBeVisible();
  }
});
