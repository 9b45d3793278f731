import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFirmwareFile, writeIntelHex } from '../../../src/core/stm32/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { elfFile } from '../../support/firmware-files.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

const PROFILE = '--profile stm32h5-tz-dualbank-otp';
const PARTS = '--bootloader wolfboot.bin --image app_v1_signed.bin';
const BOOTLOADER = Uint8Array.from({ length: 2000 }, (_, index) => (index * 7) & 0xff);

const CONFIG = `TARGET=stm32h5
SIGN=ECC256
FLASH_OTP_KEYSTORE=1
IMAGE_HEADER_SIZE=1024
WOLFBOOT_PARTITION_SIZE=0xA0000
WOLFBOOT_SECTOR_SIZE=0x2000
WOLFBOOT_PARTITION_BOOT_ADDRESS=0x08060000
WOLFBOOT_PARTITION_UPDATE_ADDRESS=0x08100000
WOLFBOOT_PARTITION_SWAP_ADDRESS=0x081A0000
`;

let directory: CliDirectory;
let signed: Uint8Array;

const run = (words: string) => directory.run(words.split(' '));
const assemble = (words: string) => run(`assemble ${words}`);

beforeEach(async () => {
  directory = new CliDirectory();
  directory.write('app.bin', vectorFile('payloads/p1000.bin'));
  directory.write('ecc.der', vectorFile('keys/ecc256/priv.der'));
  directory.write('ecc_pub.der', vectorFile('keys/ecc256/priv_pub.der'));
  directory.write('ed_pub.der', vectorFile('keys/ed25519/priv_pub.der'));
  directory.write('wolfboot.bin', BOOTLOADER);
  directory.write('.config', CONFIG);
  const made = await directory.run(['sign', '--ecc256', 'app.bin', 'ecc.der', '1'], {
    environment: { IMAGE_HEADER_SIZE: '1024' },
  });
  expect(made.exitCode, made.stderr).toBe(0);
  signed = directory.read('app_v1_signed.bin');
});
afterEach(() => {
  directory.remove();
});

const read = (name: string) => readFirmwareFile(directory.read(name), name);

describe('assemble', () => {
  it('makes one run of raw bytes, erased flash between the parts', async () => {
    const { exitCode, stdout, stderr } = await assemble(`${PARTS} ${PROFILE} -o factory.bin`);
    expect(exitCode, stderr).toBe(0);
    const bytes = directory.read('factory.bin');
    expect(bytes.slice(0, 2000)).toEqual(BOOTLOADER);
    expect(bytes.slice(0x60000)).toEqual(signed);
    expect(new Set(bytes.slice(2000, 0x60000))).toEqual(new Set([0xff]));
    expect(stdout).toContain('0x08000000 to 0x080007CF  bootloader: wolfboot.bin');
    expect(stdout).toContain('0x08060000 to 0x080607E7  image: app_v1_signed.bin');
    expect(stdout).toContain('flash it to 0x08000000');
    expect(stderr).toContain('the signature was not checked');
  });

  it.each([
    ['factory.hex', 'intel-hex', 0x0c000000],
    ['factory.s37', 's-record', 0x0c000000],
    ['factory.dfu', 'dfuse', 0x08000000],
    ['factory.hex --non-secure', 'intel-hex', 0x08000000],
    ['factory.out --format srec --non-secure', 's-record', 0x08000000],
  ])('makes %s with the parts at their addresses', async (out, format, start) => {
    const { exitCode, stderr } = await assemble(`${PARTS} ${PROFILE} -o ${out}`);
    expect(exitCode, stderr).toBe(0);
    const [name = ''] = out.split(' ');
    const segments = [
      { address: start, bytes: BOOTLOADER },
      { address: 0x08060000, bytes: signed },
    ].sort((a, b) => a.address - b.address);
    expect(read(name)).toMatchObject({ format, segments });
  });

  it('takes addresses from the .config of the build or from options', async () => {
    expect(await assemble(`${PARTS} --config .config -o a.hex`)).toMatchObject({ exitCode: 0 });
    expect(read('a.hex').segments.map(({ address }) => address)).toEqual([0x08000000, 0x08060000]);
    const words =
      '--boot-address 0x08020000 --partition-size 0xD0000 --sector-size 0x20000 --header-size 1024';
    expect(await assemble(`${PARTS} ${words} -o b.hex`)).toMatchObject({ exitCode: 0 });
    expect(read('b.hex').segments.map(({ address }) => address)).toEqual([0x08000000, 0x08020000]);
  });

  it('takes a bootloader as ELF and an image as Intel HEX', async () => {
    const content = [...BOOTLOADER];
    directory.write(
      'wolfboot.elf',
      elfFile({ segments: [{ physicalAddress: 0x0c000000, content }] }),
    );
    directory.write('app.hex', writeIntelHex([{ address: 0x08060000, bytes: signed }]));
    const { exitCode, stderr } = await assemble(
      `--bootloader wolfboot.elf --image app.hex ${PROFILE} -o factory.bin`,
    );
    expect(exitCode, stderr).toBe(0);
    expect(directory.read('factory.bin').slice(0x60000)).toEqual(signed);
  });

  it('checks the signature with the keystore of the bootloader', async () => {
    const good = await assemble(`${PARTS} ${PROFILE} --keystore ecc_pub.der -o factory.bin`);
    expect(good).toMatchObject({ exitCode: 0, stderr: '' });
    expect(good.stdout).toContain('signed with the key of slot 0');
    const bad = await assemble(`${PARTS} ${PROFILE} --keystore ed_pub.der -o other.bin`);
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toContain('app_v1_signed.bin would not boot with ed_pub.der');
    expect(directory.list()).not.toContain('other.bin');
  });

  it('puts a keystore where the bootloader looks for it', async () => {
    const words = '--keystore ecc_pub.der --keystore-address 0x08040000';
    expect(await assemble(`${PARTS} ${PROFILE} ${words} -o factory.bin`)).toMatchObject({
      exitCode: 0,
    });
    const key = directory.read('ecc_pub.der');
    expect(directory.read('factory.bin').slice(0x40000, 0x40000 + key.length)).toEqual(key);
  });

  it('says what it made as JSON', async () => {
    const words = `${PARTS} ${PROFILE} --keystore ecc_pub.der -o factory.hex --json`;
    expect(JSON.parse((await assemble(words)).stdout)).toMatchObject({
      file: 'factory.hex',
      format: 'hex',
      version: 1,
      headerSizeBytes: 1024,
      key: { slot: 0 },
      parts: [
        { name: 'bootloader', address: 0x0c000000, sizeBytes: 2000 },
        { name: 'image', address: 0x08060000, sizeBytes: signed.length },
      ],
      warnings: [],
    });
  });

  it.each([
    [
      'an image of another header size',
      `${PARTS} --profile stm32h7-otp -o f.bin`,
      'built with IMAGE_HEADER_SIZE=256',
    ],
    [
      'an image that is none',
      `--bootloader wolfboot.bin --image app.bin ${PROFILE} -o f.bin`,
      'it is no signed image',
    ],
    [
      'a bootloader in the boot partition',
      `${PARTS} --boot-address 0x08000400 -o f.bin`,
      'overlap from 0x08000400',
    ],
    [
      'too small a partition',
      `${PARTS} --boot-address 0x08060000 --partition-size 2048 --sector-size 512 -o f.bin`,
      'room for 1536',
    ],
  ])('refuses %s', async (_, words, expected) => {
    const { exitCode, stderr } = await assemble(words);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(expected);
    expect(directory.list()).not.toContain('f.bin');
  });

  it('replaces what an earlier run wrote, and nothing else', async () => {
    for (const out of ['f.bin', 'f.hex']) {
      expect(await assemble(`${PARTS} ${PROFILE} -o ${out}`)).toMatchObject({ exitCode: 0 });
      expect(await assemble(`${PARTS} ${PROFILE} -o ${out}`)).toMatchObject({ exitCode: 0 });
    }
    directory.write('notes.bin', 'my notes');
    const refused = await assemble(`${PARTS} ${PROFILE} -o notes.bin`);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('--force replaces it');
    expect(await assemble(`${PARTS} ${PROFILE} --force -o notes.bin`)).toMatchObject({
      exitCode: 0,
    });
    for (const input of ['wolfboot.bin', 'app_v1_signed.bin']) {
      const { stderr } = await assemble(`${PARTS} ${PROFILE} --force -o ${input}`);
      expect(stderr).toContain(`${input} is also the input`);
    }
  });

  it.each([
    ['', '-o FILE is missing'],
    ['-o f.bin', '--bootloader FILE is missing'],
    ['-o f.bin --bootloader wolfboot.bin', '--image FILE is missing'],
    [`${PARTS} -o f.bin`, 'where things go is missing'],
    [`${PARTS} ${PROFILE} --config .config -o f.bin`, '--config and --profile exclude each other'],
    [`${PARTS} ${PROFILE} --header-size 256 -o f.bin`, '--profile says it all'],
    [`${PARTS} --profile nothing -o f.bin`, '"nothing" is none of'],
    [`${PARTS} ${PROFILE} -o f.out`, 'does not say its format'],
    [`${PARTS} ${PROFILE} --format elf -o f.out`, 'none of bin, hex, srec, dfu'],
    [`${PARTS} ${PROFILE} --keystore-address 1 -o f.bin`, '--keystore-address without --keystore'],
    [`${PARTS} --boot-address 0x100000000 -o f.bin`, 'does not fit into 32 bits'],
    [`${PARTS} --image app.bin ${PROFILE} -o f.bin`, '--image stands there twice'],
    [`${PARTS} ${PROFILE} --sideways -o f.bin`, '--sideways is not an option of assemble'],
  ])('%s is wrong use', async (words, expected) => {
    const { exitCode, stderr } = await directory.run([
      'assemble',
      ...words.split(' ').filter(Boolean),
    ]);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(expected);
  });

  it('needs a boot partition in the .config', async () => {
    directory.write('.config', 'SIGN=ECC256\n');
    const { exitCode, stderr } = await assemble(`${PARTS} --config .config -o f.bin`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('WOLFBOOT_PARTITION_BOOT_ADDRESS is not set');
  });
});
