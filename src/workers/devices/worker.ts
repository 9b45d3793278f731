/** The worker's entry: here the engines meet the browser's devices, its time, storage and locks. */
import { createRealClock } from '../../platform/clock.ts';
import { createWebLocks } from '../../platform/locks.ts';
import { createIndexedDbStore } from '../../platform/store.ts';
import { createWebSerialBus } from '../../transports/webserial/index.ts';
import { createWebUsbBus } from '../../transports/webusb/index.ts';
import { createDesk } from './desk.ts';
import type { DeviceRequest } from './protocol.ts';
import { serveDevices } from './server.ts';

const clock = createRealClock();

const take = serveDevices(
  createDesk({
    kind: 'real',
    clock,
    usb: 'usb' in navigator ? createWebUsbBus(navigator.usb, clock) : undefined,
    serial: 'serial' in navigator ? createWebSerialBus(navigator.serial, clock) : undefined,
    store: createIndexedDbStore(),
    locks: createWebLocks(navigator.locks),
  }),
  (reply) => {
    postMessage(reply);
  },
);

addEventListener('message', (event: MessageEvent<DeviceRequest>) => {
  take(event.data);
});
