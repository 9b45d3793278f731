/** Serial ports across tabs: who has one is told apart from a program that has it. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { SerialBus } from '../../../src/core/ports/index.ts';
import { lockPorts } from '../../../src/app/locked-ports.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { memoryLocks } from '../../support/memory-store.ts';

const LINE = { baudRate: 115_200 };

/** One tab's view of `count` equal adapters; `taken` are held by somebody. */
function tab(count: number, taken = new Set<string>()): SerialBus {
  const ports = Array.from({ length: count }, (_, index) => ({
    id: `port-${index}`,
    identity: { vendorId: 0x0483, productId: 0x374e, label: 'ST-LINK' },
    async open() {
      const id = `port-${index}`;
      if (taken.has(id)) throw new AppError('serial-busy', 'taken');
      taken.add(id);
      return {
        read: async () => new Uint8Array(0),
        write: async () => undefined,
        setSignals: async () => undefined,
        close: async () => {
          taken.delete(id);
        },
      };
    },
  }));
  return {
    list: async () => ports,
    choose: async () => ports[0]!,
    watch: () => () => undefined,
  };
}

describe('a serial port with a lock across tabs', () => {
  it('names another tab as its holder, until that one closes it', async () => {
    const locks = memoryLocks();
    const [mine] = await lockPorts(tab(1), locks).list();
    const [theirs] = await lockPorts(tab(1), locks).list();
    const pipe = await mine!.open(LINE);
    await expectRejects(theirs!.open(LINE), 'board-busy');
    await expectRejects(mine!.open(LINE), 'serial-busy');
    await pipe.close();
    await pipe.close();
    await (await theirs!.open(LINE)).close();
    await (await mine!.open(LINE)).close();
  });

  it('leaves a program that has it what it is, and holds no lock for it', async () => {
    const locks = memoryLocks();
    const taken = new Set(['port-0']);
    const [port] = await lockPorts(tab(1, taken), locks).list();
    await expectRejects(port!.open(LINE), 'serial-busy');
    taken.clear();
    await (await port!.open(LINE)).close();
  });

  it('keeps nobody from the second of two equal adapters', async () => {
    const locks = memoryLocks();
    const taken = new Set<string>();
    const [mine] = await lockPorts(tab(2, taken), locks).list();
    const [, theirs] = await lockPorts(tab(2, taken), locks).list();
    await mine!.open(LINE);
    await expect(theirs!.open(LINE)).resolves.toBeDefined();
  });

  it('is the same object as long as it is listed', async () => {
    const bus = lockPorts(tab(1), memoryLocks());
    expect((await bus.list())[0]).toBe((await bus.list())[0]);
    expect(await bus.choose()).toBe((await bus.list())[0]);
  });
});
