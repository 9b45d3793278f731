import { concatBytes } from '../../src/core/bytes/index.ts';
import { createWebSerialBus } from '../../src/transports/webserial/index.ts';
import { FaultBox } from '../../src/virtual/faults/fault-box.ts';
import { StLink } from '../../src/virtual/uart/st-link.ts';
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

bytePipeContract('virtual board', virtualLine);
bytePipeContract('Web Serial', webSerialLine);
