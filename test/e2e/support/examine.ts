/** The page Examine, in both languages. */
import { expect } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { Place } from './place.ts';

export class Examine extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Examine');
    this.#app = app;
  }

  async open(file: SavedFile): Promise<void> {
    const first = this.button('Open file');
    const button = (await first.count()) > 0 ? first : this.button('Open another file');
    await this.#app.openFile(button, file);
    await this.find('button', 'Close {file}', { file: file.name }).waitFor();
  }

  async compareWith(file: SavedFile): Promise<void> {
    await this.#app.openFile(this.button('Open second image'), file);
    await this.find('table', 'Header fields compared').waitFor();
  }

  async chooseOfSession(file: string): Promise<void> {
    await this.find('combobox', 'Signed images of this session').selectOption({ label: file });
    await this.find('button', 'Close {file}', { file }).waitFor();
  }

  async judgeByFile(keystore: SavedFile): Promise<void> {
    await this.choice('A keystore file').click();
    await this.#app.openFile(this.button('Open keystore file'), keystore);
  }

  async expectStarts(): Promise<void> {
    await expect(this.text('The bootloader starts this image')).toBeVisible();
  }

  /** As far as it is known. */
  async expectNothingAgainst(): Promise<void> {
    await expect(this.text('Nothing speaks against it, but not everything is known')).toBeVisible();
  }

  /** With a part of the sentence that gives the cause. */
  async expectRefused(cause: string): Promise<void> {
    const verdict = this.page
      .getByRole('status')
      .filter({ hasText: this.say('text', 'The bootloader would not start this image') });
    await expect(verdict).toContainText(cause);
  }
}
