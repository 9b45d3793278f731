/** The page Keys, in both languages. */
import type { Locator } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { Place } from './place.ts';

export class Keys extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Keys');
    this.#app = app;
  }

  async generate(name: string, count = 1): Promise<void> {
    await this.find('textbox', 'Name').fill(name);
    await this.find('spinbutton', 'How many').fill(String(count));
    await this.button('Generate keys').click();
    await this.card(name).waitFor();
  }

  card(key: string): Locator {
    return this.page.getByRole('listitem').filter({ has: this.find('heading', '{key}', { key }) });
  }

  async savePrivateKey(key: string): Promise<SavedFile> {
    await this.button('Save private key {key}', { key }).click();
    return this.#app.save(() => this.button('Save file').click());
  }

  async proveBackup(key: string, file: SavedFile): Promise<void> {
    await this.#app.openFile(this.button('Prove backup of {key}', { key }), file);
    await this.#expectProven(key);
  }

  async #expectProven(key: string): Promise<void> {
    await this.card(key).getByText(this.say('text', 'Backup proven'), { exact: true }).waitFor();
  }

  /** The file that is opened is the backup, so it is proven by that. */
  async openPrivateKey(file: SavedFile): Promise<void> {
    await this.#app.openFile(this.button('Open private key file'), file);
    await this.#expectProven(file.name.replace(/\.\w+$/, ''));
  }

  /** Made, saved and proven: a key that may be burned. */
  async makeProven(key: string): Promise<SavedFile> {
    await this.generate(key);
    const file = await this.savePrivateKey(key);
    await this.proveBackup(key, file);
    return file;
  }
}
