/** `sign` with firmware in other formats than raw bytes, and with the user's own build (`--config`). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  writeDfuSe,
  writeIntelHex,
  writeSRecords,
  type Segment,
} from '../../../src/core/stm32/index.ts';
import { parseImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { elfFile } from '../../support/firmware-files.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

const LINKED = 0x08060400;
const PROGRAM: Segment = {
  address: LINKED,
  bytes: Uint8Array.from({ length: 300 }, (_, index) => index & 0xff),
};

const CONFIG = `TARGET?=stm32h5
SIGN?=ECC256
HASH?=SHA256
IMAGE_HEADER_SIZE?=1024
WOLFBOOT_PARTITION_SIZE?=0xA0000
WOLFBOOT_SECTOR_SIZE?=0x2000
WOLFBOOT_PARTITION_BOOT_ADDRESS?=0x08060000
`;

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('ed.der', vectorFile('keys/ed25519/priv.der'));
  directory.write('ecc.der', vectorFile('keys/ecc256/priv.der'));
  directory.write('app.bin', PROGRAM.bytes);
  directory.write('app.hex', writeIntelHex([PROGRAM]));
  directory.write('app.srec', writeSRecords([PROGRAM]));
  directory.write('app.dfu', writeDfuSe([PROGRAM]));
  directory.write('.config', CONFIG);
  directory.write(
    'app.elf',
    elfFile({ segments: [{ physicalAddress: LINKED, content: [...PROGRAM.bytes] }] }),
  );
});
afterEach(() => {
  directory.remove();
});

const sign = (words: string, environment: Readonly<Record<string, string>> = {}) =>
  directory.run(['sign', ...words.split(' ')], { environment });

const payloadOf = (name: string): Uint8Array => {
  const bytes = directory.read(name);
  return bytes.slice(parseImage(bytes, name).headerSizeBytes);
};

describe('firmware in other formats', () => {
  it.each([
    ['app.hex', 'Intel HEX'],
    ['app.srec', 'S-records'],
    ['app.dfu', 'DFU'],
    ['app.elf', 'ELF'],
  ])(
    '%s is signed as the bytes that end up in flash, and its address is shown',
    async (name, format) => {
      const { exitCode, stderr } = await sign(`--ed25519 --no-ts ${name} ed.der 1`);
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain(`${name}: ${format}, 0x08060400 to 0x0806052B`);
      expect(payloadOf('app_v1_signed.bin')).toEqual(PROGRAM.bytes);
    },
  );

  it('say format and address with --json', async () => {
    const { stdout } = await sign('--ed25519 --json app.elf ed.der 1');
    expect(JSON.parse(stdout)).toMatchObject({
      firmware: { format: 'elf', address: LINKED, sizeBytes: 300 },
    });
  });

  it('have their gaps filled like erased flash, visibly', async () => {
    const far = { address: LINKED + 310, bytes: Uint8Array.of(9) };
    directory.write('gap.hex', writeIntelHex([PROGRAM, far]));
    const { stderr } = await sign('--ed25519 gap.hex ed.der 1');
    expect(stderr).toContain('warning: gap.hex: 10 bytes between its parts are filled with 0xFF');
    expect([...payloadOf('gap_v1_signed.bin').subarray(299, 311)]).toEqual([
      299 & 0xff,
      ...Array.from({ length: 10 }, () => 0xff),
      9,
    ]);
  });

  it('are refused where they are damaged, before a key is used', async () => {
    const damaged = directory.read('app.hex');
    damaged[30] = 0x30 + ((damaged[30] ?? 0) === 0x30 ? 1 : 0);
    directory.write('bad.hex', damaged);
    const { exitCode, stderr } = await sign('--ed25519 bad.hex missing.der 1');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('bad.hex: checksum at line');
  });

  it('are refused with parts that no flash holds together', async () => {
    const ram = { address: 0x20000000, bytes: Uint8Array.of(1) };
    directory.write('ram.hex', writeIntelHex([PROGRAM, ram]));
    const { exitCode, stderr } = await sign('--ed25519 ram.hex ed.der 1');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nothing stands between 0x0806052C and 0x20000000');
  });

  it.each(['--raw', '--upstream-compatible'])('are signed as they are with %s', async (option) => {
    const { exitCode, stderr } = await sign(`--ed25519 ${option} app.hex ed.der 1`);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('app.hex is taken as it is, although it looks like Intel HEX');
    expect(payloadOf('app_v1_signed.bin')).toEqual(directory.read('app.hex'));
  });

  it('of raw bytes stay what they were', async () => {
    const { stderr } = await sign('--ed25519 app.bin ed.der 1');
    expect(stderr).toBe('');
    expect(payloadOf('app_v1_signed.bin')).toEqual(PROGRAM.bytes);
  });
});

describe('the address a program was linked for', () => {
  const BOOT = { WOLFBOOT_PARTITION_BOOT_ADDRESS: '0x08060000' };

  it('has to be behind the header, where the boot partition is known', async () => {
    expect(
      await sign('--ed25519 app.elf ed.der 1', { ...BOOT, IMAGE_HEADER_SIZE: '1024' }),
    ).toMatchObject({ exitCode: 0 });
    const wrong = await sign('--ed25519 app.elf ed.der 2', { ...BOOT, IMAGE_HEADER_SIZE: '256' });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('app.elf is linked for 0x08060400, but would lie at 0x08060100');
    expect(directory.list()).not.toContain('app_v2_signed.bin');
  });

  it('may be the secure one', async () => {
    directory.write('secure.hex', writeIntelHex([{ ...PROGRAM, address: 0x0c060400 }]));
    const environment = { ...BOOT, IMAGE_HEADER_SIZE: '1024' };
    expect(await sign('--ed25519 secure.hex ed.der 1', environment)).toMatchObject({ exitCode: 0 });
  });

  it('does not matter for updates of the bootloader and for raw bytes', async () => {
    expect(await sign('--ed25519 --wolfboot-update app.elf ed.der 1', BOOT)).toMatchObject({
      exitCode: 0,
    });
    expect(await sign('--ed25519 app.bin ed.der 1', BOOT)).toMatchObject({ exitCode: 0 });
  });
});

describe('sign --config', () => {
  it('takes algorithm, hash, header and room from the build', async () => {
    directory.write('.config', CONFIG.replace('SHA256', 'SHA384'));
    const { exitCode, stderr } = await sign('--config .config app.elf ecc.der 1');
    expect(exitCode, stderr).toBe(0);
    const image = parseImage(directory.read('app_v1_signed.bin'), 'x');
    expect(image).toMatchObject({ hash: 'sha384', headerSizeBytes: 1024, authKeyCode: 2 });
  });

  it('stands anywhere among the options, but is no text of theirs', async () => {
    const words = [
      'sign',
      '--no-ts',
      '--config',
      '.config',
      '--cmdline',
      '--config',
      'app.bin',
      'ecc.der',
      '1',
    ];
    expect(await directory.run(words)).toMatchObject({ exitCode: 0 });
    const { tlvs } = parseImage(directory.read('app_v1_signed.bin'), 'x');
    const cmdline = tlvs.find(({ tag }) => tag === 0x34);
    expect(new TextDecoder().decode(cmdline?.value)).toBe('--config');
  });

  it.each([
    ['--ed25519', {}, 'is a bootloader for ECC256, the options name ED25519'],
    ['--ecc256 --ed25519', {}, 'the options name ECC256 and ED25519'],
    ['--sha3', {}, 'is a bootloader for --sha256, not --sha3'],
    ['--encrypt k --aes128', {}, 'is a bootloader for --aes256, not --aes128'],
    [
      '--no-ts',
      { IMAGE_HEADER_SIZE: '256' },
      'IMAGE_HEADER_SIZE is 256 in the environment and 1024 in .config',
    ],
    ['--no-ts', { WOLFBOOT_PARTITION_BOOT_ADDRESS: '0x08040000' }, 'unset it'],
  ])('contradicted by %s %j is wrong use', async (options, environment, words) => {
    directory.write('.config', `${CONFIG}ENCRYPT=1\nENCRYPT_WITH_AES256=1\n`);
    const { exitCode, stderr } = await sign(
      `--config .config ${options} app.bin ecc.der 1`,
      environment,
    );
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(words);
  });

  it('agrees with options and environment that say the same', async () => {
    const environment = { IMAGE_HEADER_SIZE: '1024', WOLFBOOT_SECTOR_SIZE: '0x2000' };
    const { exitCode, stderr } = await sign(
      '--config .config --ecc256 --sha256 app.bin ecc.der 1',
      environment,
    );
    expect(exitCode, stderr).toBe(0);
  });

  it('takes two algorithms, and DigestInfo for the one of the build', async () => {
    directory.write('.config', CONFIG.replace('1024', '2048') + 'SIGN_SECONDARY=ED25519\n');
    expect(await sign('--config .config app.bin ecc.der ed.der 1')).toMatchObject({ exitCode: 0 });
    expect(parseImage(directory.read('app_v1_signed.bin'), 'x').secondary).toBeDefined();
    directory.write('.config', CONFIG.replace('ECC256', 'RSA2048'));
    directory.write('rsa.der', vectorFile('keys/rsa2048/priv.der'));
    const { exitCode, stderr } = await sign('--config .config --rsa2048enc app.bin rsa.der 2');
    expect(exitCode, stderr).toBe(0);
  });

  it('refuses an image that does not fit its partition, and a program for another address', async () => {
    directory.write('.config', CONFIG.replace('0xA0000', '0x2400'));
    expect((await sign('--config .config app.bin ecc.der 1')).stderr).toContain('room for 1024');
    directory.write('.config', CONFIG.replace('0x08060000', '0x08020000'));
    expect((await sign('--config .config app.elf ecc.der 1')).stderr).toContain(
      'would lie at 0x08020400',
    );
  });

  it('leaves unsigned images unsigned', async () => {
    expect(await sign('--config .config --no-sign app.bin 1')).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['ENCRYPT=1', '', 'takes encrypted updates only'],
    ['A=1', '--encrypt key.bin', 'cannot decrypt the update'],
  ])('says when %s and the options %j do not go together', async (line, option, words) => {
    directory.write('key.bin', new Uint8Array(44));
    directory.write('.config', `${CONFIG}${line}\n`);
    const { exitCode, stderr } = await directory.run([
      'sign',
      '--config',
      '.config',
      ...option.split(' ').filter(Boolean),
      'app.bin',
      'ecc.der',
      '1',
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(words);
  });

  it('is refused where it is no configuration', async () => {
    expect((await sign('--config app.bin app.bin ecc.der 1')).stderr).toContain(
      'no wolfBoot configuration',
    );
    expect((await sign('--config')).stderr).toContain('the file of --config is missing');
  });
});
