import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../src/state/inspect.ts';
import { appBench, type AppBench } from '../../support/app-bench.ts';
import { p256Profile, provisionedBench, testKey } from '../../support/booted-board.ts';

async function inDfu(app: AppBench): Promise<void> {
  await app.state.bench.getState().useVirtual(1);
  const { panel } = app.bench;
  panel.setPlug('stLink', true);
  panel.setPlug('userUsb', true);
  panel.setBoot0(true);
  panel.pressReset();
  await app.bench.clock.sleep(1000);
}

function findings({ state }: AppBench): Findings {
  const { job } = state.inspect.getState();
  if (job.kind !== 'done') throw new Error(`inspection is ${job.kind}`);
  return job.findings;
}

describe('inspecting a board', () => {
  it('fails in words while there is none', async () => {
    const app = appBench();
    await app.state.bench.getState().useVirtual(1);
    await app.state.inspect.getState().inspect();
    const { job } = app.state.inspect.getState();
    expect(job).toMatchObject({ kind: 'failed', error: { code: 'usb-no-device' } });
    app.state.inspect.getState().dismiss();
    expect(app.state.inspect.getState().job.kind).toBe('none');
  });

  it('tells a blank board with all of its OTP', async () => {
    const app = appBench();
    await inDfu(app);
    await app.state.inspect.getState().inspect();
    const { state, otp, inspection } = findings(app);
    expect(state.kind).toBe('blank');
    expect(otp?.bytes).toHaveLength(2048);
    expect(otp?.secret).toEqual([]);
    expect(inspection.serial).toBe(app.bench.board.usbSerial);
  });

  it('judges anew when the keystore changes', async () => {
    const key = await testKey();
    const app = appBench({ bench: provisionedBench({ keys: [key] }) });
    app.bench.panel.setTrustZone(false);
    await inDfu(app);
    await app.state.inspect.getState().inspect();
    expect(findings(app).state.kind).toBe('other-keystore');
    await app.state.keystore
      .getState()
      .importPublic({ name: 'line.pub', bytes: key.slot.publicKey });
    expect(app.state.keystore.getState().view.profile.id).toBe(p256Profile.id);
    expect(findings(app).state).toMatchObject({ kind: 'complete' });
  });

  it('forgets its findings with the bench', async () => {
    const app = appBench();
    await inDfu(app);
    await app.state.inspect.getState().inspect();
    app.state.bench.getState().leave();
    expect(app.state.inspect.getState().job.kind).toBe('none');
  });
});
