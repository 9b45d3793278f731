/**
 * The device worker in the test's own thread: real client, real server, and between them messages that
 * are cloned as the browser clones them. They arrive in a microtask, so that simulated time stands still
 * meanwhile; `test/unit/workers/devices` also sends them through a MessageChannel.
 */
import type { Bench, Clock } from '../../src/core/ports/index.ts';
import { hostActs } from '../../src/core/provisioning/index.ts';
import { chooseFrom } from '../../src/workers/devices/choice.ts';
import { createDeviceClient, type DeviceClient } from '../../src/workers/devices/client.ts';
import { createDesk, type DeskParts } from '../../src/workers/devices/desk.ts';
import type {
  DeviceReply,
  DeviceRequest,
  DeviceWorkerPort,
} from '../../src/workers/devices/protocol.ts';
import { serveDevices } from '../../src/workers/devices/server.ts';

export interface FakeWorker extends DeviceWorkerPort {
  /** As a browser tells of a script that failed. */
  die(reason: string): void;
  readonly terminated: boolean;
  /** Everything that the page sent, as it was cloned. */
  readonly requests: readonly DeviceRequest[];
}

export function startFakeWorker(parts: DeskParts): FakeWorker {
  const listeners: ((reply: DeviceReply) => void)[] = [];
  const failures: ((reason: string) => void)[] = [];
  const requests: DeviceRequest[] = [];
  let terminated = false;
  const take = serveDevices(createDesk(parts), (reply) => {
    const copy = structuredClone(reply);
    queueMicrotask(() => {
      if (!terminated) for (const listener of listeners) listener(copy);
    });
  });
  return {
    requests,
    get terminated() {
      return terminated;
    },
    postMessage(request) {
      const copy = structuredClone(request);
      requests.push(copy);
      queueMicrotask(() => {
        if (!terminated) take(copy);
      });
    },
    onMessage: (listener) => listeners.push(listener),
    onError: (listener) => failures.push(listener),
    terminate: () => {
      terminated = true;
    },
    die: (reason) => {
      for (const failure of failures) failure(reason);
    },
  };
}

export interface HostedDevices {
  readonly client: DeviceClient;
  readonly workers: readonly FakeWorker[];
}

/**
 * A client whose worker has the devices of `parts`. `page`: the buses at which the person chooses; the
 * worker's own when not given.
 */
export function hostDevices(
  parts: DeskParts,
  options: {
    readonly page?: { readonly usb?: Bench['usb']; readonly serial?: Bench['serial'] };
    readonly clock?: Clock;
  } = {},
): HostedDevices {
  const page = options.page ?? parts;
  const workers: FakeWorker[] = [];
  const client = createDeviceClient({
    startWorker: () => {
      const worker = startFakeWorker(parts);
      workers.push(worker);
      return worker;
    },
    clock: options.clock ?? parts.clock,
    chooseUsb: () => chooseFrom(there(page.usb)),
    choosePort: (...wish) => chooseFrom(there(page.serial), ...wish),
  });
  hostActs(client.usb, client.perform);
  return { client, workers };
}

function there<Bus>(bus: Bus | undefined): Bus {
  if (bus === undefined) throw new Error('this test has no such bus');
  return bus;
}
