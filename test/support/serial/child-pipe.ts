/** The stdin and stdout of a child process as a BytePipe. */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { AppError } from '../../../src/core/errors.ts';
import type { BytePipe, TransferOptions } from '../../../src/core/ports/index.ts';

export type Child = ChildProcessByStdio<Writable, Readable, null>;

export function childPipe(child: Child): BytePipe {
  const inbox: Buffer[] = [];
  let closed = false;
  let wake: () => void = () => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    inbox.push(chunk);
    wake();
  });
  child.stdout.on('end', () => {
    closed = true;
    wake();
  });
  child.stdin.on('error', () => undefined);
  return {
    async read({ timeoutMs }: TransferOptions): Promise<Uint8Array> {
      if (inbox.length === 0 && !closed && timeoutMs > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (inbox.length > 0) return new Uint8Array(Buffer.concat(inbox.splice(0)));
      if (closed) throw new AppError('serial-disconnected', 'the peer has ended');
      return new Uint8Array(0);
    },
    async write(bytes: Uint8Array): Promise<void> {
      await new Promise<void>((resolve, reject) => {
        child.stdin.write(bytes, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(new AppError('serial-disconnected', error.message));
        });
      });
    },
    /** A child process has no such lines. */
    setSignals: () => Promise.resolve(),
    async close(): Promise<void> {
      child.stdin.end();
    },
  };
}
