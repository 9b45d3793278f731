/** One page, or the panel, as docs/TESTING.md names what is on it. */
import type { Locator, Page } from '@playwright/test';
import type { Language } from './app.ts';
import { nameOf, type NameValues } from './names.ts';

type Role = Parameters<Page['getByRole']>[0];

export class Place {
  readonly page: Page;
  readonly language: Language;
  readonly #name: string;

  constructor(page: Page, language: Language, name: string) {
    this.page = page;
    this.language = language;
    this.#name = name;
  }

  /** By role and English name; found by its name in the language of the test. A placeholder without a value fits all. */
  find(role: Role, english: string, values: NameValues = {}): Locator {
    return this.page.getByRole(role, { name: this.say(role, english, values), exact: true });
  }

  button(english: string, values?: NameValues): Locator {
    return this.find('button', english, values);
  }

  region(english: string): Locator {
    return this.find('region', english);
  }

  /** Text that stands on the page. */
  text(english: string, values?: NameValues): Locator {
    return this.page.getByText(this.say('text', english, values), { exact: true });
  }

  /** A radio is chosen through its label: the round thing itself is not drawn. */
  choice(english: string): Locator {
    return this.page.getByText(this.say('radio', english), { exact: true });
  }

  async unfold(english: string): Promise<void> {
    await this.page.getByText(this.say('summary', english), { exact: true }).click();
  }

  say(role: string, english: string, values?: NameValues): string | RegExp {
    return nameOf(this.#name, role, english, this.language, values);
  }
}
