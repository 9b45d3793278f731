import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes/index.ts';
import { createPrimerDialogue, readOtpOverPrimer } from '../../../../src/core/serial/index.ts';
import { builtInPrimer } from '../../../../src/core/wolfboot/built-in-primer.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { slots } from '../../../support/keys.ts';
import { keyfusePrimer, openLine, runInFlash } from '../../../support/keyfuse-primer.ts';
import { simBench, type SimBench } from '../../../support/sim-bench.ts';

const keystore = await slots('ecdsa-p256', 1);

async function primed(image = keyfusePrimer(keystore, { lockBlocks: [2] })) {
  const bench = simBench();
  await runInFlash(bench, image);
  const line = await openLine(bench);
  return { ...bench, line, dialogue: createPrimerDialogue(line, bench.clock) };
}

function corrupt(bench: SimBench, path: 'serial-in' | 'serial-out', atByte: number): void {
  bench.panel.armFault({ kind: 'corrupt-byte', path, atByte });
}

describe('the dialogue with the primer', () => {
  it('asks for status, id and lock word', async () => {
    const { dialogue, board } = await primed();
    expect(await dialogue.status()).toMatchObject({
      result: 'done',
      uniqueId: toHex(board.uniqueId),
      trustZone: false,
      region: 'filled',
      writtenHalfwords: 48 + 16,
      uds: 'written',
      lockWord: 4,
      conflictCount: 0,
      conflicts: [],
      fault: undefined,
    });
    expect(await dialogue.uniqueId()).toBe(toHex(board.uniqueId));
    expect(await dialogue.lockWord()).toBe(4);
  });

  it('reads the whole area with the state of its cells', async () => {
    const { dialogue, board } = await primed();
    const { bytes, doubleErrors } = await dialogue.dump();
    expect(toHex(bytes)).toBe(toHex(board.otp.peek()));
    const blank = Array.from({ length: 1024 }, (_, index) => index).filter(
      (index) => board.otp.stateOf(index) === 'blank',
    );
    expect(doubleErrors).toEqual(blank);
  });

  it('hears of a primer without a keystore', async () => {
    const { line, clock } = await primed(builtInPrimer());
    const reading = await readOtpOverPrimer(line, clock);
    expect(reading.status).toMatchObject({ result: 'no-keystore', region: 'empty' });
    expect(reading.bytes.every((byte) => byte === 0xff)).toBe(true);
    expect(reading.lockWord).toBe(0);
  });

  it.each([0, 3, 40, 300, 2000])(
    'asks again when byte %i of the answers is garbled',
    async (at) => {
      const bench = await primed();
      corrupt(bench, 'serial-in', at);
      const reading = await readOtpOverPrimer(bench.line, bench.clock);
      expect(toHex(reading.bytes)).toBe(toHex(bench.board.otp.peek()));
      expect(bench.panel.state().armedFaults).toEqual([]);
    },
  );

  it('puts a dump together from answers that are each garbled', async () => {
    const bench = await primed();
    corrupt(bench, 'serial-in', 500);
    corrupt(bench, 'serial-in', 9000);
    const { bytes } = await bench.dialogue.dump();
    expect(toHex(bytes)).toBe(toHex(bench.board.otp.peek()));
  });

  it.each([0, 1, 4, 6, 7])('asks again when byte %i of the question is garbled', async (at) => {
    const bench = await primed();
    corrupt(bench, 'serial-out', at);
    expect(await bench.dialogue.status()).toMatchObject({ result: 'done' });
  });

  it('clears what somebody left in the line', async () => {
    const { line, dialogue } = await primed();
    await line.write(Uint8Array.from([0x64, 0x75]), { timeoutMs: 100 });
    expect(await dialogue.lockWord()).toBe(4);
  });

  it('tells of a line on which nothing answers, after three tries', async () => {
    const bench = simBench();
    const line = await openLine(bench);
    const dialogue = createPrimerDialogue(line, bench.clock);
    const before = bench.clock.nowMs();
    await expectRejects(dialogue.status({ timeoutMs: 500 }), 'console-silent');
    expect(bench.clock.nowMs() - before).toBeLessThan(2500);
  });

  it('tells of something else that answers', async () => {
    const { dialogue, panel } = await primed();
    // The line is read at a rate at which it makes no sense.
    expect(await dialogue.status()).toBeDefined();
    for (let at = 0; at < 3; at++)
      panel.armFault({ kind: 'corrupt-byte', path: 'serial-in', atByte: 5 + 400 * at });
    for (let at = 0; at < 40; at++)
      panel.armFault({ kind: 'corrupt-byte', path: 'serial-in', atByte: 10 * at });
    await expectRejects(dialogue.lockWord({ timeoutMs: 500 }), 'console-unexpected');
  });

  it('may be cancelled, and ends with the plug', async () => {
    const bench = await primed();
    const controller = new AbortController();
    controller.abort();
    await expectRejects(bench.dialogue.dump({ signal: controller.signal }), 'cancelled');
    const dumping = bench.dialogue.dump();
    bench.clock.schedule(100, () => bench.panel.setPlug('stLink', false));
    await expectRejects(dumping, 'serial-disconnected');
  });
});
