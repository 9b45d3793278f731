// What a store is doing, where works overlap.
import { expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { perform, type Activity } from '../../../src/state/activity.ts';

it('leaves the failure of a later work on the screen when an earlier one ends', async () => {
  const said: Activity[] = [];
  const report = (activity: Activity): void => void said.push(activity);
  let endFirst = (): void => undefined;
  const first = perform(report, 'open', () => new Promise<void>((end) => (endFirst = end)));
  await perform(report, 'choose', () => Promise.reject(new AppError('usb-no-device', 'none')));
  endFirst();
  await first;
  expect(said.map(({ kind }) => kind)).toEqual(['busy', 'busy', 'failed']);
});

it('is idle when the last work has ended, and after a cancel', async () => {
  const said: Activity[] = [];
  const report = (activity: Activity): void => void said.push(activity);
  expect(await perform(report, 'open', () => Promise.resolve(7))).toBe(7);
  await perform(report, 'open', () => Promise.reject(new AppError('cancelled', 'cancelled')));
  expect(said.map(({ kind }) => kind)).toEqual(['busy', 'idle', 'busy', 'idle']);
});
