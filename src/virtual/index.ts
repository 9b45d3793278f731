/**
 * The virtual NUCLEO-H563ZI: the same ports as a real bench, deterministic under its seed, and the
 * same in Node, in a worker and in a page. It does not know who drives it.
 */
export { createVirtualBench, type VirtualBench, type VirtualBenchOptions } from './bench.ts';
export type { BoardEvent, BoardSnapshot, VirtualBoard } from './board.ts';
export { createSimClock, type SimClock, type SimClockOptions } from './sim-clock.ts';
export type { Firmware, BoardHardware } from './firmware/firmware.ts';
export { buildSampleApplication, buildSampleBootloader } from './samples/sample-firmware.ts';
export { buildSamplePrimer } from './samples/sample-primer.ts';
