/**
 * C text to words, numbers and punctuation, as far as a table of constants needs. Nothing is
 * preprocessed: `#if 0` and `#if 1` are followed, every other condition is handed on as a mark, so
 * that the reader can refuse to guess which branch a compiler would take.
 */
import { malformed } from '../bytes/index.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'punctuation' | 'condition' | 'end';
  readonly text: string;
  readonly offsetBytes: number;
}

export interface Definition {
  readonly name: string;
  readonly value: string;
}

export interface LexedC {
  /** Ends with one token of kind `end`. */
  readonly tokens: readonly Token[];
  /** `#define NAME value` outside of text that no compiler sees. */
  readonly definitions: readonly Definition[];
}

/** A string, a line end that does not count, the start of a comment, or one character. */
const DIRECTIVE_PIECE = /"[^"\n]*"|\\\r?\n|\/\/|\/\*|[^]/y;

/** No compiler has to take more than 63 (C11, 5.2.4.1). */
const DEEPEST_CONDITION = 63;

type Certainty = 'yes' | 'no' | 'maybe';

interface Condition {
  /** Whether a compiler sees the branch; `maybe` depends on the build. */
  readonly now: Certainty;
  /** Whether it saw one of the branches up to and including this one. */
  readonly soFar: Certainty;
}

const TOKEN =
  /(?<space>[^\S\n]+|\\\r?\n)|(?<newline>\n)|(?<comment>\/\/[^\n]*|\/\*[^]*?\*\/)|(?<word>[A-Za-z_]\w*)|(?<number>\d\w*)|(?<punctuation><<|[^\s\w])/y;

/**
 * Offsets count characters: pass Latin-1 text and they count bytes. Throws `malformed` for a comment,
 * a string or an `#if` that never ends, and for more than 63 `#if` inside each other.
 */
export function lexC(text: string, fileName: string): LexedC {
  return new Lexer(text, fileName).run();
}

class Lexer {
  readonly #text: string;
  readonly #fileName: string;
  readonly #tokens: Token[] = [];
  readonly #definitions: Definition[] = [];
  readonly #conditions: Condition[] = [];
  #at = 0;
  #lineStart = true;

  constructor(text: string, fileName: string) {
    this.#text = text;
    this.#fileName = fileName;
  }

  run(): LexedC {
    while (this.#at < this.#text.length) this.#step();
    if (this.#conditions.length > 0) this.#fail('ends inside an #if: the file is cut off');
    this.#tokens.push({ kind: 'end', text: '', offsetBytes: this.#text.length });
    return { tokens: this.#tokens, definitions: this.#definitions };
  }

  #step(): void {
    const start = this.#at;
    const first = this.#text[start];
    if (first === '#' && this.#lineStart) {
      this.#directive();
    } else if (first === '"' || first === "'") {
      this.#quoted(first);
    } else {
      this.#token(start);
    }
  }

  #token(start: number): void {
    TOKEN.lastIndex = start;
    const groups = TOKEN.exec(this.#text)?.groups;
    if (!groups) this.#fail('cannot be read as C');
    this.#at = TOKEN.lastIndex;
    const kind = (['word', 'number', 'punctuation'] as const).find((name) => groups[name]);
    if (kind) {
      if (this.#text.startsWith('/*', start)) this.#fail('begins a comment that never ends', start);
      this.#push(kind, start);
    }
    if (groups.newline) this.#lineStart = true;
  }

  #push(kind: Token['kind'], start: number): void {
    this.#lineStart = false;
    if (!this.#isVisible()) return;
    this.#tokens.push({ kind, text: this.#text.slice(start, this.#at), offsetBytes: start });
  }

  #isVisible(): boolean {
    return this.#conditions.every(({ now }) => now !== 'no');
  }

  #quoted(quote: string): void {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== '\n') {
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    if (this.#text[end] !== quote) this.#fail('begins a string that never ends', start);
    this.#at = end + 1;
    this.#push('string', start);
  }

  /** One directive with its continuation lines; a comment that goes on below is left to the lexer. */
  #directive(): void {
    const start = this.#at;
    const { words, end } = this.#directiveWords(start, this.#endOfDirective(start));
    this.#at = end;
    const [, name = '', rest = ''] = /^#\s*(\w*)([^]*)$/.exec(words) ?? [];
    if (name === 'define') this.#define(rest.trim());
    else this.#conditional(name, rest.trim(), start);
  }

  /** The directive without comments; ends where a comment begins that does not end before `lineEnd`. */
  #directiveWords(
    start: number,
    lineEnd: number,
  ): { readonly words: string; readonly end: number } {
    let words = '';
    let at = start;
    while (at < lineEnd) {
      DIRECTIVE_PIECE.lastIndex = at;
      const [piece = ''] = DIRECTIVE_PIECE.exec(this.#text) ?? [];
      if (piece === '//') break;
      if (piece === '/*') {
        const end = this.#text.indexOf('*/', at + 2);
        if (end < 0 || end >= lineEnd) return { words, end: at };
        at = end + 2;
        words += ' ';
        continue;
      }
      words += piece.startsWith('\\') ? ' ' : piece;
      at += piece.length;
    }
    return { words, end: lineEnd };
  }

  #endOfDirective(start: number): number {
    let end = this.#text.indexOf('\n', start);
    while (end > 0 && /\\\r?$/.test(this.#text.slice(Math.max(start, end - 2), end))) {
      end = this.#text.indexOf('\n', end + 1);
    }
    return end < 0 ? this.#text.length : end;
  }

  #define(rest: string): void {
    const [, name, value] = /^(\w+)\s+([^]*)$/.exec(rest) ?? [];
    if (name !== undefined && value !== undefined && this.#isVisible()) {
      this.#definitions.push({ name, value: value.trim() });
    }
  }

  #conditional(name: string, expression: string, start: number): void {
    const current = this.#conditions.at(-1);
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      if (this.#conditions.length >= DEEPEST_CONDITION) {
        this.#fail('has too many #if inside each other', start);
      }
      const now = name === 'if' ? literal(expression) : 'maybe';
      this.#conditions.push({ now, soFar: now });
      this.#mark(now, start);
    } else if (name === 'elif' || name === 'else') {
      if (!current) this.#fail(`has #${name} without #if`, start);
      const next = nextBranch(current, name === 'else' ? 'yes' : literal(expression));
      this.#conditions[this.#conditions.length - 1] = next;
      this.#mark(next.soFar === 'maybe' ? 'maybe' : next.now, start);
    } else if (name === 'endif') {
      if (!current) this.#fail('has #endif without #if', start);
      this.#conditions.pop();
      this.#mark(current.soFar === 'maybe' ? 'maybe' : current.now, start);
    }
  }

  #mark(certainty: Certainty, start: number): void {
    if (certainty === 'maybe') this.#push('condition', start);
    this.#lineStart = true;
  }

  #fail(problem: string, offsetBytes = this.#at): never {
    throw malformed(
      this.#fileName,
      offsetBytes,
      `line ${lineOf(this.#text, offsetBytes)}`,
      problem,
    );
  }
}

function literal(expression: string): Certainty {
  if (/^\(?\s*0\s*\)?$/.test(expression)) return 'no';
  if (/^\(?\s*1\s*\)?$/.test(expression)) return 'yes';
  return 'maybe';
}

/** The branch after `before`, whose own condition is `own`. */
function nextBranch(before: Condition, own: Certainty): Condition {
  if (before.soFar === 'yes' || own === 'no') return { now: 'no', soFar: before.soFar };
  if (before.soFar === 'maybe') return { now: 'maybe', soFar: 'maybe' };
  return { now: own, soFar: own };
}

/** Line of an offset, counted from 1, for messages. */
export function lineOf(text: string, offsetBytes: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offsetBytes; at = text.indexOf('\n', at + 1)) {
    line++;
  }
  return line;
}
