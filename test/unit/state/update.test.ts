import { describe, expect, it } from 'vitest';
import { asciiToBytes, bytesToLatin1 } from '../../../src/core/bytes/index.ts';
import { appBench, until, type AppBench } from '../../support/app-bench.ts';
import { provisionedBench, signImage, testKey } from '../../support/booted-board.ts';

/** A board that runs version 1, and version 2 chosen for it. */
async function booted(): Promise<AppBench> {
  const key = await testKey();
  const bench = provisionedBench({
    keys: [key],
    bootImage: await signImage(key, { version: 1 }),
  });
  const app = appBench({ bench });
  const { state } = app;
  await state.bench.getState().useVirtual(1);
  await state.keystore.getState().importPublic({ name: 'line.pub', bytes: key.slot.publicKey });
  bench.panel.setPlug('stLink', true);
  await bench.clock.sleep(5000);
  await state.update
    .getState()
    .openImage({ name: 'v2.bin', bytes: await signImage(key, { version: 2 }) });
  return app;
}

function hearing(app: AppBench): () => string {
  let heard = '';
  app.state.update.getState().watchConsole((bytes) => {
    heard += bytesToLatin1(bytes);
  });
  return () => heard;
}

describe('the console', () => {
  it('is refused with a reason while there is no port', async () => {
    const app = appBench();
    await app.state.update.getState().connect();
    const { link, activity } = app.state.update.getState();
    expect(link.kind).toBe('closed');
    expect(activity).toMatchObject({ kind: 'failed', error: { code: 'serial-no-port' } });
  });

  it('asks the board at once what runs and compares its keys', async () => {
    const app = await booted();
    await app.state.update.getState().connect();
    const { board, place } = app.state.update.getState();
    expect(place).toBe('prompt');
    expect(board?.info.firmwareVersion).toBe(1);
    expect(board?.comparison?.equal).toBe(true);
  });

  it('sends what a person types and lets everybody hear the answer', async () => {
    const app = await booted();
    const heard = hearing(app);
    const { update } = app.state;
    await update.getState().connect();
    await update.getState().type(asciiToBytes('help\r'));
    await until(() => heard().includes('update the firmware via XMODEM'), 'help is printed');
  });

  it('repeats to a late listener what was printed', async () => {
    const app = await booted();
    await app.state.update.getState().connect();
    expect(hearing(app)()).toContain('Firmware version : 0x1');
  });

  it('notices a boot that nobody asked for', async () => {
    const app = await booted();
    const { update } = app.state;
    await update.getState().connect();
    app.bench.panel.pressReset();
    await until(() => update.getState().boot !== undefined, 'the banner is seen');
    expect(update.getState().boot?.banner.version).toBe(1);
    await until(() => update.getState().board !== undefined, 'what runs is read again');
  });

  it('is lost with the cable and taken up again with it', async () => {
    const app = await booted();
    const { update } = app.state;
    await update.getState().connect();
    app.bench.panel.setPlug('stLink', false);
    await until(() => update.getState().link.kind === 'lost', 'the loss is noticed');
    expect(update.getState().board).toBeUndefined();
    app.bench.panel.setPlug('stLink', true);
    await until(() => update.getState().link.kind === 'open', 'the line is open again');
  });

  it('is closed when the bench is put away', async () => {
    const app = await booted();
    await app.state.update.getState().connect();
    app.state.bench.getState().leave();
    expect(app.state.update.getState().link.kind).toBe('closed');
  });
});

describe('the update', () => {
  it('ends proven, confirmed and with the new version known', async () => {
    const app = await booted();
    const { update } = app.state;
    await update.getState().connect();
    await update.getState().start();
    const { job, board } = update.getState();
    expect(job).toMatchObject({
      kind: 'proven',
      outcome: { versionBefore: 1, version: 2, stateAfterReboot: 'TESTING' },
    });
    expect(board?.info).toMatchObject({ firmwareVersion: 2, state: 'CONFIRMED' });
  });

  it('does not start while something stands against it', async () => {
    const app = await booted();
    const { update } = app.state;
    await update.getState().start();
    expect(update.getState().refusals).toEqual([{ kind: 'no-console' }]);
    expect(update.getState().job.kind).toBe('none');
  });

  it('is refused by the keys of the board, whatever the keystore says', async () => {
    const app = await booted();
    const { update, keystore } = app.state;
    await update.getState().connect();
    const stranger = await testKey({ name: 'stranger' });
    await keystore
      .getState()
      .importPublic({ name: 'stranger.pub', bytes: stranger.slot.publicKey });
    await update
      .getState()
      .openImage({ name: 'x.bin', bytes: await signImage(stranger, { version: 3 }) });
    await until(
      () => update.getState().refusals.some(({ kind }) => kind === 'not-accepted'),
      'the board’s keys are asked',
    );
  });

  it('can be cancelled in the middle and done again', async () => {
    const app = await booted();
    const { update } = app.state;
    await update.getState().connect();
    const running = update.getState().start();
    await until(() => {
      const { job } = update.getState();
      return job.kind === 'running' && job.progress.stage === 'sending' && job.progress.packets > 3;
    }, 'some packets are sent');
    update.getState().cancel();
    await running;
    expect(update.getState().job).toMatchObject({ kind: 'cancelled', stage: 'sending' });
    await update.getState().start();
    expect(update.getState().job.kind).toBe('proven');
  });

  it('says where it stopped when the cable fell out, and succeeds when started again', async () => {
    const app = await booted();
    const { update } = app.state;
    await update.getState().connect();
    app.bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 3000 });
    await update.getState().start();
    expect(update.getState().job).toMatchObject({
      kind: 'failed',
      stage: 'sending',
      error: { code: 'serial-disconnected' },
    });
    // At once: the loss is noticed only after the port is back.
    app.bench.panel.setPlug('stLink', true);
    await app.bench.clock.sleep(10_000);
    expect(update.getState().link.kind).toBe('open');
    await update.getState().start();
    expect(update.getState().job).toMatchObject({ kind: 'proven' });
  });
});
