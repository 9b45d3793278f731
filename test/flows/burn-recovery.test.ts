/** What is left behind when a burn is interrupted, and how the next tab takes it up. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import type { JsonValue } from '../../src/core/ports/index.ts';
import {
  approvePlan,
  buildRecord,
  burn,
  classifyBoard,
  confirmBurned,
  erasePrimer,
  requiredTails,
  type BurnEnv,
  type BurnProgress,
} from '../../src/core/provisioning/index.ts';
import {
  approved,
  burnWith,
  cellsOf,
  dfuBench,
  enterDfu,
  inspect,
  intendedImage,
  intendedPrimer,
  journalOf,
  letRun,
  otpImage,
  p256Profile,
  person,
  plan,
  tryPlan,
  udsOf,
  writesToOtp,
  type BurnBench,
} from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
const wanted = { slots: keystore, profile: p256Profile };
const UDS_HALFWORD = 0x7c0 / 2;

/** Cancels when `halfwords` are written; the burn finishes the unit first. */
async function interruptAfter(bench: BurnBench, halfwords: number): Promise<void> {
  const controller = new AbortController();
  const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
  const call = {
    signal: controller.signal,
    onProgress: (progress: BurnProgress) => {
      if (progress.stage === 'writing-otp' && progress.doneHalfwords >= halfwords)
        controller.abort();
    },
  };
  await expectRejects(burnWith(bench, approval, call), 'cancelled');
}

/** The bench's environment with a store that calls back after each entry. */
function envWatching(bench: BurnBench, onPut: (entry: string) => void): BurnEnv {
  const { store } = bench;
  const put = async (key: string, value: JsonValue): Promise<void> => {
    await store.put(key, value);
    onPut(JSON.stringify(value));
  };
  return { ...bench.env, store: { ...store, put } };
}

function pullPlugNow(bench: BurnBench): void {
  bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte: 0 });
}

async function stateOf(bench: BurnBench) {
  const inspection = await inspect(bench.bench);
  return classifyBoard({ inspection, journal: await journalOf(bench), wanted });
}

function udsAt(bench: BurnBench): string {
  return toHex(bench.board.otp.peek().slice(0x7c0, 0x7e0));
}

describe('a tab that was lost while writing', () => {
  it('is continued by another one, which has neither the plan nor the UDS', async () => {
    const bench = await dfuBench();
    await interruptAfter(bench, 8);
    expect((await stateOf(bench)).kind).toBe('begun');
    const planned = await plan(bench, {
      keystore,
      intended: intendedImage(keystore, { uds: udsOf('b') }),
    });
    expect(planned.continues).toBe(true);
    expect(planned.rows.slice(UDS_HALFWORD, UDS_HALFWORD + 16).map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 8 }, () => 'equal'),
      ...Array.from({ length: 8 }, () => 'new'),
    ]);
    const outcome = await burnWith(bench, approvePlan(planned, requiredTails(planned)));
    expect(outcome).toMatchObject({ kind: 'burned', resumed: true });
    // The first unit is the lost image's, the second the new one's: 32 bytes that nobody chose.
    const expected = toHex(udsOf('a')).slice(0, 32) + toHex(udsOf('b')).slice(32);
    expect(udsAt(bench)).toBe(expected);
    expect((await stateOf(bench)).kind).toBe('complete');
  });

  it('may be lost again and again: the UDS stays ours', async () => {
    const bench = await dfuBench();
    await interruptAfter(bench, 8);
    const second = await approved(bench, {
      keystore,
      intended: intendedImage(keystore, { uds: udsOf('b') }),
    });
    const env = envWatching(bench, () => {
      pullPlugNow(bench);
    });
    await expectRejects(burn(second, env), 'usb-disconnected');
    await enterDfu(bench);
    const third = await approved(bench, {
      keystore,
      intended: intendedImage(keystore, { uds: udsOf('c') }),
    });
    await burnWith(bench, third);
    expect(udsAt(bench)).toBe(toHex(udsOf('a')).slice(0, 32) + toHex(udsOf('c')).slice(32));
  });

  it('does not go on when somebody else wrote meanwhile, even where nothing is intended', async () => {
    const bench = await dfuBench();
    const controller = new AbortController();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const onProgress = (): void => {
      if (writesToOtp(bench) > 0) controller.abort();
    };
    const call = { signal: controller.signal, onProgress };
    await expectRejects(burnWith(bench, approval, call), 'cancelled');
    bench.board.otp.program(900, 0x1234);
    await expectRejects(burnWith(bench, approval), 'plan-changed', '0x708');
  });

  it('is not continued without the journal: half an UDS from nobody knows where is refused', async () => {
    const bench = await dfuBench();
    await interruptAfter(bench, 8);
    await bench.store.delete(`journal/${bench.serial}`);
    const intended = intendedImage(keystore, { uds: udsOf('b') });
    const result = await tryPlan(bench, { keystore, intended });
    expect(result).toMatchObject({
      kind: 'refused',
      reasons: [
        {
          code: 'otp-conflict',
          halfwords: Array.from({ length: 8 }, (_, index) => UDS_HALFWORD + index),
        },
      ],
    });
  });

  it('is not continued when cells outside the keystore changed since: a unit may have gone astray', async () => {
    const stray = 0x190 / 2;
    const wish = { keystore, intended: intendedImage(keystore, { uds: udsOf('b') }) };
    const bench = await dfuBench();
    await interruptAfter(bench, 8);
    bench.board.otp.program(stray, 0x1234);
    expect(await tryPlan(bench, wish)).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'otp-conflict', halfwords: [stray] }],
    });
    // What stood there before is no reason, and stays on the consequence sheet.
    const second = await dfuBench();
    second.board.otp.program(stray, 0x1234);
    await interruptAfter(second, 8);
    const planned = await plan(second, wish);
    expect(planned.consequences.foreignHalfwords).toEqual([stray]);
    const outcome = await burnWith(second, approvePlan(planned, requiredTails(planned)));
    expect(outcome.kind).toBe('burned');
  });

  it('can be continued by the lost image itself, wherever it stopped and without a journal', async () => {
    for (const halfwords of [1, 9, 17, 30, 60, 90]) {
      const bench = await dfuBench();
      await interruptAfter(bench, halfwords);
      await bench.store.delete(`journal/${bench.serial}`);
      const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
      await burnWith(bench, approval);
      expect(toHex(bench.board.otp.peek())).toBe(toHex(otpImage(keystore)));
    }
  });

  it('leaves no magic behind before everything else is proven', async () => {
    for (const halfwords of [1, 20, 60, 90]) {
      const bench = await dfuBench();
      await interruptAfter(bench, halfwords);
      expect(bench.board.otp.stateOf(0)).toBe('blank');
    }
  });

  it('does not let another keystore over what was begun', async () => {
    const bench = await dfuBench();
    await interruptAfter(bench, 30);
    const other = (await slots('ecdsa-p256', 3)).slice(1);
    const result = await tryPlan(bench, { keystore: other, intended: intendedImage(other) });
    if (result.kind !== 'refused') throw new Error('not refused');
    expect(result.reasons.map(({ code }) => code)).toContain('journal-conflict');
  });

  it('is one burn at a time, whoever asks', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
    const first = burn(approval, bench.env);
    await expectRejects(burn(approval, bench.env), 'board-busy');
    expect((await first).kind).toBe('burned');
  });
});

describe('a primer that was left in flash', () => {
  /** The board has burnt itself and is back in DFU mode; the cable goes before the primer is erased. */
  async function unplugBeforeErase(bench: BurnBench): Promise<void> {
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    // The first look is noted; what follows is the erase.
    const env = envWatching(bench, (entry) => {
      if (entry.includes('udsSha256')) pullPlugNow(bench);
    });
    await expectRejects(burn(approval, env, person(bench)), 'usb-disconnected');
    expect((await journalOf(bench))?.phase).toBe('primer-in-flash');
  }

  it('is seen by the next tab and erased before anything else', async () => {
    const bench = await dfuBench();
    await unplugBeforeErase(bench);
    await enterDfu(bench);
    expect((await stateOf(bench)).kind).toBe('primer-in-flash');
    const wish = { keystore, intended: intendedPrimer(keystore) };
    expect(await tryPlan(bench, wish)).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'journal-conflict' }],
    });
    await erasePrimer(bench.env, bench.serial);
    expect(bench.board.flash.usedSectors()).toEqual([]);
    const planned = await plan(bench, wish);
    const outcome = await confirmBurned(planned, bench.env);
    expect(outcome).toMatchObject({ kind: 'already-burned', resumed: true });
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
  });

  it('and ran a second time is detected and named, and stays on the record', async () => {
    const bench = await dfuBench();
    await unplugBeforeErase(bench);
    const uds = udsAt(bench);
    bench.panel.setPlug('userUsb', true);
    letRun(bench);
    await bench.clock.sleep(5000);
    expect(udsAt(bench)).not.toBe(uds);

    const wish = { keystore, intended: intendedPrimer(keystore) };
    await expectRejects(erasePrimer(bench.env, bench.serial), 'primer-ran-again');
    expect(bench.board.flash.usedSectors()).toEqual([]);
    const planned = await plan(bench, wish);
    expect(planned.consequences.uds.damaged).toBe(true);
    const outcome = await confirmBurned(planned, bench.env);
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'suspect' });
    const record = buildRecord({ outcome, toolVersion: 'test', rehearsed: false });
    expect(record.otp.uds).toBe('suspect');
    expect(await stateOf(bench)).toMatchObject({ kind: 'complete', udsChanged: true });
  });

  it('and what was remembered of an UDS is forgotten with the chip that had it', async () => {
    const bench = await dfuBench();
    const blank = bench.board.snapshot();
    const wish = { keystore, intended: intendedPrimer(keystore) };
    await burnWith(bench, await approved(bench, wish), person(bench));
    // The same serial with blank OTP: a virtual board that was set back.
    bench.board.restore(blank);
    await bench.clock.sleep(1000);
    const outcome = await burnWith(bench, await approved(bench, wish), person(bench));
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
  });

  it('is recognised by its head: another program in its place is left alone', async () => {
    const bench = await dfuBench();
    await unplugBeforeErase(bench);
    const other = new Uint8Array(64).fill(0x5a);
    bench.board.flash.load(0x08000000, other);
    await enterDfu(bench);
    await erasePrimer(bench.env, bench.serial);
    expect(bench.board.flash.read(0x08000000, 64)).toEqual(other);
    expect((await journalOf(bench))?.phase).toBe('primer-erased');
  });

  it('cannot run before it is complete: its vector table is written last', async () => {
    for (const atByte of [200, 4000, 9000, 12_000]) {
      const bench = await dfuBench();
      const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
      const onProgress = ({ stage }: BurnProgress): void => {
        if (stage !== 'flashing-primer' || bench.panel.state().armedFaults.length > 0) return;
        bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte });
      };
      await expectRejects(burnWith(bench, approval, { onProgress }), 'usb-disconnected');
      bench.panel.clearFaults();
      const otp = bench.board.otp.cells();
      letRun(bench);
      await bench.clock.sleep(5000);
      expect(bench.board.otp.cells()).toEqual(otp);
    }
  });
});

describe('a primer that was stopped half-way', () => {
  it('is named, is not run again, and is finished through the OTP alternate', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const call = {
      onProgress: ({ stage }: BurnProgress) => {
        // It needs about 26 ms; this is the reset button pressed twice in a row.
        if (stage === 'waiting-for-run') letRun(bench, 23);
      },
    };
    await expectRejects(burnWith(bench, approval, call), 'otp-verify-failed');
    expect(bench.board.flash.usedSectors()).toEqual([]);
    await expectRejects(burnWith(bench, approval, person(bench)), 'otp-conflict');

    const outcome = await burnWith(
      bench,
      await approved(bench, { keystore, intended: intendedImage(keystore) }),
    );
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
  });
});

describe('a primer that was stopped in its UDS', () => {
  it('is named: the keys are there, the secret is half a secret', async () => {
    const bench = await dfuBench();
    const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
    const call = {
      onProgress: ({ stage }: BurnProgress) => {
        if (stage === 'waiting-for-run') letRun(bench, 24.8);
      },
    };
    await expectRejects(burnWith(bench, approval, call), 'otp-verify-failed', '(UDS)');
    expect(bench.board.otp.stateOf(UDS_HALFWORD)).toBe('written');
    expect(bench.board.otp.stateOf(UDS_HALFWORD + 15)).toBe('blank');
    // Whoever can live without the secret has all of the keystore.
    const without = intendedImage(keystore, { uds: undefined });
    const outcome = await confirmBurned(
      await plan(bench, { keystore, intended: without }),
      bench.env,
    );
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'partial' });
  });
});

describe('a halfword that would have to be written without its neighbour', () => {
  it('is tried first, so that a bootloader that refuses leaves a blank board', async () => {
    const bench = await dfuBench();
    const keys = await slots('ecdsa-p256', 1, 0x0002ffff);
    const wish = { keystore: keys, intended: intendedImage(keys) };
    const planned = await plan(bench, wish);
    expect(planned.consequences.loneHalfwords).toEqual([13]);
    const before = cellsOf(bench);
    const approval = approvePlan(planned, requiredTails(planned));
    await expectRejects(burnWith(bench, approval), 'not-supported', 'single halfwords');
    expect(cellsOf(bench)).toBe(before);
    expect(writesToOtp(bench)).toBe(1);
    const primer = await approved(bench, { keystore: keys, intended: intendedPrimer(keys) });
    expect((await burnWith(bench, primer, person(bench))).kind).toBe('burned');
  });
});
