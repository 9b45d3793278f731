import { describe, expect, it } from 'vitest';
import {
  bootloaderProfiles,
  encryptImage,
  parseImage,
  verifyImage,
  type ImageVerdict,
} from '../../../src/core/wolfboot/index.ts';
import type { ConsoleInfo } from '../../../src/core/serial/index.ts';
import type { SignedImage } from '../../../src/state/firmware.ts';
import {
  conditionsOf,
  updateImageOf,
  verifiedBytes,
} from '../../../src/state/update-conditions.ts';
import {
  refuseUpdate,
  slotsOfConsole,
  type UpdateQuestion,
} from '../../../src/state/update-refusals.ts';
import {
  cipherKey,
  deltaImage,
  keyWithSizeField,
  signingKey,
  wholeImage,
} from '../../support/update-images.ts';
import { p256Profile, signImage, testKey, type SignOptions } from '../../support/booted-board.ts';

const runsVersion1: ConsoleInfo = {
  banksSwapped: false,
  firmwareVersion: 1,
  state: 'NEW',
  update: { kind: 'empty' },
  keyCount: undefined,
  keys: [],
};

async function signed(options: SignOptions): Promise<SignedImage> {
  const bytes = await signImage(await testKey(), options);
  return {
    id: 'image-1',
    name: 'v.bin',
    bytes,
    sample: false,
    origin: 'opened',
    form: 'plain',
    links: {},
    sha256: '',
    image: parseImage(bytes, 'v.bin'),
    verdict: undefined,
  };
}

async function question(change: Partial<UpdateQuestion> = {}): Promise<UpdateQuestion> {
  const image = await signed({ version: 2 });
  const { slot } = await testKey();
  const verdict: ImageVerdict = await verifyImage(image.bytes, [slot], { profile: p256Profile });
  return {
    benchKind: 'real',
    connected: true,
    image,
    verdict,
    info: runsVersion1,
    profile: p256Profile,
    ...change,
  };
}

const kindsOf = async (change: Partial<UpdateQuestion>): Promise<readonly string[]> =>
  refuseUpdate(await question(change)).map(({ kind }) => kind);

describe('an update may start', () => {
  it('with a newer image that the board’s keys accept', async () => {
    expect(await kindsOf({})).toEqual([]);
  });

  it('also when it is not known yet what runs', async () => {
    expect(await kindsOf({ info: undefined })).toEqual([]);
  });
});

describe('an update is refused before it starts', () => {
  it('without console and image', async () => {
    expect(await kindsOf({ connected: false, image: undefined })).toEqual([
      'no-console',
      'no-image',
    ]);
  });

  it('when the image is not newer', async () => {
    const info = { ...runsVersion1, firmwareVersion: 2 };
    expect(await kindsOf({ info })).toEqual(['not-newer']);
  });

  it('when no key of the board signed it', async () => {
    const image = await signed({ version: 2 });
    const { slot } = await testKey({ name: 'stranger' });
    const verdict = await verifyImage(image.bytes, [slot], { profile: p256Profile });
    expect(await kindsOf({ image, verdict })).toEqual(['not-accepted']);
  });

  it('when it is not for the application', async () => {
    expect(await kindsOf({ image: await signed({ version: 2, partitionId: 3 }) })).toContain(
      'partition',
    );
  });

  it('when its header has another size than the bootloader expects', async () => {
    expect(await kindsOf({ image: await signed({ version: 2, headerSizeBytes: 512 }) })).toContain(
      'header-size',
    );
  });

  it('when it does not fit into the partition', async () => {
    const image = await signed({ version: 2 });
    const bytes = new Uint8Array((p256Profile.partitions?.sizeBytes ?? 0) + 1);
    expect(await kindsOf({ image: { ...image, bytes } })).toContain('too-large');
  });

  it('when it is a sample and the board is real', async () => {
    const sample = { ...(await signed({ version: 2 })), sample: true };
    expect(await kindsOf({ image: sample })).toEqual(['sample-on-real-board']);
    expect(await kindsOf({ image: sample, benchKind: 'virtual' })).toEqual([]);
  });
});

const oneBank = bootloaderProfiles.find(({ id }) => id === 'stm32h5-tz-otp')!;
const running = { ...runsVersion1, firmwareVersion: 1 };

/** A delta from version 1 to 2; `encrypted`: what the page holds of its ciphertext. */
async function deltaOf(encrypted?: Partial<SignedImage>): Promise<SignedImage> {
  const key = await signingKey('ecdsa-p256');
  const [base, target] = [
    await wholeImage(key, { version: 1 }),
    await wholeImage(key, { version: 2 }),
  ];
  const bytes = await deltaImage(key, base, target, { version: 2 });
  return {
    ...(await signed({ version: 2 })),
    form: 'delta',
    bytes,
    image: parseImage(bytes, 'd'),
    ...encrypted,
  };
}

describe('a delta', () => {
  it('goes to a board with one bank that runs its base', async () => {
    const image = await deltaOf();
    expect(await kindsOf({ image, profile: oneBank, info: running })).toEqual([]);
    expect(conditionsOf(image, running, oneBank)).toMatchObject([
      { kind: 'one-bank', holds: true },
      { kind: 'delta-build', holds: undefined },
      { kind: 'base-runs', baseVersion: 1, holds: true },
      { kind: 'base-digest', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ]);
  });

  it('is refused where the banks are swapped, and where another version runs', async () => {
    const image = await deltaOf();
    expect(await kindsOf({ image })).toEqual(['two-banks']);
    const info = { ...running, firmwareVersion: 0 };
    expect(await kindsOf({ image, profile: oneBank, info })).toEqual(['wrong-base']);
    expect(conditionsOf(image, info, oneBank)[2]).toMatchObject({ holds: false });
    expect(conditionsOf(image, undefined, oneBank)[2]).toMatchObject({ holds: undefined });
  });
});

describe('an encrypted image', () => {
  const key = cipherKey('aes256-ctr');

  async function encrypted(sizeBytes?: number): Promise<SignedImage> {
    const plain = await signed({ version: 2 });
    const used = sizeBytes === undefined ? key : keyWithSizeField(plain.bytes, sizeBytes);
    return {
      ...plain,
      form: 'encrypted',
      bytes: encryptImage(plain.bytes, used),
      links: { plainId: 'plain' },
    };
  }

  it('goes to a board with one bank', async () => {
    expect(await kindsOf({ image: await encrypted(), profile: oneBank })).toEqual([]);
    expect(await kindsOf({ image: await encrypted() })).toEqual(['two-banks']);
  });

  it('is refused when its ciphertext would end the transfer early', async () => {
    expect(await kindsOf({ image: await encrypted(3000), profile: oneBank })).toEqual([
      'early-end',
    ]);
  });

  it('is judged by what it decrypts to, as long as that is listed', async () => {
    const image = await encrypted();
    const plain = { ...(await signed({ version: 2 })), id: 'plain' };
    expect(verifiedBytes(image, [image, plain])).toBe(plain.bytes);
    expect(verifiedBytes(image, [image])).toBeUndefined();
    expect(verifiedBytes(plain, [])).toBe(plain.bytes);
  });

  it('is handed to the update with the facts of what it decrypts to', async () => {
    const image = await encrypted();
    expect(updateImageOf(image)).toMatchObject({
      version: 2,
      encrypted: true,
      headerSizeBytes: image.image.headerSizeBytes,
      payloadSizeBytes: image.image.payloadSizeBytes,
    });
    expect(updateImageOf(await deltaOf())).toMatchObject({ encrypted: false, baseVersion: 1 });
  });
});

describe('the keys that a console lists', () => {
  const key = {
    index: 0,
    sizeBytes: 64,
    keyType: 2,
    partitionMask: 0xffffffff,
    bytes: new Uint8Array(64),
    complete: true,
  };

  it('are slots when the list is whole', () => {
    expect(slotsOfConsole({ ...runsVersion1, keyCount: 1, keys: [key] })).toEqual([
      {
        slotId: 0,
        keyType: 2,
        partitionMask: 0xffffffff,
        publicKey: key.bytes,
        publicKeySize: 64,
      },
    ]);
  });

  it('are unknown when one is missing or damaged', () => {
    const damaged = { ...key, complete: false };
    expect(slotsOfConsole({ ...runsVersion1, keyCount: 2, keys: [key] })).toBeUndefined();
    expect(slotsOfConsole({ ...runsVersion1, keyCount: 1, keys: [damaged] })).toBeUndefined();
    expect(slotsOfConsole(runsVersion1)).toBeUndefined();
  });
});
