/** The page Firmware, in both languages. */
import { expect } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { Place } from './place.ts';

export class Firmware extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Firmware');
    this.#app = app;
  }

  async loadSample(): Promise<void> {
    await this.button('Load sample firmware').click();
    await this.find('list', 'Firmware').waitFor();
  }

  async sign(version: number, key?: string): Promise<void> {
    if (key !== undefined) {
      const keys = this.find('combobox', 'Signing key');
      const label = await keys.getByRole('option').filter({ hasText: key }).first().innerText();
      await keys.selectOption({ label });
    }
    await this.find('spinbutton', 'Version').fill(String(version));
    await this.button('Sign as version {version}', { version }).click();
    await this.find('heading', 'Version {version}', { version }).waitFor();
  }

  async expectAccepted(images: number): Promise<void> {
    await expect(this.text('The bootloader accepts it')).toHaveCount(images);
  }

  async saveImage(file: string): Promise<SavedFile> {
    return this.#app.save(() => this.button('Save {file}', { file }).click());
  }
}
