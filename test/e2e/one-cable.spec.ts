// One cable: the ST-LINK's alone, from a blank board to a running version, and what stands in the way.
import { expect, type Page } from '@playwright/test';
import type { App, Language } from './support/app.ts';
import { listedNames } from './support/names.ts';
import { Operator } from './support/operator.ts';
import { Place } from './support/place.ts';
import { Sightings } from './support/sightings.ts';
import { test } from './support/test.ts';

const seed = 41;
const name = 'cable';
const PLACE = 'One cable';
/** The whole route with its looks; half a minute where nothing else runs. */
const SLOW_MACHINE_MS = 360_000;

/** The page, and the names on it that were seen. */
class OneCable extends Place {
  readonly sightings: Sightings;

  constructor(page: Page, language: Language) {
    super(page, language, PLACE);
    const listed = listedNames.filter(({ place }) => place === PLACE);
    this.sightings = new Sightings(page, language, listed);
  }

  look(): Promise<void> {
    return this.sightings.look(PLACE);
  }

  /** As a person does: by the sentence that leads there. */
  async open(): Promise<void> {
    await this.page.locator('a[href="#/one-cable"]').click();
    await expect(this.find('heading', 'One cable')).toBeVisible();
  }

  async chooseDrive(): Promise<void> {
    await this.button('Choose the drive').click();
    await this.button('Forget {label}').waitFor();
  }

  async read(): Promise<void> {
    await this.button('Read the board').click();
    await this.text('Keyfuse primer, empty').waitFor();
  }

  async typeTails(): Promise<void> {
    const facts = await this.region('2. Read the board').innerText();
    const serial = /[0-9A-F]{12}/.exec(facts)?.[0] ?? '';
    const plan = await this.region('3. Confirm and burn').innerText();
    const groups = plan.match(/\b[0-9a-f]{4}\b/g) ?? [];
    await this.find('textbox', 'Last two groups of the keystore fingerprint').fill(
      groups.slice(14, 16).join(' '),
    );
    await this.find('textbox', 'Last four characters of the board serial').fill(serial.slice(-4));
  }
}

async function refuseRenames({ panel }: Operator): Promise<void> {
  await panel.unfold('Faults');
  const label = panel.say('option', 'The ST-LINK drive refuses renames');
  await panel.find('combobox', 'Fault').selectOption({ label: String(label) });
  await panel.button('Arm fault').click();
}

/** The drive refuses the browser, and the key's backup is not proven yet. */
async function readByHand(app: App, cable: OneCable): Promise<void> {
  await cable.button('Read the board').click();
  await cable.text('Copy this file onto the drive yourself').waitFor();
  await cable.look();
  const saved = await app.save(() => cable.button('Save the file').click());
  expect(saved.name).toBe('keyfuse-read.bin');
  await app.expectAccessible();
  await cable.button('Drop it on the virtual drive').click();
  await cable.text('Keyfuse primer, empty').waitFor();
  await cable.text('This board is not burned').waitFor();
  await cable.look();
}

async function burn(cable: OneCable): Promise<void> {
  await cable.read();
  await cable.look();
  await cable.typeTails();
  await cable.button('Burn for ever').click();
  await cable.text('Burned and read back, every cell as intended').waitFor();
  await cable.look();
}

/** As after a reload: everything is there already. */
async function verifyAgain(cable: OneCable): Promise<void> {
  await cable.button('Read again').click();
  await cable.button('Verify').waitFor();
  await cable.look();
  await cable.button('Verify').click();
  await cable.text('Already burned, every cell as intended').waitFor();
  await cable.look();
}

async function install(cable: OneCable): Promise<void> {
  await cable.button('Use the sample bootloader').click();
  await cable.find('combobox', 'First signed application').selectOption({ index: 1 });
  await cable.button('Write the factory image').click();
  await cable.text('The factory image is in flash, the primer is gone').waitFor();
  await cable.look();
  await cable.button('Switch TrustZone on at the virtual board').click();
  await cable.button('Look for the application').click();
  await cable.text('Version {version} runs').waitFor();
  await cable.look();
}

for (const language of ['en', 'ja'] as const) {
  test.describe(language === 'en' ? 'in English' : 'in Japanese @deep', () => {
    test.use({ locale: language === 'ja' ? 'ja-JP' : 'en-US' });

    test('a board with one cable goes from blank to a running version', async ({ app, page }) => {
      test.setTimeout(SLOW_MACHINE_MS);
      const cable = new OneCable(page, language);
      const operator = new Operator(app, language);
      const { keys, firmware, panel } = operator;
      await app.open('guide');
      await cable.open();
      await cable.find('link', 'Go to Board').waitFor();
      await cable.look();
      await app.open('board', { seed });
      await cable.open();
      await cable.find('link', 'Go to Keystore').waitFor();
      await cable.look();

      await operator.goTo('keys');
      await panel.hurry();
      await refuseRenames(operator);
      await keys.generate(name, 1);
      await operator.goTo('board');
      await cable.open();
      await cable.chooseDrive();
      await cable.look();
      await app.expectAccessibleInAllLooks();
      await readByHand(app, cable);

      await panel.button('Clear faults').click();
      await operator.goTo('keys');
      await keys.proveBackup(name, await keys.savePrivateKey(name));
      await operator.goTo('firmware');
      await firmware.loadSample();
      await firmware.sign(1, name);
      await operator.goTo('burn');
      await cable.open();
      await burn(cable);
      await verifyAgain(cable);
      await install(cable);
      await app.expectAccessible();
      expect(cable.sightings.missing()).toEqual([]);
    });
  });
}
