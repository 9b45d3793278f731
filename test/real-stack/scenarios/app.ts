/** The built app itself, driven by roles and names, with a board on real cables. */
import { expect as expectPage, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signImage, testKey } from '../../support/booted-board.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import type { Board } from '../board/board.ts';
import type { Stage } from '../stage.ts';
import { PAGE_ORIGIN } from '../vm/guest.ts';
import { makeRunnable } from './running-board.ts';

const key = await testKey();
const TIMEOUT_MS = 120_000;

export function appScenarios(stage: () => Stage): void {
  describe('the app', () => {
    let page: Page;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const sees = (text: string | RegExp) =>
      expectPage(page.getByText(text).first()).toBeVisible({ timeout: TIMEOUT_MS });

    beforeAll(async () => {
      page = await stage().chromium.context.newPage();
      await page.goto(`${PAGE_ORIGIN}/#/board`);
      await page.bringToFront();
      await button('Use a real board').click();
    }, TIMEOUT_MS * 2);
    afterAll(async () => {
      await page.close();
      await stage().page.bringToFront();
    });

    async function goTo(name: string): Promise<void> {
      await page.getByRole('link', { name, exact: true }).first().click();
      const heading = page.getByRole('heading', { level: 1, name, exact: true });
      await expectPage(heading).toBeVisible({ timeout: TIMEOUT_MS });
    }

    let board: Board;
    it('inspects a real board and says that its OTP is blank', async () => {
      board = await stage().plugBoard();
      await button('Inspect board').click();
      await sees('The OTP is blank');
      expect(board.chip.dfu.trace.filter((line) => /^(write|erase|mass)/.test(line))).toEqual([]);
    });

    it('notices that the cable was pulled out, and inspects the board that comes back', async () => {
      await stage().usb.unplug();
      await stage().untilListed(0);
      board.chip.otp.programHalfword(0, 0x1234);
      stage().usb.plug(board.chip);
      await stage().untilListed(1);
      await button('Inspect again').click();
      await expectPage(page.getByText('The OTP is blank')).toHaveCount(0, { timeout: TIMEOUT_MS });
      await expectPage(page.getByRole('region', { name: 'Findings' })).toBeVisible();
    });

    it('reads on the console what the firmware tells of itself', async () => {
      board = await stage().plugLine();
      await makeRunnable(board, key);
      await goTo('Update');
      await button('Connect console').click();
      await button('Read board info').click({ timeout: TIMEOUT_MS });
      await expectPage(
        page.getByRole('region', { name: 'What runs on the board' }).getByText('Version 1').first(),
      ).toBeVisible({ timeout: TIMEOUT_MS });
    });

    it('updates the firmware, and proves it by the version that runs', async () => {
      const payload = seededRng('by the app').bytes(16 * 1024);
      const image = await signImage(key, { version: 2, payload });
      const chooser = page.waitForEvent('filechooser');
      await button('Open a signed image: New signed image').click();
      const buffer = Buffer.from(image);
      await (
        await chooser
      ).setFiles({ name: 'v2.bin', mimeType: 'application/octet-stream', buffer });
      await button('Start update').click({ timeout: TIMEOUT_MS });
      await sees('Version 1 → 2: proven');
      expect(board.flags).toMatchObject({ swapped: true, boot: 'CONFIRMED' });
    });
  });
}
