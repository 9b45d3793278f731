/** Chromium's own choosers: an origin that no policy knows asks, somebody clicks. */
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerPrompt } from '../vm/prompt.ts';
import { STRANGER_ORIGIN } from '../vm/guest.ts';
import type { Stage } from '../stage.ts';

export function promptScenarios(stage: () => Stage): void {
  describe('permission prompts', () => {
    let page: Page;
    beforeAll(async () => {
      page = await stage().chromium.context.newPage();
      await page.goto(`${STRANGER_ORIGIN}/real-stack/`);
      await page.bringToFront();
    });
    afterAll(async () => {
      await page.close();
      await stage().page.bringToFront();
    });

    async function ask(kind: 'usb' | 'serial', row?: number): Promise<string> {
      const result = page.locator('#result');
      await result.evaluate((element) => {
        element.replaceChildren();
      });
      await page.click(`#${kind}`);
      const answered = async (): Promise<boolean> => (await result.textContent()) !== '';
      await answerPrompt(stage().guest, { kind, answered, ...(row === undefined ? {} : { row }) });
      return (await result.textContent()) ?? '';
    }

    const granted = () =>
      page.evaluate(async () => ({
        usb: (await navigator.usb.getDevices()).length,
        serial: (await navigator.serial.getPorts()).length,
      }));

    it('grant nothing before anybody was asked', async () => {
      await stage().plugBoard();
      await stage().plugSerial();
      expect(await granted()).toEqual({ usb: 0, serial: 0 });
    });

    it('give a USB device to nobody when they are cancelled', async () => {
      expect(await ask('usb')).toContain('NotFoundError');
      expect((await granted()).usb).toBe(0);
    });

    it('give the chosen USB device', async () => {
      expect(await ask('usb', 0)).toBe('usb: DFU in FS Mode');
      expect((await granted()).usb).toBe(1);
    });

    it('give a serial port to nobody when they are cancelled', async () => {
      expect(await ask('serial')).toContain('NotFoundError');
      expect((await granted()).serial).toBe(0);
    });

    it('give the chosen serial port', async () => {
      expect(await ask('serial', 0)).toBe('serial: 1027');
      expect((await granted()).serial).toBe(1);
    });
  });
}
