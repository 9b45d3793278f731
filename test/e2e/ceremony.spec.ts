// The STM32H5 walkthrough with five LMS keys: vault, backups, masks, an import, a closed tab, the burn.
import type { BrowserContext, Page } from '@playwright/test';
import { App, type Language, type SavedFile } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const lmsProfile = 'STM32H5, TrustZone, dual bank, LMS L2-H5-W8';
const passphrase = 'seven copper kettles sing quietly at dawn';
const ours = ['line', 'line-2', 'line-3', 'line-4', 'line-5'] as const;
const rawLmsKeyBytes = 124;
/** Six keys are made and proven, a vault is opened three times, an area is burned. */
const ceremonyTimeoutMs = 300_000;

for (const [language, tag] of [
  ['en', ''],
  ['ja', ' @deep'],
] as const) {
  test.describe(`ceremony in ${language}${tag}`, () => {
    // Colours that fade into each other are no contrast to be judged.
    test.use({
      locale: language === 'ja' ? 'ja-JP' : 'en-US',
      contextOptions: { reducedMotion: 'reduce' },
    });

    test('five LMS keys end up in silicon', async ({ app, page, context }) => {
      test.setTimeout(ceremonyTimeoutMs);
      const seed = language === 'ja' ? 515 : 514;
      await app.open('keys', { seed });
      const partner = await makeAndSeal(app, language);

      // The tab is closed in the middle; what was sealed is there in the next one.
      await page.close();
      const next = await openAgain(context, seed);
      await finish(next, language, partner);
    });
  });
}

/** Keys, backups, masks and the keystore; hands back a public key of somebody else. */
async function makeAndSeal(app: App, language: Language): Promise<SavedFile> {
  const operator = new Operator(app, language);
  const { keys, keystore, panel } = operator;
  await panel.hurry();

  await keys.createVault(passphrase);
  await keys.chooseVerifier(lmsProfile);
  await keys.generate('line', ours.length);
  for (const key of ours) {
    await keys.card(key).waitFor();
    const file = await keys.savePrivateKey(key);
    expect(file.bytes).toHaveLength(rawLmsKeyBytes);
    await keys.proveBackup(key, file);
  }
  await app.expectAccessible();

  await keys.generate('partner');
  const partner = await app.save(() =>
    keys.button('Save public key {key}', { key: 'partner' }).click(),
  );
  await keys.removeUnproven('partner');

  await keys.button('Partitions of {key}', { key: 'line-2' }).click();
  await keys.find('checkbox', 'All partitions').uncheck();
  await expect(keys.card('line-2')).toContainText('0x00000003');
  await keys.find('checkbox', 'Bootloader (id 0)').uncheck();
  await expect(keys.card('line-2')).toContainText('0x00000002');

  await keys.lockVault();
  await expect(keys.find('list', 'Sealed keys').getByRole('listitem')).toHaveCount(ours.length);
  await app.expectAccessible();
  await keys.unlockVault(passphrase);
  await expect(keys.card('line-2')).toContainText('0x00000002');

  await operator.goTo('keystore');
  await app.openFile(keystore.button('Import public key'), partner);
  await keystore.expectOrder([...ours, partner.name]);
  await expect(keystore.text('This keystore fits the bootloader')).toBeVisible();
  return partner;
}

async function openAgain(context: BrowserContext, seed: number): Promise<App> {
  const page: Page = await context.newPage();
  const app = new App(page);
  await app.open('keys', { seed });
  return app;
}

/** In another tab: unlocked, laid out again, burned and read back. */
async function finish(app: App, language: Language, partner: SavedFile): Promise<void> {
  const operator = new Operator(app, language);
  const { keys, keystore, board, burn, firmware, panel } = operator;
  await panel.hurry();
  await keys.button('Unlock vault').waitFor();
  await keys.unlockVault(passphrase);
  for (const key of ours) {
    await expect(keys.card(key)).toContainText(keys.say('text', 'Backup proven'));
  }
  await expect(keys.card('line-2')).toContainText('0x00000002');

  await operator.goTo('keystore');
  await keystore.chooseProfile(lmsProfile);
  // Imported in the tab that was closed.
  await keystore.expectOrder([...ours, partner.name]);
  await expect(keystore.text('This keystore fits the bootloader')).toBeVisible();
  await app.expectAccessible();

  await operator.goTo('board');
  await panel.enterDfu();
  await board.expectInDfuMode();
  await board.inspect();
  await operator.goTo('burn');
  await burn
    .find('checkbox', 'The private key of {key} is kept safely elsewhere', { key: partner.name })
    .check();
  await burn.rehearse();
  await burn.plan();
  await burn.confirm();
  await burn.burn();
  await burn.expectProven();
  const slots = burn.find('table', 'Slots as read back').locator('tbody').getByRole('row');
  await expect(slots).toHaveCount(ours.length + 1);
  await app.expectAccessible();

  // A signature is used up, and the page says so.
  await operator.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(1, 'line');
  await firmware.expectAccepted(1);
  await operator.goTo('keys');
  await expect(keys.find('meter', 'Signatures of {key}', { key: 'line' })).not.toHaveAttribute(
    'aria-valuenow',
    '0',
  );
}
