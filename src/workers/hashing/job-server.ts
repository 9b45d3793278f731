/** The worker's side of the protocol, for whatever carries the messages. */
import { plainTreeHasher } from '../../core/crypto/plain-tree-hasher.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { LmsTree, TreeProgress, XmssTree } from '../../core/ports/index.ts';
import { createHashEngine, type HashEngine } from './engine.ts';
import { copyTree, wipeTree, type HashTree } from './hash-tree.ts';
import type { FromHashWorker, HashTask, ToHashWorker } from './protocol.ts';

/** Four leaves, one for each lane: a few milliseconds of each kernel. */
const warmPart = { firstLeaf: 0, height: 2 };

const warmLms = (): LmsTree => ({
  identifier: new Uint8Array(16),
  seed: new Uint8Array(32),
  height: 5,
  winternitz: 8,
});

const warmXmss = (): XmssTree => ({
  secretSeed: new Uint8Array(32),
  publicSeed: new Uint8Array(32),
  layer: 0,
  tree: 0n,
  height: 10,
});

type Reply = (message: FromHashWorker, transfer: readonly ArrayBuffer[]) => void;

/** Hashes one tree at a time. */
interface Hasher {
  begin(job: HashTree): void;
  /** Resolves at once unless it is plain JavaScript. */
  run(task: HashTask, onProgress: (progress: TreeProgress) => void): Promise<Hashed> | Hashed;
  /** Compressions done. */
  warm(): Promise<number> | number;
  end(): void;
}

interface Hashed {
  readonly nodes: Uint8Array<ArrayBuffer>;
  readonly compressions: number;
}

/** Every message is to be handed to the function returned, in order. */
export function createJobServer(reply: Reply): (message: ToHashWorker) => Promise<void> {
  let hasher: Hasher | undefined;
  const started = (): Hasher => {
    if (hasher === undefined) throw new AppError('internal', 'the hashing worker was not started');
    return hasher;
  };

  const answer = async (message: ToHashWorker): Promise<void> => {
    switch (message.type) {
      case 'start':
        hasher =
          message.module === undefined
            ? plainHasher()
            : engineHasher(createHashEngine(message.module));
        reply({ type: 'ready' }, []);
        return;
      case 'warm': {
        const startedMs = performance.now();
        const compressions = await started().warm();
        reply({ type: 'warmed', compressions, milliseconds: performance.now() - startedMs }, []);
        return;
      }
      case 'begin':
        started().begin(message.job);
        wipeTree(message.job);
        return;
      case 'task': {
        const { id, task } = message;
        const { nodes, compressions } = await started().run(task, ({ done }) => {
          reply({ type: 'progress', id, done }, []);
        });
        reply({ type: 'done', id, nodes, compressions }, [nodes.buffer]);
        return;
      }
      case 'end':
        started().end();
        return;
    }
  };

  return async (message) => {
    try {
      await answer(message);
    } catch (error) {
      reply({ type: 'failed', message: toAppError(error).message }, []);
    }
  };
}

function engineHasher(engine: HashEngine): Hasher {
  return {
    begin: engine.begin,
    run(task) {
      const nodes =
        task.kind === 'subtree'
          ? engine.subtree(task.part)
          : engine.climb(task.level, task.first, task.nodes);
      return { nodes, compressions: engine.takeCompressions() };
    },
    warm() {
      engine.begin({ kind: 'lms', tree: warmLms() });
      engine.subtree(warmPart);
      engine.begin({ kind: 'xmss', tree: warmXmss() });
      engine.subtree(warmPart);
      engine.wipe();
      return engine.takeCompressions();
    },
    end: engine.wipe,
  };
}

/** The pool asks it for whole parts only. */
function plainHasher(): Hasher {
  let begun: HashTree | undefined;
  const end = (): void => {
    if (begun !== undefined) wipeTree(begun);
    begun = undefined;
  };
  return {
    begin(job) {
      end();
      begun = copyTree(job);
    },
    async run(task, onProgress) {
      if (begun === undefined || task.kind !== 'subtree') {
        throw new AppError('internal', 'plain JavaScript hashes whole parts of a tree only');
      }
      let compressions = 0;
      const call = {
        onProgress: (progress: TreeProgress): void => {
          compressions = progress.done;
          onProgress(progress);
        },
      };
      const nodes = await (begun.kind === 'lms'
        ? plainTreeHasher.lmsSubtree(begun.tree, task.part, call)
        : plainTreeHasher.xmssSubtree(begun.tree, task.part, call));
      return { nodes: new Uint8Array(nodes), compressions };
    },
    async warm() {
      const leaf = { firstLeaf: 0, height: 0 };
      let compressions = 0;
      await plainTreeHasher.xmssSubtree(warmXmss(), leaf, {
        onProgress: ({ done }) => {
          compressions = done;
        },
      });
      return compressions;
    },
    end,
  };
}
