/** A bench with the chip of this folder on its bus, in simulated time. */
import type { Bench } from '../../../src/core/ports/index.ts';
import type { SimClock } from '../../../src/virtual/index.ts';
import { simClock } from '../../support/sim-bench.ts';
import { Stm32H5, type ChipOptions } from '../chip/stm32h5.ts';
import type { ModelTime } from '../chip/time.ts';
import { ChipBus } from './chip-bus.ts';

export interface ChipBench extends Pick<Bench, 'kind' | 'usb' | 'clock'> {
  readonly kind: 'real';
  readonly clock: SimClock;
  readonly usb: ChipBus;
  readonly chip: Stm32H5;
  readonly time: ModelTime;
}

export function timeOf(clock: SimClock): ModelTime {
  return {
    nowMs: () => clock.nowMs(),
    after: (delayMs, action) => clock.schedule(delayMs, action, { background: true }),
  };
}

/** The engines see it as real: nothing here is marked virtual. */
export function chipBench(options: ChipOptions = {}): ChipBench {
  const clock = simClock();
  const time = timeOf(clock);
  const chip = new Stm32H5({ ...options, time });
  const usb = new ChipBus(clock);
  usb.plug(chip);
  return { kind: 'real', clock, usb, chip, time };
}
