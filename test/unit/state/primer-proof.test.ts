import { expect, it } from 'vitest';
import { appBench, until, type AppBench } from '../../support/app-bench.ts';
import { enterDfu } from '../../support/burning.ts';
import { openLine } from '../../support/keyfuse-primer.ts';

/** One proven key, the virtual board in DFU mode, the built-in primer planned and approved. */
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
  await provision.getState().plan();
  await provision.getState().approve(provision.getState().required!);
}

function stage({ state: { provision } }: AppBench): string | undefined {
  const { job } = provision.getState();
  return job.kind === 'running' ? job.progress?.stage : undefined;
}

function letItRun({ bench }: AppBench): void {
  bench.panel.setBoot0(false);
  bench.panel.pressReset();
}

function bringBack({ bench }: AppBench): void {
  bench.panel.setBoot0(true);
  bench.panel.pressReset();
}

it('the running primer is read back over the serial line, and the burn goes on', async () => {
  const app = appBench();
  const { provision, primerProof } = app.state;
  await readyToPrime(app);
  const burning = provision.getState().burn();
  await until(() => stage(app) === 'waiting-for-run', 'the primer is in flash');
  letItRun(app);
  await until(() => stage(app) === 'waiting-for-dfu', 'the board has left');
  await primerProof.getState().read();
  expect(primerProof.getState().job).toMatchObject({
    kind: 'read',
    proof: { ok: true, status: { result: 'done', uds: 'written' } },
  });
  bringBack(app);
  await burning;
  expect(provision.getState().job).toMatchObject({ kind: 'done', outcome: { kind: 'burned' } });
  provision.getState().setPrimerUds('none');
  expect(primerProof.getState().job).toEqual({ kind: 'none' });
});

it('a line that is in use, or on which nothing answers, is told', async () => {
  const app = appBench();
  const { provision, primerProof } = app.state;
  await primerProof.getState().read();
  expect(primerProof.getState().job).toMatchObject({
    kind: 'failed',
    error: { code: 'plan-not-approved' },
  });
  await readyToPrime(app);
  const line = await openLine(app.bench);
  await primerProof.getState().read();
  expect(primerProof.getState().job).toMatchObject({ error: { code: 'serial-busy' } });
  await line.close();
  // The ROM bootloader runs, not the primer.
  await primerProof.getState().read();
  expect(primerProof.getState().job).toMatchObject({ error: { code: 'console-silent' } });
  primerProof.getState().dismiss();
  expect(primerProof.getState().job).toEqual({ kind: 'none' });
  expect(provision.getState().planned?.kind).toBe('plan');
});

it('the built-in primer follows the keystore and the choice of its secret', async () => {
  const app = appBench();
  const { keys, keystore, provision } = app.state;
  await readyToPrime(app);
  const first = provision.getState().primer;
  expect(first?.keyfuse).toMatchObject({ uds: 'generate' });
  provision.getState().setPrimerUds('none');
  expect(provision.getState()).toMatchObject({ primer: undefined, planned: undefined });
  await provision.getState().preparePrimer();
  expect(provision.getState().primer?.keyfuse).toMatchObject({ uds: 'none' });
  await keys.getState().generate('second', { algorithm: 'ecdsa-p256' });
  await until(() => keystore.getState().view.slots.length === 2, 'both keys are in slots');
  expect(provision.getState().primer).toBeUndefined();
  await provision.getState().preparePrimer();
  expect(provision.getState().primer?.slots).toHaveLength(2);
  provision.getState().setPrimerSource('own');
  expect(provision.getState().primer).toBeUndefined();
  await provision.getState().plan();
  expect(provision.getState().activity).toMatchObject({
    kind: 'failed',
    error: { code: 'primer-not-recognised' },
  });
});
