/** The measured page in Chromium: the same here and in a worker of it. */
import type { DeviceShape } from './paced-device.ts';
import { measure, type Measured, type SideName } from './sides.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

function inWorker(side: SideName, shape: DeviceShape, lengthBytes: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Measured>) => {
      resolve(data);
    };
    worker.onerror = () => {
      reject(new Error('the measured worker failed'));
    };
    worker.postMessage([side, shape, lengthBytes]);
  });
}

Object.assign(globalThis, { bench: { page: measure, worker: inWorker } });
