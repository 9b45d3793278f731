/** The boot proof through the program's own stores, and what the record says afterwards. */
import { describe, expect, it } from 'vitest';
import type { BoardBuild } from '../../../src/core/ports/index.ts';
import {
  bootVerdict,
  buildRecord,
  parseRecord,
  recordText,
} from '../../../src/core/provisioning/index.ts';
import { createBootProofStore } from '../../../src/state/boot-proof.ts';
import { verdictIn } from '../../../src/state/use-boot-verdict.ts';
import { appBench, type AppBench } from '../../support/app-bench.ts';
import { provisionedBench, signImage, testKey } from '../../support/booted-board.ts';
import { allProven, burnWith, approved, dfuBench, intendedImage } from '../../support/burning.ts';

const key = await testKey();

async function recordOf(serial: string) {
  const bench = await dfuBench();
  const approval = await approved(bench, {
    keystore: [key.slot],
    intended: intendedImage([key.slot]),
    backups: allProven([key.slot]),
  });
  const outcome = await burnWith(bench, approval);
  const record = buildRecord({ outcome, toolVersion: 'test', rehearsed: false });
  expect(record.board.serial).toBe(serial);
  return record;
}

/** A board that runs version 1, its record, and the signed version that was asked for. */
async function ready(build: Partial<BoardBuild> = {}, version = 3): Promise<AppBench> {
  const bench = provisionedBench({
    keys: [key],
    bootImage: await signImage(key, { version: 1 }),
    build,
  });
  const app = appBench({ bench });
  const { state } = app;
  await state.bench.getState().useVirtual(1);
  await state.keystore.getState().importPublic({ name: 'line.pub', bytes: key.slot.publicKey });
  await state.records.getState().add(await recordOf(bench.board.usbSerial));
  bench.panel.setPlug('stLink', true);
  await bench.clock.sleep(5000);
  await state.firmware
    .getState()
    .openSigned({ name: 'right.bin', bytes: await signImage(key, { version }) });
  await state.update.getState().connect();
  const [image] = state.firmware.getState().images;
  state.pageStore(createBootProofStore).getState().chooseImage(image!.id);
  return app;
}

function proofOf({ state }: AppBench) {
  return state.pageStore(createBootProofStore);
}

function latest({ state }: AppBench) {
  return state.records.getState().records[0]!.record;
}

describe('a boot proof', () => {
  it('of a good board makes the verdict green, in the record too', async () => {
    const app = await ready();
    expect(bootVerdict(latest(app))).toBe('unproven');
    await proofOf(app).getState().start();
    expect(proofOf(app).getState().job).toMatchObject({
      kind: 'ended',
      recorded: true,
      proof: { kind: 'proved', refusal: { how: 'stranger-key', version: 2 } },
    });
    const record = latest(app);
    expect(bootVerdict(record)).toBe('proved');
    expect(record.done).toEqual(
      expect.arrayContaining(['refusal-proven', 'boot-proven', 'update-proven']),
    );
    expect(record.notDone).not.toContain('refusal-not-proven');
    expect(record.notDone).not.toContain('boot-not-proven');
    expect(record.bootProofs).toHaveLength(1);
    expect(record.bootProofs![0]).toMatchObject({
      outcome: 'proved',
      wrongVersion: 2,
      bootedVersion: 3,
    });
    expect(parseRecord(recordText(record))).toEqual(record);
  });

  it('finds a board out that starts what nobody signed', async () => {
    const app = await ready({ checksSignatures: false });
    await proofOf(app).getState().start();
    expect(proofOf(app).getState().job).toMatchObject({
      kind: 'ended',
      recorded: true,
      proof: { kind: 'disproved', version: 2, ledBack: true },
    });
    const record = latest(app);
    expect(bootVerdict(record)).toBe('disproved');
    expect(record.done).toContain('refusal-disproved');
    expect(record.notDone).toContain('refusal-not-proven');
    expect(parseRecord(recordText(record))).toEqual(record);
  });

  it('that was stopped after the refusal keeps it, and goes on with the right image alone', async () => {
    const app = await ready();
    const store = proofOf(app);
    const stop = store.subscribe(({ refused, job, cancel }) => {
      if (refused !== undefined && job.kind === 'running' && !job.cancelling) cancel();
    });
    await store.getState().start();
    stop();
    expect(store.getState()).toMatchObject({
      job: { kind: 'failed', error: { code: 'cancelled' } },
      refused: { version: 2 },
    });
    expect(bootVerdict(latest(app))).toBe('refusal-only');
    await store.getState().start();
    expect(store.getState()).toMatchObject({ job: { kind: 'ended' }, refused: undefined });
    expect(bootVerdict(latest(app))).toBe('proved');
    expect(latest(app).bootProofs).toHaveLength(1);
  });

  it('does nothing to a board that lists other keys', async () => {
    const app = await ready();
    const other = await testKey({ name: 'other' });
    await app.state.keystore
      .getState()
      .importPublic({ name: 'other.pub', bytes: other.slot.publicKey });
    await proofOf(app).getState().start();
    expect(proofOf(app).getState().job).toMatchObject({
      kind: 'failed',
      error: { code: 'board-wrong' },
    });
  });
});

describe('the verdict on a board', () => {
  it('is not taken back by a later verification, nor lent to another board', async () => {
    const app = await ready();
    await proofOf(app).getState().start();
    const proved = latest(app);
    const again = { ...proved, bootProofs: undefined, endedAt: '2027-01-01T00:00:00.000Z' };
    const entries = [
      { id: 'b', record: again },
      { id: 'a', record: proved },
    ];
    const plan = {
      benchKind: 'virtual',
      keystoreFingerprint: proved.keystore.fingerprint,
      serial: proved.board.serial,
    } as const;
    expect(verdictIn(entries, plan)).toBe('proved');
    expect(verdictIn(entries, { ...plan, serial: 'ANOTHER' })).toBe('unproven');
    expect(verdictIn(entries, { ...plan, benchKind: 'real' })).toBe('unproven');
  });
});
