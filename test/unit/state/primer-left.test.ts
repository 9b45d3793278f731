import { expect, it } from 'vitest';
import { appBench, until, type AppBench } from '../../support/app-bench.ts';
import { enterDfu } from '../../support/burning.ts';

/** One proven key, the virtual board in DFU mode, the primer route, approved. */
async function readyToPrime(app: AppBench): Promise<void> {
  const { bench, keys, provision } = app.state;
  await bench.getState().useVirtual(1);
  await keys.getState().generate('release', { algorithm: 'ecdsa-p256' });
  const [key] = keys.getState().keys;
  await keys.getState().savePrivate(key!.id, 'raw');
  const bytes = app.saved.get('release.key') as Uint8Array;
  await keys.getState().prove(key!.id, { name: 'release.key', bytes });
  await enterDfu(app.bench);
  provision.getState().setRoute('primer');
  await provision.getState().preparePrimer();
  await plan(app);
}

async function plan({ state: { provision } }: AppBench): Promise<void> {
  await provision.getState().plan();
  const { required } = provision.getState();
  if (required !== undefined) await provision.getState().approve(required);
}

it('a primer that a broken burn left in flash can be erased, and the burn goes on', async () => {
  const app = appBench();
  const { provision, inspect } = app.state;
  await readyToPrime(app);
  const burning = provision.getState().burn();
  const stage = (): string | undefined => {
    const { job } = provision.getState();
    return job.kind === 'running' ? job.progress?.stage : undefined;
  };
  await until(() => stage() === 'waiting-for-run', 'the primer is in flash');
  app.bench.panel.setPlug('userUsb', false);
  await until(() => stage() === 'waiting-for-dfu', 'the board has left');
  provision.getState().cancel();
  await burning;
  await enterDfu(app.bench);

  await plan(app);
  expect(provision.getState().planned).toMatchObject({
    kind: 'refused',
    reasons: [{ code: 'journal-conflict' }],
  });
  const found = () => {
    const { job } = inspect.getState();
    return job.kind === 'done' ? job.findings.state.kind : job.kind;
  };
  expect(found()).toBe('primer-in-flash');

  await provision.getState().erasePrimer();
  expect(provision.getState().activity).toEqual({ kind: 'idle' });
  expect(app.bench.board.flash.usedSectors()).toEqual([]);
  expect(found()).not.toBe('primer-in-flash');

  provision.getState().setRoute('otp-alternate');
  await plan(app);
  await provision.getState().burn();
  expect(provision.getState().job).toMatchObject({ kind: 'done', outcome: { kind: 'burned' } });
});

it('the bench cannot be changed under a burn', async () => {
  const app = appBench();
  const { bench, provision } = app.state;
  await readyToPrime(app);
  const burning = provision.getState().burn();
  bench.getState().leave();
  await until(() => bench.getState().activity.kind === 'failed', 'leaving is refused');
  expect(bench.getState().activity).toMatchObject({ error: { code: 'board-busy' } });
  expect(bench.getState().bench?.usb).toBe(app.bench.bench.usb);
  provision.getState().cancel();
  await burning;
});
