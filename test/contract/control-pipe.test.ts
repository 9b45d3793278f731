import { createWebUsbBus } from '../../src/transports/webusb/index.ts';
import { simBench } from '../support/sim-bench.ts';
import { controlPipeContract, type UsbTestBench } from './control-pipe.ts';
import { FakeUsb } from './fakes/fake-usb.ts';

/** From reset to enumeration, generously. */
const ENUMERATION_MS = 1_000;

/** The virtual board in DFU mode. */
async function virtualBench(): Promise<UsbTestBench> {
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

async function webUsbBench(): Promise<UsbTestBench> {
  const virtual = await virtualBench();
  const usb = await FakeUsb.over(virtual.bus, virtual.clock);
  return { ...virtual, bus: createWebUsbBus(usb.asUsb, virtual.clock) };
}

controlPipeContract('virtual board', virtualBench);
controlPipeContract('WebUSB', webUsbBench);
