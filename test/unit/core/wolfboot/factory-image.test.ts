import { beforeAll, describe, expect, it } from 'vitest';
import {
  assembleFactoryImage,
  bootloaderProfiles,
  buildSignedImage,
  factoryLayout,
  makeProfile,
  UNSIGNED_KEY_TYPE,
  type FactoryFile,
  type FactoryInput,
  type FactoryLayout,
} from '../../../../src/core/wolfboot/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { testKey, type TestKey } from '../../../support/image-keys.ts';

const BOOT = 0x08060000;
const HEADER_BYTES = 1024;
const FIRMWARE = Uint8Array.from({ length: 500 }, (_, index) => index & 0xff);

let key: TestKey;
let signed: Uint8Array;

async function sign(
  change: {
    readonly keyType?: number;
    readonly partitionId?: number;
    readonly headerSizeBytes?: number;
  } = {},
): Promise<Uint8Array> {
  const options = {
    keyType: key.keyType,
    partitionId: 1,
    version: 1,
    hash: 'sha256' as const,
    timestamp: undefined,
    headerSizeBytes: HEADER_BYTES,
    customTlvs: [],
    ...change,
  };
  return buildSignedImage(
    FIRMWARE,
    options,
    options.keyType === UNSIGNED_KEY_TYPE ? undefined : key.signer,
  );
}

beforeAll(async () => {
  key = await testKey('ecdsa-p256');
  signed = await sign();
});

const file = (bytes: Uint8Array, address?: number, fileName = 'file.bin'): FactoryFile => ({
  fileName,
  segments: [{ address: address ?? 0, bytes }],
  addressKnown: address !== undefined,
});

const [dualBank] = bootloaderProfiles;

function input(
  change: Partial<Omit<FactoryInput, 'layout'>> & { layout?: Partial<FactoryLayout> } = {},
): FactoryInput {
  return {
    bootloader: file(new Uint8Array(4096).fill(1), undefined, 'wolfboot.bin'),
    image: file(signed, undefined, 'app_v1_signed.bin'),
    ...change,
    layout: { ...factoryLayout(dualBank), ...change.layout },
  };
}

const placed = (change?: Parameters<typeof input>[0]) =>
  assembleFactoryImage(input(change)).parts.map(({ name, address, bytes }) => [
    name,
    address,
    bytes.length,
  ]);

function refuses(
  change: Parameters<typeof input>[0],
  code: Parameters<typeof expectThrows>[1],
  words: string,
): void {
  expectThrows(() => assembleFactoryImage(input(change)), code, words);
}

describe('a factory image', () => {
  it('has bootloader and image where the layout puts them', () => {
    expect(placed()).toEqual([
      ['bootloader', 0x0c000000, 4096],
      ['image', BOOT, HEADER_BYTES + FIRMWARE.length],
    ]);
    expect(placed({ layout: { trustZone: false } })[0]).toEqual(['bootloader', 0x08000000, 4096]);
  });

  it('takes addresses that the files say, by either alias', () => {
    const bootloader = {
      ...file(new Uint8Array(16), 0x0c000000),
      segments: [
        { address: 0x0c000000, bytes: new Uint8Array(16) },
        { address: 0x0c05c000, bytes: new Uint8Array(0x4000) },
      ],
    };
    expect(placed({ bootloader, image: file(signed, 0x0c060000) })).toEqual([
      ['bootloader', 0x0c000000, 16],
      ['bootloader', 0x0c05c000, 0x4000],
      ['image', BOOT, HEADER_BYTES + FIRMWARE.length],
    ]);
  });

  it('has room for a keystore of its own', () => {
    const keystore = { fileName: 'keystore.der', bytes: new Uint8Array(80), address: 0x0c04e000 };
    expect(placed({ keystore })[1]).toEqual(['keystore', 0x0c04e000, 80]);
  });

  it('lets the bootloader end right before the boot partition, not a byte later', () => {
    const bootloader = (lengthBytes: number) =>
      file(new Uint8Array(lengthBytes), 0x08000000, 'wolfboot.elf');
    expect(placed({ bootloader: bootloader(0x60000) })).toHaveLength(2);
    refuses(
      { bootloader: bootloader(0x60001) },
      'layout-conflict',
      'bootloader (wolfboot.elf) and image (app_v1_signed.bin) overlap from 0x08060000 to 0x08060000',
    );
  });

  it('keeps the rest of the boot partition free of the bootloader', () => {
    const bootloader = {
      ...file(new Uint8Array(16), 0x08000000),
      segments: [
        { address: 0x08000000, bytes: new Uint8Array(16) },
        { address: 0x08070000, bytes: new Uint8Array(16) },
      ],
    };
    refuses({ bootloader }, 'layout-conflict', 'the boot partition overlap from 0x08070000');
  });

  it.each([
    ['into the image', BOOT + 16, 'image'],
    ['into the boot partition', BOOT + 0x9ff00, 'the boot partition'],
    ['into the update partition', 0x08160000, 'the update partition'],
    ['into the bootloader', 0x08000800, 'bootloader'],
  ])('refuses a keystore %s', (_, address, words) => {
    refuses(
      { keystore: { fileName: 'keystore.der', bytes: new Uint8Array(80), address } },
      'layout-conflict',
      words,
    );
  });

  it('refuses a keystore in the swap sector', () => {
    const single = bootloaderProfiles.find(({ id }) => id === 'stm32h5-tz-otp')!;
    const keystore = { fileName: 'k', bytes: new Uint8Array(80), address: 0x081a1fff };
    refuses({ keystore, layout: factoryLayout(single) }, 'layout-conflict', 'the swap sector');
  });

  it('leaves the state sectors of the partition alone', () => {
    const most = signed.length;
    const sectorSizeBytes = 0x2000;
    const layout = { partitionSizeBytes: most + sectorSizeBytes, sectorSizeBytes };
    expect(placed({ layout })).toHaveLength(2);
    refuses(
      { layout: { ...layout, partitionSizeBytes: most + sectorSizeBytes - 1 } },
      'image-too-large',
      'room for',
    );
    refuses({ layout: { ...layout, writeOnce: true } }, 'image-too-large', 'room for');
  });

  it('refuses an image with a header of another size than the build has', () => {
    refuses(
      { layout: { headerSizeBytes: 256 } },
      'layout-conflict',
      'has a header of 1024 bytes, the bootloader was built with IMAGE_HEADER_SIZE=256',
    );
    expect(placed({ layout: { headerSizeBytes: undefined } })).toHaveLength(2);
  });

  it('refuses an image of another key type, unless every type is allowed', () => {
    refuses({ layout: { signName: 'ED25519' } }, 'image-key-type-refused', 'SIGN=ED25519');
    expect(placed({ layout: { signName: undefined } })).toHaveLength(2);
    const universal = makeProfile({
      target: 'stm32h5',
      signName: 'ED25519',
      universal: true,
      ...(dualBank.partitions ? { partitions: dualBank.partitions } : {}),
    });
    expect(factoryLayout(universal).signName).toBeUndefined();
  });

  it('refuses what is not a first image', async () => {
    const update = await sign({ partitionId: 0 });
    refuses(
      { image: file(update) },
      'image-partition-refused',
      'an update of the bootloader itself',
    );
    refuses(
      { image: file(signed.slice(0, HEADER_BYTES)) },
      'image-partition-refused',
      'only a header',
    );
    refuses({ image: file(FIRMWARE) }, 'unrecognised-file', 'it is no signed image');
  });

  it('warns of an image that nobody signed', async () => {
    const image = file(await sign({ keyType: UNSIGNED_KEY_TYPE }), undefined, 'app.bin');
    expect(assembleFactoryImage(input({ image })).warnings).toContain('app.bin is not signed');
    expect(assembleFactoryImage(input()).warnings).toEqual([]);
  });

  it('refuses the two files in each other’s place', () => {
    refuses({ bootloader: file(signed) }, 'layout-conflict', 'is a signed image, not a bootloader');
  });

  it('refuses files that belong elsewhere', () => {
    const code = new Uint8Array(16);
    refuses({ bootloader: file(code, 0x08020000) }, 'layout-conflict', 'starts at 0x08020000');
    refuses(
      { image: file(signed, 0x08040000) },
      'layout-conflict',
      'the boot partition starts at 0x08060000',
    );
    const torn = {
      ...file(signed, BOOT),
      segments: [
        { address: BOOT, bytes: signed },
        { address: 0x08100000, bytes: code },
      ],
    };
    refuses({ image: torn }, 'layout-conflict', 'one run of bytes');
  });

  it('needs to know where the partitions are', () => {
    const profile = makeProfile({ target: 'stm32h5', signName: 'ECC256' });
    expectThrows(() => factoryLayout(profile), 'invalid-argument', 'take the .config');
  });
});
