import { describe, expect, it } from 'vitest';
import type { BenchState } from '../../../src/state/bench.ts';
import { advance, seenHands } from '../../../src/state/board-hands.ts';
import { simBench } from '../../support/sim-bench.ts';

type Seen = Pick<BenchState, 'panel' | 'usb' | 'serial'>;

const identity = {
  vendorId: 0x0483,
  productId: 0xdf11,
  deviceVersionBcd: 0x0300,
  manufacturer: undefined,
  product: undefined,
  serial: '0123456789AB',
};

describe('what is seen of the hands', () => {
  it('is nothing at all while no real board shows itself', () => {
    const nothing: Seen = { panel: undefined, usb: [], serial: [] };
    expect(seenHands(nothing)).toEqual({
      stLink: undefined,
      userUsb: undefined,
      boot0: undefined,
      trustZone: undefined,
      dfu: false,
    });
  });

  it('follows from a real board in DFU mode: all moves were made', () => {
    const usb = [{ id: 'a', identity }];
    expect(seenHands({ panel: undefined, usb, serial: [] })).toMatchObject({
      stLink: true,
      userUsb: true,
      boot0: true,
      dfu: true,
    });
  });

  it('is read off the panel of the virtual board', () => {
    const { panel } = simBench();
    panel.setBoot0(true);
    expect(seenHands({ panel: panel.state(), usb: [], serial: [] })).toEqual({
      stLink: true,
      userUsb: false,
      boot0: true,
      trustZone: false,
      dfu: false,
    });
  });
});

describe('the step to do now', () => {
  it('is the first that was not seen', () => {
    const states = advance([{ seen: true }, { seen: undefined }, { seen: false }]).map(
      ({ state }) => state,
    );
    expect(states).toEqual(['seen', 'now', 'todo']);
  });

  it('keeps what was seen behind a gap', () => {
    const states = advance([{ seen: false }, { seen: true }]).map(({ state }) => state);
    expect(states).toEqual(['now', 'seen']);
  });

  it('is none when all is done', () => {
    expect(advance([{ seen: true }]).map(({ state }) => state)).toEqual(['seen']);
  });
});
