/** Takes values out of a `.config` by key, and remembers which were asked for and what was wrong. */
import { AppError } from '../errors.ts';
import { readConfigLines, type ConfigLines, type ConfigValue } from './config-lines.ts';
import type { ConfigWarning, ConfigWarningCode } from './config-types.ts';

const HIGHEST_32_BITS = 0xffffffff;

export class ConfigReader {
  readonly fileName: string;
  readonly warnings: ConfigWarning[] = [];
  readonly #lines: ConfigLines;
  readonly #used = new Set<string>();

  /** Throws `unrecognised-file` for a file without a setting. */
  constructor(text: string, fileName: string) {
    this.fileName = fileName;
    this.#lines = readConfigLines(text, fileName);
    for (const { line, text: content } of this.#lines.skipped) {
      this.#warn('not-evaluated', undefined, line, `"${content}" is not looked into`);
    }
  }

  get values(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#lines.values].map(([key, { value }]) => [key, value]));
  }

  /** Keys that nobody asked for. */
  get unusedKeys(): readonly string[] {
    const referring = this.#lines.unresolved.map(({ key }) => key);
    return [...this.#lines.values.keys(), ...referring].filter((key) => !this.#used.has(key));
  }

  /** Empty values count as not set, as with `ifeq` in wolfBoot's makefiles. */
  text(key: string): string | undefined {
    const value = this.#take(key)?.value ?? '';
    return value === '' ? undefined : value;
  }

  /** On only for `1`, as in wolfBoot's makefiles. */
  flag(key: string): boolean {
    const value = this.text(key);
    if (value !== undefined && value !== '0' && value !== '1') {
      this.warn('unknown-value', key, `${key}=${value}: only 1 switches this on`);
    }
    return value === '1';
  }

  /** Decimal, or hexadecimal with 0x, within 32 bits. Throws `malformed`. */
  number(key: string): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const number = /^(?:0|[1-9]\d*|0[xX][0-9a-fA-F]+)$/.test(value) ? Number(value) : Number.NaN;
    if (number <= HIGHEST_32_BITS) return number;
    throw this.malformed(
      key,
      `"${value}" is no number of up to 32 bits; write it in decimal or with 0x in hexadecimal`,
    );
  }

  /** One of `choices`; anything else is a warning and undefined. */
  choice<T>(key: string, choices: Readonly<Record<string, T>>): T | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    if (Object.hasOwn(choices, value)) return choices[value];
    this.warn(
      'unknown-value',
      key,
      `${key}=${value} is none of ${Object.keys(choices).join(', ')}`,
    );
    return undefined;
  }

  /** About a key that was set; the line comes from the file. */
  warn(code: ConfigWarningCode, key: string, message: string): void {
    this.#warn(code, key, this.#lines.values.get(key)?.line, message);
  }

  malformed(key: string, problem: string): AppError {
    const line = this.#lines.values.get(key)?.line ?? 0;
    return new AppError('malformed', `${this.fileName}: ${key} at line ${line}: ${problem}`, {
      context: { file: this.fileName, line, field: key, problem },
    });
  }

  #take(key: string): ConfigValue | undefined {
    const seen = this.#used.has(key);
    this.#used.add(key);
    const unresolved = this.#lines.unresolved.find((each) => each.key === key);
    if (unresolved && !seen) {
      const { line, name } = unresolved;
      this.#warn(
        'not-evaluated',
        key,
        line,
        `${key} refers to $(${name}), which is not in this file`,
      );
    }
    return this.#lines.values.get(key);
  }

  #warn(
    code: ConfigWarningCode,
    key: string | undefined,
    line: number | undefined,
    message: string,
  ): void {
    const where = line === undefined ? '' : ` line ${line}:`;
    this.warnings.push({ code, key, line, message: `${this.fileName}:${where} ${message}` });
  }
}
