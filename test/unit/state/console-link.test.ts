// The line belongs to the bench in use and to nothing else, whatever happens while it is being opened.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createBenchStore, type BenchStore } from '../../../src/state/bench.ts';
import { createConsoleLink, type ConsoleLink } from '../../../src/state/console-link.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { fakePort, fakeSerialBench, type FakePort } from '../../support/fake-serial.ts';

const soon = { interval: 1 };

let port: FakePort;
let otherPort: FakePort;
let real: ReturnType<typeof fakeSerialBench>;
let virtual: ReturnType<typeof fakeSerialBench>;
let benchStore: BenchStore;
let link: ConsoleLink;
let resumed: number;

beforeEach(async () => {
  port = fakePort('port');
  otherPort = fakePort('other port');
  real = fakeSerialBench([port]);
  virtual = fakeSerialBench([otherPort], 'virtual');
  const benches = {
    real: real.bench,
    openVirtual: () => Promise.resolve(virtual.bench),
    openRehearsal: () => Promise.reject(new Error('not asked for')),
  };
  benchStore = createBenchStore({ benches }, () => false);
  resumed = 0;
  link = createConsoleLink(benchStore, { wallMs: () => 1_700_000_000_000 });
  link.observe({
    onResumed: () => {
      resumed++;
    },
  });
  await benchStore.getState().useReal();
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
};

const begun = async (of: FakePort, count = 1): Promise<void> => {
  await vi.waitUntil(() => of.opens === count, soon);
};

async function lost(): Promise<void> {
  await link.connect();
  real.setPorts([]);
  port.breakLine();
  await vi.waitUntil(() => link.state.kind === 'lost', soon);
}

describe('while the console is being opened', () => {
  it('leaving the bench closes what was opened', async () => {
    const release = port.holdOpening();
    const connecting = expectRejects(link.connect(), 'cancelled');
    await begun(port);
    await benchStore.getState().useVirtual(1);
    release();
    await connecting;
    expect(link.state).toEqual({ kind: 'closed' });
    expect([port.openPipes, otherPort.opens]).toEqual([0, 0]);
  });

  it('the next bench is connected without a trace of the one before', async () => {
    const release = port.holdOpening();
    const connecting = expectRejects(link.connect(), 'cancelled');
    await begun(port);
    await benchStore.getState().useVirtual(1);
    await link.connect();
    release();
    await connecting;
    expect(link.state).toEqual({ kind: 'open', label: 'other port' });
    expect([port.openPipes, otherPort.openPipes]).toEqual([0, 1]);
  });

  it('leaving the bench and taking it again opens the port once more', async () => {
    const release = port.holdOpening();
    const connecting = expectRejects(link.connect(), 'cancelled');
    await begun(port);
    benchStore.getState().leave();
    await benchStore.getState().useReal();
    const again = link.connect();
    release();
    await Promise.all([connecting, again]);
    expect(link.state.kind).toBe('open');
    expect(port.openPipes).toBe(1);
  });

  it('disconnecting wins', async () => {
    const release = port.holdOpening();
    const connecting = expectRejects(link.connect(), 'cancelled');
    await begun(port);
    await link.disconnect();
    expect(link.state.kind).toBe('closed');
    release();
    await connecting;
    expect(link.state.kind).toBe('closed');
    expect(port.openPipes).toBe(0);
  });

  it('a port that refuses leaves the console closed', async () => {
    port.failNextOpening(new AppError('serial-busy', 'another program has it'));
    await expectRejects(link.connect(), 'serial-busy');
    expect(link.state.kind).toBe('closed');
  });
});

describe('a line that was lost', () => {
  it('is taken up again when its port is back', async () => {
    await lost();
    real.setPorts([port]);
    await vi.waitUntil(() => link.state.kind === 'open', soon);
    expect([resumed, port.openPipes]).toEqual([1, 1]);
  });

  it('is taken up again when its port was back before the loss was noticed', async () => {
    await link.connect();
    port.breakLine();
    await vi.waitUntil(() => resumed === 1, soon);
    expect([link.state.kind, port.openPipes]).toEqual(['open', 1]);
  });

  it('is one line when the person connects meanwhile', async () => {
    await lost();
    const release = port.holdOpening();
    real.setPorts([port]);
    await begun(port, 2);
    const connecting = link.connect();
    release();
    await connecting;
    await turns();
    expect(link.state.kind).toBe('open');
    expect([port.openPipes, resumed]).toEqual([1, 0]);
  });

  it('stays closed when the person disconnects while it is taken up', async () => {
    await lost();
    const release = port.holdOpening();
    real.setPorts([port]);
    await begun(port, 2);
    await link.disconnect();
    release();
    await turns();
    expect(link.state.kind).toBe('closed');
    expect([port.openPipes, resumed]).toEqual([0, 0]);
  });

  it('is taken up once however often the list of ports changes', async () => {
    await lost();
    const release = port.holdOpening();
    real.setPorts([port]);
    await begun(port, 2);
    real.setPorts([port, fakePort('another')]);
    real.setPorts([port]);
    await turns();
    release();
    await vi.waitUntil(() => link.state.kind === 'open', soon);
    await turns();
    expect([port.openPipes, resumed]).toEqual([1, 1]);
  });
});

describe('the port', () => {
  it('is the one that the person chose', async () => {
    const meant = fakePort('meant');
    real.setPorts([port, meant]);
    real.chooses = meant;
    expect(await benchStore.getState().chooseSerial()).toBe(true);
    await link.connect();
    expect([meant.opens, port.opens]).toEqual([1, 0]);
  });

  it('is not guessed while there are several', async () => {
    real.setPorts([port, fakePort('another')]);
    await expectRejects(link.connect(), 'serial-no-port');
    expect(port.opens).toBe(0);
  });

  it('stays the chosen one when the chooser is closed again', async () => {
    const meant = fakePort('meant');
    real.setPorts([port, meant]);
    real.chooses = meant;
    await benchStore.getState().chooseSerial();
    real.chooses = undefined;
    expect(await benchStore.getState().chooseSerial()).toBe(false);
    await link.connect();
    expect(meant.opens).toBe(1);
  });

  it('is forgotten with its bench', async () => {
    real.chooses = port;
    await benchStore.getState().chooseSerial();
    benchStore.getState().leave();
    await benchStore.getState().useReal();
    expect(benchStore.getState().chosenSerial).toBeUndefined();
  });
});
