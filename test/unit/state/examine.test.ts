// Examining files: what may be kept, by whose keys is judged, what is compared.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import { writeDfuSe, writeIntelHex } from '../../../src/core/stm32/index.ts';
import {
  buildKeystoreDer,
  encryptImage,
  makeEncryptionKey,
  writeEncryptionKeyFile,
} from '../../../src/core/wolfboot/index.ts';
import type { AppState } from '../../../src/state/app-state.ts';
import {
  createExamineStore,
  partOf,
  type Examined,
  type ExamineStore,
} from '../../../src/state/examine.ts';
import { buildSampleBootloader } from '../../../src/virtual/index.ts';
import { appBench, until, type AppBench } from '../../support/app-bench.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import {
  BOOT_PARTITION,
  p256Profile,
  provisionedBench,
  signImage,
  testKey,
  type TestKey,
} from '../../support/booted-board.ts';

const vector = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../vectors/wolfboot/${name}`, import.meta.url)));

/** The store of the page, made as the page makes it. */
const examineOf = (state: AppState): ExamineStore => state.pageStore(createExamineStore);

function examined({ state }: AppBench): Examined {
  const { examined: file, activity } = examineOf(state).getState();
  if (file === undefined) throw new Error(`nothing examined: ${JSON.stringify(activity)}`);
  return file;
}

const answer = (app: AppBench): string | undefined => examined(app).explanation?.answer;
const reasons = (app: AppBench): readonly string[] =>
  (examined(app).explanation?.findings ?? []).map(({ reason }) => reason);

describe('examining', () => {
  let app: AppBench;
  let key: TestKey;
  beforeEach(async () => {
    app = appBench();
    key = await testKey();
    await app.state.keystore
      .getState()
      .importPublic({ name: 'line.pub', bytes: key.slot.publicKey });
  });

  const examine = (name: string, bytes: Uint8Array): Promise<void> =>
    examineOf(app.state).getState().examine({ name, bytes });

  it('judges an image by the keystore of the page, and again when that changes', async () => {
    await app.state.bench.getState().useVirtual(1);
    await examine('v3.bin', await signImage(key, { version: 3 }));
    expect(partOf(examined(app)).examination.kind).toBe('image');
    expect(examined(app).explanation?.boots).toBe(true);
    expect(reasons(app)).toContain('key-known');
    const [imported] = app.state.keystore.getState().imported;
    app.state.keystore.getState().removeImported(imported!.id);
    await until(() => answer(app) === 'no', 'it is judged again');
    expect(reasons(app)).toContain('key-no-slots');
  });

  it('judges by a keystore file instead', async () => {
    const other = await testKey({ name: 'other' });
    await examine('v3.bin', await signImage(other, { version: 3 }));
    expect(answer(app)).toBe('no');
    const der = buildKeystoreDer([other.slot]);
    await examineOf(app.state).getState().openKeystore({ name: 'keystore.der', bytes: der });
    expect(reasons(app)).toContain('signature-good');
    await examineOf(app.state).getState().chooseJudge('page');
    expect(reasons(app)).toContain('key-unknown-other-of-type');
  });

  it('says whether it would be a downgrade', async () => {
    await examine('v3.bin', await signImage(key, { version: 3 }));
    expect(reasons(app)).toContain('version-not-compared');
    await examineOf(app.state).getState().setRunningVersion(5);
    expect(reasons(app)).toContain('version-older');
    await examineOf(app.state).getState().setRunningVersion(2);
    expect(reasons(app)).toContain('version-newer');
  });

  it('names a wrong header size by its proof', async () => {
    await examine('v3.bin', await signImage(key, { version: 3, headerSizeBytes: 512 }));
    expect(examined(app).explanation?.cause).toMatchObject({
      reason: 'header-size-differs',
      context: { headerSizeBytes: 512, expected: 1024 },
    });
  });

  it('keeps nothing of a private key', async () => {
    const secret = vector('keys/ecc256/priv.der');
    const whole = toHex(secret);
    await examine('priv.der', secret);
    const { kind, secret: isSecret, sha256 } = partOf(examined(app)).examination;
    expect({ kind, isSecret, sha256 }).toEqual({
      kind: 'private-key',
      isSecret: true,
      sha256: undefined,
    });
    const privateHalf = whole.slice(-64);
    expect(secret.every((byte) => byte === 0)).toBe(true);
    expect(everythingIn(examineOf(app.state).getState())).not.toContain(privateHalf);
  });

  it('keeps nothing of a device secret in an otp.bin', async () => {
    const otp = vector('otp/ecc256-1-stm32h5/otp.bin');
    const uds = toHex(otp.subarray(-64, -32));
    expect(uds).toMatch(/[1-9a-e]/);
    await examine('otp.bin', otp);
    expect(partOf(examined(app)).examination).toMatchObject({ kind: 'otp.bin', secret: true });
    expect(everythingIn(examineOf(app.state).getState())).not.toContain(uds);
  });

  it('opens an encrypted image with its key file, which is forgotten', async () => {
    const secret = makeEncryptionKey('chacha20', seededRng('image key'));
    const image = await signImage(key, { version: 3 });
    await examine('enc.bin', encryptImage(image, secret));
    expect(partOf(examined(app)).examination.kind).toBe('encrypted-image');
    expect(reasons(app)).toContain('encrypted-or-random');
    const keyFile = writeEncryptionKeyFile(secret);
    const { decrypt } = examineOf(app.state).getState();
    await decrypt('chacha20', { name: 'enc_key.der', bytes: keyFile });
    expect(examineOf(app.state).getState().activity).toEqual({ kind: 'idle' });
    expect(partOf(examined(app)).shown).toEqual(image);
    expect(reasons(app)).toContain('decrypted');
    expect(reasons(app)).toContain('signature-good');
    expect(keyFile.every((byte) => byte === 0)).toBe(true);
    const kept = everythingIn(examineOf(app.state).getState());
    expect(kept).not.toContain(toHex(secret.key));
    // Judged again without the key: what it said of the encryption stands.
    await examineOf(app.state).getState().setRunningVersion(1);
    expect(reasons(app)).toEqual(expect.arrayContaining(['decrypted', 'version-newer']));
  });

  it('says so when the key file is another one', async () => {
    await examine('enc.bin', vector('images/ecc256-enc-chacha.encrypted.bin'));
    const { decrypt } = examineOf(app.state).getState();
    await decrypt('chacha20', { name: 'wrong', bytes: new Uint8Array(44).fill(7) });
    expect(examineOf(app.state).getState().activity).toMatchObject({
      kind: 'failed',
      what: 'decrypt',
    });
    expect(examined(app).decryptedWith).toBeUndefined();
  });

  it('opens containers at their addresses', async () => {
    const image = await signImage(key, { version: 3 });
    const segments = [{ address: BOOT_PARTITION, bytes: image }];
    for (const [name, bytes] of [
      ['v3.hex', writeIntelHex(segments)],
      ['v3.dfu', writeDfuSe(segments)],
    ] as const) {
      await examine(name, bytes);
      expect(partOf(examined(app))).toMatchObject({ address: BOOT_PARTITION });
      expect(partOf(examined(app)).shown).toEqual(image);
      expect(reasons(app)).toContain('signature-good');
    }
  });

  it('finds the image in a factory image, with and without addresses', async () => {
    const image = await signImage(key, { version: 3 });
    const bootloader = buildSampleBootloader();
    const flash = new Uint8Array(BOOT_PARTITION - 0x08000000 + image.length + 4096).fill(0xff);
    flash.set(bootloader, 0);
    flash.set(image, BOOT_PARTITION - 0x08000000);
    const hex = writeIntelHex([
      { address: 0x08000000, bytes: bootloader },
      { address: BOOT_PARTITION, bytes: image },
    ]);
    for (const [name, bytes] of [
      ['factory.bin', flash],
      ['factory.hex', hex],
    ] as const) {
      await examine(name, bytes);
      const { file, partIndex } = examined(app);
      expect(file.parts.map(({ address }) => address)).toEqual([0x08000000, BOOT_PARTITION]);
      expect(partIndex).toBe(1);
      expect(partOf(examined(app)).shown).toEqual(image);
      await examineOf(app.state).getState().choosePart(0);
      expect(examined(app).explanation).toBeUndefined();
    }
  });

  it('compares with a second image', async () => {
    await examine('v1.bin', await signImage(key, { version: 1 }));
    const second = await signImage(key, { version: 2 });
    await examineOf(app.state).getState().examineSecond({ name: 'v2.bin', bytes: second });
    expect(examineOf(app.state).getState().comparison).toMatchObject({
      versionStep: 'newer',
      sameKey: true,
    });
    examineOf(app.state).getState().closeSecond();
    expect(examineOf(app.state).getState().comparison).toBeUndefined();
  });

  it('fails in words for a container that is broken', async () => {
    await examine('broken.hex', new TextEncoder().encode(':00000001FE\n'));
    expect(examineOf(app.state).getState()).toMatchObject({
      examined: undefined,
      activity: { kind: 'failed', error: { code: 'malformed' } },
    });
  });
});

describe('with a board', () => {
  it('judges by its one-time memory and proves what runs there', async () => {
    const key = await testKey();
    const running = await signImage(key, { version: 4, headerSizeBytes: 2048 });
    const app = appBench({ bench: provisionedBench({ keys: [key] }) });
    // Without TrustZone, which the ROM would not read flash under; taking it away erases flash.
    app.bench.panel.setTrustZone(false);
    app.bench.board.flash.load(BOOT_PARTITION, running);
    await app.state.bench.getState().useVirtual(1);
    const { panel } = app.bench;
    panel.setPlug('stLink', true);
    panel.setPlug('userUsb', true);
    panel.setBoot0(true);
    panel.pressReset();
    await app.bench.clock.sleep(1000);
    const { inspect, runningImage } = app.state;
    const examine = examineOf(app.state);

    await examine.getState().chooseJudge('board');
    const image = await signImage(key, { version: 3 });
    await examine.getState().examine({ name: 'v3.bin', bytes: image });
    expect(reasons(app)).toContain('key-no-slots');
    await inspect.getState().inspect();
    await until(() => reasons(app).includes('signature-good'), 'judged by the board');

    await runningImage.getState().read();
    expect(runningImage.getState().runningImage).toEqual({
      version: 4,
      partitionId: 1,
      headerSizeBytes: 2048,
      boardSerial: app.bench.board.usbSerial,
    });
    expect(app.state.keystore.getState().view.profile.id).toBe(p256Profile.id);
    await until(() => reasons(app).includes('version-older'), 'compared with what runs');
    app.state.bench.getState().leave();
    expect(runningImage.getState().runningImage).toBeUndefined();
  });
});

/** All bytes and texts in a value, as hex and text: what a leak would stand in. */
function everythingIn(value: unknown, seen = new Set<unknown>()): string {
  if (value instanceof Uint8Array) return `${toHex(value)}|`;
  if (typeof value === 'string') return `${value}|`;
  if (typeof value !== 'object' || value === null || seen.has(value)) return '';
  seen.add(value);
  return Object.values(value)
    .map((entry) => everythingIn(entry, seen))
    .join('');
}
