import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/* docs/wolfboot-surprises.md: 31 rows, and every test that a row names is there. */

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/wolfboot-surprises.md', root), 'utf8');

interface Row {
  readonly number: number;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const rows: readonly Row[] = text
  .split('\n')
  .filter((line) => /^\|\s*\d+\s*\|/.test(line))
  .map((line) => {
    const [, number = '', , , shown = ''] = line.split('|');
    const tests = [...shown.matchAll(/`([^`]+)` › `([^`]+)`/g)].map(([, file = '', name = '']) => ({
      file,
      name,
    }));
    return { number: Number(number), tests };
  });

describe('the table of surprises', () => {
  it('has a row for each of the 31, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1));
  });

  it.each(rows)('$number names tests that are there', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, name } of tests) {
      expect(file).toMatch(/^test\/.*\.test\.ts$/);
      const source = readFileSync(new URL(file, root), 'utf8');
      // As it stands in the source: formatting may put a quote in front of it on a line of its own.
      expect(source, `${file}: ${name}`).toMatch(new RegExp(`['"\`]${escaped(name)}['"\`]`));
    }
  });
});

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
