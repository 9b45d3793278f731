// From a new key to version 2 running and a record of it, as one person walks it, in real pace.
import { hash } from '../../src/core/crypto/index.ts';
import { parseRecord } from '../../src/core/provisioning/index.ts';
import {
  keystoreFingerprint,
  parseImage,
  parseKeystoreC,
  parseKeystoreDer,
  parseOtpImage,
  verifyImage,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import type { SavedFile } from './support/app.ts';
import { Operator } from './support/operator.ts';
import { expect, test } from './support/test.ts';

const seed = 4711;
/** Real pace: a burn, an install and an update at the speed of the line. */
const wholePathTimeoutMs = 180_000;
const otpBytes = 2048;

test('a new key ends up in silicon and starts version 2', async ({ app }) => {
  test.setTimeout(wholePathTimeoutMs);
  const operator = new Operator(app);
  const { keys, keystore, board, burn, firmware, update, record, panel } = operator;
  const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  await app.open('keys', { seed });

  await test.step('keys: two, saved and proven', async () => {
    await keys.generate('line', 2);
    for (const name of ['line', 'line-2']) {
      await keys.proveBackup(name, await keys.savePrivateKey(name));
    }
    await app.expectAccessible();
    await keys.find('link', 'Continue to Keystore').click();
  });

  let slots: readonly KeystoreSlot[] = [];
  let fingerprint = '';
  await test.step('keystore: order, profile, three files that agree', async () => {
    await keystore.expectOrder(['line', 'line-2']);
    await keystore.button('Move {key} up', { key: 'line-2' }).click();
    await keystore.expectOrder(['line-2', 'line']);
    await keystore.chooseProfile('STM32H5, TrustZone, dual bank, Ed25519');
    await expect(keystore.region('Slots').getByRole('alert')).toBeVisible();
    await keystore.chooseProfile('STM32H5, TrustZone, dual bank, ECDSA P-256');
    await expect(keystore.text('This keystore fits the bootloader')).toBeVisible();
    fingerprint = await keystore.fingerprint();

    const der = await keystore.saveFile('keystore.der');
    ({ slots } = parseKeystoreDer(der.bytes, der.name));
    expect(slots.map(({ slotId, publicKey }) => [slotId, publicKey.length])).toEqual([
      [0, 64],
      [1, 64],
    ]);
    expect(keystoreFingerprint(slots)).toBe(fingerprint);

    const c = await keystore.saveFile('keystore.c');
    const fromC = parseKeystoreC(c.bytes.toString('utf8'), c.name);
    expect(fromC.slots.map(({ publicKey }) => toHex(publicKey))).toEqual(
      slots.map(({ publicKey }) => toHex(publicKey)),
    );

    const otp = await keystore.saveOtpImage();
    expect(otp.bytes).toHaveLength(otpBytes);
    const image = parseOtpImage(otp.bytes, otp.name);
    expect(image.target).toBe('stm32h5');
    expect(image.uds).toBe('present');
    expect(keystoreFingerprint(image.slots)).toBe(fingerprint);

    await app.expectAccessible();
    await keystore.find('link', 'Continue to Board').click();
  });

  await test.step('board: brought into DFU mode by hand, noticed by itself, blank', async () => {
    await expect(board.button('Inspect board')).toBeDisabled();
    await app.expectAccessible();
    await panel.enterDfu();
    await board.expectInDfuMode();
    await board.inspect();
    await expect(board.text('The OTP is blank')).toBeVisible();
    await app.expectAccessible();
    await board.find('link', 'Continue to Burn').click();
  });

  await test.step('burn: rehearsed, planned, understood, confirmed, proven', async () => {
    await burn.rehearse();
    await burn.plan();
    expect(await burn.keystoreFingerprint()).toBe(fingerprint);
    await expect(burn.region('Plan')).toContainText('this plan was rehearsed');
    await expect(burn.region('What this means')).toContainText('#0, #1');
    await app.expectAccessible();

    await burn.typeConfirmation('0000 0000', '0000');
    await expect(burn.button('Burn for ever')).toBeDisabled();
    await burn.confirm();
    await burn.burn();
    await burn.expectInTheMiddle();
    await app.expectAccessible();
    await burn.expectProven();
    await app.expectAccessible();

    await burn.plan();
    await burn.expectNothingLeft();
    await burn.button('Verify the board').click();
    await expect(burn.text('Already burned, and read back; not yet proven by boot')).toBeVisible();
    await burn.find('link', 'Continue to Firmware').click();
  });

  await test.step('firmware: the sample, signed twice, accepted', async () => {
    await firmware.loadSample();
    await firmware.sign(1, 'line');
    await firmware.sign(2, 'line-2');
    await firmware.expectAccepted(2);
    await expectGoodImage(await firmware.saveImage('sample-application_v2_signed.bin'), slots, 2);
    await app.expectAccessible();
    await firmware.find('link', 'Continue to Update').click();
  });

  await test.step('update: installed, started, compared, updated, confirmed', async () => {
    await update.install(1);
    await app.expectAccessible();
    await panel.setTrustZone(true);
    await panel.startFromFlash();
    await update.connectConsole();
    await update.expectKeystoreOnBoard();
    await expect(update.region('What runs on the board')).toContainText('NEW');
    await app.expectAccessible();

    await update.chooseUpdate(2);
    await update.start();
    await expect(update.find('progressbar', 'Update')).toBeVisible();
    await app.expectAccessible();
    await update.expectProven(1, 2);
    await expect(update.region('What runs on the board')).toContainText('CONFIRMED');
    await expect(update.region('Console')).toContainText('0x2');
    await app.expectAccessible();
    await update.find('link', 'Continue to Record').click();
  });

  await test.step('record: says what was done, on a virtual board', async () => {
    const file = await record.saveLatest();
    const saved = parseRecord(file.bytes.toString('latin1'), file.name);
    expect(saved.virtual).toBe(true);
    expect(saved.keystore.fingerprint).toBe(fingerprint);
    expect(
      saved.updates.map(({ fromVersion, toVersion, confirmed }) => [
        fromVersion,
        toVersion,
        confirmed,
      ]),
    ).toEqual([[1, 2, true]]);
    expect(saved.done).toContain('update-proven');
    await record.checkFile(file);
    await app.expectAccessible();
  });
});

async function expectGoodImage(
  file: SavedFile,
  slots: readonly KeystoreSlot[],
  version: number,
): Promise<void> {
  const image = parseImage(file.bytes, file.name);
  expect(image.version).toBe(version);
  expect(image.headerSizeBytes).toBe(1024);
  expect(await verifyImage(file.bytes, slots)).toMatchObject({ ok: true, version });
  expect(hash('sha256', file.bytes)).toHaveLength(32);
}
