/**
 * A part of a tree put together from tasks that workers do in any order: runs of leaves with the nodes
 * above them first, then, level by level, the nodes above those.
 */
import type { SubtreePart } from '../../core/ports/index.ts';
import { partCompressions, type HashTree } from './hash-tree.ts';
import type { HashTask } from './protocol.ts';

const NODE_BYTES = 32;
/** About 10 ms of one thread: short enough to cancel, long enough for the messages not to count. */
const TASK_COMPRESSIONS = 140_000;
/** Leaves that a thread hashes at once; fewer would leave its lanes empty. */
const LANES_HEIGHT = 2;
/** 256 nodes: what one task climbs from. */
const CLIMB_HEIGHT = 8;
/** Tasks per worker below which the last ones would leave workers idle. */
const TASKS_A_WORKER = 4;

export interface Assembly {
  /** The next task that can begin now, if there is any. */
  nextTask(): HashTask | undefined;
  /** Takes what a task gave. True when that was the last. */
  accept(task: HashTask, nodes: Uint8Array): boolean;
  /** All nodes; complete after the last task. */
  readonly nodes: Uint8Array<ArrayBuffer>;
}

/** Height of the runs of leaves that `workers` of them share well. */
export function taskHeight(job: HashTree, part: SubtreePart, workers: number): number {
  let height = Math.min(LANES_HEIGHT, part.height);
  const fits = (wanted: number): boolean =>
    wanted <= CLIMB_HEIGHT &&
    partCompressions(job, wanted) <= TASK_COMPRESSIONS &&
    2 ** (part.height - wanted) >= TASKS_A_WORKER * workers;
  while (fits(height + 1)) height++;
  return height;
}

/** `height`: that of the runs of leaves, the part's own at most. */
export function createAssembly(part: SubtreePart, height: number): Assembly {
  const nodes = new Uint8Array((2 ** (part.height + 1) - 1) * NODE_BYTES);
  /** Where the nodes of a level begin; level 0 is the leaves. */
  const levelAt = (level: number): number =>
    (2 ** (part.height + 1) - 2 ** (part.height + 1 - level)) * NODE_BYTES;
  /** The level that the present tasks build upon, and how many levels they add. */
  let base = 0;
  let climb = height;
  let handedOut = 0;
  let accepted = 0;
  let complete = false;
  const tasksHere = (): number => 2 ** (part.height - base - climb);

  /** Copies `count` levels that stand one after the other in `from`, the lowest being `level`. */
  const place = (from: Uint8Array, level: number, first: number, widest: number): void => {
    for (let at = 0, width = widest; width >= 1; level++, first /= 2, width /= 2) {
      const bytes = width * NODE_BYTES;
      nodes.set(from.subarray(at, at + bytes), levelAt(level) + first * NODE_BYTES);
      at += bytes;
    }
  };

  return {
    nodes,
    nextTask() {
      if (complete || handedOut === tasksHere()) return undefined;
      const width = 2 ** climb;
      const first = handedOut++ * width;
      if (base === 0) {
        return { kind: 'subtree', part: { firstLeaf: part.firstLeaf + first, height: climb } };
      }
      const at = levelAt(base) + first * NODE_BYTES;
      return {
        kind: 'climb',
        level: base,
        first: part.firstLeaf / 2 ** base + first,
        nodes: nodes.slice(at, at + width * NODE_BYTES),
      };
    },
    accept(task, result) {
      if (task.kind === 'subtree') {
        place(result, 0, task.part.firstLeaf - part.firstLeaf, 2 ** task.part.height);
      } else {
        const count = task.nodes.length / NODE_BYTES;
        const first = task.first - part.firstLeaf / 2 ** task.level;
        place(result, task.level + 1, first / 2, count / 2);
      }
      if (++accepted < tasksHere()) return false;
      base += climb;
      climb = Math.min(CLIMB_HEIGHT, part.height - base);
      handedOut = 0;
      accepted = 0;
      complete = base === part.height;
      return complete;
    },
  };
}
