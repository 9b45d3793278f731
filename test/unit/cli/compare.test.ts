import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliDirectory } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(async () => {
  directory = new CliDirectory();
  directory.makeDirectory('src');
  const code = vectorFile('payloads/p1000.bin').slice();
  directory.write('fw.bin', code);
  await directory.run(['keygen', '--ed25519', '-g', 'a.der', '-g', 'b.der']);
  await directory.run(['sign', '--ed25519', '--no-ts', 'fw.bin', 'a.der', '3']);
  code[500]! ^= 0xff;
  directory.write('fw.bin', code);
  await directory.run(['sign', '--ed25519', '--no-ts', 'fw.bin', 'a.der', '4']);
  await directory.run(['sign', '--ed25519', '--no-ts', 'fw.bin', 'b.der', '5']);
});
afterEach(() => {
  directory.remove();
});

const compare = (words: string) => directory.run(['compare', ...words.split(' ')]);

describe('compare', () => {
  it('says what is new', async () => {
    const { exitCode, stdout, stderr } = await compare('fw_v3_signed.bin fw_v4_signed.bin');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('B is newer: version 4 after 3');
    expect(stdout).toContain('signed with the same key');
    expect(stdout).toMatch(/^version:\n {2}A 3\n {2}B 4$/m);
    expect(stdout).toContain('payload: 1 bytes differ (0.100 %), in 1 place');
    expect(stdout).toMatch(/^ {2}0x000001F4 {2}1 bytes$/m);
    expect(stdout).not.toContain('img_type');
  });

  it('names a downgrade and another key', async () => {
    const { stdout } = await compare('fw_v5_signed.bin fw_v3_signed.bin');
    expect(stdout).toContain('a downgrade');
    expect(stdout).toContain('signed with different keys');
  });

  it('a file with itself', async () => {
    const { stdout } = await compare('fw_v3_signed.bin fw_v3_signed.bin');
    expect(stdout).toContain('the same, byte for byte');
  });

  it('as JSON', async () => {
    const { stdout } = await compare('--json fw_v3_signed.bin fw_v5_signed.bin');
    expect(JSON.parse(stdout)).toMatchObject({
      versionStep: 'newer',
      sameKey: false,
      layout: [],
      payload: { differentBytes: 1, ranges: [{ startBytes: 500, endBytes: 501 }] },
    });
  });

  it.each([
    ['fw_v3_signed.bin', 2],
    ['fw_v3_signed.bin fw_v4_signed.bin fw_v5_signed.bin', 2],
    ['fw_v3_signed.bin fw_v4_signed.bin --fast', 2],
    ['fw_v3_signed.bin fw.bin', 1],
    ['fw_v3_signed.bin nothing.bin', 1],
  ])('%s: exit code %i', async (words, exitCode) => {
    expect(await compare(words)).toMatchObject({ exitCode, stdout: '' });
  });
});
