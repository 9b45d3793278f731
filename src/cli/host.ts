/**
 * What the command line asks of the machine it runs on, so that tests can stand in for it. Files are
 * read and written by `files.ts`, relative to `directory`.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRsaKeyMaker } from '../platform/rsa-key-maker.ts';
import type { Rng, RsaKeyMaker, TreeHasher } from '../core/ports/index.ts';

export interface Host {
  /** Absolute; relative paths start here. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly rng: Rng;
  readonly rsa: RsaKeyMaker;
  /** One line of result, for standard output. Never a secret. */
  print(line: string): void;
  /** One line for a person: warnings, questions, errors. */
  note(line: string): void;
  /**
   * How far long work is, for a person: takes the place of the line before on a terminal. Undefined: the
   * work is over. Nothing is lost when nobody looks.
   */
  progress(line: string | undefined): void;
  /** Milliseconds since some moment. */
  now(): number;
  /** Hashes the trees of LMS and XMSS; made when it is first asked for. */
  treeHasher(): TreeHasher;
  /** The next line of standard input; undefined when there is none. */
  ask(question: string): Promise<string | undefined>;
  /** Inode change time of a file, in whole seconds since 1970. */
  changeTimeSeconds(path: string): bigint;
}

/** How long a pipe may take to deliver an answer; a terminal may take as long as its person. */
const PIPE_PATIENCE_MS = 1000;

/** `treeHasher` comes from `main.ts`: it brings its threads and WebAssembly along. */
export function nodeHost(treeHasher: Host['treeHasher']): Host {
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
    rsa: createRsaKeyMaker(globalThis.crypto.subtle),
    progress: showProgress(process.stderr),
    now: () => performance.now(),
    treeHasher,
    ask: askOnce,
    changeTimeSeconds: (path) => statSync(path, { bigint: true }).ctimeNs / 1_000_000_000n,
  };
}

/** Build logs get a line now and then, terminals one line that changes. */
const LOG_INTERVAL_MS = 15_000;

function showProgress(stream: NodeJS.WriteStream): Host['progress'] {
  let shown = false;
  let logged = performance.now();
  return (line) => {
    if (stream.isTTY) {
      if (line !== undefined || shown) stream.write(`\r\u001b[2K${line ?? ''}`);
      shown = line !== undefined;
    } else if (line !== undefined && performance.now() - logged >= LOG_INTERVAL_MS) {
      logged = performance.now();
      stream.write(`${line}\n`);
    }
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
