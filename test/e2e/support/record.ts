/** The page Record, in both languages. */
import { expect, type Locator } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { Place } from './place.ts';

export class RecordPage extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Record');
    this.#app = app;
  }

  /** A button of the newest record; such buttons carry board and time in their names. */
  ofLatest(action: string): Locator {
    return this.button(`${action}: Board {serial}, {time}`).first();
  }

  async saveLatest(): Promise<SavedFile> {
    return this.#app.save(() => this.ofLatest('Download record').click());
  }

  async checkFile(file: SavedFile): Promise<void> {
    await this.#app.openFile(this.button('Open record file'), file);
    await expect(this.text('{file} is unchanged', { file: file.name })).toBeVisible();
  }
}
