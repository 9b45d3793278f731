import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { openTreeFile } from '../../../src/cli/tree-file.ts';
import { filledBytes } from '../../../src/core/bytes/index.ts';
import { plainTreeHasher } from '../../../src/core/crypto/plain-tree-hasher.ts';
import { readKeystoreFile, verifyImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory, cliHost } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
});
afterEach(() => {
  directory.remove();
});

describe('openTreeFile', () => {
  const key = (start: number) =>
    ({ algorithm: 'lms', bytes: Uint8Array.from({ length: 124 }, (_, at) => at + start) }) as const;
  const open = (start = 0) => openTreeFile(join(directory.path, 'k'), key(start));
  const nodes = filledBytes(40_000, 7);

  it('keeps what was put, for the same key at any index', () => {
    const first = open();
    first.trees.put('a/b', nodes);
    first.trees.put('gone', nodes);
    first.trees.delete('gone');
    expect(first.save()).toBeUndefined();
    expect(directory.list()).toEqual(['k.trees']);
    expect(statSync(join(directory.path, 'k.trees')).mode & 0o777).toBe(0o600);
    const advanced = key(0).bytes.slice();
    advanced[7] = 99;
    const path = join(directory.path, 'k');
    const second = openTreeFile(path, { algorithm: 'lms', bytes: advanced });
    expect(second.trees.get('a/b')).toEqual(nodes);
    expect(second.trees.get('gone')).toBeUndefined();
  });

  it('does not write what has not changed, nor trees that are quickly made', () => {
    const small = open();
    small.trees.put('a', filledBytes(1000, 7));
    expect(small.save()).toBeUndefined();
    expect(directory.list()).toEqual([]);
  });

  it('ignores a file of another key, and a damaged one', () => {
    const first = open();
    first.trees.put('a', nodes);
    first.save();
    expect(open(1).trees.get('a')).toBeUndefined();
    const good = directory.read('k.trees');
    for (const at of [0, 10, 45, good.length - 1]) {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ 1;
      directory.write('k.trees', bad);
      expect(open().trees.get('a')).toBeUndefined();
    }
    for (const length of [0, 5, 39, good.length - 1]) {
      directory.write('k.trees', good.slice(0, length));
      expect(open().trees.get('a')).toBeUndefined();
    }
  });

  it('says why it could not write', () => {
    mkdirSync(join(directory.path, 'k.trees'));
    const file = open();
    file.trees.put('a', nodes);
    expect(file.save()).toMatch(/EISDIR|EEXIST|ENOTEMPTY/);
    expect(directory.list()).toEqual([]);
  });
});

describe('sign with an LMS key of height 10', () => {
  /** Counts the subtrees that are asked for. */
  async function sign(version: number): Promise<number> {
    let subtrees = 0;
    const host = cliHost(directory.path, {
      treeHasher: () => ({
        ...plainTreeHasher,
        lmsSubtree: (...input) => {
          subtrees++;
          return plainTreeHasher.lmsSubtree(...input);
        },
      }),
    });
    const words = ['sign', '--lms', '--no-ts', 'fw.bin', 'a.key', String(version)];
    expect(await run(words, host, '0.0.0-test')).toBe(0);
    const name = `fw_v${version}_signed.bin`;
    const { slots } = await readKeystoreFile(directory.read('keystore.der'), 'k');
    expect(await verifyImage(directory.read(name), slots)).toMatchObject({ ok: true });
    return subtrees;
  }

  it('computes leaves once, and again when FILE.trees is gone, damaged or of another key', async () => {
    directory.makeDirectory('src');
    directory.write('fw.bin', vectorFile('payloads/p1000.bin'));
    const shape = '--lms --lms-levels 1 --lms-height 10 --lms-winternitz 1'.split(' ');
    expect((await directory.run(['keygen', ...shape, '-g', 'a.key'])).exitCode).toBe(0);
    expect(await sign(1)).toBe(1);
    expect(directory.list()).toContain('a.key.trees');
    chmodSync(join(directory.path, 'a.key.trees'), 0o400);
    expect(await sign(2)).toBe(0);
    expect(await sign(3)).toBe(0);
    directory.write('b', directory.read('a.key.trees'));
    const damaged = directory.read('a.key.trees');
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    chmodSync(join(directory.path, 'a.key.trees'), 0o600);
    directory.write('a.key.trees', damaged);
    expect(await sign(4)).toBe(1);
    expect(directory.read('a.key.trees')).toEqual(directory.read('b'));
    expect(await sign(5)).toBe(0);
  });
});
