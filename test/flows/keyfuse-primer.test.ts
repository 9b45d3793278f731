/** Our own primer on the virtual board: burnt by an approved plan, disturbed, and proven over the serial line. */
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/core/bytes/index.ts';
import {
  approvePlan,
  buildRecord,
  parseRecord,
  recordText,
  requiredTails,
  verifyOverPrimer,
  type BurnCall,
  type BurnProgress,
  type PrimerProof,
} from '../../src/core/provisioning/index.ts';
import {
  approved,
  burnWith,
  cellsOf,
  dfuBench,
  enterDfu,
  intendedImage,
  journalOf,
  p256Profile,
  person,
  plan,
  tryPlan,
  type BurnBench,
} from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';
import {
  intendedKeyfusePrimer,
  keyfusePrimer,
  openLine,
  runInFlash,
} from '../support/keyfuse-primer.ts';
import { simBench, type SimBench } from '../support/sim-bench.ts';

const keystore = await slots('ecdsa-p256', 2);
const UDS = { first: 0x7c0 / 2, end: 0x7e0 / 2 };

function udsOf({ board }: SimBench): Uint8Array {
  return board.otp.peek().slice(0x7c0, 0x7e0);
}

async function prove(
  bench: SimBench,
  wish: { readonly serial?: string } = {},
): Promise<PrimerProof> {
  const line = await openLine(bench);
  try {
    const intended = intendedKeyfusePrimer(keystore);
    return await verifyOverPrimer(line, bench.clock, { intended, profile: p256Profile, ...wish });
  } finally {
    await line.close();
  }
}

/** Lets the primer run, and takes the board's power away `afterMs` behind the reset. */
function powerCutAfter(bench: BurnBench, afterMs: number): BurnCall {
  return {
    onProgress: ({ stage }: BurnProgress) => {
      if (stage !== 'waiting-for-run') return;
      bench.clock.schedule(100, () => {
        bench.panel.setBoot0(false);
        bench.panel.pressReset();
      });
      bench.clock.schedule(100 + afterMs, () => {
        bench.panel.setPlug('stLink', false);
        bench.panel.setPlug('userUsb', false);
      });
      bench.clock.schedule(2000, () => {
        bench.panel.setBoot0(true);
        bench.panel.setPlug('stLink', true);
        bench.panel.setPlug('userUsb', true);
      });
    },
  };
}

/** The board's program is talking, and the burn waits for it to come back. */
function whileItRuns(bench: BurnBench, work: () => Promise<void>): BurnCall {
  return {
    onProgress: ({ stage }: BurnProgress) => {
      if (stage === 'waiting-for-run') {
        bench.clock.schedule(100, () => {
          bench.panel.setBoot0(false);
          bench.panel.pressReset();
        });
      }
      if (stage === 'waiting-for-dfu') {
        void bench.clock
          .sleep(1000)
          .then(work)
          .then(() => enterDfu(bench));
      }
    },
  };
}

describe('a burn with the built-in primer', () => {
  it('leaves keys, UDS and no half-read halfword on a fresh board, and no primer in flash', async () => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore);
    const outcome = await burnWith(
      bench,
      await approved(bench, { keystore, intended }),
      person(bench),
    );
    expect(outcome).toMatchObject({ kind: 'burned', resumed: false });
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present', lockedBlocks: [] });
    expect(bench.board.flash.usedSectors()).toEqual([]);
    // Also the FFFF of the masks is programmed: a bootloader that reads them meets no ECC error.
    for (let halfword = 0; halfword < 1024; halfword++) {
      const inUse = halfword < (16 + 2 * 80) / 2 || (halfword >= UDS.first && halfword < UDS.end);
      expect(bench.board.otp.stateOf(halfword), `halfword ${halfword}`).toBe(
        inUse ? 'written' : 'blank',
      );
    }
    const record = buildRecord({ outcome, toolVersion: 'test', rehearsed: false });
    expect(parseRecord(recordText(record))).toBeDefined();
  });

  it('bears being started again and again: the UDS stays', async () => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore);
    let first: Uint8Array | undefined;
    const call = whileItRuns(bench, async () => {
      first = udsOf(bench);
      for (let run = 0; run < 3; run++) {
        bench.panel.pressReset();
        await bench.clock.sleep(1000);
      }
      expect((await prove(bench)).status).toMatchObject({ result: 'already', uds: 'kept' });
    });
    const outcome = await burnWith(bench, await approved(bench, { keystore, intended }), call);
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
    expect(toHex(udsOf(bench))).toBe(toHex(first!));
    expect((await plan(bench, { keystore, intended })).work).toBe('nothing');
  });

  it('is proven over the serial line while it runs', async () => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore);
    let proof: PrimerProof | undefined;
    const call = whileItRuns(bench, async () => {
      proof = await prove(bench, { serial: bench.serial });
    });
    const outcome = await burnWith(bench, await approved(bench, { keystore, intended }), call);
    expect(proof).toMatchObject({
      ok: true,
      serial: bench.serial,
      wrong: [],
      unprogrammed: [],
      foreign: [],
      uds: 'present',
      lockedBlocks: [],
      keystoreFingerprint: outcome.verification.keystoreFingerprint,
      sha256WithoutUds: outcome.verification.sha256WithoutUds,
      status: { result: 'done', uds: 'written', writtenHalfwords: 88 + 16 },
    });
  });

  it('refuses a plan over something else, and the board would refuse it too', async () => {
    const bench = await dfuBench();
    bench.board.otp.program(20, 0x1234);
    const intended = intendedKeyfusePrimer(keystore);
    const refused = await tryPlan(bench, { keystore, intended });
    expect(refused).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'otp-conflict', halfwords: [20] }],
    });
    const cells = bench.board.otp.cells();
    await runInFlash(bench, keyfusePrimer(keystore));
    const proof = await prove(bench);
    expect(proof.ok).toBe(false);
    expect(proof.wrong).toContain(20);
    expect(proof.status).toMatchObject({
      result: 'refused-conflict',
      conflictCount: 1,
      conflicts: [{ offsetBytes: 40, found: 0x1234 }],
      writtenHalfwords: 0,
    });
    expect(bench.board.otp.cells()).toEqual(cells);
    expect(bench.panel.state().leds).toEqual({ green: false, yellow: false, red: true });
  });

  it('stops at a bit that cannot be programmed, and says where', async () => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore);
    const approval = await approved(bench, { keystore, intended });
    // A bit of the first key that must become 0.
    const { publicKey } = keystore[0]!;
    const bit = Array.from({ length: 8 }, (_, index) => index).find(
      (index) => ((publicKey[0]! >> index) & 1) === 0,
    )!;
    bench.panel.armFault({ kind: 'stuck-otp-bit', offsetBytes: 32, bit, stuckAt: 1 });
    let proof: PrimerProof | undefined;
    const call = whileItRuns(bench, async () => {
      proof = await prove(bench);
    });
    await expectRejects(burnWith(bench, approval, call), 'otp-verify-failed', '0x020');
    expect(proof?.status).toMatchObject({
      result: 'failed-verify',
      fault: { offsetBytes: 32, flags: 0 },
    });
    // No header stands: no bootloader takes it for a keystore.
    expect(bench.board.otp.stateOf(0)).toBe('blank');
    expect(bench.board.flash.usedSectors()).toEqual([]);
  });

  it.each([7.6, 9, 11.5, 12.3])(
    'goes on after a power cut %s ms behind the reset',
    async (afterMs) => {
      const bench = await dfuBench();
      const wish = { keystore, intended: intendedKeyfusePrimer(keystore) };
      const approval = await approved(bench, wish);
      await expectRejects(
        burnWith(bench, approval, powerCutAfter(bench, afterMs)),
        'otp-verify-failed',
      );
      const begun = bench.board.otp.cells();
      expect(begun.check.some((check) => check !== 0x3f)).toBe(true);
      expect((await journalOf(bench))?.phase).toBe('primer-erased');
      const udsBefore = udsOf(bench);

      // Another tab, with a plan of its own.
      const again = await plan(bench, wish);
      expect(again.continues).toBe(true);
      const outcome = await burnWith(
        bench,
        approvePlan(again, requiredTails(again)),
        person(bench),
      );
      expect(outcome).toMatchObject({ kind: 'burned', resumed: true });
      expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
      const udsAfter = udsOf(bench);
      for (let at = 0; at < 32; at += 2) {
        const was = udsBefore.subarray(at, at + 2);
        if (!was.every((byte) => byte === 0xff))
          expect(equalBytes(was, udsAfter.subarray(at, at + 2))).toBe(true);
      }
      for (let halfword = 0; halfword < 1024; halfword++) {
        expect(bench.board.otp.stateOf(halfword)).not.toBe('damaged');
      }
    },
  );

  it.each([10, 11.7])('goes on with the approval it has, after %s ms', async (afterMs) => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore);
    const approval = await approved(bench, { keystore, intended });
    await expectRejects(
      burnWith(bench, approval, powerCutAfter(bench, afterMs)),
      'otp-verify-failed',
    );
    const outcome = await burnWith(bench, approval, person(bench));
    expect(outcome).toMatchObject({ kind: 'burned', resumed: true });
    const cells = cellsOf(bench);
    expect((await burnWith(bench, approval)).kind).toBe('already-burned');
    expect(cellsOf(bench)).toBe(cells);
  });

  it('locks what was asked, and nothing else', async () => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore, { lockBlocks: [0, 1, 2, 31] });
    const planned = await plan(bench, { keystore, intended });
    expect(planned.consequences.locks.willLock).toBe('possible');
    const outcome = await burnWith(
      bench,
      approvePlan(planned, requiredTails(planned)),
      person(bench),
    );
    expect(outcome.verification).toMatchObject({ ok: true, lockedBlocks: [0, 1, 2, 31] });
    expect(bench.board.otp.lockWord).toBe(0x80000007);
  });

  it('leaves the UDS blank when none is wanted', async () => {
    const bench = await dfuBench();
    const intended = intendedKeyfusePrimer(keystore, { uds: 'none' });
    const outcome = await burnWith(
      bench,
      await approved(bench, { keystore, intended }),
      person(bench),
    );
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'absent' });
    expect(bench.board.otp.stateOf(UDS.first)).toBe('blank');
  });

  it('keeps a UDS that the board has, and programs what another way left blank inside the slots', async () => {
    const bench = await dfuBench();
    const byImage = await approved(bench, { keystore, intended: intendedImage(keystore) });
    await burnWith(bench, byImage);
    const uds = toHex(udsOf(bench));
    await runInFlash(bench, keyfusePrimer(keystore));
    const proof = await prove(bench);
    // The version word of an image is the same as ours; the FFFF of the masks were blank.
    expect(proof.status).toMatchObject({ result: 'done', uds: 'kept', writtenHalfwords: 4 });
    expect(proof.ok).toBe(true);
    expect(toHex(udsOf(bench))).toBe(uds);
  });

  it('is not planned for a board with TrustZone on', async () => {
    const bench = await dfuBench();
    bench.panel.setTrustZone(true);
    await bench.clock.sleep(1000);
    const refused = await tryPlan(bench, { keystore, intended: intendedKeyfusePrimer(keystore) });
    expect(refused).toMatchObject({ kind: 'refused', reasons: [{ code: 'board-trustzone-on' }] });
  });
});

describe('a proof over the serial line', () => {
  it('names halfwords that read right but were never programmed', async () => {
    const bench = await dfuBench();
    await burnWith(bench, await approved(bench, { keystore, intended: intendedImage(keystore) }));
    // A primer with other keys, which writes nothing here, still shows the cells.
    bench.board.otp.program(500, 0xabcd);
    await runInFlash(bench, keyfusePrimer(keystore.slice(0, 1)));
    const proof = await prove(bench);
    expect(proof.ok).toBe(false);
    expect(proof.unprogrammed).toHaveLength(4);
    expect(proof.foreign).toEqual([500]);
  });

  it('is of one board only', async () => {
    const bench = simBench();
    await runInFlash(bench, keyfusePrimer(keystore));
    await expectRejects(prove(bench, { serial: '000000000000' }), 'board-wrong');
    expect((await prove(bench, { serial: bench.board.usbSerial })).ok).toBe(true);
  });

  it('sees a UDS that is missing, half there or spoilt', async () => {
    const seen = async (spoil: (bench: SimBench) => void): Promise<PrimerProof> => {
      const bench = simBench();
      await runInFlash(bench, keyfusePrimer(keystore, { uds: 'none' }));
      spoil(bench);
      return prove(bench);
    };
    expect(await seen(() => undefined)).toMatchObject({ ok: false, uds: 'absent', wrong: [] });
    expect(await seen(({ board }) => board.otp.program(UDS.first, 1))).toMatchObject({
      uds: 'partial',
    });
    expect(
      await seen(({ board }) => {
        board.otp.program(UDS.first, 0x1234);
        board.otp.program(UDS.first, 0x4321);
      }),
    ).toMatchObject({ ok: false, uds: 'damaged' });
  });
});
