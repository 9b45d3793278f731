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
    await expect(this.text('A board is in DFU mode')).toBeVisible();
  }

  /** A board that may be opened is looked at by itself. */
  async inspect(): Promise<void> {
    await this.region('Findings').waitFor();
  }
}
