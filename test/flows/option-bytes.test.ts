/** Setting the walkthrough's option bytes: only as approved, only those, proven after the reset; never the product state. */
import { describe, expect, it } from 'vitest';
import { createCanceller } from '../../src/core/ports/index.ts';
import {
  approveOptionBytes,
  optionPreset,
  optionPresetIds,
  optionPresets,
  planOptionBytes,
  wordsForOptionBytes,
  writeOptionBytes,
  type OptionPresetId,
  type OptionProgress,
} from '../../src/core/provisioning/index.ts';
import { ApprovedOptionBytes, OptionPlan } from '../../src/core/provisioning/option-plan.ts';
import { decodeOptionBytes, optionField } from '../../src/core/stm32/index.ts';
import { optionBlock } from '../../src/core/stm32/option-write.ts';
import {
  approved,
  burnWith,
  dfuBench,
  enterDfu,
  inspect,
  intendedImage,
  type BurnBench,
} from '../support/burning.ts';
import { expectRejects, expectThrows } from '../support/expect-error.ts';
import { approvedOptions, optionPlan } from '../support/guarded-acts.ts';
import { hostedDfuBench } from '../support/hosted-bench.ts';
import { inspection } from '../support/inspections.ts';
import { slots } from '../support/keys.ts';

const FIRST = 0x40022050;
const DUAL: [number, number] = [0x002f0000, 0x002f0000];
const keystore = await slots('ecdsa-p256', 2);

function stateOf({ board }: BurnBench) {
  const { productState, trustZone, secureWatermarks, otpLockWord, swapBank } = board.optionBytes;
  return { productState, trustZone, secureWatermarks, otpLockWord, swapBank };
}

const FACTORY = {
  productState: 0xed,
  trustZone: false,
  secureWatermarks: [0x007f0000, 0x007f0000],
  otpLockWord: 0,
  swapBank: false,
};

function optionEvents({ board }: BurnBench): readonly string[] {
  return board.events.flatMap(({ what }) =>
    what.startsWith('option bytes: ') ? [what.slice('option bytes: '.length)] : [],
  );
}

describe('the presets', () => {
  it('are the walkthrough’s, each with its source and with what another document says', () => {
    expect(optionPresets.map(({ id }) => id)).toEqual([...optionPresetIds]);
    for (const { values, source, otherwise } of optionPresets) {
      expect(values[0]).toEqual({ name: 'TZEN', value: 0xb4 });
      expect(source).toContain('stm32h5-device.md');
      expect(otherwise).toContain('0x1F');
    }
    const ends = (id: OptionPresetId) =>
      optionPreset(id).values.filter(({ name }) => name.endsWith('_END'));
    expect(ends('trustzone-dual-bank').map(({ value }) => value)).toEqual([0x2f, 0x2f]);
    expect(ends('trustzone-single-bank').map(({ value }) => value)).toEqual([0x2f, 0x7f]);
  });
});

describe('setting the option bytes', () => {
  it.each<[OptionPresetId, [number, number]]>([
    ['trustzone-dual-bank', DUAL],
    ['trustzone-single-bank', [0x002f0000, 0x007f0000]],
  ])('%s: they hold after the reset, and nothing else changed', async (presetId, watermarks) => {
    const bench = await dfuBench();
    const plan = await optionPlan(bench, presetId);
    const approval = approveOptionBytes(plan, wordsForOptionBytes(plan));
    const outcome = await writeOptionBytes(bench.env, approval);
    expect(outcome.proof).toBe('proven');
    expect(stateOf(bench)).toEqual({ ...FACTORY, trustZone: true, secureWatermarks: watermarks });
    expect(outcome.fields).toEqual(plan.after);
    expect(outcome.resets).toBe(presetId === 'trustzone-dual-bank' ? 2 : 1);
    expect(bench.board.snapshot().options.secureWatermarks).toEqual(watermarks);
  });

  it('tells before, after and what changes', async () => {
    const plan = await optionPlan(await dfuBench());
    const changes = plan.changes.map(({ before, after }) => [
      before.name,
      before.value,
      after.value,
    ]);
    expect(changes).toEqual([
      ['TZEN', 0xc3, 0xb4],
      ['SECWM1_END', 0x7f, 0x2f],
      ['SECWM2_END', 0x7f, 0x2f],
    ]);
    expect(plan.cautions).toEqual([
      'way-back-erases-flash',
      'documents-disagree',
      'unproven-on-silicon',
      'otp-blank',
    ]);
  });

  it('writes the watermark of the second bank first, TZEN last, and never the product state', async () => {
    const bench = await dfuBench();
    const stages: OptionProgress[] = [];
    await writeOptionBytes(bench.env, await approvedOptions(bench), {
      onProgress: (progress) => stages.push(progress),
    });
    expect(optionEvents(bench)).toEqual(['SECWM2 0x2f0000', 'TZEN on', 'SECWM1 0x2f0000']);
    const order = stages
      .map(({ stage }) => stage)
      .filter((stage, at, all) => stage !== all[at - 1]);
    expect(order.slice(0, 4)).toEqual(['inspecting', 'writing', 'waiting-for-board', 'verifying']);
    expect(stages.find(({ stage }) => stage === 'writing')?.cancelling).toBe('finishes-step');
  });

  it('keeps OTP, its locks and the flash as they are', async () => {
    const bench = await dfuBench();
    await burnWith(bench, await approved(bench, { keystore, intended: intendedImage(keystore) }));
    bench.board.optionBytes.lockOtpBlocks(0x80000003);
    bench.board.flash.load(0x08000000, Uint8Array.of(1, 2, 3, 4));
    const before = JSON.stringify([bench.board.otp.cells(), bench.board.snapshot().flash]);
    const plan = await optionPlan(bench);
    expect(plan.cautions).not.toContain('otp-blank');
    await writeOptionBytes(bench.env, approveOptionBytes(plan, wordsForOptionBytes(plan)));
    expect(JSON.stringify([bench.board.otp.cells(), bench.board.snapshot().flash])).toBe(before);
    expect(bench.board.optionBytes.otpLockWord).toBe(0x80000003);
  });

  it('plans nothing for a board that holds them', async () => {
    const bench = await dfuBench();
    await writeOptionBytes(bench.env, await approvedOptions(bench));
    const result = planOptionBytes({
      inspection: await inspect(bench.bench),
      benchKind: 'virtual',
      presetId: 'trustzone-dual-bank',
      journal: undefined,
    });
    expect(result.kind).toBe('already');
  });

  it('may be ordered from another thread, which judges it anew', async () => {
    const { hosted } = await hostedDfuBench();
    const outcome = await writeOptionBytes(hosted.env, await approvedOptions(hosted));
    expect(outcome.proof).toBe('proven');
    expect(stateOf(hosted).secureWatermarks).toEqual(DUAL);
  });
});

describe('the approval of option bytes', () => {
  it('wants the board, the word and the end of this change’s hash', async () => {
    const plan = await optionPlan(await dfuBench());
    const words = wordsForOptionBytes(plan);
    expect(words.changeTail.replace(' ', '')).toBe(plan.hash.slice(-8));
    const other = wordsForOptionBytes(await optionPlan(await dfuBench(), 'trustzone-single-bank'));
    expect(other.changeTail).not.toBe(words.changeTail);
    approveOptionBytes(plan, { ...words, word: 'trustzone', changeTail: plan.hash.slice(-8) });
    for (const wrong of [
      { ...words, boardTail: '0000' },
      { ...words, word: 'ERASE' },
      { ...words, changeTail: other.changeTail },
      { ...words, changeTail: '' },
    ]) {
      expectThrows(() => approveOptionBytes(plan, wrong), 'confirmation-mismatch');
    }
  });

  it('cannot be made by hand', async () => {
    const bench = await dfuBench();
    const approval = await approvedOptions(bench);
    const { plan } = approval;
    const words = wordsForOptionBytes(plan);
    expectThrows(() => new OptionPlan(Symbol(), plan.input, {} as never), 'plan-not-approved');
    expectThrows(() => new ApprovedOptionBytes(Symbol(), plan, words), 'plan-not-approved');
    const changed = Object.create(plan, {
      values: { value: [{ name: 'SECWM1_END', value: 0 }] },
    }) as OptionPlan;
    expectThrows(() => approveOptionBytes(changed, words), 'plan-not-approved');
    const lookAlike = Object.create(ApprovedOptionBytes.prototype, {
      plan: { value: plan },
    }) as ApprovedOptionBytes;
    await expectRejects(writeOptionBytes(bench.env, lookAlike), 'plan-not-approved');
    expect(stateOf(bench)).toEqual(FACTORY);
  });

  it('is good for one writing that ended well, on that board', async () => {
    const bench = await dfuBench();
    const approval = await approvedOptions(bench);
    const other = await dfuBench({ seed: 99 });
    await expectRejects(writeOptionBytes(other.env, approval), 'board-wrong');
    await writeOptionBytes(bench.env, approval);
    await expectRejects(writeOptionBytes(bench.env, approval), 'plan-not-approved');
    expect(stateOf(other)).toEqual(FACTORY);
  });
});

describe('option bytes are refused', () => {
  const openFields = decodeOptionBytes(new Uint8Array(176).fill(1)).fields;
  const codes = (input: Partial<Parameters<typeof planOptionBytes>[0]>): readonly string[] => {
    const result = planOptionBytes({
      inspection: inspection(),
      benchKind: 'real',
      presetId: 'trustzone-dual-bank',
      journal: undefined,
      ...input,
    });
    return result.kind === 'refused' ? result.reasons.map(({ code }) => code) : [];
  };

  it('where the bootloader does not offer all of them', async () => {
    expect(codes({})).toEqual(['not-supported']);
    expect(codes({ inspection: inspection({ optionBytes: { fields: openFields } }) })).toEqual([
      'not-supported',
    ]);
    const bench = await dfuBench();
    bench.panel.setAlternates({ otp: true, option: false });
    bench.panel.pressReset();
    await bench.clock.sleep(1000);
    expect(codes({ inspection: await inspect(bench.bench) })).toContain('not-supported');
  });

  it('outside Open, and where the state cannot be read', async () => {
    for (const productState of [{ code: 0x17, name: 'provisioning' } as const, undefined]) {
      expect(codes({ inspection: inspection({ optionBytes: { productState } }) })).toContain(
        'board-not-open',
      );
    }
    const bench = await dfuBench();
    const approval = await approvedOptions(bench);
    bench.board.optionBytes.productState = 0x17;
    await expectRejects(writeOptionBytes(bench.env, approval), 'board-not-open');
    expect(optionEvents(bench)).toEqual([]);
  });

  it('without a serial number, on another chip, and in the middle of a burn', async () => {
    const seen = await inspect((await dfuBench()).bench);
    expect(codes({ inspection: { ...seen, serial: undefined } })).toEqual(['board-wrong']);
    expect(codes({ inspection: { ...seen, board: undefined } })).toEqual(['board-wrong']);
    expect(codes({ inspection: inspection({ target: 'stm32h7' }) })).toContain('board-wrong');
    expect(codes({ inspection: seen, journal: { phase: 'writing' } as never })).toEqual([
      'journal-conflict',
    ]);
    const swapped = { ...seen, optionBytes: { ...seen.optionBytes, swapBank: true } };
    expect(codes({ inspection: swapped })).toEqual([]);
    expect(codes({ inspection: swapped, presetId: 'trustzone-single-bank' })).toEqual([
      'not-supported',
    ]);
  });

  it('when the board changed since it was planned', async () => {
    const bench = await dfuBench();
    const approval = await approvedOptions(bench);
    bench.board.optionBytes.secureWatermarks = [0x00100000, 0x007f0000];
    await expectRejects(writeOptionBytes(bench.env, approval), 'plan-changed');
    expect(optionEvents(bench)).toEqual([]);
  });
});

describe('the bytes that leave', () => {
  const region = (state = 0xed) => {
    const bytes = new Uint8Array(176);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, (0x2d3000f8 | (state << 8)) >>> 0, true);
    // What waits in the words to be programmed may be anything.
    view.setUint32(4, 0xffffffff, true);
    view.setUint32(0x20, 0xc3000000, true);
    view.setUint32(0x40, 0x80000001, true);
    view.setUint32(0x44, 0xffffffff, true);
    return { alternate: 1, address: FIRST, bytes };
  };
  const TZEN = [{ name: 'TZEN', value: 0xb4 }] as const;

  it('carry the product state and the locks as they hold, in both words', () => {
    const block = optionBlock(region(), TZEN);
    const view = new DataView(block!.buffer);
    for (const at of [0, 4]) expect(view.getUint32(at, true)).toBe(0x2d30edf8);
    for (const at of [0x20, 0x24]) expect(view.getUint32(at, true)).toBe(0xb4000000);
    for (const at of [0x40, 0x44]) expect(view.getUint32(at, true)).toBe(0x80000001);
  });

  it('do not exist for a chip outside Open, nor for any other field', () => {
    for (const state of [0x17, 0x72, 0x5c, 0x00]) {
      expectThrows(() => optionBlock(region(state), TZEN), 'board-not-open');
    }
    for (const name of ['PRODUCT_STATE', 'OTPBLR', 'SWAP_BANK', 'SECBOOTADD'] as const) {
      const change = { name, value: 1 } as never;
      expectThrows(() => optionBlock(region(), [change]), 'invalid-argument');
    }
  });
});

describe('writing option bytes that is interrupted', () => {
  it('by the plug at any byte ends with them set when it is repeated', async () => {
    for (const atByte of [3, 300, 700, 1_000, 1_400]) {
      const bench = await dfuBench();
      const approval = await approvedOptions(bench);
      bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte });
      const first = writeOptionBytes(bench.env, approval, {}).then(
        () => 'done',
        () => 'failed',
      );
      const ended = await first;
      bench.panel.clearFaults();
      await enterDfu(bench);
      if (ended === 'failed') await writeOptionBytes(bench.env, approval);
      expect(stateOf(bench)).toEqual({ ...FACTORY, trustZone: true, secureWatermarks: DUAL });
      expect(optionEvents(bench).filter((what) => what.startsWith('PRODUCT_STATE'))).toEqual([]);
    }
  });

  it('by a reset into nothing: waits, then says that the board is gone', async () => {
    const bench = await dfuBench();
    const gone = writeOptionBytes(bench.env, await approvedOptions(bench), {
      onProgress: ({ stage }) => {
        if (stage === 'writing') bench.panel.setBoot0(false);
      },
    });
    await expectRejects(gone, 'board-gone');
    expect(stateOf(bench).trustZone).toBe(false);
  });

  it('by a cancel before it is sent: does nothing', async () => {
    const bench = await dfuBench();
    const canceller = createCanceller();
    const cancelled = writeOptionBytes(bench.env, await approvedOptions(bench), {
      signal: canceller.signal,
      onProgress: ({ stage }) => {
        if (stage === 'inspecting') canceller.cancel();
      },
    });
    await expectRejects(cancelled, 'cancelled');
    expect(stateOf(bench)).toEqual(FACTORY);
  });

  it('by a chip that does not take the first watermark: TZEN is never touched', async () => {
    const bench = await dfuBench();
    bench.board.optionBytes.program = () => [];
    const refused = writeOptionBytes(bench.env, await approvedOptions(bench));
    await expectRejects(refused, 'dfu-verify-failed', 'SECWM2_END');
    expect(stateOf(bench)).toEqual(FACTORY);
  });

  it('is not proven where TrustZone hides the registers afterwards', async () => {
    const bench = await dfuBench();
    const { optionBytes } = bench.board;
    const shown = optionBytes.toBytes.bind(optionBytes);
    optionBytes.toBytes = (base) =>
      optionBytes.trustZone ? new Uint8Array(shown(base).length) : shown(base);
    const outcome = await writeOptionBytes(bench.env, await approvedOptions(bench));
    expect(outcome.proof).toBe('not-readable');
    expect(optionField(outcome.fields, 'TZEN')?.value).toBeUndefined();
    expect(stateOf(bench).secureWatermarks).toEqual(DUAL);
  });
});
