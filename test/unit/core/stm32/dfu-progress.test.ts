import { describe, expect, it } from 'vitest';
import { ProgressMeter } from '../../../../src/core/stm32/dfu-progress.ts';
import type { DfuProgress } from '../../../../src/core/stm32/index.ts';
import { simClock } from '../../../support/sim-bench.ts';

function metered() {
  const clock = simClock();
  const told: DfuProgress[] = [];
  return { clock, told, meter: new ProgressMeter(clock, (progress) => told.push(progress)) };
}

describe('progress of a DFU call', () => {
  it('says nothing about the speed before there is something to measure', async () => {
    const { clock, told, meter } = metered();
    meter.begin('writing', 4096);
    await clock.sleep(5);
    meter.report('writing', 1024, 4096);
    expect(told.map(({ doneBytes }) => doneBytes)).toEqual([0, 1024]);
    expect(told.every(({ bytesPerSecond }) => bytesPerSecond === undefined)).toBe(true);
    expect(told.every(({ remainingMs }) => remainingMs === undefined)).toBe(true);
  });

  it('tells the mean speed of the stage and how long the rest takes', async () => {
    const { clock, told, meter } = metered();
    meter.begin('writing', 4096);
    await clock.sleep(100);
    meter.report('writing', 1024, 4096);
    expect(told.at(-1)).toMatchObject({ bytesPerSecond: 10_240, remainingMs: 300 });
    await clock.sleep(300);
    meter.report('writing', 4096, 4096);
    expect(told.at(-1)).toMatchObject({ bytesPerSecond: 10_240, remainingMs: 0 });
  });

  it('counts each stage by itself', async () => {
    const { clock, told, meter } = metered();
    meter.begin('erasing', 8192);
    await clock.sleep(1000);
    meter.report('erasing', 8192, 8192);
    meter.begin('writing', 1000);
    await clock.sleep(100);
    meter.report('writing', 500, 1000);
    expect(told.at(-1)).toMatchObject({ bytesPerSecond: 5000, remainingMs: 100 });
  });

  it('has nothing to divide by when nothing is done', async () => {
    const { clock, told, meter } = metered();
    meter.begin('reading', 100);
    await clock.sleep(1000);
    meter.report('reading', 0, 100);
    expect(told.at(-1)).toMatchObject({ bytesPerSecond: undefined, remainingMs: undefined });
  });
});
