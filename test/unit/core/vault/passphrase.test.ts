// What passes for a passphrase, and what a guess at it costs.
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/core/ports/index.ts';
import {
  calibrateCost,
  drawPassphrase,
  LEAST_COST,
  passphraseProblem,
} from '../../../../src/core/vault/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';

describe('a passphrase', () => {
  it.each([
    ['', 'too-short'],
    ['elevenchars', 'too-short'],
    ['aaaaaaaaaaaaaaaa', 'too-uniform'],
    ['abababababab', 'too-uniform'],
    ['twelve chars', undefined],
    ['これは十分に長い合言葉です', undefined],
  ])('%j: %s', (passphrase, problem) => {
    expect(passphraseProblem(passphrase)).toBe(problem);
  });

  it('that is drawn passes and is another one each time', () => {
    const rng = seededRng('phrases');
    const drawn = new Set(Array.from({ length: 100 }, () => drawPassphrase(rng)));
    expect(drawn.size).toBe(100);
    for (const phrase of drawn) {
      expect(phrase).toMatch(/^([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}$/);
      expect(passphraseProblem(phrase)).toBeUndefined();
    }
  });
});

describe('the cost of a guess', () => {
  it.each([
    [5, 256],
    [100, 256],
    [300, 128],
    [500, 64],
    [5000, 64],
  ])('on a computer that needs %i ms for the least: %i MiB', async (tookMs, memoryMib) => {
    let nowMs = 0;
    const clock = { nowMs: () => nowMs } as Clock;
    const stretcher = {
      argon2id: async () => {
        nowMs += tookMs;
        return new Uint8Array(32);
      },
    };
    const cost = await calibrateCost(stretcher, clock);
    expect(cost).toEqual({ ...LEAST_COST, memoryKib: memoryMib * 1024 });
  });
});
