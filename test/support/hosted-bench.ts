/**
 * A virtual board behind the device worker: what the page has is the worker's client, and only the
 * test still has the hands (panel, memories).
 */
import type { Bench, Locks } from '../../src/core/ports/index.ts';
import { dfuBench, type BurnBench } from './burning.ts';
import { hostDevices, type HostedDevices } from './device-worker.ts';
import { memoryLocks, memoryStore, type MemoryStore } from './memory-store.ts';

export interface Hosted<B extends { readonly bench: Bench }> {
  readonly hosted: B;
  readonly devices: HostedDevices;
}

/** The same bench, its USB, serial line and time behind a worker. */
export function behindWorker<B extends { readonly bench: Bench }>(
  bench: B,
  world: { readonly store: MemoryStore; readonly locks: Locks } = {
    store: memoryStore(),
    locks: memoryLocks(),
  },
): Hosted<B> {
  const { kind, usb, serial, clock } = bench.bench;
  const devices = hostDevices({ kind, usb, serial, clock, ...world });
  const { client } = devices;
  const page = { ...bench.bench, usb: client.usb, serial: client.serial, clock: client.clock };
  return { hosted: { ...bench, bench: page }, devices };
}

/** A board in DFU mode behind a worker; journal and locks are those of both threads. */
export async function hostedDfuBench(
  ...options: Parameters<typeof dfuBench>
): Promise<Hosted<BurnBench>> {
  const direct = await dfuBench(...options);
  const { hosted, devices } = behindWorker(direct, {
    store: direct.store,
    locks: direct.env.locks,
  });
  return { hosted: { ...hosted, env: { ...hosted.env, bench: hosted.bench } }, devices };
}
