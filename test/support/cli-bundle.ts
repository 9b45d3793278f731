/** The command line as it ships: one file, started as a program of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

export interface BundleRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BundleOptions {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Text for standard input; `open`: nothing comes and it is never closed. */
  readonly input?: string | { readonly open: true };
}

export interface CliBundle {
  /** Absolute path of a program of the package, such as `keyfuse-sign.js`. */
  program(name: string): string;
  run(words: readonly string[], options: BundleOptions): Promise<BundleRun>;
  remove(): void;
}

export async function buildCliBundle(): Promise<CliBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'keyfuse-bundle-'));
  await build({
    configFile: new URL('../../vite.cli.config.ts', import.meta.url).pathname,
    root: new URL('../..', import.meta.url).pathname,
    logLevel: 'error',
    build: { outDir: folder },
  });
  const program = join(folder, 'keyfuse.js');
  return {
    program: (name) => join(folder, name),
    run: (words, options) => runProgram(program, words, options),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runProgram(
  program: string,
  words: readonly string[],
  { directory, environment, input = '' }: BundleOptions,
): Promise<BundleRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: directory,
      env: { PATH: process.env.PATH ?? '', ...environment },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
    if (typeof input === 'string') child.stdin.end(input);
  });
}
