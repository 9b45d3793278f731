import { describe, expect, it } from 'vitest';
import { parseImage, verifyImage, type ImageVerdict } from '../../../src/core/wolfboot/index.ts';
import type { ConsoleInfo } from '../../../src/core/serial/index.ts';
import type { SignedImage } from '../../../src/state/firmware.ts';
import {
  refuseUpdate,
  slotsOfConsole,
  type UpdateQuestion,
} from '../../../src/state/update-refusals.ts';
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
