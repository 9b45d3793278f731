/** A hashing worker that is none: it works in this thread, one message per turn of its event loop. */
import { createJobServer } from './job-server.ts';
import type { FromHashWorker, HashWorkerPort } from './protocol.ts';

/** `defer` runs the work later, after what waits already: `setImmediate` in Node. */
export function createLocalWorker(defer: (work: () => void) => void): HashWorkerPort {
  let listener: ((message: FromHashWorker) => void) | undefined;
  let terminated = false;
  let queue: Promise<void> = Promise.resolve();
  const receive = createJobServer((message) => {
    if (!terminated) listener?.(message);
  });
  return {
    postMessage(message) {
      // A copy, as a real worker gets one: it wipes what it received.
      const copy = message.type === 'begin' ? structuredClone(message) : message;
      queue = queue
        .then(() => new Promise<void>((resolve) => defer(resolve)))
        .then(() => receive(copy));
    },
    onMessage(given) {
      listener = given;
    },
    onError: () => undefined,
    terminate() {
      // What stands in the queue is still done, so that what was begun is ended as well.
      void receive({ type: 'end' });
      terminated = true;
    },
  };
}
