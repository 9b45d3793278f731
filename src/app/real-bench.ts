/**
 * The board on the cable, as far as this browser reaches it. Its transports are no part of the first
 * screen: they are loaded at once behind it.
 */
import type { Bench, Clock, SerialPort, UsbDevice } from '../core/ports/index.ts';

/** Undefined where the browser offers neither WebUSB nor WebSerial. */
export function createRealBench(clock: Clock): Bench | undefined {
  if (!('usb' in navigator) || !('serial' in navigator)) return undefined;
  return {
    kind: 'real',
    usb: loadedLater<UsbDevice>(async () => {
      const { createWebUsbBus } = await import('../transports/webusb/index.ts');
      return createWebUsbBus(navigator.usb, clock);
    }),
    serial: loadedLater<SerialPort>(async () => {
      const { createWebSerialBus } = await import('../transports/webserial/index.ts');
      return createWebSerialBus(navigator.serial, clock);
    }),
    clock,
  };
}

interface Bus<Device> {
  list(): Promise<readonly Device[]>;
  choose(): Promise<Device>;
  watch(onChange: () => void): () => void;
}

/** What cannot be loaded is asked for again with the next call. */
function loadedLater<Device>(load: () => Promise<Bus<Device>>): Bus<Device> {
  let loading: Promise<Bus<Device>> | undefined;
  const bus = async (): Promise<Bus<Device>> => {
    try {
      return await (loading ??= load());
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  void bus().catch(() => undefined);
  return {
    list: async () => (await bus()).list(),
    choose: async () => (await bus()).choose(),
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
