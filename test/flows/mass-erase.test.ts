/** Erasing everything: only as approved, only the flash, proven by reading, resumed after anything. */
import { describe, expect, it } from 'vitest';
import { createCanceller } from '../../src/core/ports/index.ts';
import { ApprovedMassErase, MassErasePlan } from '../../src/core/provisioning/mass-erase-plan.ts';
import {
  approveMassErase,
  planMassErase,
  runMassErase,
  wordsForMassErase,
  type MassEraseProgress,
} from '../../src/core/provisioning/index.ts';
import { openBoard } from '../../src/core/stm32/index.ts';
import { massErase } from '../../src/core/stm32/mass-erase.ts';
import {
  approved,
  burnWith,
  dfuBench,
  enterDfu,
  inspect,
  intendedImage,
  type BurnBench,
} from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { approvedMassErase, massErasePlan } from '../support/guarded-acts.ts';
import { hostedDfuBench } from '../support/hosted-bench.ts';
import { inspection } from '../support/inspections.ts';
import { slots } from '../support/keys.ts';

const FLASH = 0x08000000;
const FLASH_BYTES = 0x200000;
const keystore = await slots('ecdsa-p256', 2);

async function filledBench(): Promise<BurnBench> {
  const bench = await dfuBench();
  bench.board.flash.load(FLASH, new Uint8Array(30_000).fill(0x5a));
  bench.board.flash.load(FLASH + FLASH_BYTES - 0x2000, new Uint8Array(0x2000).fill(0xa5));
  return bench;
}

function isBlank({ board }: BurnBench): boolean {
  return board.flash.usedSectors().length === 0;
}

function erases({ board }: BurnBench): number {
  return board.events.filter(({ what }) => what.includes('mass erase')).length;
}

describe('erasing everything', () => {
  it('erases all of the flash, proves it, and leaves OTP and option bytes as they were', async () => {
    const bench = await filledBench();
    await burnWith(bench, await approved(bench, { keystore, intended: intendedImage(keystore) }));
    const before = [JSON.stringify(bench.board.otp.cells()), bench.board.optionBytes.toBytes()];
    const stages: string[] = [];
    const outcome = await runMassErase(bench.env, await approvedMassErase(bench), {
      onProgress: ({ stage }) => stages.push(stage),
    });
    expect(isBlank(bench)).toBe(true);
    expect([JSON.stringify(bench.board.otp.cells()), bench.board.optionBytes.toBytes()]).toEqual(
      before,
    );
    expect(outcome).toMatchObject({
      serial: bench.serial,
      blank: { address: FLASH, sizeBytes: FLASH_BYTES, sectors: 256 },
      otp: 'same',
    });
    expect([...new Set(stages)]).toEqual(['inspecting', 'erasing', 'verifying']);
    expect(outcome.eraseMs).toBeGreaterThan(1_000);
  });

  it('tells how fast the reading goes, and that the erase cannot be stopped', async () => {
    const bench = await filledBench();
    const told: MassEraseProgress[] = [];
    await runMassErase(bench.env, await approvedMassErase(bench), {
      onProgress: (progress) => told.push(progress),
    });
    const erasing = told.filter(({ stage }) => stage === 'erasing');
    expect(erasing.every(({ cancelling }) => cancelling === 'finishes-step')).toBe(true);
    expect(told.at(-1)).toMatchObject({ doneBytes: FLASH_BYTES, remainingMs: 0 });
  });

  it('may be ordered from another thread, which judges it anew', async () => {
    const { hosted, devices } = await hostedDfuBench();
    hosted.board.flash.load(FLASH, new Uint8Array(64).fill(1));
    const outcome = await runMassErase(hosted.env, await approvedMassErase(hosted));
    expect(outcome.blank.sectors).toBe(256);
    expect(isBlank(hosted)).toBe(true);
    expect(JSON.stringify(devices.workers.at(-1)?.requests)).toContain('"act":"mass-erase"');
  });
});

describe('the approval of a mass erase', () => {
  it('takes the board and the word as typed, whatever the case', async () => {
    const plan = await massErasePlan(await filledBench());
    const { boardTail, word } = wordsForMassErase(plan);
    expect(boardTail).toBe(plan.serial.slice(-4));
    approveMassErase(plan, { boardTail: ` ${boardTail.toLowerCase()}`, word: word.toLowerCase() });
    for (const typed of [
      { boardTail: '0000', word },
      { boardTail, word: '' },
      { boardTail, word: 'yes' },
    ]) {
      expect(() => approveMassErase(plan, typed)).toThrow(
        expect.objectContaining({ code: 'confirmation-mismatch' }),
      );
    }
  });

  it('cannot be made by hand', async () => {
    const bench = await filledBench();
    const approval = await approvedMassErase(bench);
    const { plan } = approval;
    const words = wordsForMassErase(plan);
    const refusal = expect.objectContaining({ code: 'plan-not-approved' }) as Error;
    expect(() => new MassErasePlan(Symbol(), plan.input, {} as never)).toThrow(refusal);
    expect(() => new ApprovedMassErase(Symbol(), plan, words)).toThrow(refusal);
    const copied = Object.create(plan, {}) as MassErasePlan;
    expect(() => approveMassErase(copied, words)).toThrow(refusal);
    const lookAlike = Object.create(
      ApprovedMassErase.prototype,
      Object.getOwnPropertyDescriptors(approval),
    ) as ApprovedMassErase;
    await expectRejects(runMassErase(bench.env, lookAlike), 'plan-not-approved');
    await expectRejects(runMassErase(bench.env, { plan } as never), 'plan-not-approved');
    expect(erases(bench)).toBe(0);
  });

  it('is good for one erase that ended well', async () => {
    const bench = await filledBench();
    const approval = await approvedMassErase(bench);
    await runMassErase(bench.env, approval);
    await expectRejects(runMassErase(bench.env, approval), 'plan-not-approved');
    expect(erases(bench)).toBe(1);
  });

  it('is for that board and that bench', async () => {
    const bench = await filledBench();
    const other = await dfuBench({ seed: 99 });
    await expectRejects(runMassErase(other.env, await approvedMassErase(bench)), 'board-wrong');
    const elsewhere = { ...bench.env, bench: { ...bench.env.bench, kind: 'real' as const } };
    await expectRejects(runMassErase(elsewhere, await approvedMassErase(bench)), 'board-wrong');
    expect(erases(other) + erases(bench)).toBe(0);
  });
});

describe('a mass erase is refused', () => {
  const codes = (input: Partial<Parameters<typeof planMassErase>[0]>): readonly string[] => {
    const all = { inspection: inspection(), benchKind: 'real', journal: undefined } as const;
    const result = planMassErase({ ...all, ...input });
    return result.kind === 'refused' ? result.reasons.map(({ code }) => code) : [];
  };
  const inState = (name: 'provisioning' | 'closed' | 'locked' | 'unknown') =>
    inspection({ optionBytes: { productState: { code: 0, name } } });

  it('outside Open, before anything is sent', async () => {
    for (const name of ['provisioning', 'closed', 'locked', 'unknown'] as const) {
      expect(codes({ inspection: inState(name) })).toEqual(['board-not-open']);
    }
    const bench = await filledBench();
    const approval = await approvedMassErase(bench);
    bench.board.optionBytes.productState = 0x17;
    await expectRejects(runMassErase(bench.env, approval), 'board-not-open');
    expect(erases(bench)).toBe(0);
  });

  it('without a serial number, on an unknown chip, and while a primer may be in flash', () => {
    expect(codes({ inspection: inspection({ changes: { serial: undefined } }) })).toEqual([
      'board-wrong',
    ]);
    expect(codes({ inspection: inspection({ changes: { board: undefined } }) })).toEqual([
      'board-wrong',
    ]);
    const journal = { phase: 'primer-in-flash' } as never;
    expect(codes({ journal })).toEqual(['journal-conflict']);
  });

  it('but not where the product state cannot be read, which is said', () => {
    const result = planMassErase({
      inspection: inspection({ optionBytes: { productState: undefined, trustZone: 'on' } }),
      benchKind: 'real',
      journal: undefined,
    });
    expect(result.kind === 'plan' && result.plan.cautions).toEqual([
      'state-not-readable',
      'trustzone-on',
    ]);
  });
});

describe('a mass erase that is interrupted', () => {
  it('by the plug: says so, and the same approval goes on with it', async () => {
    const bench = await filledBench();
    const approval = await approvedMassErase(bench);
    const pulled = runMassErase(bench.env, approval, {
      onProgress: ({ stage, doneBytes }) => {
        if (stage !== 'erasing' || doneBytes > 0) return;
        bench.clock.schedule(700, () => {
          bench.panel.setPlug('stLink', false);
          bench.panel.setPlug('userUsb', false);
        });
      },
    });
    await expectRejects(pulled, 'usb-disconnected');
    const left = bench.board.flash.usedSectors().map(({ sector }) => sector);
    expect(left).toEqual([255]);
    await enterDfu(bench);
    await runMassErase(bench.env, approval);
    expect(isBlank(bench)).toBe(true);
  });

  it('by the plug of a board that has power from elsewhere: the chip finishes alone', async () => {
    const bench = await filledBench();
    const approval = await approvedMassErase(bench);
    const pulled = runMassErase(bench.env, approval, {
      onProgress: ({ stage, doneBytes }) => {
        if (stage !== 'erasing' || doneBytes > 0) return;
        bench.clock.schedule(700, () => {
          bench.panel.setPlug('userUsb', false);
        });
      },
    });
    await expectRejects(pulled, 'usb-disconnected');
    expect(isBlank(bench)).toBe(true);
    await enterDfu(bench);
    expect((await runMassErase(bench.env, approval)).blank.sectors).toBe(256);
  });

  it('by a cancel before it is sent: does nothing', async () => {
    const bench = await filledBench();
    const canceller = createCanceller();
    const { signal } = canceller;
    const cancelled = runMassErase(bench.env, await approvedMassErase(bench), {
      signal,
      onProgress: ({ stage }) => {
        if (stage === 'inspecting') canceller.cancel();
      },
    });
    await expectRejects(cancelled, 'cancelled');
    expect(erases(bench)).toBe(0);
  });

  it('by a cancel while it erases: finishes, then stops', async () => {
    const bench = await filledBench();
    const canceller = createCanceller();
    const { signal } = canceller;
    const cancelled = runMassErase(bench.env, await approvedMassErase(bench), {
      signal,
      onProgress: ({ stage, doneBytes }) => {
        if (stage === 'erasing' && doneBytes === 0) bench.clock.schedule(500, canceller.cancel);
      },
    });
    await expectRejects(cancelled, 'cancelled');
    expect(isBlank(bench)).toBe(true);
    const device = await bench.bench.usb.choose();
    const board = await openBoard(device, bench.clock, { timeoutMs: 1000 });
    await board.session.toIdle();
    await board.close();
  });

  it('by a chip that stays busy for ever: is stuck, in time', async () => {
    const bench = await filledBench();
    const approval = await approvedMassErase(bench);
    const before = bench.clock.nowMs();
    const stuck = runMassErase(bench.env, approval, {
      onProgress: ({ stage, doneBytes }) => {
        if (stage === 'erasing' && doneBytes === 0) {
          bench.panel.armFault({ kind: 'stuck-busy', atTransfer: 3 });
        }
      },
    });
    await expectRejects(stuck, 'dfu-stuck');
    expect(bench.clock.nowMs() - before).toBeLessThan(100_000);
  });

  it('is not believed when a sector is not blank afterwards', async () => {
    const bench = await filledBench();
    const refused = runMassErase(bench.env, await approvedMassErase(bench), {
      onProgress: ({ stage, doneBytes }) => {
        if (stage !== 'erasing' || doneBytes === 0) return;
        bench.board.flash.load(FLASH + 0x4000, Uint8Array.of(1, 2, 3));
      },
    });
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'dfu-verify-failed',
      context: { addresses: [FLASH + 0x4000], sectors: 1 },
    });
  });
});

describe('the command itself', () => {
  it('goes to the flash alternate only, and no session from afar has it', async () => {
    const { hosted } = await hostedDfuBench();
    const device = await hosted.bench.usb.choose();
    const board = await openBoard(device, hosted.bench.clock, { timeoutMs: 1000 });
    await expectRejects(massErase(board.session), 'invalid-argument');
    await board.close();
    expect(erases(hosted)).toBe(0);
    expect((await inspect(hosted.bench)).serial).toBe(hosted.serial);
  });
});
