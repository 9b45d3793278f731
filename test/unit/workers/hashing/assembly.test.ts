import { describe, expect, it } from 'vitest';
import type { XmssTree } from '../../../../src/core/ports/index.ts';
import { createAssembly, taskHeight } from '../../../../src/workers/hashing/assembly.ts';
import type { HashTask } from '../../../../src/workers/hashing/protocol.ts';

const NODE_BYTES = 32;

/** A node that says where it belongs, so that a misplaced one is seen. */
const stamp = (level: number, index: number): number[] => [
  level,
  index & 0xff,
  index >> 8,
  ...new Array<number>(NODE_BYTES - 3).fill(0),
];

/** What a worker would give for a task, with stamps for hashes. */
function nodesOf(task: HashTask): Uint8Array {
  const nodes: number[] = [];
  const from = task.kind === 'subtree' ? 0 : task.level + 1;
  let first = task.kind === 'subtree' ? task.part.firstLeaf : task.first / 2;
  let width = task.kind === 'subtree' ? 2 ** task.part.height : task.nodes.length / NODE_BYTES / 2;
  for (let level = from; width >= 1; level++, first /= 2, width /= 2) {
    for (let i = 0; i < width; i++) nodes.push(...stamp(level, first + i));
  }
  return Uint8Array.from(nodes);
}

describe('assembly of a tree', () => {
  it.each([
    { firstLeaf: 0, height: 0, run: 0 },
    { firstLeaf: 3, height: 0, run: 0 },
    { firstLeaf: 8, height: 3, run: 3 },
    { firstLeaf: 0, height: 5, run: 2 },
    { firstLeaf: 1024, height: 10, run: 4 },
    { firstLeaf: 2048, height: 11, run: 2 },
  ])('puts every node in its place: $height at $firstLeaf by runs of $run', (given) => {
    const { run, ...part } = given;
    const assembly = createAssembly(part, run);
    const open: HashTask[] = [];
    let complete = false;
    while (!complete) {
      for (let task = assembly.nextTask(); task !== undefined; task = assembly.nextTask()) {
        open.push(task);
      }
      // The last handed out is done first.
      const task = open.pop()!;
      complete = assembly.accept(task, nodesOf(task));
    }
    expect(open).toEqual([]);
    expect(assembly.nextTask()).toBeUndefined();
    expect(assembly.nodes).toEqual(
      nodesOf({ kind: 'subtree', part: { firstLeaf: part.firstLeaf, height: part.height } }),
    );
  });

  it('cuts big work into tasks of about 10 ms and small work into enough for every worker', () => {
    const lms = (winternitz: 1 | 4 | 8) =>
      ({
        kind: 'lms',
        tree: {
          identifier: new Uint8Array(16),
          seed: new Uint8Array(32),
          height: 10,
          winternitz,
        },
      }) as const;
    const tree: XmssTree = {
      secretSeed: new Uint8Array(32),
      publicSeed: new Uint8Array(32),
      layer: 0,
      tree: 0n,
      height: 10,
    };
    const whole = { firstLeaf: 0, height: 10 };
    expect(taskHeight(lms(8), whole, 2)).toBe(4);
    expect(taskHeight(lms(4), whole, 2)).toBe(6);
    expect(taskHeight({ kind: 'xmss', tree }, whole, 2)).toBe(4);
    expect(taskHeight({ kind: 'xmss', tree }, whole, 16)).toBe(4);
    expect(taskHeight(lms(1), whole, 1)).toBe(7);
    expect(taskHeight(lms(8), { firstLeaf: 0, height: 5 }, 2)).toBe(2);
    expect(taskHeight(lms(8), { firstLeaf: 0, height: 1 }, 2)).toBe(1);
    expect(taskHeight(lms(8), { firstLeaf: 0, height: 0 }, 2)).toBe(0);
  });
});
