// What a board cannot take: refused before it is sent, or by the bootloader, for the stated reason.
import { beforeAll, describe, expect, it } from 'vitest';
import { isAppError } from '../../src/core/errors.ts';
import type { UpdateImage } from '../../src/core/serial/index.ts';
import { freshNonceFor, receiverWouldStopEarly } from '../../src/core/wolfboot/index.ts';
import { seededRng } from '../support/bytes-rng.ts';
import type { SimBench } from '../support/sim-bench.ts';
import {
  boardThatRuns as boardOf,
  bootHolds,
  detailOf,
  HEADER_BYTES,
  restart,
  sendBlindly,
  update,
  type Desk,
} from '../support/update-desk.ts';
import {
  cipherKey,
  deltaImage,
  encryptedUpdate,
  keyWithSizeField,
  signingKey,
  updateOf,
  wholeImage,
  type SigningKey,
} from '../support/update-images.ts';

let key: SigningKey;
let version1: Uint8Array;
let version2: Uint8Array;
let delta: Uint8Array;

beforeAll(async () => {
  key = await signingKey('ecdsa-p256');
  version1 = await wholeImage(key, { version: 1 });
  version2 = await wholeImage(key, { version: 2 });
  delta = await deltaImage(key, version1, version2, { version: 2 });
});

const boardThatRuns = (desk: Partial<Desk> = {}): Promise<SimBench> =>
  boardOf({ bootImage: version1, keys: [key], ...desk });

describe('a delta is refused', () => {
  it('before it is sent when it is for another version, and by the bootloader too', async () => {
    const version3 = await wholeImage(key, { version: 3 });
    const other = updateOf(await deltaImage(key, version2, version3, { version: 3 }));
    const bench = await boardThatRuns();
    await expect(update(bench, other)).rejects.toMatchObject({
      code: 'update-refused',
      context: { reason: 'wrong-base', baseVersion: 2, runningVersion: 1 },
    });
    await sendBlindly(bench, other);
    await restart(bench);
    expect(detailOf(bench)).toContain("the delta's base is version 2, version 1 runs");
    expect(bootHolds(bench, version1)).toBe(true);
  });

  it('by the bootloader when it is for another build of the running version', async () => {
    const bench = await boardThatRuns({
      bootImage: await wholeImage(key, { version: 1, build: 7 }),
    });
    await expect(update(bench, updateOf(delta))).rejects.toMatchObject({
      code: 'update-rejected',
      context: { reason: 'image-refused-and-kept' },
    });
    expect(detailOf(bench)).toContain('made from another image of the running version');
  });

  it('by nobody when it names no digest: then the board is left without firmware', async () => {
    const blind = await deltaImage(key, version1, version2, { version: 2, baseDigest: false });
    const bench = await boardThatRuns({
      bootImage: await wholeImage(key, { version: 1, build: 7 }),
    });
    await sendBlindly(bench, updateOf(blind));
    await restart(bench);
    expect(detailOf(bench)).toBe('no image verifies');
  });

  it('when it would go back to an older version', async () => {
    const back = await deltaImage(key, version2, version1, { version: 1 });
    const bench = await boardThatRuns({ bootImage: version2 });
    await expect(update(bench, updateOf(back))).rejects.toMatchObject({
      context: { reason: 'not-newer' },
    });
    await sendBlindly(bench, updateOf(back));
    await restart(bench);
    expect(detailOf(bench)).toContain('version 1 is not newer than version 2');
  });

  it('when one bit of the patch is flipped', async () => {
    const flipped = delta.slice();
    flipped[HEADER_BYTES + 20]! ^= 1;
    const bench = await boardThatRuns();
    await expect(update(bench, updateOf(flipped))).rejects.toMatchObject({
      code: 'update-rejected',
    });
    expect(detailOf(bench)).toContain('it does not verify');
  });

  it('by no bootloader that knows nothing of deltas: it starts the patch and faults', async () => {
    const oneBank = await boardThatRuns({ build: { deltaUpdates: false } });
    await sendBlindly(oneBank, updateOf(delta));
    await restart(oneBank);
    expect(detailOf(oneBank)).toContain('started a delta image as if it were firmware');
    // With one bank nobody confirmed it, so the next reset heals the board.
    await restart(oneBank);
    expect(detailOf(oneBank)).toBe('application version 1, NEW');

    const twoBanks = await boardThatRuns({ build: { oneBank: false } });
    await sendBlindly(twoBanks, updateOf(delta));
    await restart(twoBanks);
    await restart(twoBanks);
    expect(detailOf(twoBanks)).toContain('started a delta image as if it were firmware');
  });
});

describe('an encrypted image is refused', () => {
  const updateKey = cipherKey('aes256-ctr');
  const build = { cipher: 'aes256-ctr' } as const;

  async function refusedAs(desk: Partial<Desk>, image: UpdateImage, code: string): Promise<string> {
    const bench = await boardThatRuns(desk);
    const outcome = await update(bench, image).then(
      () => 'proven',
      (error: unknown) => (isAppError(error) ? error.code : 'unknown'),
    );
    expect(outcome).toBe(code);
    expect(bootHolds(bench, version1)).toBe(true);
    return detailOf(bench);
  }

  it.each([
    ['another key', { ...updateKey, key: cipherKey('aes256-ctr', 'other').key }],
    ['another nonce', { ...updateKey, nonce: cipherKey('aes256-ctr', 'other').nonce }],
    ['another cipher', cipherKey('chacha20')],
    ['a cipher with a shorter key', cipherKey('aes128-ctr')],
  ])('when it was encrypted with %s', async (_name, other) => {
    const image = encryptedUpdate(version2, other);
    const detail = await refusedAs({ build, updateKey }, image, 'update-rejected');
    expect(detail).toContain('decrypted with aes256-ctr and the key that was set, it is no image');
  });

  it('by a board whose firmware was given no key, or knows of no encryption', async () => {
    const image = encryptedUpdate(version2, updateKey);
    await refusedAs({ build }, image, 'update-unread');
    await refusedAs({ updateKey }, image, 'update-unread');
    await refusedAs({ build: { oneBank: false }, updateKey }, image, 'update-unread');
  });

  it('and so is a plain one, where the bootloader decrypts what it gets', async () => {
    const detail = await refusedAs({ build, updateKey }, updateOf(version2), 'update-rejected');
    expect(detail).toContain('it is no image');
  });

  it.each([0, 1, 512, 20_000])(
    'before it is sent when its ciphertext says %i bytes',
    async (sizeBytes) => {
      const unlucky = keyWithSizeField(version2, sizeBytes);
      const image = encryptedUpdate(version2, unlucky);
      expect(receiverWouldStopEarly(image.bytes, HEADER_BYTES)).toBe(true);
      const bench = await boardThatRuns({ build, updateKey: unlucky });
      await expect(update(bench, image)).rejects.toMatchObject({
        code: 'update-refused',
        context: { reason: 'receiver-ends-early' },
      });
      // Another sender would be thrown out by the receiver.
      await expect(sendBlindly(bench, image)).rejects.toMatchObject({
        code: expect.stringMatching(/^xmodem-/) as string,
      });
      const fresh = freshNonceFor(version2, unlucky, seededRng('fresh'), HEADER_BYTES);
      bench.panel.handUpdateKey(fresh);
      expect(await update(bench, encryptedUpdate(version2, fresh))).toMatchObject({
        kind: 'proven',
      });
    },
  );

  it('when its header is not of the size of the build', async () => {
    const small = await wholeImage(key, { version: 2, headerSizeBytes: 512 });
    const bench = await boardThatRuns({ build, updateKey });
    await expect(update(bench, encryptedUpdate(small, updateKey))).rejects.toMatchObject({
      context: { reason: 'header-size' },
    });
    await sendBlindly(bench, encryptedUpdate(small, updateKey));
    await restart(bench);
    expect(detailOf(bench)).toContain('it does not verify');
  });

  it('after a confirmed update until the key is set again with the next one', async () => {
    const bench = await boardThatRuns({ build, updateKey });
    await update(bench, encryptedUpdate(version2, updateKey));
    const version3 = await wholeImage(key, { version: 3 });
    bench.panel.handUpdateKey(undefined);
    const next = encryptedUpdate(version3, updateKey);
    await expect(update(bench, next)).rejects.toMatchObject({ code: 'update-unread' });
    bench.panel.handUpdateKey(updateKey);
    expect(await update(bench, next)).toMatchObject({ kind: 'proven', version: 3 });
  });
});
