/** The command line without a terminal: a directory of its own, captured output, chosen answers. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Host } from '../../src/cli/host.ts';
import { run } from '../../src/cli/run.ts';
import { plainTreeHasher } from '../../src/core/crypto/plain-tree-hasher.ts';
import { createRsaKeyMaker } from '../../src/platform/rsa-key-maker.ts';
import { seededRng } from './bytes-rng.ts';

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** What a person types when asked; undefined: nothing comes. */
  readonly answer?: string | undefined;
  /** Change time of every file; undefined: that of the file system. */
  readonly changeTimeSeconds?: bigint | undefined;
  readonly seed?: string;
  /** For trees of 1024 leaves; slow and plain otherwise. */
  readonly treeHasher?: Host['treeHasher'];
}

/** A machine on which nothing is random and nobody looks. */
export function cliHost(directory: string, overrides: Partial<Host> = {}): Host {
  return {
    directory,
    environment: {},
    rng: seededRng('cli'),
    rsa: createRsaKeyMaker(globalThis.crypto.subtle),
    print: () => undefined,
    note: () => undefined,
    progress: () => undefined,
    now: () => performance.now(),
    treeHasher: () => plainTreeHasher,
    ask: () => Promise.resolve(undefined),
    changeTimeSeconds: () => 1_600_000_000n,
    ...overrides,
  };
}

export class CliDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'keyfuse-cli-'));

  write(name: string, content: Uint8Array | string): void {
    const target = join(this.path, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }

  makeDirectory(name: string): void {
    mkdirSync(join(this.path, name), { recursive: true });
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.path, name)));
  }

  erase(name: string): void {
    rmSync(join(this.path, name));
  }

  /** All files, with their folders, in alphabetical order. */
  list(): readonly string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length + 1))
      .sort();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  async run(words: readonly string[], options: CliOptions = {}): Promise<CliRun> {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const host = cliHost(this.path, {
      environment: options.environment ?? {},
      rng: seededRng(options.seed ?? 'cli'),
      print: (line) => stdout.push(line),
      note: (line) => stderr.push(line),
      ask: (question) => {
        stderr.push(question);
        return Promise.resolve(options.answer);
      },
      changeTimeSeconds: () => options.changeTimeSeconds ?? 1_600_000_000n,
      treeHasher: options.treeHasher ?? (() => plainTreeHasher),
    });
    const exitCode = await run(words, host, '0.0.0-test');
    return { exitCode, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
  }
}
