/** The measured worker in Chromium. */
import type { DeviceShape } from './paced-device.ts';
import { measure, type SideName } from './sides.ts';

interface Scope {
  onmessage: ((event: { readonly data: [SideName, DeviceShape, number] }) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data: [side, shape, lengthBytes] }) => {
  void measure(side, shape, lengthBytes).then((measured) => {
    scope.postMessage(measured);
  });
};
