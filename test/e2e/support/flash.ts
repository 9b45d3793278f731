/** The page Flash, in both languages. */
import { expect } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { Place } from './place.ts';

const flashTimeoutMs = 60_000;

export class Flash extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Flash');
    this.#app = app;
  }

  async add(file: SavedFile): Promise<void> {
    await this.#app.openFile(this.button('Add file'), file);
    await this.button('Take {name} out', { name: file.name }).waitFor();
  }

  async plan(): Promise<void> {
    await this.button('Read the board and plan').click();
    await this.find('list', 'Steps').waitFor();
  }

  async start(): Promise<void> {
    await this.button('Flash the project…').click();
    await this.button('Erase and write').click();
  }

  async expectDone(): Promise<void> {
    await expect(this.text('The project is in the board and read back equal')).toBeVisible({
      timeout: flashTimeoutMs,
    });
  }
}
