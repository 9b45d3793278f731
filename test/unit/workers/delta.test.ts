import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { applyPatch } from '../../../src/core/wolfboot/index.ts';
import { createDeltaMaker } from '../../../src/workers/delta/client.ts';
import type { PatchJob, PatchReply, PatchWorkerPort } from '../../../src/workers/delta/protocol.ts';
import { servePatch } from '../../../src/workers/delta/server.ts';
import { firmware } from '../../support/image-keys.ts';
import { expectRejects } from '../../support/expect-error.ts';

const SECTOR = 512;
const base = firmware(9000);
const target = Uint8Array.from([...base.slice(0, 4000), 1, 2, 3, ...base.slice(4000)]);
const limits = { fileName: 'patch' };

interface FakeWorker {
  readonly port: PatchWorkerPort;
  readonly state: { job?: PatchJob; terminated: number };
  reply(reply: PatchReply): void;
  fail(reason: string): void;
}

type Work = (worker: FakeWorker, job: PatchJob) => void;

/** Workers in this thread; messages are copied as between threads, and none comes after the end. */
function fakeWorkers(work: Work) {
  const workers: FakeWorker[] = [];
  const maker = createDeltaMaker(() => {
    const replies: ((reply: PatchReply) => void)[] = [];
    const failures: ((reason: string) => void)[] = [];
    const state: FakeWorker['state'] = { terminated: 0 };
    const worker: FakeWorker = {
      state,
      port: {
        postMessage(job) {
          state.job = structuredClone(job);
          work(worker, state.job);
        },
        onMessage: (listener) => replies.push(listener),
        onError: (listener) => failures.push(listener),
        terminate: () => {
          state.terminated++;
        },
      },
      reply(reply) {
        if (state.terminated === 0)
          for (const listener of replies) listener(structuredClone(reply));
      },
      fail(reason) {
        for (const listener of failures) listener(reason);
      },
    };
    workers.push(worker);
    return worker.port;
  });
  return { maker, workers };
}

const honest: Work = (worker, job) => {
  void servePatch(job, (reply) => {
    worker.reply(reply);
  });
};

const idle: Work = () => undefined;

const ended = (workers: readonly FakeWorker[]): boolean =>
  workers.every(({ state }) => state.terminated > 0);

describe('delta patches from workers', () => {
  it('are both made at the same time, each in a worker that is ended then', async () => {
    const { maker, workers } = fakeWorkers(honest);
    const making = maker.makePatches(base, target, SECTOR);
    expect(workers).toHaveLength(2);
    expect(workers.map(({ state }) => state.job?.target.length)).toEqual([9003, 9000]);
    const { forward, inverse } = await making;
    expect(applyPatch(base, forward, SECTOR, limits)).toEqual(target);
    expect(applyPatch(target, inverse, SECTOR, limits)).toEqual(base);
    expect(ended(workers)).toBe(true);
  });

  it('report progress of both together, ending at the end', async () => {
    const { maker } = fakeWorkers(honest);
    const done: number[] = [];
    await maker.makePatches(base, target, SECTOR, {
      onProgress: (state) => {
        expect(state.total).toBe(18_003);
        done.push(state.done);
      },
    });
    expect(done.at(-1)).toBe(18_003);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  it('burden the page with a hundred reports at most', async () => {
    const seen: PatchReply[] = [];
    const file = new Uint8Array(0x100_0000);
    await servePatch(
      { base: new Uint8Array(), target: file.slice(0, 0x90_0000), sectorSizeBytes: 4096 },
      (reply) => seen.push(reply),
    );
    const reports = seen.filter((reply) => 'progress' in reply);
    expect(reports.length).toBeGreaterThan(20);
    expect(reports.length).toBeLessThanOrEqual(100);
    expect(seen.at(-1)).toHaveProperty('patch');
  });

  it('leave the page its own files', async () => {
    const { maker } = fakeWorkers(honest);
    const before = base.slice();
    await maker.makePatches(base, target, SECTOR);
    expect(base).toEqual(before);
    expect(base.buffer.byteLength).toBeGreaterThan(0);
  });

  it('carry errors with code, words and context', async () => {
    const { maker, workers } = fakeWorkers(honest);
    const failure: unknown = await maker
      .makePatches(base, target, 0)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'invalid-argument', context: { sectorSizeBytes: 0 } });
    expect(String(failure)).toContain('WOLFBOOT_SECTOR_SIZE');
    expect(ended(workers)).toBe(true);
  });

  it('end the other worker when one fails', async () => {
    const { maker, workers } = fakeWorkers(idle);
    const making = maker.makePatches(base, target, SECTOR);
    workers[1]?.fail('out of memory');
    await expectRejects(making, 'internal', 'a patch worker failed: out of memory');
    expect(ended(workers)).toBe(true);
  });
});

describe('cancelling delta patches', () => {
  it('ends both workers at once, whatever they are doing', async () => {
    const { maker, workers } = fakeWorkers(idle);
    const controller = new AbortController();
    const making = maker.makePatches(base, target, SECTOR, { signal: controller.signal });
    controller.abort();
    expect(ended(workers)).toBe(true);
    await expectRejects(making, 'cancelled');
  });

  it('starts none when it comes before', async () => {
    const { maker, workers } = fakeWorkers(honest);
    await expectRejects(
      maker.makePatches(base, target, SECTOR, { signal: AbortSignal.abort() }),
      'cancelled',
    );
    expect(workers).toHaveLength(0);
  });

  it('does nothing when it comes after', async () => {
    const { maker, workers } = fakeWorkers(honest);
    const controller = new AbortController();
    await maker.makePatches(base, target, SECTOR, { signal: controller.signal });
    const before = workers.map(({ state }) => state.terminated);
    controller.abort();
    expect(workers.map(({ state }) => state.terminated)).toEqual(before);
  });
});
