/** Only the ST-LINK cable is in: read, burned, verified and installed over its drive and its serial port. */
import { describe, expect, it } from 'vitest';
import { equalBytes, filledBytes } from '../../src/core/bytes/index.ts';
import { isAppError } from '../../src/core/errors.ts';
import { createCanceller } from '../../src/core/ports/index.ts';
import {
  approvePlan,
  buildRecord,
  burnOverLine,
  confirmOverLine,
  installOverLine,
  lookAtLine,
  parseRecord,
  proveFactory,
  recallLast,
  recordReplacedPrimer,
  recordText,
  requiredTails,
  requirePlan,
  type FactoryOrder,
} from '../../src/core/provisioning/index.ts';
import { planFactoryImage } from '../../src/state/factory-image.ts';
import { writeFirmwareFile } from '../../src/state/firmware-files.ts';
import { buildSampleBootloader } from '../../src/virtual/index.ts';
import { signImage, testKey } from '../support/booted-board.ts';
import { p256Profile } from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';
import { keyfusePrimer } from '../support/keyfuse-primer.ts';
import {
  burnOneCable,
  copyingHand,
  envOf,
  oneCableBench,
  phaseOf,
  planFor,
  readAndApprove,
  readOver,
  type OneCableBench,
} from '../support/one-cable.ts';

const key = await testKey();
const keystore = [key.slot];
const other = await slots('ecdsa-p256', 1);
const FLASH = 0x08000000;

function otpOf({ board }: OneCableBench): string {
  return JSON.stringify(board.otp.cells());
}

async function factoryFor(
  bench: OneCableBench,
  wish: Partial<FactoryOrder> = {},
): Promise<FactoryOrder> {
  const image = await signImage(key, { version: 3 });
  const { parts } = planFactoryImage(
    { name: 'bootloader.bin', bytes: buildSampleBootloader() },
    { name: 'app.bin', bytes: image },
    p256Profile,
  );
  const segments = parts.map(({ address, bytes }) => ({ address: address & ~0x04000000, bytes }));
  return {
    serial: bench.serial,
    bytes: writeFirmwareFile(segments, 'bin'),
    name: 'factory_v3.bin',
    version: 3,
    slots: keystore,
    waitsForTrustZone: true,
    ...wish,
  };
}

describe('one cable', () => {
  it('goes from a blank board to a proven version without BOOT0 and without DFU', async () => {
    const bench = await oneCableBench();
    expect(await lookAtLine(bench.env)).toEqual({ kind: 'silent' });
    const reading = await readOver(bench);
    expect(reading.serial).toBe(bench.serial);
    expect(reading.probe?.version).toBe('V3E-VIRTUAL');
    expect(reading.inspection.otp).toMatchObject({ kind: 'read', via: 'primer' });
    expect(bench.board.otp.cells().data.every((value) => value === 0xffff)).toBe(true);

    const stages: string[] = [];
    const outcome = await burnOneCable(bench, keystore, {
      onProgress: ({ stage }) => stages.push(stage),
    });
    expect([...new Set(stages)]).toEqual([
      'reading-otp',
      'writing',
      'waiting-for-board',
      'verifying',
    ]);
    expect(outcome).toMatchObject({ kind: 'burned', oneCable: true, resumed: false });
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present', notVisible: [] });
    expect(await phaseOf(bench)).toBe('done');

    const order = await factoryFor(bench);
    const installed = await installOverLine(order, bench.env);
    expect(installed.kind).toBe('waits-for-trustzone');
    expect(await recallLast(bench.store)).toMatchObject({
      serial: bench.serial,
      factory: { phase: 'waits-for-trustzone', version: 3 },
    });
    bench.panel.setTrustZone(true);
    const proven = await proveFactory(order, bench.env);
    expect(proven.info).toMatchObject({ firmwareVersion: 3 });
    expect(await recallLast(bench.store)).toMatchObject({ factory: { phase: 'proven' } });

    // The primer is gone: every byte of its place is the factory image's.
    expect(equalBytes(bench.board.flash.read(FLASH, order.bytes.length), order.bytes)).toBe(true);
    expect(bench.board.events.some(({ what }) => what.startsWith('DFU'))).toBe(false);
    expect(bench.panel.state()).toMatchObject({ boot0: false, plugs: { userUsb: false } });
  });

  it('writes a record that says what is left, and what the factory image settles', async () => {
    const bench = await oneCableBench();
    const outcome = await burnOneCable(bench, keystore);
    const record = buildRecord({ outcome, toolVersion: '1', rehearsed: false });
    expect(record).toMatchObject({
      virtual: true,
      route: 'primer',
      board: { serial: bench.serial },
    });
    expect(record.done).not.toContain('primer-erased');
    expect(record.notDone).toContain('primer-left-in-flash');
    expect(record.notDone).not.toContain('ecc-not-visible');
    const later = parseRecord(recordText(recordReplacedPrimer(record)));
    expect(later.done).toContain('primer-erased');
    expect(later.notDone).not.toContain('primer-left-in-flash');
    expect(later.notDone).not.toContain('boot-not-proven');
    expect(later.notDone).toContain('refusal-not-proven');
  });

  it('goes on by itself when a person copies the files', async () => {
    const bench = await oneCableBench({ byHand: true });
    const seen: string[] = [];
    const hand = copyingHand(bench, seen);
    const reading = await readOver(bench, hand);
    const plan = requirePlan(planFor(bench, reading, keystore));
    await burnOverLine(approvePlan(plan, requiredTails(plan)), bench.env, hand);
    const installed = await installOverLine(await factoryFor(bench), bench.env, hand);
    expect(installed.kind).toBe('waits-for-trustzone');
    expect(seen).toEqual(['reader', 'burner', 'factory']);
  });

  it('asks for the hand when the drive refuses the rename of the browser', async () => {
    const bench = await oneCableBench();
    bench.panel.armFault({ kind: 'drive-refuses-rename' });
    const seen: string[] = [];
    const reasons: (string | undefined)[] = [];
    const hand = copyingHand(bench, seen);
    const reading = await readOver(bench, {
      onProgress: (progress) => {
        hand.onProgress?.(progress);
        if (progress.stage === 'waiting-for-hand') reasons.push(progress.reason);
      },
    });
    expect(reasons).toEqual(['drive-write-refused']);
    const plan = requirePlan(planFor(bench, reading, keystore));
    const approved = approvePlan(plan, requiredTails(plan));
    expect((await burnOverLine(approved, bench.env, hand)).kind).toBe('burned');
    expect(seen).toEqual(['reader', 'burner']);
  });

  it('tells what FAIL.TXT says, burns nothing, and works the next time', async () => {
    const bench = await oneCableBench();
    bench.panel.armFault({ kind: 'drive-fails', reason: 'target' });
    await expect(readOver(bench)).rejects.toMatchObject({
      code: 'drive-image-failed',
      context: { kind: 'target' },
    });
    const approved = await readAndApprove(bench, keystore);
    const before = otpOf(bench);
    bench.panel.armFault({ kind: 'drive-fails', reason: 'timeout' });
    await expect(burnOverLine(approved, bench.env)).rejects.toMatchObject({
      code: 'drive-image-failed',
      context: { kind: 'transfer' },
    });
    expect(otpOf(bench)).toBe(before);
    expect((await burnOverLine(approved, bench.env)).resumed).toBe(true);
  });

  it('refuses a foreign OTP before anything is written', async () => {
    const bench = await oneCableBench();
    bench.board.otp.program(0, 0x1234);
    const reading = await readOver(bench);
    const before = otpOf(bench);
    const planned = planFor(bench, reading, keystore);
    expect(planned).toMatchObject({ kind: 'refused', reasons: [{ code: 'otp-conflict' }] });
    expect(otpOf(bench)).toBe(before);
  });

  it('refuses a cell that reads right and is damaged, which DFU would not show', async () => {
    const bench = await oneCableBench();
    const reading = await readOver(bench);
    const planned = planFor(bench, { ...reading, damaged: [8] }, keystore);
    expect(planned).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'otp-conflict', halfwords: [8] }],
    });
    expect(planFor(bench, { ...reading, damaged: [900] }, keystore).kind).toBe('plan');
  });

  it('refuses to burn what another board holds, by port and by drive', async () => {
    const bench = await oneCableBench();
    const approved = await readAndApprove(bench, keystore);
    const stranger = await oneCableBench({ seed: 2 });
    await readOver(stranger);
    // The whole cable was moved to another board that runs the reader too.
    await expectRejects(
      burnOverLine(approved, { ...stranger.env, store: bench.store }),
      'board-wrong',
      'this is board',
    );
    // Two boards are plugged in, and the drive is the other one's.
    const mixed = envOf(bench, bench.store, stranger.env.drive);
    await expectRejects(burnOverLine(approved, mixed), 'board-wrong', 'drive');
    for (const { board } of [bench, stranger]) {
      expect(board.otp.cells().data.every((value) => value === 0xffff)).toBe(true);
    }
    expect((await burnOverLine(approved, bench.env)).kind).toBe('burned');
  });

  it('sees while reading that drive and port belong to two boards', async () => {
    const bench = await oneCableBench();
    const stranger = await oneCableBench({ seed: 2 });
    await readOver(bench);
    const mixed = envOf(bench, bench.store, stranger.env.drive);
    await expectRejects(readOver({ env: mixed }), 'drive-wrong');
  });

  it('survives the cable falling out while the reader is written', async () => {
    const bench = await oneCableBench();
    bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 4000 });
    await expectRejects(readOver(bench), 'drive-gone');
    bench.panel.setPlug('stLink', true);
    expect((await burnOneCable(bench, keystore)).kind).toBe('burned');
  });

  // The reading before the burn is about 20 kB on the line, the primer 10 kB on the drive, both count.
  it.each([100, 18_000, 24_000, 27_000, 36_000])(
    'ends a burn that the cable left at byte %i with the intended keystore',
    async (atByte) => {
      const bench = await oneCableBench();
      const approved = await readAndApprove(bench, keystore);
      bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte });
      const first = await burnOverLine(approved, bench.env).then(
        ({ kind }) => kind,
        (error: unknown) => (isAppError(error) ? error.code : String(error)),
      );
      expect(['burned', 'drive-gone', 'serial-disconnected', 'console-silent']).toContain(first);
      bench.panel.clearFaults();
      bench.panel.setPlug('stLink', true);
      // Another tab: nothing is left but the journal.
      const reading = await readOver(bench);
      const plan = requirePlan(planFor(bench, reading, keystore));
      const outcome =
        plan.work === 'nothing'
          ? await confirmOverLine(plan, bench.env)
          : await burnOverLine(approvePlan(plan, requiredTails(plan)), bench.env);
      expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
      expect(await phaseOf(bench)).toBe('done');
    },
  );

  it('goes on from the journal in another tab while the burner is still talking', async () => {
    const bench = await oneCableBench({ byHand: true });
    const reading = await readOver(bench, copyingHand(bench));
    const plan = requirePlan(planFor(bench, reading, keystore));
    const canceller = createCanceller();
    const burning = burnOverLine(approvePlan(plan, requiredTails(plan)), bench.env, {
      signal: canceller.signal,
      onProgress: ({ stage }) => {
        if (stage === 'waiting-for-hand') canceller.cancel();
      },
    });
    await expectRejects(burning, 'cancelled');
    expect(await phaseOf(bench)).toBe('primer-in-flash');
    // The person copied the file that was saved before the tab went away.
    await bench.panel.dropOnDrive('keyfuse-burn.bin', keyfusePrimer(keystore));
    await bench.clock.sleep(1000);
    expect(await lookAtLine(bench.env)).toMatchObject({ kind: 'primer', serial: bench.serial });
    const again = await readOver(bench);
    const found = requirePlan(planFor(bench, again, keystore));
    expect(found).toMatchObject({ work: 'nothing', continues: true });
    expect(await confirmOverLine(found, bench.env)).toMatchObject({ resumed: true });
    expect(await phaseOf(bench)).toBe('done');
  });

  it('waits for the file of this burn, not for what an earlier burner says', async () => {
    const bench = await oneCableBench({ byHand: true });
    await bench.panel.dropOnDrive('keyfuse-burn.bin', keyfusePrimer(other));
    await bench.clock.sleep(1000);
    const reading = await readOver(bench);
    expect(reading.status.region).toBe('filled');
    expect(planFor(bench, reading, keystore)).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'otp-conflict' }],
    });
  });

  it('takes no approval twice and no plan without one', async () => {
    const bench = await oneCableBench();
    const reading = await readOver(bench);
    const plan = requirePlan(planFor(bench, reading, keystore));
    await expectRejects(confirmOverLine(plan, bench.env), 'plan-not-approved');
    const approved = approvePlan(plan, requiredTails(plan));
    await burnOverLine(approved, bench.env);
    expect((await burnOverLine(approved, bench.env)).kind).toBe('already-burned');
    expect(bench.board.otp.cells().data.every((value) => value === 0xffff)).toBe(false);
  });

  it('notices cells that changed between plan and burn', async () => {
    const bench = await oneCableBench();
    const approved = await readAndApprove(bench, keystore);
    bench.board.otp.program(500, 0x1234);
    await expectRejects(burnOverLine(approved, bench.env), 'plan-changed');
  });

  it('tells of a bit that does not take its value, and never says done', async () => {
    const bench = await oneCableBench();
    const approved = await readAndApprove(bench, keystore);
    const bit = [...Array(8).keys()].find((at) => ((key.slot.publicKey[0] ?? 0) & (1 << at)) === 0);
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes: 0x20, bit: bit ?? 0, stuckAt: 1 });
    await expectRejects(burnOverLine(approved, bench.env), 'otp-verify-failed', 'failed-verify');
    expect(await phaseOf(bench)).toBe('primer-in-flash');
  });

  it('keeps the UDS out of the journal and of everything it says', async () => {
    const bench = await oneCableBench();
    const said: string[] = [];
    await burnOneCable(bench, keystore, {
      onProgress: (progress) => said.push(JSON.stringify(progress)),
    });
    const uds = bench.board.otp.peek().slice(0x7c0, 0x7e0);
    expect(uds).not.toEqual(filledBytes(32, 0xff));
    const hex = Buffer.from(uds).toString('hex');
    for (const text of [bench.store.everStored, said.join('\n')]) {
      expect(text.toLowerCase()).not.toContain(hex.slice(0, 16));
    }
  });
});

describe('the factory image on one cable', () => {
  it('is refused while the burn is unfinished, and when it would leave the primer', async () => {
    const bench = await oneCableBench();
    const approved = await readAndApprove(bench, keystore);
    bench.panel.armFault({ kind: 'drive-fails', reason: 'flash' });
    await expectRejects(burnOverLine(approved, bench.env), 'drive-image-failed');
    const order = await factoryFor(bench);
    await expectRejects(installOverLine(order, bench.env), 'journal-conflict');
    await burnOverLine(approved, bench.env);
    const short = { ...order, bytes: order.bytes.slice(0, 9000) };
    await expectRejects(installOverLine(short, bench.env), 'invalid-argument');
    const primer = new Uint8Array(20_000);
    primer.set(keyfusePrimer(keystore));
    await expectRejects(
      installOverLine({ ...order, bytes: primer }, bench.env),
      'invalid-argument',
    );
  });

  it('is written again after the cable fell out, by a tab that knows only the journal', async () => {
    const bench = await oneCableBench();
    await burnOneCable(bench, keystore);
    const order = await factoryFor(bench);
    bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 200_000 });
    await expectRejects(installOverLine(order, bench.env), 'drive-gone');
    bench.panel.setPlug('stLink', true);
    expect(await lookAtLine(bench.env)).toEqual({ kind: 'silent' });
    const last = await recallLast(bench.store);
    expect(last).toMatchObject({ serial: bench.serial, factory: { phase: 'writing' } });
    expect((await installOverLine(order, bench.env)).kind).toBe('waits-for-trustzone');
    bench.panel.setTrustZone(true);
    expect((await proveFactory(order, bench.env)).kind).toBe('booted');
  });

  it('is not proven by a board with other keys or another version', async () => {
    const bench = await oneCableBench();
    await burnOneCable(bench, keystore);
    const order = await factoryFor(bench);
    await installOverLine(order, bench.env);
    bench.panel.setTrustZone(true);
    await expectRejects(proveFactory({ ...order, slots: other }, bench.env), 'keystore-differs');
    await expectRejects(proveFactory({ ...order, version: 9 }, bench.env), 'update-not-proven');
    expect((await lookAtLine(bench.env)).kind).toBe('application');
  });
});
