/** The measured process in Node. */
import type { DeviceShape } from './paced-device.ts';
import { measure, type SideName } from './sides.ts';

interface Request {
  readonly side: SideName;
  readonly shape: DeviceShape;
  readonly lengthBytes: number;
}

process.on('message', ({ side, shape, lengthBytes }: Request) => {
  void measure(side, shape, lengthBytes).then((measured) => process.send?.(measured));
});
