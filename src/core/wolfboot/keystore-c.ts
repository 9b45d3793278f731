/**
 * Reads keystore.c, the C source that keygen writes for the bootloader and the primer
 * (formats/wolfboot.md, section 4), also when a person has edited it. Reads the one table
 * `struct keystore_slot NAME[] = { ... }`; no code is run and no macro is guessed.
 */
import { malformed, type Span } from '../bytes/index.ts';
import { authKeyByCode, authKeyByName, type AuthKey } from './auth-keys.ts';
import { lexC, lineOf, type Definition, type Token } from './c-lexer.ts';
import type { Keystore } from './keystore.ts';
import { MASK_ALL, type KeystoreSlot } from './keystore-slot.ts';
import { describeMask, keyWithoutTail } from './slot-codec.ts';

/** keygen writes about six characters a byte: room for more keys than any chip has. */
const LARGEST_FILE_CHARACTERS = 1_000_000;
/** Brackets inside brackets; the calls that read them are nested as deep. */
const DEEPEST_EXPRESSION = 32;

/**
 * `text` may be UTF-8 decoded or Latin-1; offsets and spans count its characters.
 * Throws `malformed` with file, offset, line and field.
 */
export function parseKeystoreC(text: string, fileName: string): Keystore {
  return new KeystoreReader(text, fileName).read();
}

type FieldName = 'slot_id' | 'key_type' | 'part_id_mask' | 'pubkey_size' | 'pubkey';

const FIELD_NAMES: readonly FieldName[] = [
  'slot_id',
  'key_type',
  'part_id_mask',
  'pubkey_size',
  'pubkey',
];

/** A number as written; undefined: the macro whose value the key's own length decides. */
interface Value {
  readonly number: number | undefined;
  readonly offsetBytes: number;
}

interface KeyBytes {
  readonly bytes: Uint8Array;
  readonly offsetBytes: number;
}

class KeystoreReader {
  readonly #text: string;
  readonly #fileName: string;
  readonly #tokens: readonly Token[];
  readonly #definitions: readonly Definition[];
  readonly #spans: Span[] = [];
  #position = 0;
  #depth = 0;
  #path = '';

  constructor(text: string, fileName: string) {
    this.#text = text;
    this.#fileName = fileName;
    if (text.length > LARGEST_FILE_CHARACTERS) {
      throw malformed(fileName, 0, '', `is ${text.length} characters long: no keystore.c is`);
    }
    const { tokens, definitions } = lexC(text, fileName);
    this.#tokens = tokens;
    this.#definitions = definitions;
  }

  read(): Keystore {
    const start = this.#findTable(0);
    if (start === undefined) {
      this.#fail(
        'has no table "struct keystore_slot PubKeys[] = {": not a keystore.c, or WOLFBOOT_NO_SIGN',
        0,
      );
    }
    this.#position = start.dimension;
    const declared = this.#readDimension();
    this.#position = start.brace;
    const slots = this.#readSlots();
    this.#checkCount(slots.length, declared, start.offsetBytes);
    const second = this.#findTable(this.#position);
    if (second !== undefined) {
      this.#fail(
        'is a second table of keys: which one is used depends on the build',
        second.offsetBytes,
      );
    }
    return { slots, spans: this.#spans, layout: 'per-algorithm' };
  }

  /** `struct keystore_slot NAME [ ... ] ... = {`; declarations without content are passed over. */
  #findTable(
    from: number,
  ):
    | { readonly dimension: number; readonly brace: number; readonly offsetBytes: number }
    | undefined {
    for (let at = from; at < this.#tokens.length; at++) {
      const [word, name, open] = this.#tokens.slice(at, at + 3);
      if (word?.text !== 'keystore_slot' || name?.kind !== 'word' || open?.text !== '[') continue;
      let end = at + 3;
      while (!['=', ';', ''].includes(this.#tokens[end]?.text ?? '')) end++;
      if (this.#tokens[end]?.text === '=' && this.#tokens[end + 1]?.text === '{') {
        return { dimension: at + 3, brace: end + 1, offsetBytes: word.offsetBytes };
      }
      at = end;
    }
    return undefined;
  }

  /** The number between the brackets, by value or through NUM_PUBKEYS. */
  #readDimension(): number | undefined {
    const token = this.#peek();
    if (token.text === ']') return undefined;
    if (token.kind === 'number') return parseInteger(token.text);
    const values = this.#definitions
      .filter(({ name }) => name === token.text)
      .map(({ value }) => parseInteger(value) ?? 0);
    if (values.length === 0)
      this.#fail(`${token.text} is not defined in this file`, token.offsetBytes);
    return values.reduce((largest, value) => Math.max(largest, value), 0);
  }

  #checkCount(count: number, declared: number | undefined, offsetBytes: number): void {
    if (declared === undefined || declared === count) return;
    this.#fail(
      count === 0
        ? `says ${declared} keys but holds none, as keygen writes it when -g comes before the algorithm option`
        : `says ${declared} keys but holds ${count}`,
      offsetBytes,
    );
  }

  #readSlots(): readonly KeystoreSlot[] {
    const slots: KeystoreSlot[] = [];
    this.#expect('{');
    while (this.#peek().text !== '}') {
      this.#path = `slots[${slots.length}]`;
      slots.push(this.#readSlot());
      this.#path = '';
      if (this.#peek().text !== '}') this.#expect(',');
    }
    this.#expect('}');
    return slots;
  }

  #readSlot(): KeystoreSlot {
    const start = this.#expect('{').offsetBytes;
    const values = new Map<FieldName, Value>();
    let key: KeyBytes | undefined;
    while (this.#peek().text !== '}') {
      const name = this.#readFieldName(values, key);
      if (name === 'pubkey') key = this.#inField(name, () => this.#readKeyBytes());
      else
        values.set(
          name,
          this.#inField(name, () => this.#readValue(name)),
        );
      if (this.#peek().text !== '}') this.#expect(',');
    }
    this.#expect('}');
    if (!key) this.#fail('has no .pubkey', start);
    return this.#assemble(values, key, start);
  }

  #readFieldName(values: ReadonlyMap<FieldName, Value>, key: KeyBytes | undefined): FieldName {
    this.#expect('.', 'expects a field such as .key_type');
    const token = this.#next();
    const name = FIELD_NAMES.find((field) => field === token.text);
    if (!name) this.#fail(`${token.text} is not a field of a keystore slot`, token.offsetBytes);
    if (values.has(name) || (name === 'pubkey' && key)) {
      this.#fail(`.${name} stands there twice`, token.offsetBytes);
    }
    this.#expect('=');
    return name;
  }

  #inField<T extends Value | KeyBytes>(name: FieldName, read: () => T): T {
    const outer = this.#path;
    this.#path = `${outer}.${name}`;
    const value = read();
    this.#path = outer;
    return value;
  }

  #assemble(
    values: ReadonlyMap<FieldName, Value>,
    { bytes, offsetBytes }: KeyBytes,
    start: number,
  ): KeystoreSlot {
    const number = (name: FieldName): number | undefined => {
      const value = values.get(name);
      if (!value) this.#fail(`has no .${name}`, start);
      return value.number;
    };
    const keyType = number('key_type') ?? 0;
    const key = authKeyByCode(keyType);
    const outer = this.#path;
    this.#path = `${outer}.pubkey_size`;
    const size = number('pubkey_size') ?? sizeOfMlDsaKey(key, bytes.length);
    if (size === undefined) {
      this.#fail(
        'depends on the ML-DSA level of the build; write the number of bytes',
        offsetBytes,
      );
    }
    this.#path = `${outer}.pubkey`;
    const publicKey = this.#fitKey(keyType, bytes, size, offsetBytes);
    this.#path = outer;
    return {
      slotId: number('slot_id') ?? 0,
      keyType,
      partitionMask: number('part_id_mask') ?? 0,
      publicKey,
      publicKeySize: size,
    };
  }

  /** C fills what is not written with zero; we accept that only where it cannot cut a key. */
  #fitKey(keyType: number, bytes: Uint8Array, size: number, offsetBytes: number): Uint8Array {
    if (bytes.length === size) return keyWithoutTail(keyType, bytes);
    const inside = keyWithoutTail(keyType, bytes);
    const isRsa = authKeyByCode(keyType)?.family === 'rsa';
    if (isRsa && inside.length <= size && bytes.length <= size) return inside;
    if (bytes.length < size && bytes.every((byte) => byte === 0)) return new Uint8Array(size);
    this.#fail(`has ${bytes.length} bytes, but .pubkey_size says ${size}`, offsetBytes);
  }

  #readKeyBytes(): KeyBytes {
    const start = this.#expect('{').offsetBytes;
    const bytes: number[] = [];
    while (this.#peek().text !== '}') {
      const { number, offsetBytes } = this.#readExpression();
      if (number === undefined || number > 0xff) {
        this.#fail(`byte ${bytes.length} is not a number from 0 to 255`, offsetBytes);
      }
      bytes.push(number);
      if (this.#peek().text !== '}') this.#expect(',');
    }
    const end = this.#expect('}').offsetBytes + 1;
    this.#span(start, end, `${bytes.length} bytes`);
    return { bytes: Uint8Array.from(bytes), offsetBytes: start };
  }

  #readValue(name: FieldName): Value {
    const value = this.#readExpression();
    const { number } = value;
    if (name === 'key_type' && (number === undefined || !authKeyByCode(number))) {
      this.#fail('is not a key type; wolfBoot knows AUTH_KEY_ED25519 (1) to 14', value.offsetBytes);
    }
    const end = this.#tokens[this.#position - 1];
    this.#span(
      value.offsetBytes,
      (end?.offsetBytes ?? 0) + (end?.text.length ?? 0),
      describeValue(name, number),
    );
    return value;
  }

  /** Sums, shifts and ORs of numbers and of wolfBoot's own macros. */
  #readExpression(): Value {
    if (++this.#depth > DEEPEST_EXPRESSION) {
      this.#fail('has too many brackets inside each other', this.#peek().offsetBytes);
    }
    const first = this.#readShift();
    let { number } = first;
    while (this.#peek().text === '|') {
      const at = this.#next().offsetBytes;
      number = this.#combine(number, this.#readShift().number, at, (a, b) => (a | b) >>> 0);
    }
    this.#depth--;
    return { number, offsetBytes: first.offsetBytes };
  }

  #readShift(): Value {
    const first = this.#readTerm();
    let { number } = first;
    while (this.#peek().text === '<<' || this.#peek().text === '+') {
      const operator = this.#next();
      const right = this.#readTerm().number;
      number = this.#combine(number, right, operator.offsetBytes, (a, b) =>
        operator.text === '+' ? a + b : a * 2 ** b,
      );
    }
    return { number, offsetBytes: first.offsetBytes };
  }

  #combine(
    left: number | undefined,
    right: number | undefined,
    at: number,
    combine: (left: number, right: number) => number,
  ): number {
    const result = left === undefined || right === undefined ? undefined : combine(left, right);
    if (result === undefined || result > MASK_ALL) this.#fail('is not a 32-bit number', at);
    return result;
  }

  #readTerm(): Value {
    const token = this.#next();
    const { offsetBytes } = token;
    if (token.text === '(') {
      const inner = this.#readExpression();
      this.#expect(')');
      return { number: inner.number, offsetBytes };
    }
    if (token.kind === 'number') {
      const number = parseInteger(token.text);
      if (number === undefined || number > MASK_ALL) {
        this.#fail(`${token.text} is not a number that fits into 32 bits`, offsetBytes);
      }
      return { number, offsetBytes };
    }
    if (token.kind === 'word') return { number: this.#readMacro(token), offsetBytes };
    this.#fail(`"${token.text}" stands where a number belongs`, offsetBytes);
  }

  #readMacro(token: Token): number | undefined {
    const { text } = token;
    if (text === 'KEY_VERIFY_ALL') return MASK_ALL;
    if (text === 'KEY_VERIFY_SELF_ONLY') return 1;
    if (text === 'KEY_VERIFY_APP_ONLY') return 2;
    if (text === 'KEY_VERIFY_ONLY_ID') return this.#readOnlyId(token);
    if (text.startsWith('AUTH_KEY_')) {
      const key = authKeyByName(text);
      if (key) return key.code;
    }
    if (text.startsWith(SIZE_PREFIX)) {
      const key = authKeyByName(text.slice(SIZE_PREFIX.length));
      if (key) return key.family === 'ml-dsa' ? undefined : key.reservedKeyBytes;
    }
    this.#fail(`${text} is not a value this reader knows; write the number`, token.offsetBytes);
  }

  #readOnlyId(token: Token): number {
    this.#expect('(');
    const { number } = this.#readExpression();
    this.#expect(')');
    if (number === undefined || number > 31) {
      this.#fail('KEY_VERIFY_ONLY_ID takes a partition id from 0 to 31', token.offsetBytes);
    }
    return 2 ** number;
  }

  #peek(): Token {
    const token = this.#tokens[this.#position] ?? this.#tokens.at(-1);
    if (!token) this.#fail('is empty', 0);
    if (token.kind === 'condition') {
      this.#fail(
        '#if inside the table: which keys are used depends on the build',
        token.offsetBytes,
      );
    }
    if (token.kind === 'end') this.#fail('ends in the middle of the table', token.offsetBytes);
    return token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }

  #expect(text: string, problem = `expects "${text}"`): Token {
    const token = this.#next();
    if (token.text !== text) this.#fail(`${problem}, finds "${token.text}"`, token.offsetBytes);
    return token;
  }

  #span(startBytes: number, endBytes: number, value: string): void {
    this.#spans.push({ path: this.#path, startBytes, endBytes, value });
  }

  #fail(problem: string, offsetBytes: number): never {
    const line = lineOf(this.#text, offsetBytes);
    throw malformed(this.#fileName, offsetBytes, this.#path, `line ${line}: ${problem}`);
  }
}

const SIZE_PREFIX = 'KEYSTORE_PUBKEY_SIZE_';

function sizeOfMlDsaKey(key: AuthKey | undefined, lengthBytes: number): number | undefined {
  return key?.family === 'ml-dsa' && key.keySizesBytes.includes(lengthBytes)
    ? lengthBytes
    : undefined;
}

function describeValue(name: FieldName, number: number | undefined): string {
  if (number === undefined) return 'by the level of the key';
  if (name === 'key_type') return authKeyByCode(number)?.cName ?? String(number);
  return name === 'part_id_mask' ? describeMask(number) : String(number);
}

/** C integer constants: decimal, octal, hexadecimal, with U and L suffixes. */
function parseInteger(text: string): number | undefined {
  const [, digits] = /^\(?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)[uUlL]{0,3}\)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  if (/^0[xX]/.test(digits)) return Number.parseInt(digits.slice(2), 16);
  return Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
}
