/** The page Keystore, in both languages. */
import { expect } from '@playwright/test';
import type { App, Language, SavedFile } from './app.ts';
import { Place } from './place.ts';

export class Keystore extends Place {
  readonly #app: App;

  constructor(app: App, language: Language) {
    super(app.page, language, 'Keystore');
    this.#app = app;
  }

  /** Names of the keys, slot by slot. */
  async expectOrder(keys: readonly string[]): Promise<void> {
    const slots = this.find('list', 'Slots').getByRole('listitem');
    await expect(slots).toContainText([...keys]);
    await expect(slots).toHaveCount(keys.length);
  }

  async chooseProfile(name: string): Promise<void> {
    await this.find('combobox', 'Bootloader profile').selectOption({ label: name });
  }

  /** A build of one's own, and the table of what fits it. */
  async chooseOtherBuild(): Promise<void> {
    await this.find('combobox', 'Bootloader profile').selectOption('other');
    await this.page.locator('summary').filter({ hasText: 'STM32H5' }).click();
  }

  async saveFile(name: 'keystore.c' | 'keystore.der'): Promise<SavedFile> {
    return this.#app.save(() => this.button(`Save ${name}`).click());
  }

  /** The secret one asks first. */
  async saveOtpImage(): Promise<SavedFile> {
    await this.button('Save otp.bin').click();
    return this.#app.save(() => this.button('Save secret file').click());
  }

  /** 64 hex digits, as shown. */
  async fingerprint(): Promise<string> {
    return hexDigest(await this.region('One-time memory as it will be').innerText());
  }
}

/** The first SHA-256 in groups of four; groups may stand on lines of their own. */
export function hexDigest(text: string): string {
  const groups = /(?:\b[0-9a-f]{4}\b\s*){16}/.exec(text)?.[0];
  if (groups === undefined) throw new Error('no fingerprint is shown');
  return groups.replaceAll(/\s/g, '');
}
