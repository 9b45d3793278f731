/**
 * A BytePipe that does to what passes it what a bad line does: `line-faults`, stalls of two seconds in the middle of a
 * chunk, and things that happen to the board at a certain moment. It is put around any pipe, so the same sequence of
 * faults strikes the model and the virtual board.
 */
import fc from 'fast-check';
import { concatBytes } from '../../../src/core/bytes/index.ts';
import type { BytePipe, TransferOptions } from '../../../src/core/ports/index.ts';
import type { SimClock } from '../../../src/virtual/index.ts';
import { damageBy, lineFault, LINE_FAULT_KINDS, type LineFault } from './line-faults.ts';

/** What happens to the board when the host has written `at` chunks. */
export const BOARD_EVENTS = ['reset', 'cancel', 'flash-error', 'unplug'] as const;

export type Event =
  | LineFault
  | { readonly kind: 'stall'; readonly way: 'out' | 'in'; readonly at: number }
  | { readonly kind: (typeof BOARD_EVENTS)[number]; readonly at: number };

export const EVENT_KINDS = [...LINE_FAULT_KINDS, 'stall', ...BOARD_EVENTS] as const;

const STALL_MS = 2000;

export function lineEvents(mostChunks: number, most: number): fc.Arbitrary<readonly Event[]> {
  const at = fc.nat(mostChunks);
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 7, arbitrary: lineFault(mostChunks) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('stall' as const),
        way: fc.constantFrom('out' as const, 'in' as const),
        at,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom(...BOARD_EVENTS), at }) },
  );
  return fc.array(event, { maxLength: most });
}

interface Arrived {
  readonly bytes: Uint8Array;
  readonly dueMs: number;
}

export class FaultyPipe implements BytePipe {
  /** How often each kind struck. */
  readonly struck = new Map<string, number>();
  private writes = -1;
  private reads = -1;
  private outReady: Promise<unknown> = Promise.resolve();
  private inbox: Arrived[] = [];
  private readonly damageOut: (bytes: Uint8Array) => Uint8Array;
  private readonly damageIn: (bytes: Uint8Array) => Uint8Array;

  constructor(
    private readonly pipe: BytePipe,
    private readonly clock: SimClock,
    private readonly events: readonly Event[],
    private readonly onEvent: (kind: (typeof BOARD_EVENTS)[number]) => void,
  ) {
    const faults = events.filter((event): event is LineFault => 'where' in event);
    this.damageOut = damageBy(faults, 'out', this.struck);
    this.damageIn = damageBy(faults, 'in', this.struck);
  }

  async write(bytes: Uint8Array, options: TransferOptions): Promise<void> {
    this.writes++;
    const at = this.writes;
    const result = this.damageOut(bytes.slice());
    for (const event of this.events) {
      if ('way' in event || event.at !== at) continue;
      this.strike(event.kind);
      this.onEvent(event.kind);
    }
    await this.outReady;
    const stalls = this.stallsAt('out', at);
    const now = stalls ? result.slice(0, result.length >> 1) : result;
    if (now.length > 0) await this.pipe.write(now, options);
    if (!stalls) return;
    // Taken over by a driver that sends it late: the writer is told that all is well.
    this.outReady = this.clock
      .sleep(STALL_MS)
      .then(() => this.pipe.write(result.slice(now.length), { timeoutMs: options.timeoutMs }))
      .catch(() => undefined);
  }

  async read(options: TransferOptions): Promise<Uint8Array> {
    const deadlineMs = this.clock.nowMs() + options.timeoutMs;
    for (;;) {
      const nowMs = this.clock.nowMs();
      const due = this.inbox.filter(({ dueMs }) => dueMs <= nowMs);
      if (due.length > 0) {
        this.inbox = this.inbox.slice(due.length);
        return concatBytes(...due.map(({ bytes }) => bytes));
      }
      const restMs = Math.max(0, deadlineMs - nowMs);
      const [first] = this.inbox;
      if (first !== undefined) {
        await this.clock.sleep(Math.min(restMs, first.dueMs - nowMs), options.signal);
        if (first.dueMs > deadlineMs) return new Uint8Array(0);
        continue;
      }
      const bytes = await this.pipe.read({ ...options, timeoutMs: restMs });
      if (bytes.length === 0) return bytes;
      this.arrive(bytes);
    }
  }

  close(): Promise<void> {
    return this.pipe.close();
  }

  setSignals(...args: Parameters<BytePipe['setSignals']>): Promise<void> {
    return this.pipe.setSignals(...args);
  }

  private arrive(bytes: Uint8Array): void {
    this.reads++;
    const nowMs = this.clock.nowMs();
    const dueMs = this.stallsAt('in', this.reads) ? nowMs + STALL_MS : nowMs;
    const result = this.damageIn(bytes);
    if (result.length > 0) this.inbox.push({ bytes: result, dueMs });
  }

  private stallsAt(way: 'out' | 'in', at: number): boolean {
    const stalls = this.events.some(
      (event) => event.kind === 'stall' && event.way === way && event.at === at,
    );
    if (stalls) this.strike('stall');
    return stalls;
  }

  private strike(kind: string): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }
}
