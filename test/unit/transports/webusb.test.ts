import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { ControlPipe } from '../../../src/core/ports/index.ts';
import { openDfu, recogniseBoard } from '../../../src/core/stm32/index.ts';
import { createWebUsbBus } from '../../../src/transports/webusb/index.ts';
import { webUsbError, type UsbStep } from '../../../src/transports/webusb/errors.ts';
import { FakeUsb, type FakeUsbDevice } from '../../contract/fakes/fake-usb.ts';
import { simBench } from '../../support/sim-bench.ts';

const TIME = { timeoutMs: 3_000 };
const GET_STATUS = {
  type: 'class',
  recipient: 'interface',
  request: 3,
  value: 0,
  index: 0,
} as const;

async function desk() {
  const { bench, panel, clock } = simBench();
  panel.setBoot0(true);
  panel.setPlug('userUsb', true);
  panel.pressReset();
  await clock.sleep(1_000);
  const usb = await FakeUsb.over(bench.usb, clock);
  const bus = createWebUsbBus(usb.asUsb, clock);
  const [browserDevice] = await usb.getDevices();
  const [device] = await bus.list();
  return {
    clock,
    panel,
    usb,
    bus,
    fake: browserDevice as unknown as FakeUsbDevice,
    device: device!,
  };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

async function readStatus(pipe: ControlPipe): Promise<Uint8Array> {
  return pipe.controlIn(GET_STATUS, 6, TIME);
}

/** A promise that a broken driver would give. */
const never = async (): Promise<never> => new Promise(() => {});

describe('WebUSB exceptions', () => {
  const table: readonly (readonly [string, UsbStep, string])[] = [
    ['NotFoundError', 'choose', 'usb-no-device'],
    ['NotFoundError', 'open', 'usb-no-device'],
    ['NotFoundError', 'transfer', 'usb-disconnected'],
    ['SecurityError', 'choose', 'usb-access-denied'],
    ['SecurityError', 'open', 'usb-access-denied'],
    ['NotAllowedError', 'choose', 'usb-access-denied'],
    ['InvalidAccessError', 'claim', 'usb-access-denied'],
    ['NetworkError', 'open', 'usb-busy'],
    ['NetworkError', 'claim', 'usb-busy'],
    ['NetworkError', 'transfer', 'usb-transfer-failed'],
    ['InvalidStateError', 'claim', 'usb-busy'],
    ['InvalidStateError', 'transfer', 'usb-transfer-failed'],
    ['AbortError', 'transfer', 'usb-transfer-failed'],
    ['TimeoutError', 'transfer', 'deadline-exceeded'],
    ['NotSupportedError', 'open', 'not-supported'],
    ['DataError', 'transfer', 'usb-transfer-failed'],
    ['TypeError', 'open', 'usb-transfer-failed'],
  ];

  it.each(table)('%s at %s is %s, the original as its cause', (name, step, code) => {
    const original = new DOMException('the words of the browser', name);
    const error = webUsbError(original, step, 'something', false);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(original);
    expect(error.message).toContain('the words of the browser');
  });

  it('mean a departure when the device has left', () => {
    const original = new DOMException('', 'InvalidStateError');
    expect(webUsbError(original, 'transfer', 'x', true).code).toBe('usb-disconnected');
    expect(webUsbError(original, 'open', 'x', true).code).toBe('usb-no-device');
  });

  it('pass AppErrors unchanged', () => {
    const error = new AppError('cancelled', 'cancelled');
    expect(webUsbError(error, 'transfer', 'x', true)).toBe(error);
  });
});

describe('the WebUSB bus', () => {
  it('offers STM32 bootloaders in the chooser', async () => {
    const { usb, bus } = await desk();
    await bus.choose();
    expect(usb.filters).toEqual([{ vendorId: 0x0483, productId: 0xdf11 }]);
    usb.chooser = 'dismissed';
    expect((await failure(bus.choose())).code).toBe('usb-no-device');
    usb.chooser = 'without-gesture';
    expect((await failure(bus.choose())).code).toBe('usb-access-denied');
  });

  it('does not list other granted devices', async () => {
    const { usb, bus, fake } = await desk();
    Object.assign(fake, { productId: 0x374e });
    expect(await usb.getDevices()).toHaveLength(1);
    expect(await bus.list()).toEqual([]);
  });

  it('does not wait for ever for a list', async () => {
    const { usb, bus } = await desk();
    usb.getDevices = never;
    expect((await failure(bus.list())).code).toBe('deadline-exceeded');
  });
});

describe('opening over WebUSB', () => {
  it('leads to a working DFU session, names read by us though the browser has none', async () => {
    const { device, fake, clock } = await desk();
    const alternates = fake.configurations[0]?.interfaces[0]?.alternates ?? [];
    expect(alternates.map((alternate) => alternate.interfaceName)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const session = await openDfu(await device.open(TIME), clock);
    expect(recogniseBoard(session.description)?.id).toBe('nucleo-h563zi');
    expect(await session.readMemory(0, 0x08000000, 5000)).toHaveLength(5000);
    await session.close();
    expect(fake.opened).toBe(false);
  });

  it('leaves a selected configuration alone', async () => {
    const { device, fake } = await desk();
    fake.configuration = fake.configurations[0]!;
    fake.selectConfiguration = () => Promise.reject(new Error('asked without need'));
    expect(await readStatus(await device.open(TIME))).toHaveLength(6);
  });

  it('gives up on claimInterface that never settles, and closes the device', async () => {
    const { device, fake, clock } = await desk();
    const { claimInterface } = fake;
    fake.claimInterface = never;
    const before = clock.nowMs();
    const error = await failure(device.open(TIME));
    expect(error.code).toBe('deadline-exceeded');
    expect(error.context).toMatchObject({ step: 'claim interface' });
    expect(clock.nowMs() - before).toBeLessThan(3_500);
    expect(fake.opened).toBe(false);
    fake.claimInterface = claimInterface.bind(fake);
    expect(await readStatus(await device.open(TIME))).toHaveLength(6);
  });

  it('gives up within its time though every call hangs, close() too', async () => {
    const { device, fake, clock } = await desk();
    fake.open = never;
    fake.close = never;
    const before = clock.nowMs();
    expect((await failure(device.open(TIME))).code).toBe('deadline-exceeded');
    expect(clock.nowMs() - before).toBeLessThan(5_000);
  });

  it('says that another program holds the interface', async () => {
    const { device, fake } = await desk();
    const other = await fake.backend.open(TIME);
    expect((await failure(device.open(TIME))).code).toBe('usb-busy');
    await other.close();
    expect(await readStatus(await device.open(TIME))).toHaveLength(6);
  });

  it('says that the system denies access', async () => {
    const { device, fake } = await desk();
    fake.open = () => Promise.reject(new DOMException('Access denied.', 'SecurityError'));
    expect((await failure(device.open(TIME))).code).toBe('usb-access-denied');
  });

  it('says that there is no DFU interface', async () => {
    const { device, fake } = await desk();
    Object.assign(fake, { configurations: [] });
    expect((await failure(device.open(TIME))).code).toBe('dfu-not-found');
    expect(fake.opened).toBe(false);
  });
});

describe('transfers over WebUSB', () => {
  it('that fail for another reason than a departure are just failed', async () => {
    const { device, fake, clock } = await desk();
    const pipe = await device.open(TIME);
    fake.controlTransferIn = () => Promise.reject(new DOMException('', 'NetworkError'));
    const before = clock.nowMs();
    expect((await failure(readStatus(pipe))).code).toBe('usb-transfer-failed');
    expect(clock.nowMs() - before).toBeLessThan(2_000);
  });

  it('that fail moments before the departure is announced mean a departure', async () => {
    const { device, panel } = await desk();
    const pipe = await device.open(TIME);
    panel.setPlug('userUsb', false);
    const error = await failure(readStatus(pipe));
    expect(error.code).toBe('usb-disconnected');
  });

  it('that never settle end with the departure', async () => {
    const { device, fake, panel, clock } = await desk();
    const pipe = await device.open(TIME);
    fake.controlTransferOut = never;
    const waiting = failure(pipe.controlOut(GET_STATUS, new Uint8Array(4), { timeoutMs: 60_000 }));
    await clock.sleep(10);
    panel.setPlug('userUsb', false);
    expect((await waiting).code).toBe('usb-disconnected');
    await pipe.close();
  });

  it('that babble or write too little are failed', async () => {
    const { device, fake } = await desk();
    const pipe = await device.open(TIME);
    fake.controlTransferIn = () => Promise.resolve({ status: 'babble' });
    expect((await failure(readStatus(pipe))).code).toBe('usb-transfer-failed');
    fake.controlTransferOut = () => Promise.resolve({ status: 'ok', bytesWritten: 3 });
    const error = await failure(pipe.controlOut(GET_STATUS, new Uint8Array(4), TIME));
    expect(error.code).toBe('usb-transfer-failed');
    expect(error.context).toMatchObject({ sentBytes: 3, lengthBytes: 4 });
  });

  it('takes the data from wherever it stands in its buffer', async () => {
    const { device, fake } = await desk();
    const pipe = await device.open(TIME);
    fake.viewOffsetBytes = 5;
    expect([...(await readStatus(pipe))]).toEqual([0, 0, 0, 0, 2, 0]);
  });

  it('may answer without a data stage', async () => {
    const { device, fake } = await desk();
    const pipe = await device.open(TIME);
    fake.controlTransferIn = () => Promise.resolve({ status: 'ok' });
    expect(await readStatus(pipe)).toHaveLength(0);
  });

  it('close() ends though the browser never closes', async () => {
    const { device, fake, clock } = await desk();
    const pipe = await device.open(TIME);
    fake.releaseInterface = never;
    fake.close = never;
    const before = clock.nowMs();
    await pipe.close();
    expect(clock.nowMs() - before).toBeLessThan(3_000);
  });
});
