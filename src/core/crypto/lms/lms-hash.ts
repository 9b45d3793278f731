/**
 * The five hashes of LM-OTS and LMS (RFC 8554, sections 4 and 5, appendix A) on words, over buffers
 * that are made once: nothing is allocated per hash. Every message starts with the identifier of
 * its tree and a 32-bit number, so both stay in place from one hash to the next.
 *
 * What every method leaves stands in `value`. `compressions` counts what was really done.
 */
import { compress, INITIAL } from '../xmss/compression.ts';
import { hash } from '../hash.ts';
import type { OneTimeSet } from './parameters.ts';

const WORDS = 8;
const BLOCK_WORDS = 16;
/** I || q || two bytes, in bytes: where the data of all but the chain hashes begins. */
const PREFIX_BYTES = 22;
/** The word in whose lower half that data begins. */
const PREFIX_WORD = 5;
const NUMBER_WORD = 4;

const D_PBLC = 0x8080;
const D_MESG = 0x8181;
const D_LEAF = 0x8282;
const D_INTR = 0x8383;
/** Appendix A: the byte in the place of a chain position that marks a derived secret. */
export const SECRET_MARK = 0xff;

/** Compressions of SHA-256 for a message of that length (FIPS 180-4, section 5.1.1). */
export function compressionsOf(messageBytes: number): number {
  return Math.ceil((messageBytes + 9) / 64);
}

/** Compressions of the leaf key hash K, which takes the ends of all chains. */
export function keyHashCompressions({ chains }: OneTimeSet): number {
  return compressionsOf(PREFIX_BYTES + chains * 4 * WORDS);
}

export class LmsHash {
  /** The result of the last hash, eight words; the next hash of a chain starts from it. */
  readonly value = new Int32Array(WORDS);
  compressions = 0;

  readonly #identifier: Uint8Array;
  readonly #chain = new Int32Array(BLOCK_WORDS);
  readonly #leaf: readonly Int32Array[];
  readonly #node: readonly Int32Array[];
  readonly #key: readonly Int32Array[];
  readonly #keyWords: Int32Array;
  readonly #leafWords: Int32Array;
  readonly #nodeWords: Int32Array;

  /** `identifier` (16 bytes) is kept and not changed. */
  constructor(identifier: Uint8Array, oneTime: OneTimeSet) {
    this.#identifier = identifier;
    const prefix = wordsOf(identifier);
    this.#chain.set(prefix);
    this.#chain[15] = 8 * (PREFIX_BYTES + 1 + 4 * WORDS);
    this.#leafWords = paddedMessage(prefix, 1, D_LEAF);
    this.#nodeWords = paddedMessage(prefix, 2, D_INTR);
    this.#keyWords = paddedMessage(prefix, oneTime.chains, D_PBLC);
    this.#leaf = blocksOf(this.#leafWords);
    this.#node = blocksOf(this.#nodeWords);
    this.#key = blocksOf(this.#keyWords);
  }

  /**
   * H(I || q || i || 0xFF || seed): the start of chain `i` (RFC 8554, appendix A), and with the
   * numbers that no chain has, what wolfBoot derives beside it.
   */
  derive(seed: Int32Array, q: number, i: number): void {
    this.value.set(seed);
    this.chain(q, i, SECRET_MARK, SECRET_MARK + 1);
  }

  /** Steps `from` to `to` - 1 of chain `i` of leaf `q`, from `value` on. */
  chain(q: number, i: number, from: number, to: number): void {
    const { value } = this;
    const block = this.#chain;
    block[NUMBER_WORD] = q;
    for (let j = from; j < to; j++) {
      let carried = (i << 16) | (j << 8);
      for (let k = 0; k < WORDS; k++) {
        const word = value[k] ?? 0;
        block[PREFIX_WORD + k] = carried | (word >>> 24);
        carried = word << 8;
      }
      block[PREFIX_WORD + WORDS] = carried | 0x80;
      compress(INITIAL, block, value);
    }
    this.compressions += to - from;
  }

  /** Takes `value` as the end of chain `i`. */
  putChainEnd(i: number): void {
    put(this.#keyWords, i, this.value, 0);
  }

  /** K from the ends of all chains (RFC 8554, section 4.3). */
  hashKey(q: number): void {
    this.#hash(this.#keyWords, this.#key, q);
  }

  /** The node of a leaf, numbered `r` in the tree, from K in `value` (section 5.3). */
  hashLeaf(r: number): void {
    put(this.#leafWords, 0, this.value, 0);
    this.#hash(this.#leafWords, this.#leaf, r);
  }

  /** Inner node `r` over two nodes, each given as an array of words and where in it they begin. */
  hashNode(
    r: number,
    left: Int32Array,
    leftWord: number,
    right: Int32Array,
    rightWord: number,
  ): void {
    put(this.#nodeWords, 0, left, leftWord);
    put(this.#nodeWords, 1, right, rightWord);
    this.#hash(this.#nodeWords, this.#node, r);
  }

  /** Q, what a one-time signature signs of `message` (section 4.5). */
  messageDigest(q: number, randomizer: Uint8Array, message: Uint8Array): Uint8Array {
    const head = new Uint8Array(6);
    new DataView(head.buffer).setUint32(0, q);
    new DataView(head.buffer).setUint16(4, D_MESG);
    this.compressions += compressionsOf(PREFIX_BYTES + randomizer.length + message.length);
    return hash('sha256', this.#identifier, head, randomizer, message);
  }

  /** Overwrites what is left of secrets. */
  wipe(): void {
    this.value.fill(0);
    this.#chain.fill(0);
  }

  #hash(words: Int32Array, blocks: readonly Int32Array[], number: number): void {
    words[NUMBER_WORD] = number;
    let from = INITIAL;
    for (const block of blocks) {
      compress(from, block, this.value);
      from = this.value;
    }
    this.compressions += blocks.length;
  }
}

/** I || number || mark || room for `values` values of 32 bytes, with SHA-256's padding. */
function paddedMessage(prefix: Int32Array, values: number, mark: number): Int32Array {
  const messageBytes = PREFIX_BYTES + values * 4 * WORDS;
  const words = new Int32Array(compressionsOf(messageBytes) * BLOCK_WORDS);
  words.set(prefix);
  words[PREFIX_WORD] = mark << 16;
  words[PREFIX_WORD + values * WORDS] = 0x8000;
  words[words.length - 1] = messageBytes * 8;
  return words;
}

/** Value `index` of such a message, which lies half a word off the words of the array. */
function put(words: Int32Array, index: number, from: Int32Array, fromWord: number): void {
  const at = PREFIX_WORD + index * WORDS;
  let carried = (words[at] ?? 0) & ~0xffff;
  for (let k = 0; k < WORDS; k++) {
    const word = from[fromWord + k] ?? 0;
    words[at + k] = carried | (word >>> 16);
    carried = word << 16;
  }
  words[at + WORDS] = carried | ((words[at + WORDS] ?? 0) & 0xffff);
}

function blocksOf(words: Int32Array): readonly Int32Array[] {
  return Array.from({ length: words.length / BLOCK_WORDS }, (_, block) =>
    words.subarray(block * BLOCK_WORDS, (block + 1) * BLOCK_WORDS),
  );
}

/** Big-endian words of bytes, a multiple of four. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length / 4 }, (_, word) => view.getInt32(4 * word));
}

/** The words as big-endian bytes, written to `to` from `at` on. */
export function putBytes(words: Int32Array, to: Uint8Array, at = 0): void {
  const view = new DataView(to.buffer, to.byteOffset, to.byteLength);
  words.forEach((word, index) => {
    view.setInt32(at + 4 * index, word);
  });
}

export function bytesOf(words: Int32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  putBytes(words, bytes);
  return bytes;
}
