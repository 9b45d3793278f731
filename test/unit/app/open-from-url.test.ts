import { describe, expect, it } from 'vitest';
import { seedFromUrl } from '../../../src/app/open-from-url.ts';

describe('the board in the address', () => {
  it('is none unless it is asked for', () => {
    expect(seedFromUrl('')).toBeUndefined();
    expect(seedFromUrl('?seed=7')).toBeUndefined();
    expect(seedFromUrl('?board=real&seed=7')).toBeUndefined();
  });

  it('is the virtual board of the given number', () => {
    expect(seedFromUrl('?board=virtual&seed=7')).toBe(7);
    expect(seedFromUrl('?seed=0&board=virtual')).toBe(0);
  });

  it('is board 1 when the number is missing or none', () => {
    for (const search of ['', '&seed=-1', '&seed=1.5', '&seed=x', '&seed=4294967296']) {
      expect(seedFromUrl(`?board=virtual${search}`)).toBe(1);
    }
  });
});
