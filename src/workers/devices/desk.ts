/**
 * The devices of one worker: finds them, opens sessions and lines, and performs the acts of
 * core/provisioning at them. The engines run here, timed by this thread's clock.
 *
 * A session is given out as `DfuSession` only. The pipe below it never leaves this file, so that no
 * message can send a transfer of its own.
 */
import { AppError } from '../../core/errors.ts';
import type { Bench, BytePipe, SerialPort, UsbDevice } from '../../core/ports/index.ts';
import type { ActEnv } from '../../core/provisioning/index.ts';
import { openBoard } from '../../core/stm32/index.ts';
import type { BusName, DeviceDesk, Handle, Opened } from './protocol.ts';
import { factsOf, methodsOf, type ServedDesk } from './server.ts';

export interface DeskParts extends Omit<ActEnv, 'bench'> {
  readonly kind: Bench['kind'];
  readonly clock: Bench['clock'];
  /** undefined where the browser does not offer it in a worker. */
  readonly usb: Bench['usb'] | undefined;
  readonly serial: Bench['serial'] | undefined;
}

interface Held {
  readonly object: object;
  readonly end: () => Promise<void>;
}

export function createDesk(parts: DeskParts): ServedDesk {
  const { kind, clock, usb, serial } = parts;
  const held = new Map<number, Held>();
  let count = 0;

  const hold = (what: Handle['kind'], object: object, end: Held['end']): Opened => {
    count += 1;
    held.set(count, { object, end });
    return {
      handle: { kind: what, number: count },
      methods: methodsOf(object),
      facts: what === 'board' ? factsOf(object) : {},
    };
  };

  const desk: DeviceDesk = {
    hello: () =>
      Promise.resolve([
        ...(usb === undefined ? [] : (['usb'] as const)),
        ...(serial === undefined ? [] : (['serial'] as const)),
      ]),
    async listUsb() {
      const devices = await requireBus(usb).list();
      return devices.map(({ id, identity }) => ({ id, identity }));
    },
    async listPorts() {
      const ports = await requireBus(serial).list();
      return ports.map(({ id, identity }) => ({ id, identity }));
    },
    async openBoard(id, options) {
      const device = find<UsbDevice>(await requireBus(usb).list(), id, 'usb-no-device');
      const board = await openBoard(device, clock, options);
      return hold('board', board.session, () => board.close());
    },
    async openPort(id, options) {
      const port = find<SerialPort>(await requireBus(serial).list(), id, 'serial-no-port');
      const pipe: BytePipe = await port.open(options);
      return hold('port', pipe, () => pipe.close());
    },
    async release({ number }) {
      const entry = held.get(number);
      held.delete(number);
      await entry?.end();
    },
    sleep: (durationMs, { signal }) => clock.sleep(durationMs, signal),
    async perform(act, call) {
      // The greater part of the code, and most boards are only looked at.
      const { performAct } = await import('../../core/provisioning/index.ts');
      return performAct(act, { ...parts, bench: { kind, usb: requireBus(usb), clock } }, call);
    },
  };

  return {
    desk,
    opened({ kind: what, number }) {
      const entry = held.get(number);
      if (entry !== undefined) return entry.object;
      throw what === 'board'
        ? new AppError('usb-no-device', 'the DFU session is closed')
        : new AppError('serial-disconnected', 'the serial port is closed');
    },
    watch(onChange) {
      const tell = (bus: BusName) => (): void => {
        onChange(bus);
      };
      usb?.watch(tell('usb'));
      serial?.watch(tell('serial'));
    },
  };
}

function find<Device extends { readonly id: string }>(
  devices: readonly Device[],
  id: string,
  code: 'usb-no-device' | 'serial-no-port',
): Device {
  const found = devices.find((device) => device.id === id);
  if (found === undefined) throw new AppError(code, 'it has left and is no longer there');
  return found;
}

function requireBus<Bus>(bus: Bus | undefined): Bus {
  if (bus === undefined) throw new AppError('not-supported', 'the worker has no such bus');
  return bus;
}
