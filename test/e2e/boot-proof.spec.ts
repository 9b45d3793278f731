// The last proof: one image refused, another started; and a board that refuses nothing.
import type { App } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { Place } from './support/place.ts';
import { expect, test } from './support/test.ts';

/** Two transfers at the speed of the computer, which may have other things to do. */
const proofTimeoutMs = 240_000;
const testTimeoutMs = 300_000;

/** Burned, version 1 installed and running, version 3 signed; on the page Boot proof. */
async function readyToProve(
  app: App,
  { seed, checks }: { readonly seed: number; readonly checks: boolean },
): Promise<{ readonly operator: Operator; readonly proof: Place }> {
  const operator = new Operator(app);
  const { keys, burn, firmware, update, panel } = operator;
  await app.open('keys', { seed });
  await panel.hurry();
  if (!checks) {
    await panel.unfold('Bootloader build');
    await panel.find('switch', 'Starts unsigned images too').setChecked(true);
  }
  await keys.makeProven('line');
  await panel.enterDfu();
  await operator.goTo('burn');
  await burn.plan();
  await burn.confirm();
  await burn.burn();
  await burn.expectProven();
  await operator.goTo('firmware');
  await firmware.loadSample();
  await firmware.sign(1, 'line');
  await firmware.sign(3, 'line');
  await operator.goTo('update');
  await update.install(1);
  await panel.setTrustZone(true);
  await panel.startFromFlash();
  await operator.goTo('burn');
  await burn.find('link', 'Prove it by boot').click();
  return { operator, proof: new Place(app.page, 'en', 'Boot proof') };
}

async function prove(app: App, proof: Place): Promise<void> {
  await proof.button('Connect console').click();
  const images = proof.find('combobox', 'Rightly signed image');
  const label = await images.getByRole('option').filter({ hasText: '_v3_signed' }).innerText();
  await images.selectOption({ label });
  await app.expectAccessible();
  await proof.button('Prove by boot').click();
}

test('a board that refuses one image and starts the other gets a green verdict', async ({
  app,
}) => {
  test.setTimeout(testTimeoutMs);
  const { operator, proof } = await readyToProve(app, { seed: 901, checks: true });
  await prove(app, proof);
  await expect(proof.text('Proved by boot')).toBeVisible({ timeout: proofTimeoutMs });
  await app.expectAccessible();
  await operator.goTo('burn');
  await expect(operator.burn.text('Burned, read back, and proved by boot')).toBeVisible();
  await operator.goTo('record');
  await expect(app.page.getByRole('article').first()).toContainText('proved by boot');
});

test('a board that starts what nobody signed is a loud finding @deep', async ({ app }) => {
  test.setTimeout(testTimeoutMs);
  const { operator, proof } = await readyToProve(app, { seed: 902, checks: false });
  await prove(app, proof);
  await expect(app.page.getByRole('alert')).toContainText('This board starts what nobody signed', {
    timeout: proofTimeoutMs,
  });
  await app.expectAccessible();
  await proof.find('link', 'Continue to Record').click();
  await expect(app.page.getByRole('article').first()).toContainText('starts what nobody signed');
  await operator.goTo('burn');
  await expect(app.page.getByRole('alert')).toContainText('starts what nobody signed');
});
