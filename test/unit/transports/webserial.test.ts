import { describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes } from '../../../src/core/bytes/index.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createWebSerialBus } from '../../../src/transports/webserial/index.ts';
import { webSerialError, type SerialStep } from '../../../src/transports/webserial/errors.ts';
import { WebSerialPipe } from '../../../src/transports/webserial/pipe.ts';
import { FakeSerial, type LineError } from '../../contract/fakes/fake-serial.ts';
import { simBench, simClock } from '../../support/sim-bench.ts';
import { FaultBox } from '../../../src/virtual/faults/fault-box.ts';
import { StLink } from '../../../src/virtual/uart/st-link.ts';

const TIME = { timeoutMs: 2_000 };
const LINE = { baudRate: 115_200 };

async function desk() {
  const clock = simClock();
  const faults = new FaultBox({ onChange: () => undefined, onStrike: () => undefined });
  const stLink = new StLink(clock, faults, {
    onBoardReceives: () => undefined,
    pullPlug: () => undefined,
  });
  stLink.plug();
  const serial = await FakeSerial.over(stLink, clock);
  const bus = createWebSerialBus(serial.asSerial, clock);
  const [port] = await bus.list();
  return { clock, stLink, serial, bus, port: port!, fake: serial.ports[0]! };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe('Web Serial exceptions', () => {
  const table: readonly (readonly [string, SerialStep, string])[] = [
    ['NotFoundError', 'choose', 'serial-no-port'],
    ['SecurityError', 'choose', 'serial-access-denied'],
    ['NotAllowedError', 'choose', 'serial-access-denied'],
    ['NetworkError', 'open', 'serial-busy'],
    ['InvalidStateError', 'open', 'serial-busy'],
    ['SecurityError', 'open', 'serial-access-denied'],
    ['UnknownError', 'open', 'serial-busy'],
    ['NetworkError', 'transfer', 'serial-disconnected'],
    ['InvalidStateError', 'transfer', 'serial-disconnected'],
    ['TypeError', 'transfer', 'serial-disconnected'],
    ['NetworkError', 'signals', 'not-supported'],
    ['UnknownError', 'signals', 'not-supported'],
    ['InvalidStateError', 'signals', 'serial-disconnected'],
  ];

  it.each(table)('%s at %s is %s, the original as its cause', (name, step, code) => {
    const original = new DOMException('the words of the browser', name);
    const error = webSerialError(original, step, 'something');
    expect(error.code).toBe(code);
    expect(error.cause).toBe(original);
  });
});

describe('the Web Serial bus', () => {
  it('offers the ST-LINK and the usual adapters in the chooser', async () => {
    const { serial, bus } = await desk();
    await bus.choose();
    expect(serial.filters).toContainEqual({ usbVendorId: 0x0483 });
    expect(serial.filters).toContainEqual({ usbVendorId: 0x0403 });
    await bus.choose({ anyPort: true });
    expect(serial.filters).toEqual([]);
    serial.chooser = 'dismissed';
    expect((await failure(bus.choose())).code).toBe('serial-no-port');
    serial.chooser = 'without-gesture';
    expect((await failure(bus.choose())).code).toBe('serial-access-denied');
  });

  it('names adapters by maker and ids', async () => {
    const { port } = await desk();
    expect(port.identity).toEqual({
      vendorId: 0x0483,
      productId: 0x3754,
      label: 'ST-LINK virtual COM port (0483:3754)',
    });
  });

  it('works on the port of a whole virtual board too', async () => {
    const { bench, clock } = simBench();
    const serial = await FakeSerial.over(bench.serial, clock);
    const [port] = await createWebSerialBus(serial.asSerial, clock).list();
    const pipe = await port!.open(LINE);
    await pipe.write(asciiToBytes('\r'), TIME);
    await pipe.close();
  });
});

describe('opening a serial port', () => {
  it('asks for 8N1 without flow control and a buffer of a size', async () => {
    const { port, fake } = await desk();
    await port.open({ baudRate: 111_500 });
    expect(fake.options).toMatchObject({
      baudRate: 111_500,
      dataBits: 8,
      stopBits: 1,
      parity: 'none',
      flowControl: 'none',
    });
    expect(fake.options?.bufferSize).toBeGreaterThanOrEqual(4_096);
  });

  it('asks for flow control by RTS and CTS when that is wanted', async () => {
    const { port, fake } = await desk();
    await port.open({ ...LINE, flowControl: 'hardware' });
    expect(fake.options?.flowControl).toBe('hardware');
  });

  it('says what an adapter without control lines cannot do, and keeps the line', async () => {
    const { port, fake, stLink } = await desk();
    const pipe = await port.open(LINE);
    fake.withoutSignals = true;
    expect((await failure(pipe.setSignals({ break: true }))).code).toBe('not-supported');
    stLink.transmit(asciiToBytes('!'));
    expect(await pipe.read(TIME)).toEqual(asciiToBytes('!'));
  });

  it('gets through a port that is busy for a moment', async () => {
    const { port, fake, clock } = await desk();
    fake.busyOpens = 3;
    await port.open(LINE);
    expect(clock.nowMs()).toBeGreaterThan(500);
  });

  it('says that it is busy when it stays so', async () => {
    const { port, fake, clock } = await desk();
    fake.busyOpens = 1_000;
    expect((await failure(port.open(LINE))).code).toBe('serial-busy');
    expect(clock.nowMs()).toBeLessThan(5_000);
    fake.busyOpens = 0;
    await port.open(LINE);
  });

  it('stops trying when the adapter leaves', async () => {
    const { port, fake, stLink, clock } = await desk();
    fake.busyOpens = 1_000;
    const opening = failure(port.open(LINE));
    await clock.sleep(150);
    stLink.unplug();
    expect((await opening).code).toBe('serial-no-port');
  });

  it('does not try again when access is denied, nor wait for ever', async () => {
    const { port, fake, clock } = await desk();
    let calls = 0;
    fake.open = () => {
      calls += 1;
      return Promise.reject(new DOMException('no', 'SecurityError'));
    };
    expect((await failure(port.open(LINE))).code).toBe('serial-access-denied');
    expect(calls).toBe(1);
    fake.open = () => new Promise(() => {});
    expect((await failure(port.open(LINE))).code).toBe('deadline-exceeded');
    expect(clock.nowMs()).toBeLessThan(10_000);
  });
});

describe('a serial line with noise', () => {
  const names: readonly LineError[] = [
    'FramingError',
    'ParityError',
    'BreakError',
    'BufferOverrunError',
  ];

  it.each(names)('goes on after a %s and counts it', async (name) => {
    const { port, fake, stLink, clock } = await desk();
    const pipe = await port.open(LINE);
    stLink.transmit(asciiToBytes('before '));
    await clock.sleep(50);
    fake.spoil(name);
    fake.spoil(name);
    await clock.sleep(5);
    fake.spoil(name);
    await clock.sleep(5);
    stLink.transmit(asciiToBytes('after'));
    await clock.sleep(50);
    expect(await pipe.read(TIME)).toEqual(asciiToBytes('before after'));
    if (!(pipe instanceof WebSerialPipe)) throw new Error('another pipe');
    expect([...pipe.lineErrors]).toEqual([[name, 2]]);
  });

  it('does not spin on a port that only fails', async () => {
    const { port, fake } = await desk();
    Object.defineProperty(fake, 'readable', {
      get: () =>
        new ReadableStream({
          start: (controller) => {
            controller.error(new DOMException('noise', 'FramingError'));
          },
        }),
    });
    const pipe = await port.open(LINE);
    expect((await failure(pipe.read(TIME))).code).toBe('serial-disconnected');
    await pipe.close();
  });

  it('does not spin on a stream that has ended', async () => {
    const { port, fake } = await desk();
    const ended = new ReadableStream({
      start: (controller) => {
        controller.close();
      },
    });
    Object.defineProperty(fake, 'readable', { get: () => ended });
    const pipe = await port.open(LINE);
    expect((await failure(pipe.read(TIME))).code).toBe('serial-disconnected');
  });
});

describe('closing a serial port', () => {
  it('unlocks both streams first, so that the port really closes', async () => {
    const { port, fake } = await desk();
    const pipe = await port.open(LINE);
    await pipe.write(asciiToBytes('x'), TIME);
    await pipe.close();
    expect(fake.readable).toBeNull();
    await (await port.open(LINE)).write(asciiToBytes('y'), TIME);
  });

  it('ends though the browser never closes', async () => {
    const { port, fake, clock } = await desk();
    const pipe = await port.open(LINE);
    fake.close = () => new Promise(() => {});
    const before = clock.nowMs();
    await pipe.close();
    expect(clock.nowMs() - before).toBeLessThan(5_000);
  });

  it('loses no byte of a long burst between reads', async () => {
    const { port, stLink, clock } = await desk();
    const pipe = await port.open(LINE);
    const burst = Uint8Array.from({ length: 3_000 }, (_, index) => index & 0xff);
    stLink.transmit(burst);
    const parts: Uint8Array[] = [];
    for (let read = 0; read < 200 && concatBytes(...parts).length < burst.length; read++) {
      parts.push(await pipe.read({ timeoutMs: 7 }));
      await clock.sleep(3);
    }
    expect(concatBytes(...parts)).toEqual(burst);
  });
});
