/**
 * The names by which tests find things, read from the tables of docs/TESTING.md. A test can only use
 * what is written there, so the document cannot go stale.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from './app.ts';

export interface ListedName {
  /** Heading of the table: a page, the panel, "Every page". */
  readonly place: string;
  /** An ARIA role; `text` is text on the page, `summary` the handle of something folded. */
  readonly role: string;
  readonly en: string;
  readonly ja: string;
}

/** For `{placeholders}` in a name. */
export type NameValues = Readonly<Record<string, string | number>>;

const documentPath = join(import.meta.dirname, '../../../docs/TESTING.md');
const namesHeading = '## Names';

export const listedNames: readonly ListedName[] = readNames(readFileSync(documentPath, 'utf8'));

/**
 * The listed name in a language; a pattern while a placeholder has no value. Throws when the document does
 * not list it.
 */
export function nameOf(
  place: string,
  role: string,
  english: string,
  language: Language,
  values: NameValues = {},
): string | RegExp {
  const listed = listedNames.find(
    (name) => name.place === place && name.role === role && name.en === english,
  );
  if (listed === undefined) {
    throw new Error(`docs/TESTING.md lists no ${role} "${english}" under ${place}`);
  }
  const name = listed[language].replaceAll(placeholder, (whole, key: string) =>
    String(values[key] ?? whole),
  );
  return name.match(placeholder) === null ? name : patternOf(name);
}

/** Matches a name whatever stands for its placeholders. */
export function patternOf(name: string): RegExp {
  const parts = name.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\s*${parts.join('.+')}\\s*$`, 's');
}

const placeholder = /\{(\w+)\}/g;

function readNames(document: string): readonly ListedName[] {
  const section = document.slice(document.indexOf(`\n${namesHeading}`) + 1).split(/\n## /)[0] ?? '';
  return section
    .split(/\n### /)
    .slice(1)
    .flatMap((table) => {
      const [place = '', ...lines] = table.split('\n');
      return lines.flatMap((line) => readRow(place.trim(), line));
    });
}

function readRow(place: string, line: string): readonly ListedName[] {
  const [, role, en, ja] = line.split('|').map((cell) => cell.trim());
  if (role === undefined || en === undefined || ja === undefined) return [];
  return role === 'Role' || role.startsWith('-') ? [] : [{ place, role, en, ja }];
}
