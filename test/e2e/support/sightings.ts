/** Remembers which of the names of docs/TESTING.md were seen on the way. */
import type { Page } from '@playwright/test';
import type { Language } from './app.ts';
import { patternOf, type ListedName } from './names.ts';

type Role = Parameters<Page['getByRole']>[0];

export class Sightings {
  readonly #page: Page;
  readonly #language: Language;
  readonly #missing: Set<ListedName>;

  /** `wanted`: what is to be seen on the way. */
  constructor(page: Page, language: Language, wanted: readonly ListedName[]) {
    this.#page = page;
    this.#language = language;
    this.#missing = new Set(wanted);
  }

  async look(...places: readonly string[]): Promise<void> {
    const wanted = [...this.#missing].filter(({ place }) => places.includes(place));
    const seen = await Promise.all(wanted.map((name) => this.#isThere(name)));
    for (const [index, name] of wanted.entries()) {
      if (seen[index] === true) this.#missing.delete(name);
    }
  }

  async #isThere(listed: ListedName): Promise<boolean> {
    const name = patternOf(listed[this.#language]);
    const found =
      listed.role === 'text' || listed.role === 'summary'
        ? this.#page.getByText(name)
        : listed.role === 'alert'
          ? this.#page.getByRole('alert').filter({ hasText: /\S/ })
          : this.#page.getByRole(listed.role as Role, { name });
    return (await found.count()) > 0;
  }

  missing(): readonly string[] {
    return [...this.#missing].map(({ place, role, en }) => `${place}: ${role} "${en}"`);
  }
}
