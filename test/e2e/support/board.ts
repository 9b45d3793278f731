/** The page Board, in both languages. */
import { expect, type Page } from '@playwright/test';
import type { Language } from './app.ts';
import { Place } from './place.ts';

export class Board extends Place {
  constructor(page: Page, language: Language) {
    super(page, language, 'Board');
  }

  /** It was noticed by itself: nothing was pressed on this page. */
  async expectInDfuMode(): Promise<void> {
    await expect(this.button('Inspect board')).toBeEnabled();
  }

  async inspect(): Promise<void> {
    await this.button('Inspect board').click();
    await this.region('Findings').waitFor();
  }
}
