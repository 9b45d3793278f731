/** The page Burn, in both languages. */
import { expect, type Locator } from '@playwright/test';
import type { App, Language } from './app.ts';
import { hexDigest } from './keystore.ts';
import { Place } from './place.ts';

const typedGroups = 2;
const typedCharacters = 4;

export class Burn extends Place {
  constructor(app: App, language: Language) {
    super(app.page, language, 'Burn');
  }

  async rehearse(): Promise<void> {
    await this.button('Rehearse on a virtual board').click();
    await expect(this.text('The rehearsal ended well')).toBeVisible();
  }

  async plan(): Promise<void> {
    await this.button('Read the board and plan').click();
    await this.find('table', 'Before and after, by address').waitFor();
  }

  /** The primer that comes with Keyfuse; the page puts the keystore into it. */
  async usePrimer(): Promise<void> {
    await this.choice('With a primer').click();
    await this.find('table', 'What this primer would write, read from the image itself').waitFor();
  }

  async keystoreFingerprint(): Promise<string> {
    return hexDigest(await this.region('What is burned').innerText());
  }

  async boardSerial(): Promise<string> {
    const serial = /\b[0-9A-F]{12}\b/.exec(await this.region('Plan').innerText())?.[0];
    if (serial === undefined) throw new Error('the plan shows no serial');
    return serial;
  }

  async typeConfirmation(keystoreTail: string, boardTail: string): Promise<void> {
    await this.find('textbox', 'Last two groups of the keystore fingerprint').fill(keystoreTail);
    await this.find('textbox', 'Last four characters of the board serial').fill(boardTail);
  }

  /** Types what the screen shows, as a careful person does. */
  async confirm(): Promise<void> {
    const groups = (await this.keystoreFingerprint()).match(/.{4}/g) ?? [];
    const serial = await this.boardSerial();
    await this.typeConfirmation(
      groups.slice(-typedGroups).join(' '),
      serial.slice(-typedCharacters),
    );
  }

  async burn(): Promise<void> {
    await this.button('Burn for ever').click();
  }

  /** The button after an interruption. */
  async goOn(): Promise<void> {
    await this.button('Go on burning').click();
  }

  /** Whichever of the two is offered. */
  async goOnOrBurn(): Promise<void> {
    await this.button('Go on burning').or(this.button('Burn for ever')).click();
  }

  running(): Locator {
    return this.find('progressbar', 'Burning');
  }

  /** Waits until some of it is done and some is not. */
  async expectInTheMiddle(): Promise<void> {
    await expect(this.running()).not.toHaveAttribute('aria-valuenow', '0');
  }

  async expectProven(): Promise<void> {
    await expect(this.text('Burned and read back; not yet proven by boot')).toBeVisible();
    await expect(this.region('Read back')).toContainText('WOLFBOOT');
  }

  async expectNothingLeft(): Promise<void> {
    await expect(this.text('Nothing is left to burn')).toBeVisible();
    await expect(this.button('Burn for ever')).toHaveCount(0);
  }
}
