// Firmware and images of every format, opened and saved.
import { describe, expect, it } from 'vitest';
import { readFirmwareFile, writeDfuSe, writeIntelHex } from '../../../src/core/stm32/index.ts';
import { nonSecureFlashAddress } from '../../../src/core/wolfboot/index.ts';
import {
  openBootloaderFile,
  planFactoryImage,
  saveFactoryImage,
} from '../../../src/state/factory-image.ts';
import {
  expectedAddress,
  isSamePlace,
  openFirmwareFile,
  openImageFile,
  saveImageAs,
  savedFormats,
} from '../../../src/state/firmware-files.ts';
import { BOOT_PARTITION, p256Profile, signImage, testKey } from '../../support/booted-board.ts';

const program = Uint8Array.from({ length: 3000 }, (_, index) => (index * 31) & 0xff);

describe('opening firmware', () => {
  it('takes a plain binary as it is', () => {
    const file = { name: 'app.bin', bytes: program };
    expect(openFirmwareFile(file)).toEqual({ ...file, source: undefined });
  });

  it('says where a program belongs, and what was filled', () => {
    const bytes = writeIntelHex([
      { address: 0x08060400, bytes: program.subarray(0, 1000) },
      { address: 0x08060400 + 1016, bytes: program.subarray(1016) },
    ]);
    const opened = openFirmwareFile({ name: 'app.hex', bytes });
    const expected = program.slice().fill(0xff, 1000, 1016);
    expect(opened.bytes).toEqual(expected);
    expect(opened.source).toMatchObject({
      format: 'intel-hex',
      address: 0x08060400,
      filledBytes: 16,
    });
  });

  it('refuses parts that lie far apart', () => {
    const bytes = writeIntelHex([
      { address: 0x08060400, bytes: program },
      { address: 0x20000000, bytes: program },
    ]);
    expect(() => openFirmwareFile({ name: 'app.hex', bytes })).toThrow(
      expect.objectContaining({ code: 'layout-conflict' }),
    );
  });

  it('knows where the profile wants it, by either address of flash', () => {
    expect(expectedAddress(p256Profile)).toBe(BOOT_PARTITION + 1024);
    expect(isSamePlace(0x08060400, 0x0c060400)).toBe(true);
    expect(isSamePlace(0x08060400, 0x08060200)).toBe(false);
  });
});

describe('signed images', () => {
  it('come out of every format as they went in', async () => {
    const image = await signImage(await testKey(), { version: 1 });
    for (const format of savedFormats) {
      const saved: { name: string; bytes: Uint8Array }[] = [];
      const files = {
        save: (name: string, bytes: Uint8Array | string) => {
          if (typeof bytes !== 'string') saved.push({ name, bytes });
        },
      };
      saveImageAs(files, { name: 'app_v1_signed.bin', bytes: image }, format, BOOT_PARTITION);
      const [file] = saved;
      expect(file?.name).toMatch(/^app_v1_signed\.(bin|hex|srec|dfu)$/);
      const { segments, addressKnown } = readFirmwareFile(file!.bytes, file!.name);
      expect(addressKnown).toBe(format !== 'bin');
      expect(segments[0]?.address).toBe(format === 'bin' ? 0 : BOOT_PARTITION);
      expect(openImageFile(file!, p256Profile).bytes).toEqual(image);
    }
  });

  it('are found behind a bootloader', async () => {
    const image = await signImage(await testKey(), { version: 1 });
    const bytes = writeDfuSe([
      { address: 0x08000000, bytes: program },
      { address: BOOT_PARTITION, bytes: image },
    ]);
    expect(openImageFile({ name: 'factory.dfu', bytes }, p256Profile).bytes).toEqual(image);
  });

  it('that are none are handed on for the complaint', () => {
    const plain = { name: 'plain.bin', bytes: program };
    expect(openImageFile(plain, p256Profile)).toBe(plain);
  });
});

describe('a factory image', () => {
  const bootloader = { name: 'wolfboot.bin', bytes: program };

  it('puts bootloader and image where the chip and the profile want them', async () => {
    const image = await signImage(await testKey(), { version: 3 });
    const plan = planFactoryImage(bootloader, { name: 'v3.bin', bytes: image }, p256Profile);
    for (const format of savedFormats) {
      const saved = new Map<string, Uint8Array>();
      const files = {
        save: (name: string, bytes: Uint8Array | string) => {
          if (typeof bytes !== 'string') saved.set(name, bytes);
        },
      };
      saveFactoryImage(files, plan, format);
      const [[name, bytes] = ['', new Uint8Array()]] = saved;
      expect(name).toMatch(/^factory_v3\./);
      const opened = readFirmwareFile(bytes, name);
      const places = opened.segments.map(({ address }) => nonSecureFlashAddress(address));
      expect(places.sort()).toEqual(format === 'bin' ? [0] : [0x08000000, BOOT_PARTITION]);
      expect(openImageFile({ name, bytes }, p256Profile).bytes).toEqual(image);
    }
  });

  it('is refused for an image with another header size', async () => {
    const image = await signImage(await testKey(), { version: 3, headerSizeBytes: 512 });
    expect(() =>
      planFactoryImage(bootloader, { name: 'v3.bin', bytes: image }, p256Profile),
    ).toThrow(expect.objectContaining({ code: 'layout-conflict' }));
  });

  it('takes a bootloader from a file that says where it belongs, if it belongs there', () => {
    const at = (address: number) => ({
      name: 'wolfboot.hex',
      bytes: writeIntelHex([{ address, bytes: program }]),
    });
    expect(openBootloaderFile(at(0x0c000000)).bytes).toEqual(program);
    expect(() => openBootloaderFile(at(BOOT_PARTITION))).toThrow(
      expect.objectContaining({ code: 'layout-conflict' }),
    );
  });
});
