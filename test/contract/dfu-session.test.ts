import { createWebUsbBus } from '../../src/transports/webusb/index.ts';
import { hostDevices } from '../support/device-worker.ts';
import { memoryLocks, memoryStore } from '../support/memory-store.ts';
import { simBench } from '../support/sim-bench.ts';
import { dfuSessionContract, type SessionBench } from './dfu-session.ts';
import { FakeUsb } from './fakes/fake-usb.ts';

/** From reset to enumeration, generously. */
const ENUMERATION_MS = 1_000;

async function virtualBench(): Promise<SessionBench> {
  const { bench, panel, clock } = simBench();
  panel.setBoot0(true);
  const plugIn = async (): Promise<void> => {
    panel.setPlug('userUsb', true);
    panel.pressReset();
    await clock.sleep(ENUMERATION_MS);
  };
  await plugIn();
  return {
    clock,
    bus: bench.usb,
    unplug: () => {
      panel.setPlug('userUsb', false);
    },
    plugIn,
  };
}

async function webUsbBench(): Promise<SessionBench> {
  const virtual = await virtualBench();
  const usb = await FakeUsb.over(virtual.bus, virtual.clock);
  return { ...virtual, bus: createWebUsbBus(usb.asUsb, virtual.clock) };
}

/** The page chooses with a bus of its own; the engine is in the worker, over the worker's bus. */
async function inWorker(): Promise<SessionBench> {
  const virtual = await virtualBench();
  const { clock } = virtual;
  const fake = async () => createWebUsbBus((await FakeUsb.over(virtual.bus, clock)).asUsb, clock);
  const world = { store: memoryStore(), locks: memoryLocks(), serial: undefined };
  const { client } = hostDevices(
    { kind: 'real', clock, usb: await fake(), ...world },
    { page: { usb: await fake() } },
  );
  // So that the worker is there to tell of changes.
  await client.usb.list();
  return { ...virtual, bus: client.usb, clock: client.clock };
}

dfuSessionContract('virtual board', virtualBench);
dfuSessionContract('WebUSB', webUsbBench);
dfuSessionContract('WebUSB in the device worker', inWorker);
