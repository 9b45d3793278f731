import { expect, it } from 'vitest';
import { drawUds } from '../../../../src/core/provisioning/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';

it('is 32 bytes of the generator', () => {
  expect(drawUds(seededRng('a'))).toEqual(seededRng('a').bytes(32));
});

it('has no halfword of 0xFFFF: it is drawn again, the others stay', () => {
  const draws = [
    Uint8Array.from({ length: 32 }, (_, at) => (at === 6 || at === 7 ? 0xff : at)),
    Uint8Array.of(0xff, 0xff),
    Uint8Array.of(0xff, 0x12),
  ];
  const uds = drawUds({ bytes: () => draws.shift()! });
  expect([...uds.slice(4, 10)]).toEqual([4, 5, 0xff, 0x12, 8, 9]);
  expect(draws).toEqual([]);
});
