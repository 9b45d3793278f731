// The one-cable route as a person drives it, and what a tab that comes later finds.
import { beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/crypto/index.ts';
import { readJournal } from '../../../src/core/provisioning/index.ts';
import type { TypedTails } from '../../../src/core/provisioning/index.ts';
import { createOneCableStore, type OneCableStore } from '../../../src/state/one-cable.ts';
import { refuseFactory } from '../../../src/state/one-cable-factory.ts';
import { appBench, type AppBench } from '../../support/app-bench.ts';
import { signImage, testKey } from '../../support/booted-board.ts';

const key = await testKey();
const image = await signImage(key, { version: 1 });

interface Tab extends AppBench {
  readonly route: OneCableStore;
}

/** A tab on the virtual board; `earlier`: the same board and its journal, all else gone. */
async function tab(earlier?: Tab): Promise<Tab> {
  const app = appBench(earlier && { bench: earlier.bench });
  if (earlier) await copyJournal(earlier, app);
  const { bench, keystore, provision } = app.state;
  await bench.getState().useVirtual(1);
  await keystore.getState().importPublic({ name: 'line.pub', bytes: key.slot.publicKey });
  provision.getState().declareExternal(fingerprint(key.slot.publicKey), true);
  const route = app.state.pageStore(createOneCableStore);
  await route.getState().open();
  return { ...app, route };
}

async function copyJournal(from: AppBench, to: AppBench): Promise<void> {
  const source = from.state.services.journals.virtual;
  for (const name of await source.keys('')) {
    await to.state.services.journals.virtual.put(name, (await source.get(name)) ?? null);
  }
}

function tails({ route }: Tab): TypedTails {
  const { required } = route.getState();
  if (required === undefined) throw new Error(JSON.stringify(route.getState().planned));
  return required;
}

async function readyForFactory({ state }: Tab): Promise<void> {
  await state.install.getState().loadSampleBootloader();
  await state.install.getState().openImage({ name: 'v1.bin', bytes: image });
}

const failure = ({ route }: Tab): unknown => {
  const { job } = route.getState();
  return job.kind === 'failed' ? job.error.code : job.kind;
};

describe('the one-cable route', () => {
  let app: Tab;
  beforeEach(async () => {
    app = await tab();
    await app.route.getState().chooseDrive();
  });

  it('burns, installs, proves and keeps records', async () => {
    const { route, state, bench } = app;
    expect(route.getState().drive).toMatchObject({ kind: 'ready' });
    await route.getState().read();
    expect(route.getState().reading?.serial).toBe(bench.board.usbSerial);
    expect(state.bench.getState().boardSerial).toBe(bench.board.usbSerial);
    await route.getState().burn(tails(app));
    expect(route.getState().outcome).toMatchObject({ kind: 'burned' });
    await state.records.getState().load();
    expect(state.records.getState().records[0]?.record.notDone).toContain('primer-left-in-flash');

    expect(refuseFactory(state).map(({ kind }) => kind)).toEqual(['no-bootloader', 'no-image']);
    await readyForFactory(app);
    expect(refuseFactory(state)).toEqual([]);
    await route.getState().install();
    expect(route.getState().factory).toMatchObject({ kind: 'waits-for-trustzone' });
    bench.panel.setTrustZone(true);
    await route.getState().prove();
    expect(route.getState().factory).toMatchObject({ kind: 'booted' });
    const [kept] = state.records.getState().records;
    expect(kept?.record.notDone).not.toContain('primer-left-in-flash');
    expect(kept?.record.done).toContain('primer-erased');
    expect(kept?.record.images).toMatchObject([{ version: 1 }]);
    expect(state.records.getState().records).toHaveLength(1);
  });

  it('burns nothing for wrong words', async () => {
    await app.route.getState().read();
    await app.route.getState().burn({ keystoreTail: '0000 0000', boardTail: '0000' });
    expect(failure(app)).toBe('confirmation-mismatch');
    await app.route.getState().burn();
    expect(failure(app)).toBe('plan-not-approved');
    expect(app.bench.board.otp.cells().data.every((value) => value === 0xffff)).toBe(true);
  });

  it('forgets the plan when the keystore or the word on its backups changes', async () => {
    const { route, state } = app;
    await route.getState().read();
    expect(route.getState().planned?.kind).toBe('plan');
    state.provision.getState().declareExternal(fingerprint(key.slot.publicKey), false);
    expect(route.getState()).toMatchObject({ planned: undefined, reading: undefined });
    await route.getState().read();
    expect(route.getState().planned).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'backup-not-proven' }],
    });
  });

  it('forgets everything when the bench is left', async () => {
    await app.route.getState().read();
    app.state.bench.getState().leave();
    expect(app.route.getState()).toMatchObject({ reading: undefined, planned: undefined });
  });

  it('asks for the hand without a drive, and stops when it is told to', async () => {
    const { route } = app;
    await route.getState().forgetDrive();
    expect(route.getState().drive).toEqual({ kind: 'none' });
    const reading = route.getState().read();
    const asked = new Promise<void>((resolve) => {
      route.subscribe(({ job }) => {
        if (job.kind === 'running' && job.progress?.stage === 'waiting-for-hand') resolve();
      });
    });
    await asked;
    expect(app.state.boardJobs.getState().running.size).toBe(1);
    route.getState().cancel();
    await reading;
    expect(route.getState().job).toEqual({ kind: 'none' });
    expect(app.state.boardJobs.getState().running.size).toBe(0);
  });

  it('tells of a drive that cannot be chosen', async () => {
    app.bench.panel.setPlug('stLink', false);
    await app.route.getState().chooseDrive();
    expect(app.route.getState().driveError).toMatchObject({ code: 'drive-unavailable' });
  });
});

describe('a tab that comes later', () => {
  let first: Tab;
  beforeEach(async () => {
    first = await tab();
    await first.route.getState().chooseDrive();
  });

  it('knows the drive and the board that was read', async () => {
    await first.route.getState().read();
    const later = await tab(first);
    expect(later.route.getState()).toMatchObject({
      drive: { kind: 'ready' },
      last: { serial: first.bench.board.usbSerial },
    });
    await later.route.getState().listen();
    expect(later.route.getState().look).toMatchObject({ kind: 'primer' });
  });

  it('verifies a burn whose tab went away', async () => {
    await first.route.getState().read();
    first.bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 30_000 });
    await first.route.getState().burn(tails(first));
    expect(first.route.getState().outcome).toBeUndefined();
    const journal = first.state.services.journals.virtual;
    const entry = await readJournal(journal, first.bench.board.usbSerial);
    expect(entry?.phase).toBe('primer-in-flash');
    first.bench.panel.setPlug('stLink', true);

    const later = await tab(first);
    await later.route.getState().read();
    const { planned } = later.route.getState();
    await later.route.getState().burn(planned?.kind === 'plan' ? tails(later) : undefined);
    expect(later.route.getState().outcome).toMatchObject({ resumed: true });
  });

  it('writes the factory image again that was cut off, without a new reading', async () => {
    await first.route.getState().read();
    await first.route.getState().burn(tails(first));
    await readyForFactory(first);
    first.bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 100_000 });
    await first.route.getState().install();
    expect(failure(first)).toBe('drive-gone');
    first.bench.panel.setPlug('stLink', true);

    const later = await tab(first);
    expect(later.route.getState().last?.factory).toMatchObject({ phase: 'writing' });
    await readyForFactory(later);
    await later.route.getState().install();
    expect(later.route.getState().factory).toMatchObject({ kind: 'waits-for-trustzone' });
  });

  it('proves what waits for TrustZone', async () => {
    await first.route.getState().read();
    await first.route.getState().burn(tails(first));
    await readyForFactory(first);
    await first.route.getState().install();
    first.bench.panel.setTrustZone(true);
    const later = await tab(first);
    expect(later.route.getState().last?.factory).toMatchObject({ phase: 'waits-for-trustzone' });
    await readyForFactory(later);
    await later.route.getState().prove();
    expect(later.route.getState().factory).toMatchObject({ kind: 'booted' });
  });
});
