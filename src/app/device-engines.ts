/**
 * What speaks to real devices: a worker of its own for each bus that the browser offers there, else this
 * page, where deadlines are told by the time that passed (ADR 7). Choosing is the page's in both cases.
 */
import {
  withDeadline,
  type Clock,
  type Locks,
  type SerialBus,
  type Store,
  type UsbBus,
} from '../core/ports/index.ts';
import { performAct, type ActHost } from '../core/provisioning/index.ts';
import { createWebSerialBus } from '../transports/webserial/index.ts';
import { createWebUsbBus } from '../transports/webusb/index.ts';
import { startDeviceWorker } from '../workers/devices/browser-worker.ts';
import { chooseFrom } from '../workers/devices/choice.ts';
import { createDeviceClient, type DeviceClient } from '../workers/devices/client.ts';
import type { BusName } from '../workers/devices/protocol.ts';
import { lockPorts } from './locked-ports.ts';

/** A worker whose script does not come is none. */
const START_TIMEOUT_MS = 15_000;

export interface DeviceEngineParts {
  readonly clock: Clock;
  /** For burns: the journal, and the locks of the boards. */
  readonly store: Store;
  readonly locks: Locks;
}

export interface DeviceEngines {
  readonly usb: UsbBus;
  readonly serial: SerialBus;
  readonly clock: Clock;
  readonly perform: ActHost;
}

export async function createDeviceEngines(parts: DeviceEngineParts): Promise<DeviceEngines> {
  const { clock, store, locks } = parts;
  const usb = createWebUsbBus(navigator.usb, clock);
  const serial = createWebSerialBus(navigator.serial, clock);
  const client = createDeviceClient({
    startWorker: startDeviceWorker,
    clock,
    chooseUsb: () => chooseFrom(usb),
    choosePort: (...wish) => chooseFrom(serial, ...wish),
  });
  const there = await busesInWorker(client, clock);
  // The browser ends the worker with the page, but a page that may come back keeps its own.
  addEventListener('pagehide', () => {
    client.end('the page was left');
  });
  return {
    usb: there.includes('usb') ? client.usb : usb,
    serial: lockPorts(there.includes('serial') ? client.serial : serial, locks),
    clock: there.length > 0 ? client.clock : clock,
    perform: there.includes('usb')
      ? client.perform
      : (order, call) =>
          performAct(order, { bench: { kind: 'real', usb, clock }, store, locks }, call),
  };
}

async function busesInWorker(client: DeviceClient, clock: Clock): Promise<readonly BusName[]> {
  if (typeof Worker === 'undefined') return [];
  try {
    return await withDeadline(clock, START_TIMEOUT_MS, 'start the device worker', () =>
      client.buses(),
    );
  } catch {
    client.end('it did not start');
    return [];
  }
}
