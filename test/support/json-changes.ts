/** Every way to change one leaf of a JSON value a little: one digit, one letter, one number, one flag. */
import type { JsonValue } from '../../src/core/ports/index.ts';

export interface JsonChange {
  /** Names and positions joined by dots. */
  readonly path: string;
  readonly changed: JsonValue;
}

export function everyChange(value: JsonValue): readonly JsonChange[] {
  return leaves(value, []).map((path) => ({
    path: path.join('.'),
    changed: changeAt(value, path),
  }));
}

type Path = readonly (string | number)[];

function leaves(value: JsonValue | undefined, path: Path): readonly Path[] {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value as object).flatMap(([name, member]) =>
    leaves(member as JsonValue, [...path, name]),
  );
}

function changeAt(value: JsonValue, path: Path): JsonValue {
  const copy = JSON.parse(JSON.stringify({ root: value })) as Record<string, JsonValue>;
  const whole: Path = ['root', ...path];
  let parent = copy;
  for (const step of whole.slice(0, -1)) parent = parent[step] as Record<string, JsonValue>;
  const last = whole[whole.length - 1]!;
  parent[last] = different(parent[last]!);
  return copy.root!;
}

function different(leaf: JsonValue): JsonValue {
  if (typeof leaf === 'number') return leaf + 1;
  if (typeof leaf === 'boolean') return !leaf;
  if (typeof leaf !== 'string') return 'something';
  if (leaf === '') return '1';
  const last = leaf[leaf.length - 1]!;
  return leaf.slice(0, -1) + (last === '0' ? '1' : '0');
}
