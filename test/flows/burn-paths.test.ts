/** Burning when nothing goes wrong, on both routes, and everything that a second try must not do. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import {
  approvePlan,
  burn,
  buildRecord,
  classifyBoard,
  confirmBurned,
  parseRecord,
  recordText,
  requiredTails,
  type BurnProgress,
} from '../../src/core/provisioning/index.ts';
import type {
  ApprovedPlan,
  BurnEnv,
  BurnPlan,
  TypedTails,
} from '../../src/core/provisioning/index.ts';
import {
  approved,
  burnWith,
  cellsOf,
  dfuBench,
  ed25519Profile,
  inspect,
  intendedImage,
  intendedPrimer,
  journalOf,
  otpImage,
  p256Profile,
  person,
  plan,
  tryPlan,
  udsOf,
  writesToOtp,
} from '../support/burning.ts';
import { expectRejects, expectThrows } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);

describe('through the OTP alternate', () => {
  it('writes the image, verifies every slot and leaves every other halfword alone', async () => {
    const bench = await dfuBench();
    const stages: string[] = [];
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const outcome = await burnWith(bench, approval, {
      onProgress: ({ stage }) => {
        if (stages.at(-1) !== stage) stages.push(stage);
      },
    });
    expect(outcome.kind).toBe('burned');
    expect(outcome.verification).toMatchObject({
      ok: true,
      magic: true,
      itemCount: 2,
      uds: 'present',
    });
    expect(stages).toEqual(['inspecting', 'writing-otp', 'verifying']);
    const image = otpImage(keystore);
    expect(toHex(bench.board.otp.peek())).toBe(toHex(image));
    for (let halfword = 0; halfword < 1024; halfword++) {
      const carries = image[2 * halfword] !== 0xff || image[2 * halfword + 1] !== 0xff;
      expect(bench.board.otp.stateOf(halfword), `halfword ${halfword}`).toBe(
        carries ? 'written' : 'blank',
      );
    }
    expect(outcome.halfwordsWritten).toBe(outcome.plan.summary.counts.new);
  });

  it('writes nothing when the same plan is burnt a second time', async () => {
    const bench = await dfuBench();
    const wish = { keystore, intended: intendedImage(keystore) };
    const approval = await approved(bench, wish);
    await burnWith(bench, approval);
    const cells = cellsOf(bench);
    const writes = writesToOtp(bench);

    const again = await burnWith(bench, approval);
    expect(again.kind).toBe('already-burned');
    const planned = await plan(bench, wish);
    expect(planned.work).toBe('nothing');
    const confirmed = await confirmBurned(planned, bench.env);
    expect(confirmed.verification.ok).toBe(true);
    const third = await burnWith(bench, await approved(bench, wish));
    expect(third.kind).toBe('already-burned');
    expect(cellsOf(bench)).toBe(cells);
    expect(writesToOtp(bench)).toBe(writes);
  });

  it('keeps the secret of a board that has this keystore, whatever UDS a new image carries', async () => {
    const bench = await dfuBench();
    await burnWith(bench, await approved(bench, { keystore, intended: intendedImage(keystore) }));
    const other = intendedImage(keystore, { uds: udsOf('b') });
    const planned = await plan(bench, { keystore, intended: other });
    expect(planned.work).toBe('nothing');
    expect(planned.consequences.uds.outcome).toBe('kept');
  });

  it('leaves the UDS blank when the image has none, and adds it later', async () => {
    const bench = await dfuBench();
    const without = intendedImage(keystore, { uds: undefined });
    const outcome = await burnWith(bench, await approved(bench, { keystore, intended: without }));
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'absent' });
    const withUds = await plan(bench, { keystore, intended: intendedImage(keystore) });
    expect(withUds.summary.counts.new).toBe(16);
  });

  it('burns Ed25519 keys for an Ed25519 bootloader', async () => {
    const bench = await dfuBench();
    const keys = await slots('ed25519', 3);
    const intended = intendedImage(keys, { profile: ed25519Profile });
    const wish = { keystore: keys, intended, profile: ed25519Profile };
    const outcome = await burnWith(bench, await approved(bench, wish));
    expect(outcome.verification.slots.map(({ verdict }) => verdict)).toEqual(
      Array(3).fill('equal'),
    );
  });

  it('looks once more at everything when it is done', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const onProgress = ({ stage }: BurnProgress): void => {
      if (stage === 'verifying') bench.board.otp.program(900, 0x1234);
    };
    await expectRejects(burnWith(bench, approval, { onProgress }), 'otp-verify-failed', '0x708');
  });

  it('stops after the unit under way when cancelled, and goes on later', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const controller = new AbortController();
    const onProgress = (progress: BurnProgress): void => {
      if (progress.stage !== 'writing-otp' || progress.doneHalfwords < 24) return;
      writesAtCancel ??= writesToOtp(bench);
      controller.abort();
    };
    let writesAtCancel: number | undefined;
    await expectRejects(
      burnWith(bench, approval, { signal: controller.signal, onProgress }),
      'cancelled',
    );
    expect((await journalOf(bench))?.phase).toBe('writing');
    expect(writesAtCancel).toBeGreaterThan(0);
    expect(writesToOtp(bench)).toBe(writesAtCancel);
    const outcome = await burnWith(bench, approval);
    expect(outcome).toMatchObject({ kind: 'burned', resumed: true });
    expect(toHex(bench.board.otp.peek())).toBe(toHex(otpImage(keystore)));
  });
});

describe('by a primer', () => {
  const noAlternates = { otp: false, option: false };

  it('flashes it, lets the board burn itself, erases it and verifies', async () => {
    const bench = await dfuBench();
    const stages: string[] = [];
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const call = person(bench, {
      onProgress: ({ stage }) => {
        if (stages.at(-1) !== stage) stages.push(stage);
      },
    });
    const outcome = await burnWith(bench, approval, call);
    expect(outcome).toMatchObject({ kind: 'burned', halfwordsWritten: 0 });
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
    expect(stages).toEqual([
      'inspecting',
      'flashing-primer',
      'waiting-for-run',
      'waiting-for-dfu',
      'erasing-primer',
      'verifying',
    ]);
    expect(bench.board.flash.usedSectors()).toEqual([]);
    expect((await journalOf(bench))?.phase).toBe('done');
  });

  it('does it on a ROM without OTP and option alternates when it answers reads of the OTP', async () => {
    const bench = await dfuBench({ otpThroughFlashAlternate: 'answered' });
    bench.panel.setAlternates(noAlternates);
    bench.panel.pressReset();
    await bench.clock.sleep(1000);
    const wish = { keystore, intended: intendedPrimer(keystore) };
    const outcome = await burnWith(bench, await approved(bench, wish), person(bench));
    expect(outcome.inspection.otp).toMatchObject({ kind: 'read', via: 'flash-alternate' });
    expect(outcome.verification).toMatchObject({ ok: true, lockedBlocks: undefined });

    const refused = await tryPlan(bench, { keystore, intended: intendedImage(keystore) });
    expect(refused).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-supported' }] });
  });

  it('refuses when the OTP cannot be read at all', async () => {
    const bench = await dfuBench();
    bench.panel.setAlternates(noAlternates);
    bench.panel.pressReset();
    await bench.clock.sleep(1000);
    const refused = await tryPlan(bench, { keystore, intended: intendedPrimer(keystore) });
    expect(refused).toMatchObject({ kind: 'refused', reasons: [{ code: 'otp-unreadable' }] });
  });

  it('finds nothing to do on a board that it burnt already, and flashes nothing', async () => {
    const bench = await dfuBench();
    const wish = { keystore, intended: intendedPrimer(keystore) };
    const approval = await approved(bench, wish);
    await burnWith(bench, approval, person(bench));
    const cells = cellsOf(bench);
    expect((await burnWith(bench, approval)).kind).toBe('already-burned');
    expect((await plan(bench, wish)).work).toBe('nothing');
    const sameByImage = await plan(bench, { keystore, intended: intendedImage(keystore) });
    expect(sameByImage.work).toBe('nothing');
    expect(cellsOf(bench)).toBe(cells);
  });

  it('notices that it did not run, and offers it again', async () => {
    const bench = await dfuBench();
    const seen: string[] = [];
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const outcome = await burnWith(bench, approval, {
      onProgress: (progress) => {
        seen.push(progress.stage);
        if (progress.stage !== 'waiting-for-run') return;
        // The first time BOOT0 stays on, so the ROM starts again.
        if (progress.run > 1) bench.clock.schedule(50, () => bench.panel.setBoot0(false));
        bench.clock.schedule(100, () => bench.panel.pressReset());
        bench.clock.schedule(2000, () => bench.panel.setBoot0(true));
        bench.clock.schedule(2100, () => bench.panel.pressReset());
      },
    });
    expect(seen).toContain('primer-did-not-run');
    expect(outcome.kind).toBe('burned');
  });

  it('takes the primer out again when cancelled before it ran', async () => {
    const bench = await dfuBench();
    const controller = new AbortController();
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const call = {
      signal: controller.signal,
      onProgress: ({ stage }: BurnProgress) => {
        if (stage === 'waiting-for-run') controller.abort();
      },
    };
    await expectRejects(burnWith(bench, approval, call), 'cancelled');
    expect(bench.board.flash.usedSectors()).toEqual([]);
    expect((await journalOf(bench))?.phase).toBe('primer-erased');
    const outcome = await burnWith(bench, approval, person(bench));
    expect(outcome.kind).toBe('burned');
  });

  it('gives up with a name when the board does not come back', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const onProgress = ({ stage }: BurnProgress): void => {
      if (stage === 'waiting-for-run') bench.panel.setPlug('userUsb', false);
    };
    await expectRejects(burnWith(bench, approval, { onProgress }), 'board-gone');
    expect((await journalOf(bench))?.phase).toBe('primer-in-flash');
  });
});

describe('approval', () => {
  it('wants the ends of keystore fingerprint and board serial, spaces and case aside', async () => {
    const bench = await dfuBench();
    const made = await plan(bench, { keystore, intended: intendedImage(keystore) });
    const { keystoreTail, boardTail } = requiredTails(made);
    expect(keystoreTail).toMatch(/^[0-9a-f]{4} [0-9a-f]{4}$/);
    expect(boardTail).toBe(bench.serial.slice(-4));
    const sloppy = ` ${keystoreTail.toUpperCase().replace(' ', '  ')} `;
    expect(
      approvePlan(made, { keystoreTail: sloppy, boardTail: boardTail.toLowerCase() }).plan,
    ).toBe(made);
    expectThrows(
      () => approvePlan(made, { keystoreTail: 'yes', boardTail }),
      'confirmation-mismatch',
      'keystoreTail',
    );
    expectThrows(
      () => approvePlan(made, { keystoreTail, boardTail: '' }),
      'confirmation-mismatch',
      'boardTail',
    );
  });

  it('of another board is refused', async () => {
    const first = await dfuBench({ seed: 1 });
    const second = await dfuBench({ seed: 2 });
    const approval = await approved(first, { keystore, intended: intendedImage(keystore) });
    await expectRejects(burn(approval, second.env), 'board-wrong');
    expect(second.board.otp.peek().every((byte) => byte === 0xff)).toBe(true);
  });

  it('of a virtual plan does not hold on a real bench', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const real = { ...bench.env, bench: { ...bench.env.bench, kind: 'real' as const } };
    await expectRejects(burn(approval, real), 'board-wrong');
    expect(writesToOtp(bench)).toBe(0);
  });

  it('cannot be forged', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    // At compile time: what looks like an approval is not assignable to one.
    const passesForOne: { readonly plan: BurnPlan } extends ApprovedPlan ? true : false = false;
    expect(passesForOne).toBe(false);
    // At run time, for those who do not compile.
    const burnAnything = burn as (approved: unknown, env: BurnEnv) => Promise<unknown>;
    for (const forged of [{ plan: approval.plan }, Object.create(approval), approval.plan, null]) {
      await expectRejects(burnAnything(forged, bench.env), 'plan-not-approved');
    }
    const Approval = approval.constructor as new (key: symbol, from: unknown) => unknown;
    expectThrows(() => new Approval(Symbol('approval'), approval.plan), 'plan-not-approved');
    const Plan = approval.plan.constructor as new (key: symbol, from: unknown) => unknown;
    expectThrows(() => new Plan(Symbol('plan'), {}), 'plan-not-approved');
    const approveAnything = approvePlan as (plan: unknown, typed: TypedTails) => unknown;
    const copy: unknown = Object.create(approval.plan);
    expectThrows(() => approveAnything(copy, requiredTails(approval.plan)), 'plan-not-approved');
    expect(writesToOtp(bench)).toBe(0);
  });

  it('ends with a burn that ended well', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const blank = bench.board.snapshot();
    await burnWith(bench, approval);
    bench.board.restore(blank);
    await bench.clock.sleep(1000);
    await bench.store.delete(`journal/${bench.serial}`);
    await expectRejects(burnWith(bench, approval), 'plan-not-approved');
    expect(bench.board.otp.peek().every((byte) => byte === 0xff)).toBe(true);
  });

  it('is void when the OTP changed in between', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    bench.board.otp.program(700, 0x1234);
    const writes = writesToOtp(bench);
    await expectRejects(burnWith(bench, approval), 'plan-changed', '0x578');
    expect(writesToOtp(bench)).toBe(writes);
  });
});

describe('boards that are not blank', () => {
  it('refuses foreign content and names the halfwords with both values', async () => {
    const bench = await dfuBench();
    bench.board.otp.program(0, 0x4b57);
    bench.board.otp.program(9, 0x0001);
    const result = await tryPlan(bench, { keystore, intended: intendedImage(keystore) });
    if (result.kind !== 'refused') throw new Error('not refused');
    expect(result.reasons).toMatchObject([{ code: 'otp-conflict', halfwords: [0, 9] }]);
    expect(result.reasons[0]?.message).toContain('0x000 (magic) is 0x4B57, not 0x4F57');
    expect(result.reasons[0]?.message).toContain('0x012 (slots[0].slot_id) is 0x0001, not 0x0000');
  });

  it('names places of an UDS, never values', async () => {
    const bench = await dfuBench();
    bench.board.otp.program(0x7c0 / 2, 0xabcd);
    bench.board.otp.program(0x7c2 / 2, 0x1234);
    const result = await tryPlan(bench, { keystore, intended: intendedImage(keystore) });
    if (result.kind !== 'refused') throw new Error('not refused');
    expect(result.reasons).toMatchObject([
      { code: 'otp-conflict', halfwords: [0x7c0 / 2, 0x7c2 / 2] },
    ]);
    expect(JSON.stringify(result).toLowerCase()).not.toMatch(/abcd|0x1234|43981|4660/);
  });

  it('finishes an image that somebody wrote half of, cell by cell', async () => {
    const bench = await dfuBench();
    const image = otpImage(keystore);
    for (const halfword of [8, 9, 10, 11]) {
      bench.board.otp.program(halfword, image[2 * halfword]! | (image[2 * halfword + 1]! << 8));
    }
    const made = await plan(bench, { keystore, intended: intendedImage(keystore) });
    expect(made.summary.counts.equal).toBe(4);
    const outcome = await burnWith(bench, approvePlan(made, requiredTails(made)));
    expect(outcome.kind).toBe('burned');
    expect(bench.board.otp.stateOf(8)).toBe('written');
  });

  it('does not let a primer loose on a half-written area', async () => {
    const bench = await dfuBench();
    bench.board.otp.program(8, 0);
    const result = await tryPlan(bench, { keystore, intended: intendedPrimer(keystore) });
    expect(result).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'otp-conflict', halfwords: [8] }],
    });
  });

  it('refuses blocks that are locked and would have to be written', async () => {
    const bench = await dfuBench();
    bench.board.otp.lock(0b10);
    const result = await tryPlan(bench, { keystore, intended: intendedImage(keystore) });
    expect(result).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'otp-locked', blocks: [1] }],
    });
  });

  it('does not burn by primer with TrustZone on', async () => {
    const bench = await dfuBench();
    bench.panel.setTrustZone(true);
    await bench.clock.sleep(1000);
    const result = await tryPlan(bench, { keystore, intended: intendedPrimer(keystore) });
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'board-trustzone-on' }] });
  });
});

describe('afterwards', () => {
  it('classifies the board by what is on it', async () => {
    const bench = await dfuBench();
    const wanted = { slots: keystore, profile: p256Profile };
    const blank = classifyBoard({ inspection: await inspect(bench.bench), wanted });
    expect(blank.kind).toBe('blank');
    await burnWith(bench, await approved(bench, { keystore, intended: intendedImage(keystore) }));
    const inspection = await inspect(bench.bench);
    const journal = await journalOf(bench);
    expect(classifyBoard({ inspection, journal, wanted })).toMatchObject({
      kind: 'complete',
      udsChanged: false,
    });
    expect(classifyBoard({ inspection }).kind).toBe('other-keystore');
  });

  it('keeps every trace free of the UDS', async () => {
    const bench = await dfuBench();
    const entries: unknown[] = [];
    const made = await plan(bench, { keystore, intended: intendedImage(keystore) });
    const env = { ...bench.env, transcript: (entry: unknown) => entries.push(entry) };
    const outcome = await burn(approvePlan(made, requiredTails(made)), env);
    const record = buildRecord({ outcome, toolVersion: 'test', rehearsed: false });
    const traces = [
      bench.store.everStored,
      JSON.stringify(entries),
      JSON.stringify(outcome),
      JSON.stringify(await inspect(bench.bench)),
      recordText(record),
    ];
    const secret = toHex(udsOf('a'));
    for (let at = 0; at + 8 <= secret.length; at += 4) {
      const piece = secret.slice(at, at + 8);
      for (const trace of traces) expect(trace.toLowerCase()).not.toContain(piece);
    }
  });

  it('leaves a record that says what was done and what was not, and notices changes to it', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const outcome = await burnWith(bench, approval, person(bench));
    const record = buildRecord({ outcome, toolVersion: '0.1.0+abc', rehearsed: false });
    expect(record).toMatchObject({
      virtual: true,
      board: { serial: bench.serial },
      outcome: 'burned',
      otp: { uds: 'present', consumedHalfwords: outcome.plan.summary.consumedHalfwords },
      done: [
        'plan-approved',
        'primer-flashed',
        'primer-ran',
        'primer-erased',
        'otp-read-back',
        'slots-verified',
        'backups-proven',
      ],
    });
    expect(record.notDone).toContain('otp-not-locked');
    const text = recordText(record);
    expect(parseRecord(text)).toEqual(record);
    expectThrows(
      () => parseRecord(text.replace('"virtual":true', '"virtual":false')),
      'malformed',
      'sha256',
    );
  });
});
