/**
 * What the command line asks of the machine it runs on, so that tests can stand in for it. Files are
 * read and written by `files.ts`, relative to `directory`.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Rng } from '../core/ports/index.ts';

export interface Host {
  /** Absolute; relative paths start here. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly rng: Rng;
  /** One line of result, for standard output. Never a secret. */
  print(line: string): void;
  /** One line for a person: warnings, questions, errors. */
  note(line: string): void;
  /** The next line of standard input; undefined when there is none. */
  ask(question: string): Promise<string | undefined>;
  /** Inode change time of a file, in whole seconds since 1970. */
  changeTimeSeconds(path: string): bigint;
}

/** How long a pipe may take to deliver an answer; a terminal may take as long as its person. */
const PIPE_PATIENCE_MS = 1000;

export function nodeHost(): Host {
  return {
    directory: process.cwd(),
    environment: process.env,
    rng: { bytes: (lengthBytes) => new Uint8Array(randomBytes(lengthBytes)) },
    print: (line) => {
      console.log(line);
    },
    note: (line) => {
      console.error(line);
    },
    ask: askOnce,
    changeTimeSeconds: (path) => statSync(path, { bigint: true }).ctimeNs / 1_000_000_000n,
  };
}

/** Build servers leave standard input open without ever writing to it: do not wait for them. */
function askOnce(question: string): Promise<string | undefined> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, terminal: false });
  return new Promise((resolve) => {
    const patience = process.stdin.isTTY
      ? undefined
      : setTimeout(() => {
          lines.close();
        }, PIPE_PATIENCE_MS);
    let answer: string | undefined;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      clearTimeout(patience);
      process.stdin.destroy();
      resolve(answer);
    });
  });
}
