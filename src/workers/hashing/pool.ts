/**
 * Hash trees on several workers. Each job is cut into tasks of a few milliseconds that idle workers
 * fetch, two at a time so that none waits for a message. That makes cancelling and progress, and evens
 * out cores of different speed. Secrets are in the workers only while their job runs.
 */
import { AppError } from '../../core/errors.ts';
import {
  throwIfCancelled,
  type SubtreePart,
  type TreeCall,
  type TreeHasher,
} from '../../core/ports/index.ts';
import { createAssembly, taskHeight, type Assembly } from './assembly.ts';
import { checkPart, copyTree, partCompressions, wipeTree, type HashTree } from './hash-tree.ts';
import type { FromHashWorker, HashTask, HashWorkerPort } from './protocol.ts';

/** Below this a second worker costs more to start than it saves. */
const ONE_WORKER_COMPRESSIONS = 500_000;
const TASKS_IN_FLIGHT = 2;
/** Times that a new worker warms its engine; V8 optimises in the background meanwhile. */
const WARM_ROUNDS = 8;
const PROGRESS_INTERVAL_MS = 40;

export interface HashPoolOptions {
  createWorker(): HashWorkerPort;
  /** How many at most. */
  readonly size: number;
  /** Asked once. Undefined: the workers hash in plain JavaScript. */
  compileModule(): Promise<WebAssembly.Module | undefined>;
}

export interface HashPool extends TreeHasher {
  /**
   * Starts all workers and warms their engines, so that the next job finds them ready. Resolves, always,
   * when the first of them is warm: then the rate is known.
   */
  warm(): Promise<void>;
  /** What all workers together do, as far as measured: for estimates. */
  compressionsPerSecond(): number | undefined;
  /** Ends the workers; jobs that run are cancelled. A later job starts new ones. */
  close(): void;
}

interface Lane {
  readonly port: HashWorkerPort;
  ready: boolean;
  job: Job | undefined;
  inFlight: number;
  warmRounds: number;
}

interface Job {
  readonly tree: HashTree;
  readonly assembly: Assembly;
  readonly total: number;
  done: number;
  /** Of tasks that still run, told by `progress`. */
  partly: number;
  /** Ends it: with all nodes, or with the reason why there are none. */
  finish(failure?: AppError): void;
  report(): void;
}

interface Running {
  readonly job: Job;
  readonly task: HashTask;
}

export function createHashPool({ createWorker, size, compileModule }: HashPoolOptions): HashPool {
  const lanes = new Set<Lane>();
  const jobs = new Set<Job>();
  const running = new Map<number, Running>();
  let lastTask = 0;
  let compiling: Promise<WebAssembly.Module | undefined> | undefined;
  let plain = false;
  let laneRate: number | undefined;
  let waitingForWarmth: (() => void)[] = [];

  const module = (): Promise<WebAssembly.Module | undefined> =>
    (compiling ??= compileModule().then((compiled) => {
      plain = compiled === undefined;
      return compiled;
    }));

  const endWarming = (): void => {
    for (const resolve of waitingForWarmth) resolve();
    waitingForWarmth = [];
  };

  const drop = (lane: Lane): void => {
    lanes.delete(lane);
    lane.port.terminate();
    endWarming();
  };

  const lose = (lane: Lane, reason: string): void => {
    if (!lanes.has(lane)) return;
    drop(lane);
    const failure = (): AppError =>
      new AppError('internal', `a hashing worker failed: ${reason}`, { context: { reason } });
    // A worker that does not even start fails whatever waits for it.
    const affected = lane.job === undefined && lanes.size === 0 ? [...jobs] : [lane.job];
    for (const job of affected) job?.finish(failure());
    pump();
  };

  const startLane = (): void => {
    const lane: Lane = {
      port: createWorker(),
      ready: false,
      job: undefined,
      inFlight: 0,
      warmRounds: WARM_ROUNDS,
    };
    lanes.add(lane);
    lane.port.onMessage((message) => {
      if (lanes.has(lane)) receive(lane, message);
    });
    lane.port.onError((reason) => {
      lose(lane, reason);
    });
    void module().then((compiled) => {
      lane.port.postMessage({ type: 'start', module: compiled });
    });
  };

  const startLanes = (wanted: number): void => {
    while (lanes.size < wanted) startLane();
  };

  const receive = (lane: Lane, message: FromHashWorker): void => {
    switch (message.type) {
      case 'ready':
        lane.ready = true;
        break;
      case 'warmed':
        lane.inFlight--;
        measure(message.compressions, message.milliseconds);
        if (lane.warmRounds === 0) endWarming();
        break;
      case 'progress': {
        const job = running.get(message.id)?.job;
        if (job === undefined) return;
        job.partly = message.done;
        job.report();
        return;
      }
      case 'done': {
        lane.inFlight--;
        const found = running.get(message.id);
        running.delete(message.id);
        if (found !== undefined && jobs.has(found.job)) {
          const { job, task } = found;
          job.done += message.compressions;
          job.partly = 0;
          const complete = job.assembly.accept(task, message.nodes);
          job.report();
          if (complete) job.finish();
        }
        break;
      }
      case 'failed':
        lose(lane, message.message);
        return;
    }
    pump();
  };

  /** Slower rounds ran in baseline code or beside other work: the best one tells the rate. */
  const measure = (compressions: number, milliseconds: number): void => {
    laneRate = Math.max(laneRate ?? 0, (compressions * 1000) / milliseconds);
  };

  const leave = (lane: Lane): void => {
    lane.job = undefined;
    lane.port.postMessage({ type: 'end' });
  };

  /** The next task for a lane: of its own job, or of another one when it has nothing left to do. */
  const fetchFor = (lane: Lane): Running | undefined => {
    const candidates = lane.job === undefined ? jobs : [lane.job];
    for (const job of candidates) {
      const task = job.assembly.nextTask();
      if (task !== undefined) return { job, task };
    }
    if (lane.job === undefined || lane.inFlight > 0 || jobs.size < 2) return undefined;
    leave(lane);
    return fetchFor(lane);
  };

  /** Gives work to every worker that can take some: first one task each, then a second. */
  const pump = (): void => {
    for (let depth = 1; depth <= TASKS_IN_FLIGHT; depth++) {
      for (const lane of lanes) {
        if (!lane.ready || lane.inFlight >= depth) continue;
        const next = fetchFor(lane);
        if (next !== undefined) {
          if (lane.job === undefined) {
            lane.job = next.job;
            lane.warmRounds = 0;
            endWarming();
            lane.port.postMessage({ type: 'begin', job: next.job.tree });
          }
          const id = ++lastTask;
          running.set(id, next);
          lane.inFlight++;
          lane.port.postMessage({ type: 'task', id, task: next.task });
        } else if (lane.warmRounds > 0 && lane.inFlight === 0 && jobs.size === 0) {
          lane.warmRounds--;
          lane.inFlight++;
          lane.port.postMessage({ type: 'warm' });
        }
      }
    }
  };

  /** Takes the job from the lanes. What they still do for it is thrown away, or ended where it is long. */
  const withdraw = (job: Job): void => {
    jobs.delete(job);
    for (const [id, { job: of }] of running) if (of === job) running.delete(id);
    for (const lane of [...lanes]) {
      if (lane.job !== job) continue;
      if (plain && lane.inFlight > 0) drop(lane);
      else leave(lane);
    }
    wipeTree(job.tree);
    pump();
  };

  const hash = async (given: HashTree, part: SubtreePart, call: TreeCall): Promise<Uint8Array> => {
    throwIfCancelled(call.signal);
    checkPart(given, part);
    const total = partCompressions(given, part.height);
    startLanes(total < ONE_WORKER_COMPRESSIONS ? 1 : size);
    const tree = copyTree(given);
    await module();
    return new Promise((resolve, reject) => {
      let reportedMs = -Infinity;
      const cancel = (): void => {
        job.finish(new AppError('cancelled', 'cancelled'));
      };
      const job: Job = {
        tree,
        assembly: createAssembly(part, plain ? part.height : taskHeight(tree, part, lanes.size)),
        total,
        done: 0,
        partly: 0,
        finish(failure) {
          if (!jobs.has(job)) return;
          call.signal?.removeEventListener('abort', cancel);
          withdraw(job);
          if (failure === undefined) resolve(job.assembly.nodes);
          else reject(failure);
        },
        report() {
          const done = Math.min(job.done + job.partly, total);
          const nowMs = performance.now();
          if (done < total && nowMs - reportedMs < PROGRESS_INTERVAL_MS) return;
          reportedMs = nowMs;
          call.onProgress?.({ done, total });
        },
      };
      jobs.add(job);
      call.signal?.addEventListener('abort', cancel);
      if (call.signal?.aborted === true) cancel();
      // A worker may have died while the module was compiled.
      startLanes(1);
      pump();
    });
  };

  return {
    lmsSubtree: (tree, part, call = {}) => hash({ kind: 'lms', tree }, part, call),
    xmssSubtree: (tree, part, call = {}) => hash({ kind: 'xmss', tree }, part, call),
    warm() {
      try {
        startLanes(size);
      } catch {
        return Promise.resolve(); // The job that needs a worker says what is wrong.
      }
      if ([...lanes].every(({ warmRounds }) => warmRounds === 0)) return Promise.resolve();
      return new Promise((resolve) => waitingForWarmth.push(resolve));
    },
    compressionsPerSecond: () =>
      laneRate === undefined ? undefined : Math.round(laneRate * (plain ? 1 : size)),
    close() {
      for (const lane of [...lanes]) drop(lane);
      for (const job of [...jobs]) job.finish(new AppError('cancelled', 'cancelled'));
    },
  };
}
