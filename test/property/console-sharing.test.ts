// A dialogue and a person share one line: whatever asks, waits, gives back or is called off, the tap hears
// every byte once, in order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/core/bytes/index.ts';
import { createCanceller } from '../../src/core/ports/index.ts';
import { createConsole } from '../../src/core/serial/index.ts';
import { SimLine } from '../support/serial/sim-line.ts';
import { simClock } from '../support/sim-bench.ts';

const act = fc.oneof(
  fc.record({ kind: fc.constant('arrive' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('read' as const), timeoutMs: fc.nat(30), unread: fc.nat(8) }),
  fc.record({ kind: fc.constant('call off' as const), afterMs: fc.nat(20) }),
  fc.record({ kind: fc.constant('ask' as const), timeoutMs: fc.nat(50) }),
  fc.record({ kind: fc.constant('type' as const) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20) }),
);

describe('a line that dialogues share', () => {
  it('loses no byte, repeats none and says truly when it is held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const line = new SimLine(simClock());
        const { clock } = line;
        const tapped: Uint8Array[] = [];
        const arrived: Uint8Array[] = [];
        const held: boolean[] = [];
        const console = createConsole(line, clock, {
          onBytes: (bytes) => tapped.push(bytes.slice()),
          onBusy: (busy) => held.push(busy),
        });
        const listening = console.listen().catch(() => undefined);
        const works: Promise<unknown>[] = [];
        for (const step of acts) {
          if (step.kind === 'arrive') {
            arrived.push(step.bytes);
            line.arrive(step.bytes.slice());
          } else if (step.kind === 'read') {
            works.push(
              console.withPipe(async (pipe) => {
                const bytes = await pipe.read({ timeoutMs: step.timeoutMs });
                console.unread(bytes.slice(bytes.length - step.unread));
              }),
            );
          } else if (step.kind === 'call off') {
            const { signal, cancel } = createCanceller();
            works.push(
              console
                .withPipe((pipe) => pipe.read({ timeoutMs: 1000, signal }))
                .catch(() => undefined),
              clock.sleep(step.afterMs).then(cancel),
            );
          } else if (step.kind === 'ask') {
            works.push(console.send('help', { timeoutMs: step.timeoutMs }).catch(() => undefined));
          } else if (step.kind === 'type') {
            works.push(console.type(Uint8Array.of(0x78)));
          } else {
            await clock.sleep(step.ms);
          }
        }
        await Promise.all(works);
        await clock.sleep(10);
        await console.close();
        await listening;
        expect(concatBytes(...tapped)).toEqual(concatBytes(...arrived));
        expect(held).toEqual(held.map((_, turn) => turn % 2 === 0));
        expect(held.length % 2).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
