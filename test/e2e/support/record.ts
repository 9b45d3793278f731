/** The page Record, in both languages. */
import { expect } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { listedNames, patternOf } from './names.ts';
import { Place } from './place.ts';

export class RecordPage extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Record');
    this.#app = app;
  }

  /** The newest record; its buttons carry board and time in their names. */
  async saveLatest(): Promise<SavedFile> {
    const listed = listedNames.find(({ en }) => en.startsWith('Download record: '));
    if (listed === undefined) throw new Error('docs/TESTING.md lists no Download record');
    const button = this.page.getByRole('button', { name: patternOf(listed, this.language) });
    return this.#app.save(() => button.first().click());
  }

  async checkFile(file: SavedFile): Promise<void> {
    await this.#app.openFile(this.button('Open record file'), file);
    await expect(this.text('{file} is unchanged', { file: file.name })).toBeVisible();
  }
}
