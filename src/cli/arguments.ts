/** Words of a command line, one after the other, and the strict reading of numbers in them. */
import { AppError } from '../core/errors.ts';

/** Wrong use of the command: exit code 2. */
export function misuse(problem: string): AppError {
  return new AppError('invalid-argument', problem);
}

/** Known to wolfBoot's tools, not to this one: exit code 2. */
export function notYet(what: string): AppError {
  return new AppError('not-supported', `${what} is not supported yet; nothing was written`);
}

export class Words {
  readonly #words: readonly string[];
  #position = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get left(): number {
    return this.#words.length - this.#position;
  }

  /** The next word without taking it. */
  peek(): string | undefined {
    return this.#words[this.#position];
  }

  /** Throws when the words are used up. */
  take(what: string): string {
    const word = this.#words[this.#position];
    if (word === undefined) throw misuse(`${what} is missing`);
    this.#position++;
    return word;
  }

  /** A file name: an option in its place is a slip, `./-name` names such a file. */
  takeFile(what: string): string {
    const word = this.take(what);
    if (word === '' || word.startsWith('-')) {
      throw misuse(`${what} is missing; found "${word}" in its place`);
    }
    return word;
  }

  rest(): readonly string[] {
    const rest = this.#words.slice(this.#position);
    this.#position = this.#words.length;
    return rest;
  }
}

/** Decimal digits only. Throws with `what` in the message. */
export function decimal(text: string, what: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw misuse(`${what} "${text}" is not a number from ${least} to ${most}`);
}

/** Decimal or 0x hexadecimal, of any size. */
export function bigNumber(text: string, what: string): bigint {
  if (/^(?:\d+|0x[0-9a-fA-F]+)$/.test(text)) return BigInt(text);
  throw misuse(`${what} "${text}" is not a number; write it in decimal or with 0x in hexadecimal`);
}

/** As `bigNumber`, within 32 bits and not zero. */
export function sizeNumber(text: string, what: string): number {
  const value = bigNumber(text, what);
  if (value > 0n && value <= 0xffffffffn) return Number(value);
  throw misuse(`${what} "${text}" is not between 1 and 4294967295`);
}

/** What the operating system handed over as bytes; text that was no UTF-8 has lost its bytes. */
export function utf8Bytes(text: string, what: string): Uint8Array {
  if (text.includes('\uFFFD')) throw misuse(`${what} is not valid UTF-8 text`);
  return new TextEncoder().encode(text);
}
