/**
 * The app in the words of the person who uses it. Names are those of docs/TESTING.md; whoever changes
 * one changes it there as well.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Dialog, type Download, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';

export type Language = 'en' | 'ja';
export type Scheme = 'light' | 'dark';

/** The pages by their names: heading, navigation and title carry the same. */
export const pageNames = {
  guide: { path: '/', en: 'Guide', ja: 'ガイド' },
  keys: { path: '/keys', en: 'Keys', ja: '鍵' },
  keystore: { path: '/keystore', en: 'Keystore', ja: '鍵ストア' },
  board: { path: '/board', en: 'Board', ja: 'ボード' },
  burn: { path: '/burn', en: 'Burn', ja: '書き込み' },
  firmware: { path: '/firmware', en: 'Firmware', ja: 'ファームウェア' },
  update: { path: '/update', en: 'Update', ja: '更新' },
  record: { path: '/record', en: 'Record', ja: '記録' },
  examine: { path: '/examine', en: 'Examine', ja: '調べる' },
  flash: { path: '/flash', en: 'Flash', ja: 'フラッシュ' },
  external: { path: '/external', en: 'Sign with a key in an HSM', ja: 'HSMの鍵で署名' },
  help: { path: '/help', en: 'Help', ja: 'ヘルプ' },
} as const;

export type PageName = keyof typeof pageNames;

export interface SavedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export class App {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens a page by its address; a reload, so the session's keys are gone. */
  async open(name: PageName = 'guide', options: { seed?: number } = {}): Promise<void> {
    const query = options.seed === undefined ? '' : `?board=virtual&seed=${options.seed}`;
    // From elsewhere: going to another hash of the same page would keep the session.
    const leave = (dialog: Dialog): void => void dialog.accept();
    this.page.on('dialog', leave);
    await this.page.goto('about:blank');
    this.page.off('dialog', leave);
    await this.page.goto(`./${query}#${pageNames[name].path}`);
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible();
  }

  /** Goes to a page by the navigation, to one that is not there by the page that leads to it; the session stays. */
  async goTo(name: PageName, language: Language = 'en'): Promise<void> {
    if (name === 'external') await this.goTo('firmware', language);
    const { [language]: words, path } = pageNames[name];
    const address = `#${path}`;
    // The links to it name what is done there.
    if (name === 'flash') await this.page.evaluate((to) => location.assign(to), address);
    else await this.page.getByRole('link', { name: words, exact: true }).first().click();
    await expect(this.heading(words)).toBeVisible();
  }

  heading(words: string): Locator {
    return this.page.getByRole('heading', { level: 1, name: words, exact: true });
  }

  step(name: string): Locator {
    return this.page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole(
      'button',
      typeof name === 'string' ? { name, exact: true } : { name },
    );
  }

  async switchLanguage(to: Language): Promise<void> {
    const [group, label] = to === 'ja' ? ['Language', '日本語'] : ['言語', 'English'];
    await this.page.getByRole('radiogroup', { name: group }).getByText(label).click();
    await expect(this.page.locator('html')).toHaveAttribute('lang', to);
  }

  async switchScheme(to: Scheme): Promise<void> {
    const html = this.page.locator('html');
    // Every press goes one further through "as the system", light, dark.
    for (let press = 0; press < 3; press++) {
      const scheme = await html.getAttribute('data-mantine-color-scheme');
      const fixed = await this.page.evaluate(() =>
        localStorage.getItem('mantine-color-scheme-value'),
      );
      if (scheme === to && fixed === to) return;
      await this.button(/^(Colours|配色)/).click();
    }
    await expect(html).toHaveAttribute('data-mantine-color-scheme', to);
  }

  /** Presses `button` and catches the file that it saves. */
  async save(press: () => Promise<void>): Promise<SavedFile> {
    const saving = this.page.waitForEvent('download');
    await press();
    return readDownload(await saving);
  }

  /** Presses a button that asks for a file and hands it one. */
  async openFile(button: Locator, file: SavedFile): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser');
    await button.click();
    const chooser = await choosing;
    await chooser.setFiles({
      name: file.name,
      mimeType: 'application/octet-stream',
      buffer: file.bytes,
    });
  }

  async generateKeys(options: {
    name?: string;
    count?: number;
    algorithm?: 'ECDSA P-256' | 'Ed25519';
  }): Promise<void> {
    const { name, count, algorithm } = options;
    if (name !== undefined) await this.page.getByLabel('Name', { exact: true }).fill(name);
    if (algorithm !== undefined) {
      await this.page
        .getByRole('radiogroup', { name: 'Algorithm' })
        .getByText(algorithm, { exact: true })
        .click();
    }
    if (count !== undefined) await this.page.getByLabel('How many').fill(String(count));
    await this.button('Generate keys').click();
    await expect(this.key(name ?? 'signing-key')).toBeVisible();
  }

  /** The card of a key. */
  key(name: string): Locator {
    return this.page
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('heading', { level: 3, name, exact: true }) });
  }

  async savePrivateKey(name: string, form: 'Raw' | 'DER' | 'PKCS#8' = 'Raw'): Promise<SavedFile> {
    await this.button(`Save private key ${name}`).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByText(form, { exact: true }).click();
    return this.save(() => dialog.getByRole('button', { name: 'Save file' }).click());
  }

  async proveBackup(name: string, file: SavedFile): Promise<void> {
    await this.openFile(this.button(`Prove backup of ${name}`), file);
  }

  /** A key that may be burned: made, saved, proven. */
  async makeProvenKey(name = 'signing-key'): Promise<SavedFile> {
    await this.generateKeys({ name });
    const file = await this.savePrivateKey(name);
    await this.proveBackup(name, file);
    await expect(this.key(name)).toContainText('Backup proven');
    return file;
  }

  async expectAccessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .setLegacyMode() // No frames here: a tab of its own for the result costs more than the judgement.
      .options({ resultTypes: ['violations'] })
      .analyze();
    expect(
      violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) })),
    ).toEqual([]);
  }

  /**
   * The same page in both languages and both schemes; ends in English and light. Colours do not depend
   * on the language nor names on the scheme, so two looks see all that four would.
   */
  async expectAccessibleInAllLooks(): Promise<void> {
    for (const [scheme, language] of [
      ['dark', 'ja'],
      ['light', 'en'],
    ] as const) {
      await this.switchScheme(scheme);
      await this.switchLanguage(language);
      await this.expectAccessible();
    }
  }
}

async function readDownload(download: Download): Promise<SavedFile> {
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
