import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, filledBytes } from '../../../src/core/bytes/index.ts';
import { writeDfuSe, writeIntelHex, writeSRecords } from '../../../src/core/stm32/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
});
afterEach(() => {
  directory.remove();
});

const image = vectorFile('images/ecc256-plain.signed.bin');
const program = vectorFile('../primer/bootloader.bin');
const segments = [
  { address: 0x08000000, bytes: program },
  { address: 0x08060000, bytes: image },
];

interface Report {
  readonly kind: string;
  readonly format?: string;
  readonly parts: readonly { kind: string; address?: string; offsetBytes: number; file: string }[];
  readonly [fact: string]: unknown;
}

async function inspect(name: string, bytes: Uint8Array, words: readonly string[] = []) {
  directory.write(name, bytes);
  const run = await directory.run(['inspect', name, '--json', ...words]);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(run.stdout) as Report;
}

describe('inspect opens', () => {
  it.each([
    ['intel-hex', writeIntelHex(segments)],
    ['s-record', writeSRecords(segments)],
    ['dfuse', writeDfuSe(segments)],
  ])('%s and finds bootloader and image', async (format, bytes) => {
    const report = await inspect('factory', bytes);
    expect(report).toMatchObject({ kind: 'firmware-file', format });
    expect(report.segments).toEqual([
      { address: '0x08000000', sizeBytes: program.length },
      { address: '0x08060000', sizeBytes: image.length },
    ]);
    const found = report.parts.map(({ kind, address }) => [kind, address]);
    expect(found).toEqual([
      ['unknown', '0x08000000'],
      ['image', '0x08060000'],
    ]);
    expect(report.parts[1]).toMatchObject({ digestHolds: true, file: 'factory at 0x08060000' });
  });

  it('a dump of flash and finds its images', async () => {
    const blank = filledBytes(0x2000 - image.length, 0xff);
    const dump = concatBytes(
      program,
      filledBytes(0x1000 - program.length, 0xff),
      image,
      blank,
      image,
    );
    const report = await inspect('dump.bin', concatBytes(dump, filledBytes(100, 0xff)));
    expect(report.kind).toBe('flash-dump');
    const images = report.parts.filter(({ kind }) => kind === 'image');
    expect(images.map(({ offsetBytes }) => offsetBytes)).toEqual([0x1000, 0x3000]);
    const { stdout } = await directory.run(['inspect', 'dump.bin']);
    expect(stdout).toContain('dump.bin at offset 0x3000: image, 1256 bytes');
  });

  it('an encrypted image with its key', async () => {
    directory.write('enc.key', vectorFile('payloads/enc_aes256.key'));
    const bytes = vectorFile('images/ecc256-enc-aes256.encrypted.bin');
    const words = ['--encryption-key', 'enc.key', '--aes256'];
    expect(await inspect('f', bytes, words)).toMatchObject({
      kind: 'image',
      decryptedWith: 'aes256-ctr',
      digestHolds: true,
    });
    const wrong = await directory.run(['inspect', 'f', '--encryption-key', 'enc.key']);
    expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
    expect(wrong.stderr).toContain('another cipher');
  });

  it('no encrypted image without it, and says what it may be', async () => {
    const bytes = vectorFile('images/ecc256-enc-chacha.encrypted.bin');
    const report = await inspect('f', bytes);
    expect(report).toMatchObject({ kind: 'encrypted-image', possibleCiphers: 'ChaCha20' });
    expect(report.warnings).toEqual([expect.stringContaining('nobody can tell')]);
  });

  it('no damaged container', async () => {
    const hex = writeIntelHex(segments);
    hex[20]! ^= 1;
    directory.write('f.hex', hex);
    expect(await directory.run(['inspect', 'f.hex'])).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it.each([
    ['a cipher without a key', ['inspect', 'f', '--aes128']],
    ['a key option without a file', ['inspect', 'f', '--encryption-key']],
  ])('nothing for %s', async (_name, words) => {
    directory.write('f', image);
    expect(await directory.run(words)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
