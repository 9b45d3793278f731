/** The page Update, in both languages. */
import { expect } from '@playwright/test';
import type { App, Language } from './app.ts';
import { Place } from './place.ts';

/** A transfer runs at line speed: some ten seconds in real pace. */
const updateTimeoutMs = 90_000;
const installTimeoutMs = 60_000;

export class Update extends Place {
  constructor(app: App, language: Language) {
    super(app.page, language, 'Update');
  }

  /** The sample bootloader and the signed image of this version, over DFU. */
  async install(version: number): Promise<void> {
    await this.startInstall(version);
    await this.expectInstalled();
  }

  async chooseInstall(version: number): Promise<void> {
    await this.button('Use the sample bootloader').click();
    await this.#choose('First signed image', version);
  }

  async startInstall(version: number): Promise<void> {
    await this.chooseInstall(version);
    await this.button('Install bootloader and firmware').click();
  }

  async expectInstalled(): Promise<void> {
    await expect(this.text('Both images are in flash and read back equal')).toBeVisible({
      timeout: installTimeoutMs,
    });
  }

  async connectConsole(): Promise<void> {
    await this.button('Connect console').click();
    await expect(this.button('Disconnect console')).toBeVisible();
  }

  async expectKeystoreOnBoard(): Promise<void> {
    await expect(this.text('The board holds exactly this keystore.')).toBeVisible();
  }

  async chooseUpdate(version: number): Promise<void> {
    await this.#choose('New signed image', version);
  }

  async start(): Promise<void> {
    await this.button('Start update').click();
  }

  async expectProven(from: number, to: number): Promise<void> {
    await expect(this.text('Version {from} → {to}: proven', { from, to })).toBeVisible({
      timeout: updateTimeoutMs,
    });
  }

  async #choose(field: string, version: number): Promise<void> {
    const images = this.find('combobox', field);
    const label = await images
      .getByRole('option')
      .filter({ hasText: `_v${version}_signed` })
      .innerText();
    await images.selectOption({ label });
  }
}
