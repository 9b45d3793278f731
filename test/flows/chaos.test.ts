/**
 * A hundred burns on which anything may happen, in simulated time; `test/deep/chaos` plays two thousand. A failure
 * names its seed: `playChaos(seed, …)` plays it again.
 */
import { describe, expect, it } from 'vitest';
import { FATE_KINDS, ROUTES } from '../support/chaos/fate.ts';
import { playSeries } from '../support/chaos/series.ts';

const FIRST_SEED = 1;
/** Some 15 s on a quiet machine. */
const TIMEOUT_MS = 600_000;

describe('a burn that is disturbed and taken up again, a hundred times over', () => {
  it(
    'burns no wrong bit, loses no journal and says nothing untrue',
    async () => {
      const counts = await playSeries(
        Array.from({ length: 100 }, (_, index) => FIRST_SEED + index),
      );
      // The generator must really get everywhere, or all of this proves nothing.
      expect([...counts.routes.keys()].sort()).toEqual([...ROUTES].sort());
      expect([...counts.struck.keys()].sort()).toEqual([...FATE_KINDS].sort());
      expect(counts.good).toBeGreaterThan(70);
      expect(counts.good).toBeLessThan(100);
      for (const end of EXPECTED_ENDS) expect(counts.ends.get(end), end).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

const EXPECTED_ENDS = [
  'burned',
  'already-burned',
  'tab-lost',
  'cancelled',
  'storage-failed',
  'usb-disconnected',
  'dfu-stuck',
  'otp-verify-failed',
  'otp-read-unstable',
  'refused: otp-conflict',
  'board-gone',
];
