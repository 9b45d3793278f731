import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import { analysePrimer, recogniseKeyfusePrimer } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { openLine, runInFlash } from '../../support/keyfuse-primer.ts';
import { simBench } from '../../support/sim-bench.ts';
import { createPrimerDialogue } from '../../../src/core/serial/index.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
  directory.write('k', vectorFile('keystores/single-ecc256/keystore.der'));
});
afterEach(() => {
  directory.remove();
});

const primer = (words: string) => directory.run(['primer', ...words.split(' ').filter(Boolean)]);
const made = () => recogniseKeyfusePrimer(directory.read('p.bin'))!;

describe('primer', () => {
  it('makes an image that a board burns', async () => {
    const run = await primer('--keystore k --target stm32h5 --out p.bin');
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('wrote p.bin');
    expect(run.stdout).toContain('flash it to 0x08000000');
    expect(run.stderr).toContain('burns its OTP');
    expect(made()).toMatchObject({
      state: 'filled',
      uds: 'generate',
      lockBlocks: [],
      trustZone: false,
    });
    const bench = simBench();
    await runInFlash(bench, directory.read('p.bin'));
    const line = await openLine(bench);
    const status = await createPrimerDialogue(line, bench.clock).status();
    expect(status).toMatchObject({ result: 'done', uds: 'written' });
    expect(toHex(bench.board.otp.peek().subarray(0, 96))).toBe(
      toHex(made().content.subarray(0, 96)),
    );
  });

  it('says in JSON what it made', async () => {
    const { stdout, stderr } = await primer(
      '--keystore k --target stm32h5 --uds none --lock 0-1,31 --out p.bin --json',
    );
    const facts = JSON.parse(stdout) as Record<string, unknown>;
    const image = analysePrimer(directory.read('p.bin'), 'p.bin');
    expect(facts).toMatchObject({
      file: 'p.bin',
      target: 'stm32h5',
      sizeBytes: image.sizeBytes,
      sha256: image.sha256,
      slots: 1,
      strideBytes: 80,
      halfwords: 48,
      uds: 'none',
      lockBlocks: [0, 1, 31],
    });
    expect(stderr).toContain('locked for ever; the device can then never have a secret');
  });

  it.each([
    ['none', []],
    ['all', Array.from({ length: 32 }, (_, block) => block)],
    ['31,0', [0, 31]],
    ['2-4,3,4', [2, 3, 4]],
  ])('locks %s', async (blocks, expected) => {
    await primer(`--keystore k --target stm32h5 --lock ${blocks} --out p.bin`);
    expect(made().lockBlocks).toEqual(expected);
  });

  it('knows the bootloader by its build', async () => {
    await primer('--keystore k --target stm32h5 --universal --fill-padding --out p.bin');
    expect(made()).toMatchObject({ strideBytes: 592 });
    expect(made().written.filter(Boolean)).toHaveLength((16 + 592) / 2);
    await primer('--keystore k --target stm32h5 --profile stm32h5-tz-dualbank-otp --out p.bin');
    expect(made()).toMatchObject({ strideBytes: 80 });
  });

  it('makes an image for TrustZone on when asked', async () => {
    const { stdout } = await primer('--keystore k --target stm32h5 --trustzone --out p.bin');
    expect(stdout).toContain('flash it to 0x0c000000');
    expect(made()).toMatchObject({ trustZone: true, loadAddress: 0x0c000000 });
  });

  it('is what inspect recognises', async () => {
    await primer('--keystore k --target stm32h5 --out p.bin --lock 5');
    const { stdout } = await directory.run(['inspect', 'p.bin', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'primer',
      complete: true,
      locking: 'found',
      keyfuse: { trustZone: false, uds: 'generate', lockBlocks: [5] },
    });
  });

  it('replaces an earlier primer, nothing else without --force, and never its input', async () => {
    const words = '--keystore k --target stm32h5 --out p.bin';
    await primer(words);
    expect(await primer(`${words} --lock 3`)).toMatchObject({ exitCode: 0 });
    expect(made().lockBlocks).toEqual([3]);
    directory.write('p.bin', 'a private key');
    const refused = await primer(words);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain('p.bin is there and something else');
    expect(directory.read('p.bin')).toHaveLength(13);
    expect(await primer(`${words} --force`)).toMatchObject({ exitCode: 0 });
    expect(made().lockBlocks).toEqual([]);
    const onto = await primer('--keystore k --target stm32h5 --out ./k --force');
    expect(onto).toMatchObject({ exitCode: 1 });
    expect(onto.stderr).toContain('also the input');
    expect(directory.read('k')).toEqual(vectorFile('keystores/single-ecc256/keystore.der'));
  });

  it.each([
    ['no target', '--keystore k --out p.bin', '--target'],
    ['no keystore', '--target stm32h5 --out p.bin', '--keystore'],
    ['no place for it', '--target stm32h5 --keystore k', '--out'],
    ['an unknown option', '--target stm32h5 --keystore k --out p.bin --burn', '--burn'],
    ['an unknown word for the UDS', '--target stm32h5 --keystore k --out p.bin --uds mine', 'mine'],
    ['a block that is none', '--target stm32h5 --keystore k --out p.bin --lock 32', '32'],
    ['a range that goes back', '--target stm32h5 --keystore k --out p.bin --lock 4-2', '2'],
    ['a range of three', '--target stm32h5 --keystore k --out p.bin --lock 1-2-3', '1-2-3'],
    ['another chip', '--target stm32h7 --keystore k --out p.bin', 'stm32h7'],
  ])('refuses %s, with exit code 2', async (_what, words, message) => {
    const run = await primer(words);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(directory.list()).toEqual(['k']);
  });

  it('refuses keys the bootloader cannot use, with exit code 1', async () => {
    const run = await primer('--keystore k --target stm32h5 --sign ED25519 --out p.bin');
    expect(run.exitCode).toBe(1);
    expect(directory.list()).toEqual(['k']);
  });
});
