/** Deadlines where timers are slow: a hidden tab's, or those of a computer that slept. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { throwIfCancelled, withDeadline, type Clock } from '../../../../src/core/ports/index.ts';
import { expectRejects } from '../../../support/expect-error.ts';

/** Its timers fire at whole seconds only, and before whatever else came meanwhile. */
function hiddenTab() {
  let nowMs = 0;
  const queue: { dueMs: number; run: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        throwIfCancelled(signal);
        signal?.addEventListener('abort', () => {
          reject(new AppError('cancelled', 'cancelled'));
        });
        queue.push({ dueMs: Math.ceil((nowMs + durationMs) / 1000) * 1000, run: resolve });
      }),
  };
  /** One second; `arriving` was delivered by the device in it, and is handled after the timers. */
  const pass = async (arriving: () => void = () => undefined): Promise<void> => {
    nowMs += 1000;
    for (const timer of queue.filter(({ dueMs }) => dueMs <= nowMs)) {
      queue.splice(queue.indexOf(timer), 1);
      timer.run();
    }
    // The timer's own consequences run before the next event.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    arriving();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { clock, pass };
}

describe('a deadline', () => {
  it('is not missed because its timer came before the answer that was already there', async () => {
    const { clock, pass } = hiddenTab();
    let answer: (value: string) => void = () => undefined;
    const result = withDeadline(
      clock,
      100,
      'ask',
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    await pass(() => {
      answer('in time');
    });
    expect(await result).toBe('in time');
  });

  it('ends what never answers, a moment later', async () => {
    const { clock, pass } = hiddenTab();
    const result = withDeadline(clock, 100, 'ask', () => new Promise<string>(() => undefined));
    const ended = expectRejects(result, 'deadline-exceeded', 'ask: no result after 2000 ms');
    await pass();
    await pass();
    await ended;
  });
});
