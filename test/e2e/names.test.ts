// Every name that docs/TESTING.md promises is found on its page, in both languages.
import { generateKeyPairSync, sign } from 'node:crypto';
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Language, SavedFile } from './support/app.ts';
import { Authenticator } from './support/authenticator.ts';
import { examineTour } from './support/examine-tour.ts';
import { Flash } from './support/flash.ts';
import { flashTour } from './support/flash-tour.ts';
import { listedNames } from './support/names.ts';
import { Operator } from './support/operator.ts';
import { Sightings } from './support/sightings.ts';
import { expect, test } from './support/test.ts';

/** Whoever has to be caught in the act is slowed down. */
const slowPollMs = 250;
const tourTimeoutMs = 480_000;
const actionTimeoutMs = 20_000;
const junk = { name: 'notes.txt', bytes: Buffer.from('not a key') };

/** A counted key of which nobody here knows what was signed with it. */
function readStrangersKey(): SavedFile {
  const path = join(import.meta.dirname, '../vectors/wolfboot/keys/lms-l1h5w8/priv.der');
  return { name: 'priv.der', bytes: readFileSync(path) };
}

/** Places whose own spec looks for their names: they take moves that would spoil this tour. */
const WALKED_ELSEWHERE: ReadonlySet<string> = new Set(['One cable', 'Console', 'Boot proof']);
/** Names of states that this tour does not bring about. */
const STATES_ELSEWHERE: ReadonlySet<string> = new Set([
  'Partly burned with this keystore',
  'Taken over from {name}',
  'Nothing can be burned this way now',
  'Take that way',
  'What is possible',
  'Burned, read back, and proved by boot',
]);

for (const [language, tag] of [
  ['en', ''],
  ['ja', ' @deep'],
] as const) {
  test.describe(`names in ${language}${tag}`, () => {
    test.use({ locale: language === 'ja' ? 'ja-JP' : 'en-US', actionTimeout: actionTimeoutMs });

    test('all listed names are found on the way', async ({ app, page }) => {
      test.setTimeout(tourTimeoutMs);
      await refuseDevices(page);
      const tour = new Tour(app, language);
      await tour.beforeABoard();
      await tour.keys();
      await tour.keystore();
      await tour.vault();
      await tour.board();
      await tour.flash();
      await tour.burnStopped();
      await tour.burnFinished();
      await tour.firmware();
      await tour.install();
      await tour.update();
      await tour.record();
      expect(tour.sightings.missing()).toEqual([]);
    });
  });
}

/** As when the person closes the browser's list without choosing. */
async function refuseDevices(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (!('usb' in navigator)) return; // the empty page before ours
    navigator.usb.requestDevice = () =>
      Promise.reject(new DOMException('No device selected.', 'NotFoundError'));
  });
}

/** Intel HEX: sixteen bytes at the start of flash, where the bootloader is. */
const linkedElsewhere = {
  name: 'elsewhere.hex',
  bytes: Buffer.from(
    ':020000040800F2\r\n:10000000000102030405060708090A0B0C0D0E0F78\r\n:00000001FF\r\n',
  ),
};

class Tour {
  readonly sightings: Sightings;
  readonly #app: App;
  readonly #page: Page;
  readonly #operator: Operator;

  constructor(app: App, language: Language) {
    this.#app = app;
    this.#page = app.page;
    this.#operator = new Operator(app, language);
    const walked = listedNames.filter(
      ({ place, en }) => !WALKED_ELSEWHERE.has(place) && !STATES_ELSEWHERE.has(en),
    );
    this.sightings = new Sightings(app.page, language, walked);
  }

  async beforeABoard(): Promise<void> {
    const { board, burn, update, frame } = this.#operator;
    await this.#app.open('guide');
    await this.sightings.look('Every page', 'Guide');
    await frame.button('Keyboard shortcuts').click();
    await frame.find('dialog', 'Keyboard shortcuts').waitFor();
    await this.sightings.look('Every page');
    await frame.button('Close').click();
    await this.#operator.goTo('burn');
    await burn.find('link', 'Go to Keystore').waitFor();
    await this.sightings.look('Burn');
    await this.#operator.goTo('update');
    await update.find('link', 'Go to Board').waitFor();
    await this.sightings.look('Update');
    await this.#help();

    await this.#operator.goTo('board');
    await board.button('Use a real board').click();
    await board.button('Connect board').click();
    await this.#page.getByRole('alert').waitFor();
    await this.sightings.look('Board', 'Every failure');
    await board.button('Put the board away').click();
    await board.button('Use the virtual board').waitFor();
    await this.sightings.look('Board');
  }

  async #help(): Promise<void> {
    await this.#operator.goTo('help');
    await this.sightings.look('Help');
    await this.#operator.help.find('link', 'The list is empty').click();
    await this.#operator.help.find('link', 'All topics').waitFor();
    await this.sightings.look('Help');
  }

  async keys(): Promise<void> {
    const { keys, frame } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Keys', 'Every page');
    await this.#operator.goTo('keys');
    await this.#app.openFile(keys.button('Open private key file'), junk);
    await frame.page.getByRole('alert').waitFor();
    await this.sightings.look('Every failure');
    await this.#kindsOfKeys();
    await keys.generate('line', 2);
    await look();
    await keys.button('Save private key {key}', { key: 'line' }).click();
    await keys.button('Save file').waitFor();
    await look();
    await keys.button('Cancel').click();
    for (const key of ['line', 'line-2']) {
      const file = await keys.savePrivateKey(key);
      await look();
      await keys.proveBackup(key, file);
    }
    await look();
    await keys.button('Partitions of {key}', { key: 'line' }).click();
    await keys.find('checkbox', 'All partitions').waitFor();
    await look();
    await keys.button('Rename {key}', { key: 'line' }).click();
    await keys.button('Rename').waitFor();
    await look();
    await keys.button('Cancel').click();
  }

  async #kindsOfKeys(): Promise<void> {
    const { keys } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Keys', 'Every page');
    await keys.choice('Another algorithm').click();
    await look();
    await keys.unfold('Compare all algorithms');
    await keys.find('table', 'Algorithms compared').waitFor();
    await look();
    await keys.unfold('Compare all algorithms');
    await keys.choice('LMS/HSS').click();
    await keys.generate('counted');
    await look();
    await keys.button('Remove key {key}', { key: 'counted' }).click();
    await keys.button('Remove key').click();
    await keys.card('counted').waitFor({ state: 'detached' });
    await this.#app.openFile(keys.button('Open private key file'), readStrangersKey());
    await keys.button('Move the key forward: {key}').click();
    await keys.button('Move forward').waitFor();
    await look();
    await keys.button('Cancel').click();
    await look();
    await keys.button('Remove key {key}', { key: 'priv' }).click();
    await keys.button('Remove key').click();
    await keys.choice('ECDSA P-256').click();
  }

  /** Sealed, locked, unlocked; another key is saved encrypted and removed by its typed name. */
  async vault(): Promise<void> {
    const { keys } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Keys', 'Key sheet', 'Every page');
    const passphrase = 'seven copper kettles sing quietly at dawn';
    await this.#operator.goTo('keys');
    await keys.button('Create vault').click();
    await keys.button('Seal the keys').waitFor();
    await look();
    await keys.choice('Passkey').click();
    await look();
    await keys.button('Cancel').click();
    await keys.createVault(passphrase);
    await look();
    await this.#passkey();
    await keys.lockVault();
    await keys.button('Delete vault').click();
    await keys.button('Delete vault for good').waitFor();
    await look();
    await keys.button('Cancel').click();
    await look();
    await keys.unlockVault(passphrase);
    await keys.generate('spare');
    const file = await keys.saveEncrypted('spare', passphrase);
    await this.#app.openFile(keys.button('Prove backup of {key}', { key: 'spare' }), file);
    await keys.button('Open with passphrase').waitFor();
    await look();
    await keys.button('Cancel').click();
    await keys.button('Remove key {key}', { key: 'spare' }).click();
    await keys.find('textbox', 'Type the name: {key}', { key: 'spare' }).waitFor();
    await look();
    await keys.button('Cancel').click();
    await keys.removeUnproven('spare');
    await keys.find('link', 'Sheet to print of {key}', { key: 'line' }).click();
    await this.#operator.sheet.button('Print').waitFor();
    await look();
    await this.#operator.sheet.find('link', 'Back to Keys').click();
    await keys.card('line').waitFor();
  }

  async #passkey(): Promise<void> {
    const { keys } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Keys');
    const refusing = await Authenticator.plugInto(this.#app.page, { hasPrf: true });
    await refusing.refuse();
    await keys.startPasskey('desk');
    await keys.text('No passkey was given; nothing was changed.').waitFor();
    await look();
    await keys.button('Cancel').click();
    await refusing.unplug();
    await Authenticator.plugInto(this.#app.page, { hasPrf: true });
    await keys.addPasskey('desk');
    await keys.find('list', 'Ways to unlock').getByRole('button').first().click();
    await keys.button('Remove way').waitFor();
    await look();
    await keys.button('Cancel').click();
  }

  /** The second key becomes one of which only the public half is here. */
  async keystore(): Promise<void> {
    const { keys, keystore } = this.#operator;
    const publicKey = await this.#app.save(() =>
      keys.button('Save public key {key}', { key: 'line-2' }).click(),
    );
    await keys.button('Remove key {key}', { key: 'line-2' }).click();
    await keys.button('Remove key').waitFor();
    await this.sightings.look('Keys');
    await keys.button('Remove key').click();
    await this.#operator.goTo('keystore');
    await keystore.chooseOtherBuild();
    await keystore.find('table', 'Room on {target}, by key type').waitFor();
    await this.sightings.look('Keystore');
    await keystore.chooseProfile('STM32H5, TrustZone, dual bank, ECDSA P-256');
    await keystore.button('Take {key} out', { key: 'line' }).click();
    await keystore.button('Put in a slot: {key}', { key: 'line' }).waitFor();
    await this.sightings.look('Keystore');
    await keystore.button('Put in a slot: {key}', { key: 'line' }).click();
    await this.#app.openFile(keystore.button('Import public key'), publicKey);
    await keystore.find('grid', 'Bytes of the OTP image').waitFor();
    await this.sightings.look('Keystore');
    await keystore.button('Save otp.bin').click();
    await keystore.button('Save secret file').waitFor();
    await this.sightings.look('Keystore');
    await keystore.choice('Left for the board').click();
    await keystore.button('Save public file').waitFor();
    await this.sightings.look('Keystore');
    await this.#page.keyboard.press('Escape');
  }

  async board(): Promise<void> {
    const { board, burn, panel } = this.#operator;
    await this.#operator.goTo('burn');
    await burn.find('link', 'Go to Board').waitFor();
    await this.sightings.look('Burn');
    await this.#operator.goTo('board');
    await board.button('Use the virtual board').click();
    await board.find('list', 'Steps into DFU mode').waitFor();
    await this.sightings.look('Board');
    await this.#panel();
    await this.#operator.goTo('burn');
    await burn.find('link', 'Bring the board into DFU mode').waitFor();
    await this.sightings.look('Burn');
    await this.#operator.goTo('board');
    await panel.enterDfu();
    await board.expectInDfuMode();
    await this.sightings.look('Board');
    await board.inspect();
    await this.sightings.look('Board');
  }

  async flash(): Promise<void> {
    const { update, panel } = this.#operator;
    const flash = new Flash(this.#app, update.language);
    await update.find('link', 'Flash a whole project').click();
    await flashTour(flash, panel, () => this.sightings.look('Flash'));
    await this.#operator.goTo('board');
    await panel.enterDfu();
  }

  async #panel(): Promise<void> {
    const { panel } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Virtual board panel');
    await panel.hurry();
    await panel.armFault('The device asks for long waits', 'Wait in milliseconds', slowPollMs);
    const faults = panel.find('combobox', 'Fault');
    for (const label of await faults.getByRole('option').allInnerTexts()) {
      await faults.selectOption({ label });
      await look();
    }
    await panel.unfold('Bootloader build');
    await panel.find('combobox', 'Takes encrypted updates').selectOption({ label: 'ChaCha20' });
    await look();
    await this.#app.openFile(panel.button('Hand over encryption key file'), {
      name: 'key.bin',
      bytes: Buffer.alloc(44, 1),
    });
    await panel.text('The firmware has been given a key for encrypted updates.').waitFor();
    await look();
    await panel.find('switch', 'One bank and a swap partition').setChecked(false);
    await panel.button('Hide the virtual board').click();
    await panel.button('Show the virtual board').waitFor();
    await look();
    await panel.button('Show the virtual board').click();
    await panel.hurry();
  }

  /** With a primer, up to the person's turn; then through the OTP alternate, stopped in the middle. */
  async burnStopped(): Promise<void> {
    const { burn, panel } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Burn');
    await this.#operator.goTo('burn');
    await burn.find('checkbox', 'The private key of {key} is kept safely elsewhere').check();
    await burn.usePrimer();
    await look();
    await burn.choice('Your own primer.bin').click();
    await look();
    await burn.choice('Keyfuse primer (built in)').click();
    await burn.usePrimer();
    await burn.plan();
    await burn.confirm();
    await burn.burn();
    await burn.find('list', 'What to do at the board').waitFor();
    await look();
    await panel.setUserUsbCable(false);
    await burn.button('Read back over the serial line').waitFor();
    await look();
    await burn.button('Stop').click();
    await burn.region('The burn stopped').waitFor();
    await panel.setUserUsbCable(true);
    await this.#operator.goTo('board');
    await this.sightings.look('Board');
    await this.#operator.goTo('burn');
    await burn.button('Erase the primer').waitFor();
    await look();
    await burn.button('Erase the primer').click();
    await burn.region('The burn stopped').waitFor({ state: 'hidden' });

    await burn.choice('Through the OTP alternate').click();
    await burn.rehearse();
    await burn.plan();
    await look();
    await burn.confirm();
    await panel.setRealPace(true);
    await burn.goOnOrBurn();
    await burn.button('Finish this step, then stop').waitFor();
    await look();
    await burn.button('Finish this step, then stop').click();
    await burn.region('The burn stopped').waitFor();
    await look();
    await panel.setRealPace(false);
  }

  async burnFinished(): Promise<void> {
    const { board, burn } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Burn');
    await burn.button('Read the board and go on').click();
    await burn.text('This continues an interrupted burn').waitFor();
    await look();
    await burn.confirm();
    await burn.goOn();
    await burn.expectProven();
    await look();
    await burn.plan();
    await burn.expectNothingLeft();
    await look();
    await burn.button('Verify the board').click();
    await burn.text('Already burned, and read back; not yet proven by boot').waitFor();
    await look();
    await this.#operator.goTo('board');
    await board.text('Holds your keystore').waitFor();
    await this.sightings.look('Board');
  }

  async firmware(): Promise<void> {
    const { firmware } = this.#operator;
    await this.#operator.goTo('firmware');
    await firmware.loadSample();
    await firmware.sign(1);
    await firmware.sign(2);
    const file = 'sample-application_v1_signed.bin';
    await firmware.button('Header bytes of {file}', { file }).click();
    await firmware.find('grid', 'Header bytes of {file}', { file }).waitFor();
    await this.sightings.look('Firmware');
    await firmware.button('{file}: save as', { file }).click();
    await firmware.button('Save file').waitFor();
    await this.sightings.look('Firmware');
    await this.#page.keyboard.press('Escape');
    await this.#app.openFile(firmware.button('Open firmware file'), linkedElsewhere);
    await firmware.text('{file} is linked for another address').waitFor();
    await this.sightings.look('Firmware');
    await firmware.button('Remove {file}', { file: linkedElsewhere.name }).click();
    await this.#signingOptions();
    await this.#external();
  }

  /** Everything unfolded, then a delta that is encrypted too. */
  async #signingOptions(): Promise<void> {
    const { firmware } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Firmware');
    await look();
    await firmware.unfold('More options');
    await look();
    await firmware.unfold('Fields of your own');
    await firmware.button('Add custom field').click();
    const number = 1;
    await firmware.find('combobox', 'Kind of field {number}', { number }).selectOption('number');
    await look();
    await firmware.button('Remove custom field {number}', { number }).click();
    await firmware.unfold('Second signature');
    await firmware.unfold('Encryption');
    await firmware.button('Make encryption key').click();
    await firmware.find('radiogroup', 'Nonce').waitFor();
    await firmware.unfold('Delta');
    await firmware.find('combobox', 'Base image').selectOption({ index: 1 });
    await firmware.unfold('Fields and offsets');
    await firmware.find('table', 'Fields and offsets').waitFor();
    await look();
    await firmware.find('spinbutton', 'Version').fill('9');
    await firmware.button('Sign as version {version}', { version: 9 }).click();
    await firmware.button('Save key file of {file}').waitFor();
    await look();
  }

  /** A key that never comes here signs the digest. */
  async #external(): Promise<void> {
    const { external, firmware } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Sign with a key in an HSM');
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const bytes = publicKey.export({ type: 'spki', format: 'der' });
    await firmware.find('link', 'Sign with a key in an HSM').click();
    await external.button('Show the digest to sign').waitFor();
    await look();
    await this.#app.openFile(external.button('Choose file: Public key file'), {
      name: 'hsm.der',
      bytes,
    });
    await external.button('Show the digest to sign').click();
    const digest = await this.#app.save(() => external.button('Save digest {file}').click());
    await look();
    const signature = sign(null, digest.bytes, privateKey).toString('hex');
    await external.find('textbox', 'Signature').fill(signature);
    await external.button('Check signature').click();
    await external.text('The signature is good').waitFor();
    await look();
    await external.button('Build {file}').click();
    await external.text('{file} is built').waitFor();
    await look();
    await external.find('link', 'Back to Firmware').click();
    await firmware.button('Open signed image').waitFor();
  }

  async install(): Promise<void> {
    const { update, panel } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Update');
    await this.#operator.goTo('update');
    await look();
    await update.chooseInstall(1);
    await update.button('Save factory image…').click();
    await update.button('Save file').waitFor();
    await look();
    const factory = await this.#app.save(() => update.button('Save file').click());
    await panel.setRealPace(true);
    await update.startInstall(1);
    await update.find('progressbar', 'Factory install').waitFor();
    await look();
    await panel.setRealPace(false);
    await update.expectInstalled();
    await look();
    await examineTour(this.#operator, factory, () => this.sightings.look('Examine'));
    await this.#operator.goTo('update');
    await panel.setTrustZone(true);
    await panel.startFromFlash();
    await update.connectConsole();
    await update.expectKeystoreOnBoard();
    await look();
  }

  async update(): Promise<void> {
    const { update, panel } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Update');
    const images = update.find('combobox', 'New signed image');
    const delta = images.getByRole('option').filter({ hasText: 'signed_diff' }).first();
    await images.selectOption(await delta.getAttribute('value'));
    await update.region('What must be true on the board').waitFor();
    await look();
    await update.chooseUpdate(2);
    await panel.setRealPace(true);
    await update.start();
    await update.find('progressbar', 'Update').waitFor();
    await look();
    await panel.setRealPace(false);
    await update.expectProven(1, 2);
    await look();
  }

  async record(): Promise<void> {
    const { record } = this.#operator;
    const look = async (): Promise<void> => this.sightings.look('Record');
    await this.#operator.goTo('record');
    const file = await record.saveLatest();
    await look();
    await record.ofLatest('Hide record').click();
    await look();
    await record.ofLatest('Delete record').click();
    await record.button('Keep it').waitFor();
    await look();
    await record.button('Keep it').click();
    await record.checkFile(file);
    await look();
  }
}
