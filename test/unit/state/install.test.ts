import { beforeEach, describe, expect, it } from 'vitest';
import { buildSampleBootloader } from '../../../src/virtual/index.ts';
import { appBench, type AppBench } from '../../support/app-bench.ts';
import { BOOT_PARTITION, signImage, testKey } from '../../support/booted-board.ts';
import { simBench } from '../../support/sim-bench.ts';

const flashStart = 0x08000000;

async function ready(app: AppBench, kind: 'virtual' | 'real'): Promise<Uint8Array> {
  const { bench, keystore, install } = app.state;
  if (kind === 'virtual') await bench.getState().useVirtual(1);
  else await bench.getState().useReal();
  const { panel } = app.bench;
  panel.setPlug('userUsb', true);
  panel.setBoot0(true);
  panel.pressReset();
  await app.bench.clock.sleep(1000);
  const key = await testKey();
  await keystore.getState().importPublic({ name: 'line.pub', bytes: key.slot.publicKey });
  const image = await signImage(key, { version: 1 });
  await install.getState().openImage({ name: 'v1.bin', bytes: image });
  return image;
}

const refusals = (app: AppBench): readonly string[] =>
  app.state.install.getState().refusals.map(({ kind }) => kind);

describe('the factory install', () => {
  let app: AppBench;
  beforeEach(() => {
    app = appBench();
  });

  it('says what is missing', () => {
    expect(refusals(app)).toEqual(['no-board', 'no-bootloader', 'no-image']);
  });

  it('puts both images where the profile wants them and reads them back', async () => {
    const image = await ready(app, 'virtual');
    const { install } = app.state;
    await install.getState().loadSampleBootloader();
    expect(refusals(app)).toEqual([]);
    await install.getState().start();
    expect(install.getState().job).toMatchObject({
      kind: 'installed',
      version: 1,
      boardSerial: app.bench.board.usbSerial,
    });
    const { flash } = app.bench.board;
    const bootloader = buildSampleBootloader();
    expect(flash.read(flashStart, bootloader.length)).toEqual(bootloader);
    expect(flash.read(BOOT_PARTITION, image.length)).toEqual(image);
  });

  it('leaves alone what is there already when it is done again', async () => {
    await ready(app, 'virtual');
    const { install } = app.state;
    await install.getState().loadSampleBootloader();
    await install.getState().start();
    install.getState().startOver();
    await install.getState().start();
    const { job } = install.getState();
    if (job.kind !== 'installed') throw new Error(job.kind);
    expect(job.bootloader.report.writtenSectors).toEqual([]);
    expect(job.firmware.report.writtenSectors).toEqual([]);
  });

  it('stops when it is cancelled and can be started again', async () => {
    await ready(app, 'virtual');
    const { install } = app.state;
    await install.getState().loadSampleBootloader();
    const running = install.getState().start();
    install.getState().cancel();
    await running;
    expect(install.getState().job.kind).toBe('none');
    await install.getState().start();
    expect(install.getState().job.kind).toBe('installed');
  });

  it('names the part at which a cable fell out, and succeeds afterwards', async () => {
    await ready(app, 'virtual');
    const { install } = app.state;
    await install.getState().loadSampleBootloader();
    app.bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte: 50_000 });
    await install.getState().start();
    expect(install.getState().job).toMatchObject({
      kind: 'failed',
      part: 'bootloader',
      error: { code: 'usb-disconnected' },
    });
    app.bench.panel.setPlug('userUsb', true);
    await app.bench.clock.sleep(1000);
    install.getState().startOver();
    await install.getState().start();
    expect(install.getState().job.kind).toBe('installed');
  });

  it('refuses an image that the bootloader would refuse', async () => {
    await ready(app, 'virtual');
    const stranger = await signImage(await testKey({ name: 'stranger' }), { version: 1 });
    await app.state.install.getState().openImage({ name: 'x.bin', bytes: stranger });
    expect(refusals(app)).toContain('not-accepted');
  });

  it('refuses a bootloader that would reach into the firmware', async () => {
    await ready(app, 'virtual');
    const bytes = new Uint8Array(BOOT_PARTITION - flashStart + 1);
    await app.state.install.getState().openBootloader({ name: 'wolfboot.bin', bytes });
    expect(refusals(app)).toEqual(['too-large']);
  });
});

it('refuses samples on a real board and writes nothing', async () => {
  const bench = simBench();
  const app = appBench({ bench, realBench: { ...bench.bench, kind: 'real' } });
  await ready(app, 'real');
  await app.state.install.getState().loadSampleBootloader();
  expect(refusals(app)).toContain('sample-on-real-board');
  await app.state.install.getState().start();
  expect(app.state.install.getState().job.kind).toBe('none');
  expect(bench.board.flash.read(flashStart, 16).every((byte) => byte === 0xff)).toBe(true);
});
