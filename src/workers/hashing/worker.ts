/** The entry of a hashing worker. */
import { createJobServer } from './job-server.ts';
import type { ToHashWorker } from './protocol.ts';

const receive = createJobServer((message, transfer) => {
  postMessage(message, { transfer: [...transfer] });
});
let queue: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<ToHashWorker>) => {
  queue = queue.then(() => receive(data));
});
