/** A primer whose first bytes were garbled is still a primer: it must go before anything else. */
import { expect, it } from 'vitest';
import { burn, erasePrimer, type BurnProgress } from '../../src/core/provisioning/index.ts';
import {
  approved,
  dfuBench,
  enterDfu,
  intendedPrimer,
  journalOf,
  type BurnBench,
} from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { slots } from '../support/keys.ts';

const keystore = await slots('ecdsa-p256', 1);

/** The cable is pulled when the primer is in flash, and the burn given up. */
async function leavePrimerInFlash(bench: BurnBench): Promise<void> {
  const controller = new AbortController();
  const approval = await approved(bench, { keystore, intended: intendedPrimer(keystore) });
  const onProgress = ({ stage }: BurnProgress): void => {
    if (stage === 'waiting-for-run') bench.panel.setPlug('userUsb', false);
    if (stage === 'waiting-for-dfu') controller.abort();
  };
  await expectRejects(
    burn(approval, bench.env, { signal: controller.signal, onProgress }),
    'cancelled',
  );
  expect(await journalOf(bench)).toMatchObject({ phase: 'primer-in-flash' });
  await enterDfu(bench);
}

function changeFirstSector({ board }: BurnBench, change: (content: Uint8Array) => void): void {
  board.flash.restoreSectors(
    board.flash.usedSectors().map((sector) => {
      if (sector.sector !== 0) return sector;
      const content = sector.content.slice();
      change(content);
      return { ...sector, content };
    }),
  );
}

it('erases a primer whose head was garbled', async () => {
  const bench = await dfuBench();
  await leavePrimerInFlash(bench);
  changeFirstSector(bench, (content) => {
    content[0]! ^= 0x08;
  });
  await erasePrimer(bench.env, bench.serial);
  expect(await journalOf(bench)).toMatchObject({ phase: 'primer-erased' });
  expect(bench.board.flash.usedSectors()).toEqual([]);
});

it('leaves another program in the primer’s place alone', async () => {
  const bench = await dfuBench();
  await leavePrimerInFlash(bench);
  changeFirstSector(bench, (content) => {
    content.fill(0x5a);
  });
  await erasePrimer(bench.env, bench.serial);
  expect(bench.board.flash.usedSectors().some(({ sector }) => sector === 0)).toBe(true);
});
