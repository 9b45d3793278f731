/** Programs that owe us nothing, run in a folder of their own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunResult {
  readonly exitCode: number | null;
  readonly output: Uint8Array;
  /** Standard output and error as text. */
  readonly text: string;
}

export interface WorkFolder {
  write(name: string, content: Uint8Array | string): string;
  read(name: string): Uint8Array;
  path(name: string): string;
  run(program: string, ...args: readonly string[]): RunResult;
  remove(): void;
}

export function workFolder(): WorkFolder {
  const folder = mkdtempSync(join(tmpdir(), 'keyfuse-peer-'));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (name) => new Uint8Array(readFileSync(path(name))),
    run(program, ...args) {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder });
      return {
        exitCode: status,
        output: new Uint8Array(stdout),
        text: stdout.toString('utf8') + stderr.toString('utf8'),
      };
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
