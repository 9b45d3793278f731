/** The device worker's messages: through a real MessageChannel, and with a worker that ends. */
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createCanceller, type Clock, type SerialBus } from '../../../src/core/ports/index.ts';
import { createRealClock } from '../../../src/platform/clock.ts';
import { chooseFrom, chosenAmong } from '../../../src/workers/devices/choice.ts';
import { createDeviceClient } from '../../../src/workers/devices/client.ts';
import { createDesk } from '../../../src/workers/devices/desk.ts';
import { putHooks, takeHooks } from '../../../src/workers/devices/hooks.ts';
import type {
  DeviceReply,
  DeviceRequest,
  DeviceWorkerPort,
} from '../../../src/workers/devices/protocol.ts';
import { methodsOf, serveDevices } from '../../../src/workers/devices/server.ts';
import { hostDevices } from '../../support/device-worker.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { memoryLocks, memoryStore } from '../../support/memory-store.ts';

const identity = { vendorId: 0x0483, productId: 0x374e, label: 'a line' };

/** A line that says what was written to it. */
function echoBus(written: Uint8Array[] = []): SerialBus {
  const port = {
    id: 'echo',
    identity,
    open: async ({ baudRate }: { readonly baudRate: number }) => {
      if (baudRate === 1) throw new AppError('serial-busy', 'taken', { context: { baudRate } });
      return {
        read: async () => Uint8Array.of(written.length),
        write: async (bytes: Uint8Array) => {
          written.push(bytes);
        },
        setSignals: async () => undefined,
        close: async () => undefined,
      };
    },
  };
  return { list: async () => [port], choose: async () => port, watch: () => () => undefined };
}

const world = (clock: Clock, serial: SerialBus) => ({
  kind: 'real' as const,
  clock,
  usb: undefined,
  serial,
  store: memoryStore(),
  locks: memoryLocks(),
});

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

function throughChannel(serial: SerialBus) {
  const clock = createRealClock();
  const channel = new MessageChannel();
  channels.push(channel);
  const take = serveDevices(createDesk(world(clock, serial)), (reply) => {
    channel.port2.postMessage(reply);
  });
  channel.port2.onmessage = ({ data }: MessageEvent<DeviceRequest>) => {
    take(data);
  };
  const port: DeviceWorkerPort = {
    postMessage: (request) => {
      channel.port1.postMessage(request);
    },
    onMessage: (listener) => {
      channel.port1.onmessage = ({ data }: MessageEvent<DeviceReply>) => {
        listener(data);
      };
    },
    onError: () => undefined,
    terminate: () => undefined,
  };
  return createDeviceClient({
    startWorker: () => port,
    clock,
    chooseUsb: () => Promise.reject(new AppError('usb-no-device', 'none')),
    choosePort: (...wish) => chooseFrom(serial, ...wish),
  });
}

describe('through a MessageChannel', () => {
  it('says which buses the worker has', async () => {
    expect(await throughChannel(echoBus()).buses()).toEqual(['serial']);
  });

  it('asks for every port of the machine when the person wants that', async () => {
    const wishes: unknown[] = [];
    const bus = echoBus();
    const choose: SerialBus['choose'] = (...wish) => {
      wishes.push(...wish);
      return bus.choose();
    };
    await throughChannel({ ...bus, choose }).serial.choose({ anyPort: true });
    expect(wishes).toEqual([{ anyPort: true }]);
  });

  it('carries bytes both ways, and copies them', async () => {
    const written: Uint8Array[] = [];
    const port = await throughChannel(echoBus(written)).serial.choose();
    const pipe = await port.open({ baudRate: 9600 });
    const bytes = Uint8Array.of(1, 2, 3);
    await pipe.write(bytes, { timeoutMs: 1000 });
    expect(written).toEqual([bytes]);
    expect(written[0]).not.toBe(bytes);
    expect(await pipe.read({ timeoutMs: 1000 })).toEqual(Uint8Array.of(1));
    await pipe.close();
    await expectRejects(pipe.read({ timeoutMs: 1000 }), 'serial-disconnected');
  });

  it('carries errors with code, message and context', async () => {
    const [port] = await throughChannel(echoBus()).serial.list();
    const error: unknown = await port!.open({ baudRate: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'serial-busy',
      message: 'taken',
      context: { baudRate: 1 },
    });
  });

  it('times sleeps in the worker, and ends them when cancelled', async () => {
    const { clock, buses } = throughChannel(echoBus());
    await buses();
    const before = clock.nowMs();
    await clock.sleep(30);
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(25);
    const canceller = createCanceller();
    const sleeping = clock.sleep(60_000, canceller.signal);
    canceller.cancel();
    await expectRejects(sleeping, 'cancelled');
  });

  it('has nothing where the worker has no such bus', async () => {
    await expectRejects(throughChannel(echoBus()).usb.list(), 'not-supported');
  });
});

describe('a worker that ends', () => {
  it('rejects what waits, and a new one does not take over the old handles', async () => {
    const clock = createRealClock();
    const silent = echoBus();
    const { client, workers } = hostDevices(world(clock, silent));
    const [before] = await client.serial.list();
    let changes = 0;
    client.serial.watch(() => {
      changes += 1;
    });
    const pipe = await before!.open({ baudRate: 9600 });
    const reading = pipe.read({ timeoutMs: 60_000 });
    workers[0]!.die('no memory');
    await expectRejects(reading, 'internal', 'no memory');
    expect(changes).toBe(1);
    await expectRejects(pipe.write(Uint8Array.of(1), { timeoutMs: 1000 }), 'internal');
    await expectRejects(before!.open({ baudRate: 9600 }), 'internal');
    await pipe.close();
    const [after] = await client.serial.list();
    expect(workers).toHaveLength(2);
    expect(after!.id).not.toBe(before!.id);
    await (await after!.open({ baudRate: 9600 })).close();
  });

  it('lets sleeps go on in the page', async () => {
    const clock = createRealClock();
    const { client, workers } = hostDevices(world(clock, echoBus()));
    await client.buses();
    const before = clock.nowMs();
    const sleeping = client.clock.sleep(40);
    workers[0]!.die('gone');
    await sleeping;
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(35);
  });

  it('is ended for good when the page is left, and once only', async () => {
    const { client, workers } = hostDevices(world(createRealClock(), echoBus()));
    client.end('nobody is there');
    expect(workers).toHaveLength(0);
    await client.buses();
    client.end('the page was left');
    client.end('the page was left');
    expect(workers[0]!.terminated).toBe(true);
  });
});

describe('what was chosen in the page', () => {
  const listed = (ids: readonly string[]) => ids.map((id) => ({ id, identity }));
  const clock = { ...createRealClock(), sleep: async () => undefined };

  it('is found by its place among equals', async () => {
    const bus = {
      list: async () => listed(['a', 'b', 'c']),
      choose: async () => ({ id: 'b', identity }),
    };
    const choice = await chooseFrom(bus);
    expect(choice).toEqual({ identity, place: 1 });
    const found = await chosenAmong(
      async () => listed(['x', 'y']),
      choice,
      clock,
      'serial-no-port',
    );
    expect(found.id).toBe('y');
  });

  it('is waited for, because the permission reaches the worker later', async () => {
    let asked = 0;
    const late = async () => (++asked < 4 ? [] : listed(['late']));
    const choice = { identity, place: 0 };
    expect((await chosenAmong(late, choice, clock, 'serial-no-port')).id).toBe('late');
    const never = chosenAmong(async () => listed([]), choice, clock, 'usb-no-device');
    await expectRejects(never, 'usb-no-device', 'not seen by its worker');
  });
});

describe('hooks', () => {
  it('are taken out of plain arguments and put back at the same place', () => {
    const { signal } = new AbortController();
    const onProgress = (): void => undefined;
    const bytes = Uint8Array.of(1);
    const args = [7, bytes, { signal, onProgress, timeoutMs: 5 }];
    const { args: plain, taken } = takeHooks(args);
    expect(plain).toEqual([7, bytes, { timeoutMs: 5 }]);
    expect(() => structuredClone(plain)).not.toThrow();
    const back = putHooks(plain, taken, (_hook, index) => taken[index]!.value);
    expect(back).toEqual([7, bytes, { signal, onProgress, timeoutMs: 5 }]);
  });

  it('leave out of the callable what every object has', () => {
    class Base {
      inherited(): void {}
    }
    class Some extends Base {
      readonly fact = 1;
      own(): void {}
    }
    expect([...methodsOf(new Some())].sort()).toEqual(['inherited', 'own']);
  });
});
