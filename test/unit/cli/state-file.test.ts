import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/cli/host.ts';
import { durableSigner, holdKeyFile, usageOf } from '../../../src/cli/state-file.ts';
import { scheme } from '../../../src/core/crypto/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { expectRejects, expectThrows } from '../../support/expect-error.ts';
import { cliHost } from '../../support/cli-host.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/* The file of an LMS key: its first eight bytes are the next index, big-endian. */
const KEY = vectorFile('keys/lms-l1h5w8/priv.der');
const DIGEST = new Uint8Array(32).fill(7);

let program: string;
let folder: string;
let path: string;
let host: Host;
let notes: string[];
const children: ChildProcess[] = [];

beforeAll(async () => {
  const output = mkdtempSync(join(tmpdir(), 'keyfuse-child-'));
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: new URL('../../support/state-file/child.ts', import.meta.url).pathname,
      outDir: output,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'child.mjs', codeSplitting: false } },
    },
  });
  program = join(output, 'child.mjs');
}, 60_000);
afterAll(() => {
  rmSync(join(program, '..'), { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyfuse-state-'));
  path = join(folder, 'release.key');
  writeFileSync(path, KEY, { mode: 0o600 });
  notes = [];
  host = cliHost(folder, { note: (line) => notes.push(line) });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const nextIndex = (): number => readFileSync(path)[7] ?? -1;

/** Resolves with its first line. */
function start(place: string): { child: ChildProcess; line: Promise<string> } {
  const child = spawn(process.execPath, [program, path, place], { cwd: folder });
  children.push(child);
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString().trim());
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (!chunk.toString().startsWith('waiting')) reject(new Error(chunk.toString()));
    });
  });
  return { child, line };
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => {
      resolve();
    });
    child.kill('SIGKILL');
  });
}

describe('a held key file', () => {
  it('is replaced as a whole, with its mode, and unlocked in the end', async () => {
    chmodSync(path, 0o640);
    const file = await holdKeyFile(host, 'release.key');
    expect(file.bytes).toEqual(KEY);
    const next = KEY.slice();
    next[7] = 1;
    file.store(next);
    expect(new Uint8Array(readFileSync(path))).toEqual(next);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['release.key', 'release.key.lock']);
    file.release();
    file.release();
    expect(readdirSync(folder)).toEqual(['release.key']);
    expect(file.bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('is one file whatever name leads to it', async () => {
    symlinkSync('release.key', join(folder, 'link.key'));
    const file = await holdKeyFile(host, 'link.key');
    await expectRejects(holdKeyFile(host, 'release.key', 0), 'key-state-busy', 'remove');
    const next = KEY.slice();
    next[7] = 1;
    file.store(next);
    file.release();
    expect(nextIndex()).toBe(1);
    expect(statSync(join(folder, 'link.key')).ino).toBe(statSync(path).ino);
  });

  it('is refused when a hard link would keep the old state', async () => {
    linkSync(path, join(folder, 'second.key'));
    await expectRejects(holdKeyFile(host, 'release.key'), 'key-state-busy', 'hard links');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is not advanced when a program without a lock has changed it', async () => {
    const file = await holdKeyFile(host, 'release.key');
    const theirs = KEY.slice();
    theirs[7] = 9;
    writeFileSync(path, theirs);
    expectThrows(() => {
      file.store(KEY);
    }, 'key-state-busy');
    expect(nextIndex()).toBe(9);
    file.release();
  });

  it('removes what a killed run left while it wrote', async () => {
    writeFileSync(join(folder, '.release.key.state.tmp'), 'half');
    const file = await holdKeyFile(host, 'release.key');
    expect(readdirSync(folder).sort()).toEqual(['release.key', 'release.key.lock']);
    file.release();
  });

  it('must be there', async () => {
    await expectRejects(holdKeyFile(host, 'none.key'), 'file-failed');
    expect(readdirSync(folder)).toEqual(['release.key']);
  });
});

describe('two processes', () => {
  it('use one index each when they come at once', async () => {
    const runs = Array.from({ length: 4 }, () => start('done'));
    const lines = await Promise.all(runs.map(({ line }) => line));
    expect(lines.sort()).toEqual(['index 0', 'index 1', 'index 2', 'index 3']);
    expect(nextIndex()).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readdirSync(folder)).toEqual(['release.key']);
  });

  it('wait for each other, and say for whom', async () => {
    const { child, line } = start('held');
    await line;
    await expectRejects(
      holdKeyFile(host, 'release.key', 300),
      'key-state-busy',
      `process ${String(child.pid)}`,
    );
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`process ${String(child.pid)}`);
  });

  it('killed after the state was stored: its index is used up, never again', async () => {
    const { child, line } = start('stored');
    expect(await line).toBe('index 0');
    await killed(child);
    expect(existsSync(`${path}.lock`)).toBe(true);
    const file = await holdKeyFile(host, 'release.key', 5000);
    expect(file.bytes[7]).toBe(1);
    file.release();
    expect(readdirSync(folder)).toEqual(['release.key']);
  });

  it('killed before the state was stored: nothing was signed, the index is still free', async () => {
    const { child, line } = start('held');
    await line;
    await killed(child);
    const file = await holdKeyFile(host, 'release.key', 5000);
    expect(file.bytes[7]).toBe(0);
    file.release();
  });

  it('take over the lock of a killed one one after the other', async () => {
    const { child, line } = start('stored');
    await line;
    await killed(child);
    const lines = await Promise.all(Array.from({ length: 4 }, () => start('done').line));
    expect(lines.sort()).toEqual(['index 1', 'index 2', 'index 3', 'index 4']);
    expect(nextIndex()).toBe(5);
  });

  it('name both files when a takeover was killed, and wait for none of them', async () => {
    const { child, line } = start('held');
    await line;
    await killed(child);
    writeFileSync(`${path}.lock.takeover`, readFileSync(`${path}.lock`));
    const both = `remove ${path}.lock.takeover and ${path}.lock`;
    await expectRejects(holdKeyFile(host, 'release.key', 60_000), 'key-state-busy', both);
    rmSync(`${path}.lock.takeover`);
    const file = await holdKeyFile(host, 'release.key', 5000);
    file.release();
  });

  it('say what is wrong with a lock that cannot be read', async () => {
    mkdirSync(`${path}.lock`);
    await expectRejects(holdKeyFile(host, 'release.key', 0), 'file-failed', 'EISDIR');
  });

  it('never judge a lock of another machine', async () => {
    writeFileSync(`${path}.lock`, '1 another-machine -\n');
    await expectRejects(holdKeyFile(host, 'release.key', 0), 'key-state-busy', 'another-machine');
    expect(existsSync(`${path}.lock`)).toBe(true);
  });
});

describe('durableSigner', () => {
  it('advances the file before each signature, and signs with the next index each time', async () => {
    const file = await holdKeyFile(host, 'release.key');
    const sign = durableSigner(host, file, { algorithm: 'lms', bytes: file.bytes.slice() });
    const signatures: Uint8Array[] = [];
    for (const index of [0n, 1n, 2n]) {
      const { signature, consumedIndex } = await sign(DIGEST);
      expect(consumedIndex).toBe(index);
      expect(BigInt(nextIndex())).toBe(index + 1n);
      signatures.push(signature);
    }
    file.release();
    const publicKey = KEY.slice(64);
    for (const signature of signatures) {
      expect(await scheme('lms').verify(publicKey, DIGEST, signature)).toBe(true);
    }
  });

  it('gives no signature when the state cannot be stored', async () => {
    const file = await holdKeyFile(host, 'release.key');
    const sign = durableSigner(host, file, { algorithm: 'lms', bytes: file.bytes.slice() });
    writeFileSync(path, KEY.slice(0, 100)); // another program
    await expectRejects(sign(DIGEST), 'key-state-busy');
    file.release();
  });

  it('refuses a key without a state', async () => {
    const { privateKey } = await scheme('ed25519').generate(
      { algorithm: 'ed25519' },
      { rng: seededRng('a') },
    );
    expectThrows(() => usageOf(privateKey), 'invalid-argument');
  });
});
