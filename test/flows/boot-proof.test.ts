/** The proof behind a burn, on boards that verify and on one that does not. */
import { describe, expect, it } from 'vitest';
import { createCanceller } from '../../src/core/ports/index.ts';
import { wrongVersionFor, type RefusalSeen } from '../../src/core/provisioning/index.ts';
import { createConsole } from '../../src/core/serial/index.ts';
import { bootloaderProfiles } from '../../src/core/wolfboot/index.ts';
import { openConsole, testKey, UPDATE_PARTITION } from '../support/booted-board.ts';
import { expectRejects } from '../support/expect-error.ts';
import { proofInput, prove, runningBoard } from '../support/proving.ts';
import type { SimBench } from '../support/sim-bench.ts';

const key = await testKey();
const SOME_BYTES = 4096;

async function info(bench: SimBench) {
  const console = createConsole(await openConsole(bench), bench.clock);
  try {
    await console.waitForPrompt({ leaveReceiver: true });
    return await console.info();
  } finally {
    await console.close();
  }
}

describe('a board whose bootloader verifies', () => {
  it.each(['stranger-key', 'signature-of-another'] as const)(
    'refuses what is wrongly signed (%s), boots what is rightly signed, and is proved',
    async (how) => {
      const bench = await runningBoard(key);
      const seen: RefusalSeen[] = [];
      const proof = await prove(bench, await proofInput(key, { how }), {
        onRefused: (refusal) => seen.push(refusal),
      });
      expect(proof).toMatchObject({
        kind: 'proved',
        refusal: { version: 2, how, runningVersion: 1, updatePartition: 'empty' },
        boot: { versionBefore: 1, version: 3 },
      });
      expect(seen).toHaveLength(1);
      expect(await info(bench)).toMatchObject({ firmwareVersion: 3, state: 'CONFIRMED' });
    },
  );

  it('is proved with a right image that is only one version newer', async () => {
    const bench = await runningBoard(key);
    const proof = await prove(bench, await proofInput(key, { rightVersion: 2 }));
    expect(proof).toMatchObject({ kind: 'proved', boot: { version: 2 } });
  });

  it('is proved with one bank, where the refused image stays', async () => {
    const profile = bootloaderProfiles.find(
      ({ partitions, signName }) => partitions?.dualBank === false && signName === 'ECC256',
    );
    const bench = await runningBoard(key, { oneBank: true });
    const proof = await prove(bench, await proofInput(key, { profile: profile! }));
    expect(proof).toMatchObject({ kind: 'proved', refusal: { updatePartition: 'kept' } });
  });

  it('is proved in a second run when the first was cancelled before the reboot', async () => {
    const bench = await runningBoard(key);
    const input = await proofInput(key);
    const canceller = createCanceller();
    const cancelled = prove(bench, input, {
      signal: canceller.signal,
      onProgress: ({ stage }) => {
        if (stage === 'receiver-done') canceller.cancel();
      },
    });
    await expectRejects(cancelled, 'cancelled');
    expect(await info(bench)).toMatchObject({ firmwareVersion: 1 });
    expect(await prove(bench, input)).toMatchObject({ kind: 'proved' });
  });

  it('need not refuse twice: what was seen is handed in again', async () => {
    const bench = await runningBoard(key);
    const input = await proofInput(key);
    let refused: RefusalSeen | undefined;
    const canceller = createCanceller();
    const cancelled = prove(bench, input, {
      signal: canceller.signal,
      onRefused: (refusal) => {
        refused = refusal;
        canceller.cancel();
      },
    });
    await expectRejects(cancelled, 'cancelled');
    const steps = new Set<string>();
    const proof = await prove(
      bench,
      { ...input, wrong: undefined, refused },
      { onProgress: ({ step }) => steps.add(step) },
    );
    expect(proof).toMatchObject({ kind: 'proved', refusal: { version: 2 } });
    expect([...steps]).toEqual(['right']);
  });
});

describe('a board whose bootloader verifies nothing', () => {
  it('is found out, and led back to what its owner signed', async () => {
    const bench = await runningBoard(key, { checksSignatures: false });
    const proof = await prove(bench, await proofInput(key));
    expect(proof).toMatchObject({ kind: 'disproved', version: 2, versionBefore: 1, ledBack: true });
    expect(await info(bench)).toMatchObject({ firmwareVersion: 3, state: 'CONFIRMED' });
  });

  it('is found out also where nothing newer is left to lead it back', async () => {
    const bench = await runningBoard(key, { checksSignatures: false });
    const input = await proofInput(key, { rightVersion: 2, how: 'signature-of-another' });
    expect(await prove(bench, input)).toMatchObject({ kind: 'disproved', ledBack: false });
    // Nobody confirmed what nobody signed.
    expect(await info(bench)).toMatchObject({ firmwareVersion: 2, state: 'TESTING' });
  });
});

describe('nothing is sent', () => {
  const untouched = async (
    bench: SimBench,
    work: Promise<unknown>,
    code: 'board-wrong' | 'update-refused',
    words: string,
  ) => {
    const before = bench.board.flash.read(UPDATE_PARTITION, SOME_BYTES).slice();
    await expectRejects(work, code, words);
    expect(bench.board.flash.read(UPDATE_PARTITION, SOME_BYTES)).toEqual(before);
  };

  it('to a board that lists other keys', async () => {
    const other = await testKey({ name: 'other' });
    const bench = await runningBoard(other);
    await untouched(bench, prove(bench, await proofInput(key)), 'board-wrong', 'other keys');
  });

  it('when the wrong image is wrong in more than its signature', async () => {
    const bench = await runningBoard(key);
    const input = await proofInput(key);
    const bytes = input.wrong!.image.bytes.slice();
    bytes[bytes.length - 1]! ^= 1;
    const wrong = { ...input.wrong!, image: { ...input.wrong!.image, bytes } };
    await untouched(bench, prove(bench, { ...input, wrong }), 'update-refused', 'another fault');
  });

  it('when the wrong image is rightly signed, or the right one wrongly', async () => {
    const bench = await runningBoard(key);
    const { right, wrong, ...rest } = await proofInput(key);
    const swapped = { ...rest, right: wrong!, wrong: { ...right, how: wrong!.how } };
    await untouched(bench, prove(bench, swapped), 'update-refused', 'wrong.bin');
    const both = { ...rest, right, wrong: { ...right, how: wrong!.how } };
    await untouched(bench, prove(bench, both), 'update-refused', 'rightly signed');
  });

  it('when the images are not newer than what runs', async () => {
    const bench = await runningBoard(key);
    const input = await proofInput(key, { rightVersion: 1, wrongVersion: 1 });
    await untouched(bench, prove(bench, input), 'update-refused', 'newer');
  });
});

describe('the version of the wrong image', () => {
  it('lies between what runs and what is to run, where there is room', () => {
    expect([wrongVersionFor(1, 5), wrongVersionFor(1, 3), wrongVersionFor(1, 2)]).toEqual([
      4, 2, 2,
    ]);
  });
});
