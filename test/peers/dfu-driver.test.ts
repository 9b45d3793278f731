/**
 * The library `dfu` as a peer (docs/adr/0003): a driver by other people has to find our virtual ROM, and
 * to agree with our engine on what is in its flash. Neither may be right only in the other's eyes.
 */
import { parseConfigurationDescriptor, parseMemoryDescriptor, WebDFU } from 'dfu';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { openDfu, parseMemoryMap, type DfuSession } from '../../src/core/stm32/index.ts';
import { walkConfiguration } from '../../src/core/stm32/dfu-descriptors.ts';
import { createRealClock } from '../../src/platform/clock.ts';
import { createWebUsbBus } from '../../src/transports/webusb/index.ts';
import { createVirtualBench } from '../../src/virtual/index.ts';
import { FakeUsb } from '../contract/fakes/fake-usb.ts';
import { yieldToHost } from '../support/sim-bench.ts';

const FLASH = 0x08000000;
const BLOCK_BYTES = 1024;
const TIME = { timeoutMs: 5_000 };
const SILENT = { info: () => undefined, warning: () => undefined, progress: () => undefined };

/** The driver waits on the host's timers, so that this board keeps the host's pace. */
async function boardInDfuMode() {
  const clock = createRealClock();
  const { bench } = createVirtualBench({ seed: 7, clock, yieldToHost });
  const { panel } = bench;
  const enterDfu = async (): Promise<void> => {
    panel.setBoot0(true);
    panel.setPlug('userUsb', true);
    panel.pressReset();
    while ((await bench.usb.list()).length === 0) await clock.sleep(20);
  };
  await enterDfu();
  const usb = await FakeUsb.over(bench.usb, clock);
  return { clock, panel, usb, enterDfu };
}

type Desk = Awaited<ReturnType<typeof boardInDfuMode>>;

async function currentDevice({ usb, clock }: Desk): Promise<USBDevice> {
  const devices = await usb.getDevices();
  if (devices.length === 1) return devices[0]!;
  await clock.sleep(50);
  return currentDevice({ usb, clock } as Desk);
}

/** The peer, connected to the alternate setting with this number. */
async function peerDriver(device: USBDevice, alternate: number): Promise<WebDFU> {
  const driver = new WebDFU(device, { forceInterfacesName: true }, SILENT);
  await driver.init();
  await driver.connect(alternate);
  return driver;
}

async function peerRead(driver: WebDFU, address: number, lengthBytes: number): Promise<Uint8Array> {
  driver.dfuseStartAddress = address;
  const process = driver.read(BLOCK_BYTES, lengthBytes);
  const blob = await new Promise<Blob>((resolve, reject) => {
    process.events.on('end', resolve);
    process.events.on('error', reject);
  });
  return new Uint8Array(await blob.arrayBuffer());
}

async function peerWrite(driver: WebDFU, address: number, bytes: Uint8Array): Promise<void> {
  driver.dfuseStartAddress = address;
  const process = driver.write(BLOCK_BYTES, bytes.slice().buffer, false);
  await new Promise<void>((resolve, reject) => {
    process.events.on('end', resolve);
    process.events.on('error', reject);
  });
}

function pattern(lengthBytes: number, seed: number): Uint8Array {
  return Uint8Array.from(
    { length: lengthBytes },
    (_, index) => (index * seed + (index >> 8)) & 0xff,
  );
}

describe('the driver of the dfu library on our virtual ROM', () => {
  const panels: Desk['panel'][] = [];
  afterEach(() => {
    for (const panel of panels.splice(0)) {
      panel.setPlug('userUsb', false);
      panel.setPlug('stLink', false);
    }
  });

  async function ourSession(desk: Desk): Promise<DfuSession> {
    const [device] = await createWebUsbBus(desk.usb.asUsb, desk.clock).list();
    return openDfu(await device!.open(TIME), desk.clock);
  }

  it('finds the interface, its names and its properties', async () => {
    const desk = await boardInDfuMode();
    panels.push(desk.panel);
    const driver = await peerDriver(await currentDevice(desk), 0);
    expect(driver.interfaces.map((found) => found.name)).toEqual([
      '@Internal Flash   /0x08000000/256*08Kg',
      expect.stringContaining('/0x40022050/'),
      expect.stringContaining('/0x400221E0/'),
      expect.stringContaining('/0x08FFF000/'),
    ]);
    expect(driver.properties).toMatchObject({
      TransferSize: 1024,
      DFUVersion: 0x011a,
      CanDownload: true,
      CanUpload: true,
      ManifestationTolerant: false,
    });
    await driver.close();
    const session = await ourSession(desk);
    expect(session.description.alternates.map((alternate) => alternate.name)).toEqual(
      driver.interfaces.map((found) => found.name),
    );
    await session.close();
  });

  it('reads what our engine wrote, and our engine reads what it wrote', async () => {
    const desk = await boardInDfuMode();
    panels.push(desk.panel);
    const ours = pattern(2 * BLOCK_BYTES + 304, 7);
    const session = await ourSession(desk);
    await session.programFlash(FLASH + 0x4000, ours);
    await session.close();

    const driver = await peerDriver(await currentDevice(desk), 0);
    expect(await peerRead(driver, FLASH + 0x4000, ours.length)).toEqual(ours);
    const theirs = pattern(3 * BLOCK_BYTES + 48, 13);
    // It ends with a leave request, whatever the chip: one reason why it does not write for us.
    await peerWrite(driver, FLASH + 0x8000, theirs);

    desk.panel.setPlug('userUsb', false);
    await desk.clock.sleep(500);
    await desk.enterDfu();
    await currentDevice(desk);
    const again = await ourSession(desk);
    expect(await again.readMemory(0, FLASH + 0x8000, theirs.length)).toEqual(theirs);
    expect(await again.readMemory(0, FLASH + 0x4000, ours.length)).toEqual(ours);
    await again.close();
  });
});

describe('the parsers of the dfu library and ours', () => {
  it('agree on memory maps in the plain form', () => {
    const sectors = fc.record({
      count: fc.integer({ min: 1, max: 256 }),
      size: fc.integer({ min: 1, max: 128 }),
      unit: fc.constantFrom(' ', 'B', 'K', 'M'),
      type: fc.constantFrom('a', 'e', 'g'),
    });
    const map = fc.record({
      address: fc.integer({ min: 0, max: 0x1fffffff }),
      list: fc.array(sectors, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(map, ({ address, list }) => {
        const items = list.map(({ count, size, unit, type }) => `${count}*${size}${unit}${type}`);
        const text = `@Some Flash   /0x${address.toString(16).padStart(8, '0')}/${items.join(',')}`;
        const theirs = parseMemoryDescriptor(text);
        const ours = parseMemoryMap(text);
        const totalBytes = theirs.segments.reduce((sum, one) => sum + one.end - one.start, 0);
        if (address + totalBytes > 2 ** 32) {
          expect(ours).toBeUndefined();
          return;
        }
        expect(ours?.name).toBe(theirs.name);
        expect(ours?.regions.at(0)?.startAddress).toBe(theirs.segments.at(0)?.start);
        const groups = ours?.regions.flatMap((region) =>
          region.sectors.map((group) => ({
            sectorSize: group.sizeBytes,
            count: group.count,
            readable: region.readable,
            erasable: region.erasable,
            writable: region.writable,
          })),
        );
        expect(groups).toEqual(
          theirs.segments.map(({ start, end, sectorSize, readable, erasable, writable }) => ({
            sectorSize,
            count: (end - start) / sectorSize,
            readable,
            erasable,
            writable,
          })),
        );
      }),
    );
  });

  it('differ on the forms that ST also uses: it loses them, we read them', () => {
    for (const [text, sizeBytes] of [
      ['@Option Bytes /0x40022050/01*432e', 432],
      ['@OTP Memory /0x08FFE000/04.5*01Kg', 4608],
    ] as const) {
      expect(parseMemoryDescriptor(text).segments).toEqual([]);
      expect(parseMemoryMap(text)?.regions[0]?.sizeBytes).toBe(sizeBytes);
    }
  });

  it('agree on the configuration descriptor of the virtual ROM', async () => {
    const { clock, panel, usb } = await boardInDfuMode();
    const [device] = await createWebUsbBus(usb.asUsb, clock).list();
    const pipe = await device!.open(TIME);
    const request = { request: 6, value: 0x0200, index: 0 } as const;
    const bytes = await pipe.controlIn(
      { type: 'standard', recipient: 'device', ...request },
      4096,
      TIME,
    );
    await pipe.close();
    panel.setPlug('userUsb', false);
    const theirs = parseConfigurationDescriptor(new DataView(bytes.slice().buffer)).descriptors;
    const ours = walkConfiguration(bytes, 0);
    expect(ours.alternates).toEqual(
      theirs.flatMap((one) =>
        'iInterface' in one ? [{ number: one.bAlternateSetting, nameIndex: one.iInterface }] : [],
      ),
    );
    expect(theirs).toContainEqual(
      expect.objectContaining({
        bmAttributes: ours.functional?.attributes,
        wTransferSize: ours.functional?.transferSizeBytes,
        bcdDFUVersion: ours.functional?.dfuVersionBcd,
      }),
    );
  });
});
