import { createWebUsbBus } from '../../src/transports/webusb/index.ts';
import { chipBench } from '../real-stack/in-node/chip-bench.ts';
import { simBench } from '../support/sim-bench.ts';
import { unplugContract } from './control-pipe-phases.ts';
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

/** The second model of the chip, which shares no code with the virtual board. */
async function secondModel(): Promise<UsbTestBench> {
  const { usb, chip, clock } = chipBench();
  return {
    clock,
    bus: usb,
    unplug: () => {
      usb.unplug();
    },
    plugIn: async () => {
      usb.plug(chip);
    },
  };
}

async function webUsbOverSecondModel(): Promise<UsbTestBench> {
  const second = await secondModel();
  const usb = await FakeUsb.over(second.bus, second.clock);
  return { ...second, bus: createWebUsbBus(usb.asUsb, second.clock) };
}

controlPipeContract('virtual board', virtualBench);
controlPipeContract('WebUSB', webUsbBench);
controlPipeContract('second model of the chip', secondModel);
controlPipeContract('WebUSB before the second model', webUsbOverSecondModel);

unplugContract('virtual board', virtualBench);
unplugContract('WebUSB', webUsbBench);
unplugContract('second model of the chip', secondModel);
unplugContract('WebUSB before the second model', webUsbOverSecondModel);
