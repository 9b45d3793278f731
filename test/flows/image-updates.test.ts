// Encrypted and delta updates of the virtual board: taken, taken back, and finished after a loss of power.
import { beforeAll, describe, expect, it } from 'vitest';
import type { UpdateImage } from '../../src/core/serial/index.ts';
import {
  bootloaderProfiles,
  parseImage,
  TAG,
  type ImageCipher,
} from '../../src/core/wolfboot/index.ts';
import type { SimBench } from '../support/sim-bench.ts';
import {
  boardThatRuns as boardOf,
  bootHolds,
  detailOf,
  restart,
  sendBlindly,
  update,
  type Desk,
} from '../support/update-desk.ts';
import {
  cipherKey,
  deltaImage,
  encryptedUpdate,
  signingKey,
  updateOf,
  wholeImage,
  type SigningKey,
} from '../support/update-images.ts';

const CIPHERS: readonly ImageCipher[] = ['chacha20', 'aes128-ctr', 'aes256-ctr'];

let key: SigningKey;
let version1: Uint8Array;
let version2: Uint8Array;
let delta: Uint8Array;
let deltaToEncrypt: Uint8Array;

beforeAll(async () => {
  key = await signingKey('ecdsa-p256');
  version1 = await wholeImage(key, { version: 1 });
  version2 = await wholeImage(key, { version: 2 });
  delta = await deltaImage(key, version1, version2, { version: 2 });
  deltaToEncrypt = await deltaImage(key, version1, version2, { version: 2, forEncryption: true });
});

const boardThatRuns = (desk: Partial<Desk> = {}): Promise<SimBench> =>
  boardOf({ bootImage: version1, keys: [key], ...desk });

interface Form {
  readonly name: string;
  readonly desk: Partial<Desk>;
  readonly image: () => UpdateImage;
}

const FORMS: readonly Form[] = [
  { name: 'a delta', desk: {}, image: () => updateOf(delta) },
  ...CIPHERS.flatMap((cipher): Form[] => {
    const updateKey = cipherKey(cipher);
    const desk = { build: { cipher }, updateKey };
    return [
      { name: `a ${cipher} image`, desk, image: () => encryptedUpdate(version2, updateKey) },
      {
        name: `a ${cipher} delta`,
        desk,
        image: () => encryptedUpdate(deltaToEncrypt, updateKey),
      },
    ];
  }),
];

describe.each(FORMS)('$name', ({ desk, image }) => {
  it('updates the board, which runs exactly the new image then', async () => {
    const bench = await boardThatRuns(desk);
    expect(await update(bench, image())).toMatchObject({
      kind: 'proven',
      versionBefore: 1,
      version: 2,
      stateAfterReboot: 'TESTING',
    });
    expect(detailOf(bench)).toBe('application version 2, CONFIRMED');
    expect(bootHolds(bench, version2)).toBe(true);
    await restart(bench);
    expect(detailOf(bench)).toBe('application version 2, CONFIRMED');
  });

  it('is taken back when nobody confirms it', async () => {
    const bench = await boardThatRuns(desk);
    expect(await sendBlindly(bench, image())).toBe('succeeded');
    await restart(bench);
    expect(detailOf(bench)).toBe('application version 2, TESTING');
    await restart(bench);
    expect(detailOf(bench)).toBe('application version 1, NEW');
    expect(bootHolds(bench, version1)).toBe(true);
    expect(await update(bench, image())).toMatchObject({ kind: 'proven' });
  });

  it('gets there by a second transfer when the cable falls out in the first', async () => {
    const bench = await boardThatRuns(desk);
    bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 1500 });
    await expect(update(bench, image())).rejects.toMatchObject({ code: 'serial-disconnected' });
    bench.panel.setPlug('stLink', true);
    await bench.clock.sleep(5000);
    expect(detailOf(bench)).toBe('application version 1, NEW');
    expect(await update(bench, image())).toMatchObject({ kind: 'proven' });
  });
});

describe('a patch that loses its power', () => {
  /** Cuts the power `afterMs` after the bootloader has begun with the first sector. */
  async function cutInPatch(bench: SimBench, direction: string, afterMs: number): Promise<void> {
    bench.panel.pressReset();
    while (!detailOf(bench).startsWith(`applies the ${direction} patch`))
      await bench.clock.sleep(1);
    await bench.clock.sleep(afterMs);
    bench.panel.setPlug('stLink', false);
    bench.panel.setPlug('stLink', true);
    await bench.clock.sleep(10_000);
  }

  it.each([0, 5, 12, 25, 38, 45])('after %i ms is finished at the next boot', async (afterMs) => {
    const bench = await boardThatRuns();
    await sendBlindly(bench, updateOf(delta));
    await cutInPatch(bench, 'forward', afterMs);
    expect(detailOf(bench)).toBe('application version 2, TESTING');
    expect(bootHolds(bench, version2)).toBe(true);
    await cutInPatch(bench, 'inverse', afterMs);
    expect(detailOf(bench)).toBe('application version 1, NEW');
    expect(bootHolds(bench, version1)).toBe(true);
  });
});

describe('signed with', () => {
  const lms = { lms: { levels: 2, height: 5, winternitz: 8 } };
  const lmsProfile = bootloaderProfiles.find(({ signName }) => signName === 'LMS')!;
  const universal = bootloaderProfiles.find((profile) => profile.universal)!;

  it('an LMS key, whole, delta, encrypted and both start the board', async () => {
    const wish = { headerSizeBytes: lmsProfile.headerSizeBytes };
    const lmsKey = await signingKey('lms', lms);
    const first = await wholeImage(lmsKey, { ...wish, version: 1 });
    const second = await wholeImage(lmsKey, { ...wish, version: 2 });
    const patch = await deltaImage(lmsKey, first, second, {
      ...wish,
      version: 2,
      forEncryption: true,
    });
    const updateKey = cipherKey('chacha20');
    const desk = { bootImage: first, keys: [lmsKey], otpProfile: lmsProfile, updateKey };
    const encrypting = { ...desk, build: { cipher: 'chacha20' } } as const;
    for (const [place, image] of [
      [desk, updateOf(second)],
      [desk, updateOf(patch)],
      [encrypting, encryptedUpdate(second, updateKey)],
      [encrypting, encryptedUpdate(patch, updateKey)],
    ] as const) {
      const bench = await boardThatRuns(place);
      expect(detailOf(bench)).toBe('application version 1, NEW');
      expect(await update(bench, image, wish.headerSizeBytes)).toMatchObject({ kind: 'proven' });
      expect(bootHolds(bench, second)).toBe(true);
    }
  }, 120_000);

  it('two keys, whole and as a delta start the board; a wrong second signature does not', async () => {
    const secondary = await signingKey('ed25519');
    const keys = [key, { ...secondary, slot: { ...secondary.slot, slotId: 1 } }];
    const first = await wholeImage(key, { version: 1, secondary });
    const second = await wholeImage(key, { version: 2, secondary });
    const patch = await deltaImage(key, first, second, { version: 2, secondary });
    const desk = { bootImage: first, keys, otpProfile: universal };
    for (const image of [second, patch]) {
      const bench = await boardThatRuns(desk);
      expect(await update(bench, updateOf(image))).toMatchObject({ kind: 'proven' });
      expect(bootHolds(bench, second)).toBe(true);
    }
    const wrong = second.slice();
    const { value } = parseImage(second, 'hybrid').tlvs.find(
      ({ tag }) => tag === TAG.secondarySignature,
    )!;
    wrong[Buffer.from(second).indexOf(value)]! ^= 1;
    const bench = await boardThatRuns(desk);
    await expect(update(bench, updateOf(wrong))).rejects.toMatchObject({ code: 'update-rejected' });
  });
});
