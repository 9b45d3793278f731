/** The browser's worker as the client speaks to it. */
import type { DeviceReply, DeviceWorkerPort } from './protocol.ts';

export function startDeviceWorker(): DeviceWorkerPort {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return {
    postMessage: (request) => {
      worker.postMessage(request);
    },
    onMessage: (listener) => {
      worker.addEventListener('message', ({ data }: MessageEvent<DeviceReply>) => {
        listener(data);
      });
    },
    onError: (listener) => {
      worker.addEventListener('error', ({ message }) => {
        listener(message === '' ? 'it could not be loaded' : message);
      });
      worker.addEventListener('messageerror', () => {
        listener('a message could not be read');
      });
    },
    terminate: () => {
      worker.terminate();
    },
  };
}
