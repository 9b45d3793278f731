/**
 * The board on the cable, as far as this browser reaches it. What speaks to it is no part of the first
 * screen: its code is loaded at once behind it, and set up when it is first needed.
 */
import type { Bench, SerialBus, SerialPort, UsbBus, UsbDevice } from '../core/ports/index.ts';
import { hostActs } from '../core/provisioning/index.ts';
import type { DeviceEngineParts, DeviceEngines } from './device-engines.ts';
import { createProbeDrives } from './probe-drives.ts';

/** Undefined where the browser offers neither WebUSB nor WebSerial. */
export function createRealBench(parts: DeviceEngineParts): Bench | undefined {
  if (!('usb' in navigator) || !('serial' in navigator)) return undefined;
  const { clock } = parts;
  let loaded: DeviceEngines | undefined;
  const load = retried(() => import('./device-engines.ts'));
  const engines = retried(async () => {
    const { createDeviceEngines } = await load();
    loaded = await createDeviceEngines(parts);
    return loaded;
  });
  void load().catch(() => undefined);

  const usb: UsbBus = loadedLater<UsbDevice, []>(async () => (await engines()).usb);
  hostActs(usb, async (order, call) => (await engines()).perform(order, call));
  return {
    kind: 'real',
    usb,
    serial: loadedLater<SerialPort, Parameters<SerialBus['choose']>>(
      async () => (await engines()).serial,
    ),
    drives: createProbeDrives(clock),
    clock: {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs(),
      sleep: (durationMs, signal) => (loaded?.clock ?? clock).sleep(durationMs, signal),
    },
  };
}

/** Once, unless it failed: then with the next call again. */
function retried<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return async () => {
    try {
      return await (result ??= work());
    } catch (error) {
      result = undefined;
      throw error;
    }
  };
}

interface Bus<Device, Wish extends readonly unknown[]> {
  list(): Promise<readonly Device[]>;
  choose(...wish: Wish): Promise<Device>;
  watch(onChange: () => void): () => void;
}

function loadedLater<Device, Wish extends readonly unknown[]>(
  bus: () => Promise<Bus<Device, Wish>>,
): Bus<Device, Wish> {
  return {
    list: async () => (await bus()).list(),
    choose: async (...wish) => (await bus()).choose(...wish),
    watch(onChange) {
      let stop: (() => void) | undefined;
      let stopped = false;
      void bus().then(
        (loaded) => {
          if (!stopped) stop = loaded.watch(onChange);
        },
        () => undefined,
      );
      return () => {
        stopped = true;
        stop?.();
      };
    },
  };
}
