import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../src/core/errors.ts';
import type { ControlPipe, ControlRequest } from '../../../src/core/ports/index.ts';
import type { BoardFault } from '../../../src/core/ports/index.ts';
import { simBench, type SimBench } from '../../support/sim-bench.ts';

const TIMEOUT = { timeoutMs: 500 };

async function openRom(bench: SimBench): Promise<ControlPipe | undefined> {
  bench.panel.setPlug('userUsb', true);
  bench.panel.setBoot0(true);
  bench.panel.pressReset();
  await bench.clock.sleep(300);
  const [device] = await bench.bench.usb.list();
  return device?.open(TIMEOUT);
}

const request: fc.Arbitrary<ControlRequest> = fc.record({
  type: fc.constantFrom('standard', 'class', 'class', 'class', 'vendor'),
  recipient: fc.constantFrom('device', 'interface', 'interface', 'interface'),
  request: fc.nat(8),
  value: fc.oneof(fc.nat(4), fc.nat(0xffff)),
  index: fc.constantFrom(0, 0, 0, 1),
});

/** Mostly commands that mean something. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(0x21, 0x41),
      fc.constantFrom(0x08000000, 0x081fe000, 0x08fff000, 0x08fff7fe, 0x40022050, 0),
    )
    .map(([opcode, address]) => {
      const command = new Uint8Array(5);
      command[0] = opcode;
      new DataView(command.buffer).setUint32(1, address, true);
      return command;
    }),
);

type Step =
  | { readonly do: 'in'; readonly request: ControlRequest; readonly lengthBytes: number }
  | { readonly do: 'out'; readonly request: ControlRequest; readonly data: Uint8Array }
  | { readonly do: 'select'; readonly alternate: number }
  | { readonly do: 'sleep'; readonly durationMs: number }
  | { readonly do: 'arm'; readonly fault: BoardFault };

const fault: fc.Arbitrary<BoardFault> = fc.oneof(
  fc.record({ kind: fc.constant('stall-at-transfer' as const), atTransfer: fc.nat(3) }),
  fc.record({ kind: fc.constant('stuck-busy' as const), atTransfer: fc.nat(30) }),
  fc.record({ kind: fc.constant('slow-poll' as const), pollTimeoutMs: fc.nat(300) }),
  fc.record({
    kind: fc.constant('unplug-at-byte' as const),
    plug: fc.constant('user-usb' as const),
    atByte: fc.nat(500),
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('in' as const), request, lengthBytes: fc.nat(1100) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('out' as const), request, data }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('select' as const), alternate: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), durationMs: fc.nat(60) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('arm' as const), fault }) },
);

/** Does the steps and writes down every outcome. */
async function perform(bench: SimBench, steps: readonly Step[]): Promise<string[]> {
  const pipe = await openRom(bench);
  const outcomes: string[] = [];
  for (const one of steps) {
    try {
      outcomes.push(await performStep(bench, pipe!, one));
    } catch (error) {
      if (!isAppError(error)) throw error;
      outcomes.push(error.code);
    }
  }
  return outcomes;
}

async function performStep(bench: SimBench, pipe: ControlPipe, one: Step): Promise<string> {
  switch (one.do) {
    case 'in': {
      const bytes = await pipe.controlIn(one.request, one.lengthBytes, TIMEOUT);
      expect(bytes.length).toBeLessThanOrEqual(one.lengthBytes);
      return [...bytes].join();
    }
    case 'out':
      await pipe.controlOut(one.request, one.data, TIMEOUT);
      return 'done';
    case 'select':
      await pipe.selectAlternate(one.alternate, TIMEOUT);
      return 'done';
    case 'sleep':
      await bench.clock.sleep(one.durationMs);
      return 'slept';
    case 'arm':
      bench.panel.armFault(one.fault);
      return 'armed';
  }
}

const EXPECTED_CODES = ['usb-stall', 'usb-disconnected', 'deadline-exceeded'];

describe('the ROM', () => {
  it('answers, stalls, hangs or vanishes at whatever it is sent, and every transfer ends in time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const bench = simBench();
        const outcomes = await perform(bench, steps);
        const codes = outcomes.filter((outcome) => outcome.includes('-'));
        expect(codes.filter((code) => !EXPECTED_CODES.includes(code))).toEqual([]);
        const allowedMs = 400 + steps.length * (TIMEOUT.timeoutMs + 60);
        expect(bench.clock.nowMs()).toBeLessThanOrEqual(allowedMs);
      }),
      { numRuns: 60 },
    );
  });

  it('does the same again under the same seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 25 }), async (seed, steps) => {
        const first = simBench({ seed });
        const second = simBench({ seed });
        expect(await perform(first, steps)).toEqual(await perform(second, steps));
        expect(first.board.events).toEqual(second.board.events);
        expect(
          JSON.stringify(first.board.snapshot()) === JSON.stringify(second.board.snapshot()),
        ).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
