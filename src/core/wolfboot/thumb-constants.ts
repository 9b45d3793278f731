/**
 * What can be read off Thumb code without running it: the constants it puts together, and the words it
 * loads and stores. Encodings are those of the ARMv7-M Architecture Reference Manual, chapter A7.7.
 */

/** A load or store of a 32-bit word at a register plus an immediate. */
export interface WordAccess {
  /** The constant that was last put into the base register; undefined when none is known. */
  readonly base: number | undefined;
  readonly offset: number;
}

export interface CodeFacts {
  readonly constants: ReadonlySet<number>;
  readonly accesses: readonly WordAccess[];
}

/**
 * The 32-bit constants that Thumb code puts together: loaded from a literal pool, moved in two halves,
 * or reached from another constant by adding, as compilers do to save a word.
 *
 * Follows the bytes in order, without branches, and takes data for code where they mix: the result
 * holds every constant of such code and some that are none.
 */
export function codeConstants(bytes: Uint8Array): ReadonlySet<number> {
  return readCode(bytes).constants;
}

/** `codeConstants`, and all accesses to words; the same caveat holds for these. */
export function readCode(bytes: Uint8Array): CodeFacts {
  return new CodeReader(bytes).run();
}

class CodeReader {
  readonly #view: DataView;
  readonly #registers = new Map<number, number>();
  readonly #found = new Set<number>();
  readonly #accesses: WordAccess[] = [];

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): CodeFacts {
    let at = 0;
    while (at + 4 <= this.#view.byteLength) {
      const first = this.#view.getUint16(at, true);
      if (first >>> 11 >= 0x1d) {
        this.#wide(at, first, this.#view.getUint16(at + 2, true));
        at += 4;
      } else {
        this.#narrow(at, first);
        at += 2;
      }
    }
    return { constants: this.#found, accesses: this.#accesses };
  }

  #narrow(at: number, code: number): void {
    const register = (code >>> 8) & 0x07;
    const immediate = code & 0xff;
    switch (code >>> 11) {
      case 0x04: // MOV immediate, T1
        this.#set(register, immediate);
        break;
      case 0x06: // ADD immediate, T2
        this.#add(register, register, immediate);
        break;
      case 0x07: // SUB immediate, T2
        this.#add(register, register, -immediate);
        break;
      case 0x09: // LDR literal, T1
        this.#load(register, at + 4 - (at % 4) + immediate * 4);
        break;
      case 0x0c: // STR immediate, T1
      case 0x0d: // LDR immediate, T1
        this.#access((code >>> 3) & 0x07, ((code >>> 6) & 0x1f) * 4);
        break;
      default:
    }
  }

  #wide(at: number, first: number, second: number): void {
    const target = (second >>> 8) & 0x0f;
    const source = first & 0x0f;
    const plain = ((first & 0x0400) << 1) | ((second & 0x7000) >>> 4) | (second & 0xff);
    if (first === 0xf8df || first === 0xf85f) {
      const offset = (second & 0x0fff) * (first === 0xf8df ? 1 : -1);
      this.#load(second >>> 12, at + 4 - (at % 4) + offset);
      return;
    }
    // STR and LDR immediate, T3
    if (first >>> 4 === 0xf8c || first >>> 4 === 0xf8d) this.#access(source, second & 0x0fff);
    if ((second & 0x8000) !== 0) return;
    switch (first & 0xfbf0) {
      case 0xf240: // MOVW, T3
        this.#set(target, (source << 12) | plain);
        break;
      case 0xf2c0: // MOVT, T1
        this.#moveTop(target, (source << 12) | plain);
        break;
      case 0xf200: // ADDW, T4
        this.#add(target, source, plain);
        break;
      case 0xf2a0: // SUBW, T4
        this.#add(target, source, -plain);
        break;
      case 0xf100: // ADD.W, T3, with and without flags
      case 0xf110:
        this.#add(target, source, expandImmediate(plain));
        break;
      case 0xf1a0: // SUB.W, T3
      case 0xf1b0:
        this.#add(target, source, -expandImmediate(plain));
        break;
      case 0xf040: // MOV.W, T2 (ORR without a source)
      case 0xf050:
        if (source === 0x0f) this.#set(target, expandImmediate(plain));
        break;
      default:
    }
  }

  #set(register: number, value: number): void {
    const unsigned = value >>> 0;
    this.#registers.set(register, unsigned);
    this.#found.add(unsigned);
  }

  #add(target: number, source: number, value: number): void {
    const start = this.#registers.get(source);
    if (start !== undefined) this.#set(target, start + value);
  }

  #moveTop(register: number, value: number): void {
    const low = this.#registers.get(register);
    if (low !== undefined) this.#set(register, value * 0x10000 + (low & 0xffff));
  }

  #access(baseRegister: number, offset: number): void {
    this.#accesses.push({ base: this.#registers.get(baseRegister), offset });
  }

  #load(register: number, at: number): void {
    if (at < 0 || at + 4 > this.#view.byteLength) return;
    this.#set(register, this.#view.getUint32(at, true));
  }
}

/** ThumbExpandImm (A5.3.2): a byte repeated or rotated. */
function expandImmediate(encoded: number): number {
  const byte = encoded & 0xff;
  switch (encoded >>> 8) {
    case 0:
      return byte;
    case 1:
      return byte * 0x00010001;
    case 2:
      return byte * 0x01000100;
    case 3:
      return byte * 0x01010101;
    default: {
      const value = 0x80 | (encoded & 0x7f);
      const turn = encoded >>> 7;
      return ((value >>> turn) | (value << (32 - turn))) >>> 0;
    }
  }
}
