/** The measured sender: ours, in Node, on a pty. Arguments: pty, file, receiver kind, block size. Prints its report. */
import { openSync, readFileSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { BytePipe } from '../../src/core/ports/index.ts';
import { sendXmodem } from '../../src/core/serial/index.ts';
import { createRealClock } from '../../src/platform/clock.ts';

const [path = '', file = '', receiver, blockSize] = process.argv.slice(2);

/** From the event that brings the ACK to the call that writes the next packet: what is truly ours. */
const insideMs: number[] = [];
let heardMs = 0;

/** What a browser's serial port does: bytes come when they come, a write is one hand-over. */
function ptyPipe(name: string): BytePipe {
  const writing = openSync(name, 'r+');
  const stream = new ReadStream(openSync(name, 'r+'));
  stream.setRawMode(true);
  let inbox: Uint8Array[] = [];
  let wake = (): void => undefined;
  stream.on('data', (chunk: Buffer) => {
    heardMs = performance.now();
    inbox.push(chunk);
    wake();
  });
  return {
    read: async ({ timeoutMs }) => {
      if (inbox.length === 0 && timeoutMs > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const bytes = Buffer.concat(inbox);
      inbox = [];
      return new Uint8Array(bytes);
    },
    write: async (bytes) => {
      insideMs.push(performance.now() - heardMs);
      for (let at = 0; at < bytes.length;) at += writeSync(writing, bytes, at);
    },
    close: async () => {
      stream.destroy();
    },
    setSignals: async () => undefined,
  };
}

const pipe = ptyPipe(path);
const report = await sendXmodem(pipe, createRealClock(), new Uint8Array(readFileSync(file)), {
  receiver: receiver === 'wolfboot' ? 'wolfboot' : 'classic',
  blockSize: blockSize === '1024' ? 1024 : 128,
});
await pipe.close();
const sorted = insideMs.slice(1, -1).sort((a, b) => a - b);
const insideMedianMs = sorted[sorted.length >> 1];
console.log(JSON.stringify({ insideMedianMs, resends: report.resends }));
