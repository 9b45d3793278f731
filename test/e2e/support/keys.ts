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

  /** The bootloader that will verify the keys; it chooses their algorithm. */
  async chooseVerifier(name: string): Promise<void> {
    await this.find('combobox', 'What will verify these keys').selectOption({ label: name });
  }

  async createVault(passphrase: string): Promise<void> {
    await this.button('Create vault').click();
    await this.find('textbox', 'Passphrase').fill(passphrase);
    await this.find('textbox', 'Passphrase again').fill(passphrase);
    await this.button('Seal the keys').click();
    await this.button('Lock vault now').waitFor();
  }

  /** As far as the browser's question to the person. */
  async startVaultByPasskey(label: string): Promise<void> {
    await this.button('Create vault').click();
    await this.choice('Passkey').click();
    await this.find('textbox', 'Name of the passkey').fill(label);
    await this.button('Seal the keys').click();
  }

  async createVaultByPasskey(label: string): Promise<void> {
    await this.startVaultByPasskey(label);
    await this.button('Lock vault now').waitFor();
  }

  /** As far as the browser's question to the person. */
  async startPasskey(label: string): Promise<void> {
    await this.button('Add a passkey').click();
    await this.find('textbox', 'Name of the passkey').fill(label);
    // In Japanese the button that opens the dialog has the same name.
    const dialog = this.find('dialog', 'Add a passkey');
    await dialog
      .getByRole('button', { name: this.say('button', 'Add passkey'), exact: true })
      .click();
  }

  async addPasskey(label: string): Promise<void> {
    await this.startPasskey(label);
    await this.find('dialog', 'Add a passkey').waitFor({ state: 'hidden' });
  }

  async chooseStateFolder(folder: string): Promise<void> {
    await this.button('Choose a folder for state files').click();
    await this.page.getByRole('status').filter({ hasText: folder }).waitFor();
  }

  async lockVault(): Promise<void> {
    await this.button('Lock vault now').click();
    await this.find('list', 'Sealed keys').waitFor();
  }

  async tryToUnlock(passphrase: string): Promise<void> {
    await this.find('textbox', 'Passphrase').fill(passphrase);
    await this.button('Unlock vault').click();
  }

  async unlockVault(passphrase: string): Promise<void> {
    await this.tryToUnlock(passphrase);
    await this.button('Lock vault now').waitFor();
  }

  /** A sealed key that nobody proved goes only by its typed name. */
  async removeUnproven(key: string): Promise<void> {
    await this.button('Remove key {key}', { key }).click();
    await this.find('textbox', 'Type the name: {key}', { key }).fill(key);
    await this.button('Remove key').click();
    await this.card(key).waitFor({ state: 'detached' });
  }

  /** The encrypted form of the backup. */
  async saveEncrypted(key: string, passphrase: string): Promise<SavedFile> {
    await this.button('Save private key {key}', { key }).click();
    await this.choice('age').click();
    await this.find('textbox', 'Passphrase').fill(passphrase);
    await this.find('textbox', 'Passphrase again').fill(passphrase);
    return this.#app.save(() => this.button('Save file').click());
  }

  async proveEncrypted(key: string, file: SavedFile, passphrase: string): Promise<void> {
    await this.#app.openFile(this.button('Prove backup of {key}', { key }), file);
    await this.find('textbox', 'Passphrase of the file').fill(passphrase);
    await this.button('Open with passphrase').click();
    await this.#expectProven(key);
  }

  /** Made, saved and proven: a key that may be burned. */
  async makeProven(key: string): Promise<SavedFile> {
    await this.generate(key);
    const file = await this.savePrivateKey(key);
    await this.proveBackup(key, file);
    return file;
  }
}
