/** The assignments of a wolfBoot `.config`, read as make reads them (GNU make manual, section 6). */
import { AppError } from '../errors.ts';

export interface ConfigValue {
  readonly key: string;
  /** References to other keys put in, quotes around the whole taken off. */
  readonly value: string;
  /** Where it got this value, from 1. */
  readonly line: number;
}

export interface ConfigLines {
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** Lines that make would act on and that are not looked into here. */
  readonly skipped: readonly { readonly line: number; readonly text: string }[];
  /** Keys whose value refers to something that the file does not hold. */
  readonly unresolved: readonly {
    readonly key: string;
    readonly line: number;
    readonly name: string;
  }[];
}

interface Assignment {
  text: string;
  line: number;
}

const ASSIGNMENT =
  /^(?:(?:export|override)\s+)*([A-Za-z_][A-Za-z0-9_.-]*)\s*(\?|:{1,3}|\+|!)?=\s*(.*)$/;
const BARE_EXPORT = /^(?:un)?export\b[\sA-Za-z0-9_]*$/;
const REFERENCE = /\$(?:\(([^()$]*)\)|\{([^{}$]*)\}|(.?))/;
/** A reference inside what a reference stands for, and so on. */
const MOST_REFERENCES = 100;
const LONGEST_VALUE = 4096;

/** Throws `unrecognised-file` when there is no assignment in it. */
export function readConfigLines(text: string, fileName: string): ConfigLines {
  const raw = new Map<string, Assignment>();
  const skipped: { line: number; text: string }[] = [];
  for (const { line, text: content } of logicalLines(text)) {
    const found = ASSIGNMENT.exec(content);
    if (found) assign(raw, found, line);
    else if (content !== '' && !BARE_EXPORT.test(content)) skipped.push({ line, text: content });
  }
  if (raw.size === 0) {
    throw new AppError(
      'unrecognised-file',
      `${fileName} is no wolfBoot configuration: it holds no line like SIGN?=ECC256. Give the .config that wolfBoot was built with, or one of its config/examples`,
      { context: { file: fileName, offset: 0, field: 'assignment' } },
    );
  }
  return { ...resolveAll(raw), skipped };
}

/** `=` and `:=`: the last counts; `?=`: only where nothing was said before; `+=`: goes on. */
function assign(raw: Map<string, Assignment>, found: RegExpExecArray, line: number): void {
  const [, key = '', operator = '', text = ''] = found;
  const before = raw.get(key);
  if (operator === '?' && before) return;
  if (operator === '+' && before) {
    before.text = `${before.text} ${text}`.trim();
    before.line = line;
  } else raw.set(key, { text, line });
}

/** Without comments and white space around; a backslash at the end of a line joins it to the next. */
function logicalLines(text: string): readonly { readonly line: number; readonly text: string }[] {
  const lines: { line: number; text: string }[] = [];
  let parts: string[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((content, index) => {
      const continues = content.endsWith('\\');
      parts.push(continues ? content.slice(0, -1) : content);
      if (continues) return;
      lines.push({ line: index + 2 - parts.length, text: withoutComment(parts.join(' ')) });
      parts = [];
    });
  return lines;
}

function withoutComment(text: string): string {
  const mark = /(^|[^\\])#/.exec(text);
  const content = mark ? text.slice(0, mark.index + (mark[1]?.length ?? 0)) : text;
  return content.replaceAll('\\#', '#').trim();
}

function resolveAll(raw: ReadonlyMap<string, Assignment>) {
  const values = new Map<string, ConfigValue>();
  const unresolved: { key: string; line: number; name: string }[] = [];
  for (const [key, { text, line }] of raw) {
    const missing = new Set<string>();
    const value = resolve(text, raw, missing);
    for (const name of missing) unresolved.push({ key, line, name });
    if (missing.size === 0) values.set(key, { key, value: unquoted(value), line });
  }
  return { values, unresolved };
}

/** Undefined names, functions and endless circles end up in `missing`. */
function resolve(text: string, raw: ReadonlyMap<string, Assignment>, missing: Set<string>): string {
  let value = text;
  for (let count = 0; count < MOST_REFERENCES; count++) {
    const found = REFERENCE.exec(value);
    if (!found) return value;
    const name = found[1] ?? found[2] ?? found[3] ?? '';
    const content = name === '$' ? undefined : raw.get(name)?.text;
    if (content === undefined || value.length + content.length > LONGEST_VALUE) {
      missing.add(name);
      return value;
    }
    value = value.slice(0, found.index) + content + value.slice(found.index + found[0].length);
  }
  missing.add(text);
  return value;
}

function unquoted(text: string): string {
  const found = /^(["'])(.*)\1$/.exec(text);
  return found?.[2] ?? text;
}
