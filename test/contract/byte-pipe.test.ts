import { concatBytes } from '../../src/core/bytes/index.ts';
import { createWebSerialBus } from '../../src/transports/webserial/index.ts';
import { FaultBox } from '../../src/virtual/faults/fault-box.ts';
import { StLink } from '../../src/virtual/uart/st-link.ts';
import { hostDevices } from '../support/device-worker.ts';
import { memoryLocks, memoryStore } from '../support/memory-store.ts';
import { simClock } from '../support/sim-bench.ts';
import { bytePipeContract, type SerialTestBench } from './byte-pipe.ts';
import { FakeSerial } from './fakes/fake-serial.ts';

/** The ST-LINK of the virtual board, with the test at the board's end of the line. */
async function virtualLine(): Promise<SerialTestBench> {
  const clock = simClock();
  const faults = new FaultBox({ onChange: () => undefined, onStrike: () => undefined });
  const received: Uint8Array[] = [];
  const stLink = new StLink(clock, faults, {
    onBoardReceives: (bytes) => received.push(bytes.slice()),
    pullPlug: () => {
      stLink.unplug();
    },
  });
  stLink.plug();
  return {
    clock,
    bus: stLink,
    emit: (bytes) => {
      stLink.transmit(bytes);
    },
    received: () => concatBytes(...received),
    signals: () => stLink.signals,
    unplug: () => {
      stLink.unplug();
    },
    plugIn: () => {
      stLink.plug();
    },
  };
}

async function webSerialLine(): Promise<SerialTestBench> {
  const virtual = await virtualLine();
  const serial = await FakeSerial.over(virtual.bus, virtual.clock);
  return { ...virtual, bus: createWebSerialBus(serial.asSerial, virtual.clock) };
}

/** The page chooses at ports of its own; the line is in the device worker. */
async function webSerialInWorker(): Promise<SerialTestBench> {
  const virtual = await virtualLine();
  const { clock } = virtual;
  const fake = async () =>
    createWebSerialBus((await FakeSerial.over(virtual.bus, clock)).asSerial, clock);
  const world = { store: memoryStore(), locks: memoryLocks(), usb: undefined };
  const { client } = hostDevices(
    { kind: 'real', clock, serial: await fake(), ...world },
    { page: { serial: await fake() } },
  );
  // So that the worker is there to tell of changes.
  await client.serial.list();
  return { ...virtual, bus: client.serial, clock: client.clock };
}

bytePipeContract('virtual board', virtualLine);
bytePipeContract('Web Serial', webSerialLine);
bytePipeContract('Web Serial in the device worker', webSerialInWorker);
