/**
 * F, H, PRF and PRF_keygen of XMSS with SHA-256 and n = 32 (RFC 8391, section 5.1; SP 800-208,
 * section 6.2), and what is made of them: WOTS+ and the nodes of a tree. Values are words, eight to
 * a node; the buffers are reused, so one object serves one caller at a time.
 */
import { compress, INITIAL } from './compression.ts';
import {
  LEAF_COMPRESSIONS,
  NODE_COMPRESSIONS,
  SECRET_COMPRESSIONS,
  STEP_COMPRESSIONS,
} from './counts.ts';
import { CHAIN_STEPS, CHAINS, NODE_BYTES } from './parameters.ts';
import { baseW, bytesToWords, copyWords, wordsToBytes } from './words.ts';

/** Address types (RFC 8391, section 2.5). */
const OTS_ADDRESS = 0;
const L_TREE_ADDRESS = 1;
const TREE_ADDRESS = 2;

/** Words of an address. */
const LAYER = 0;
const TREE_HIGH = 1;
const TREE_LOW = 2;
const TYPE = 3;
const LEAF = 4;
const CHAIN_OR_HEIGHT = 5;
const STEP_OR_INDEX = 6;
const KEY_AND_MASK = 7;

const PADDING = 0x80000000 | 0;
const BITS_OF_96_BYTES = 96 * 8;
const BITS_OF_128_BYTES = 128 * 8;

/** The last block of a message of 128 bytes. */
const END_OF_128 = Int32Array.of(
  PADDING,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  BITS_OF_128_BYTES,
);

export class XmssHash {
  /** Compressions done so far. */
  compressions = 0;

  /** After toByte(3, 32) || public seed. */
  readonly #prf = new Int32Array(8);
  /** After toByte(4, 32) || secret seed. */
  readonly #keygen = new Int32Array(8);
  readonly #hasSecret: boolean;
  /** Address, then the end of a message of 96 bytes. */
  readonly #prfBlock = new Int32Array(16);
  /** Public seed, then the address. */
  readonly #keygenBlock = new Int32Array(16);
  /** toByte(0 or 1, 32), then the key. */
  readonly #keyBlock = new Int32Array(16);
  /** Masked value, then the end of a message of 96 bytes. */
  readonly #stepBlock = new Int32Array(16);
  /** Both masked nodes. */
  readonly #pairBlock = new Int32Array(16);
  readonly #mask = new Int32Array(8);
  readonly #value = new Int32Array(8);
  readonly #other = new Int32Array(8);
  /** The ends of all chains of one WOTS+ key. */
  readonly #chains = new Int32Array(CHAINS * 8);
  readonly #digits = new Uint8Array(CHAINS);

  /** `secretSeed` is needed to compute leaves and signatures only. Both are 32 bytes and not kept. */
  constructor(publicSeed: Uint8Array, secretSeed?: Uint8Array) {
    const block = new Int32Array(16);
    block[7] = 3;
    bytesToWords(publicSeed, 0, block, 8);
    compress(INITIAL, block, this.#prf);
    this.#hasSecret = secretSeed !== undefined;
    if (secretSeed) {
      block[7] = 4;
      bytesToWords(secretSeed, 0, block, 8);
      compress(INITIAL, block, this.#keygen);
      block.fill(0);
    }
    bytesToWords(publicSeed, 0, this.#keygenBlock, 0);
    for (const end of [this.#prfBlock, this.#stepBlock]) {
      end[8] = PADDING;
      end[15] = BITS_OF_96_BYTES;
    }
  }

  /** Which tree the following calls are about. */
  setTree(layer: number, tree: bigint): void {
    this.#prfBlock[LAYER] = layer;
    this.#prfBlock[TREE_HIGH] = Number(BigInt.asIntN(32, tree >> 32n));
    this.#prfBlock[TREE_LOW] = Number(BigInt.asIntN(32, tree));
  }

  /** Leaf `index` of the tree to `out`: a WOTS+ key and its L-tree (RFC 8391, 4.1.5 and 4.1.6). */
  leaf(index: number, out: Int32Array, outAt = 0): void {
    this.#needSecret();
    this.#selectWots(index);
    for (let chain = 0; chain < CHAINS; chain++) {
      this.#secret(chain, this.#value);
      this.#chain(chain, 0, CHAIN_STEPS, this.#value);
      copyWords(this.#value, 0, this.#chains, chain * 8);
    }
    this.#lTree(index, out, outAt);
    this.compressions += LEAF_COMPRESSIONS;
  }

  /** Node (height, index) from its children, both in `children` one after the other. */
  node(
    children: Int32Array,
    at: number,
    height: number,
    index: number,
    out: Int32Array,
    outAt: number,
  ): void {
    this.#selectTreeNode();
    this.#hashPair(children, at, height - 1, index, out, outAt);
    this.compressions += NODE_COMPRESSIONS;
  }

  /** WOTS+ signature of `digest` with leaf `index` (RFC 8391, 3.1.5) to `out`, 67 * 32 bytes. */
  signWots(index: number, digest: Uint8Array, out: Uint8Array): void {
    this.#needSecret();
    this.#selectWots(index);
    baseW(digest, this.#digits);
    for (let chain = 0; chain < CHAINS; chain++) {
      const steps = this.#digits[chain] as number;
      this.#secret(chain, this.#value);
      this.#chain(chain, 0, steps, this.#value);
      wordsToBytes(this.#value, 0, out, chain * NODE_BYTES);
      this.compressions += SECRET_COMPRESSIONS + steps * STEP_COMPRESSIONS;
    }
  }

  /** The leaf that a WOTS+ signature over `digest` leads to (RFC 8391, 3.1.6 and 4.1.5). */
  leafOfSignature(index: number, digest: Uint8Array, signature: Uint8Array, out: Int32Array): void {
    this.#selectWots(index);
    baseW(digest, this.#digits);
    for (let chain = 0; chain < CHAINS; chain++) {
      const from = this.#digits[chain] as number;
      bytesToWords(signature, chain * NODE_BYTES, this.#value, 0);
      this.#chain(chain, from, CHAIN_STEPS, this.#value);
      copyWords(this.#value, 0, this.#chains, chain * 8);
      this.compressions += (CHAIN_STEPS - from) * STEP_COMPRESSIONS;
    }
    this.#lTree(index, out, 0);
    this.compressions += (CHAINS - 1) * NODE_COMPRESSIONS;
  }

  /** Clears everything that came from the secret seed. */
  wipe(): void {
    for (const words of [this.#keygen, this.#value, this.#other, this.#chains, this.#stepBlock]) {
      words.fill(0);
    }
  }

  #needSecret(): void {
    if (!this.#hasSecret) throw new RangeError('made without the secret seed');
  }

  #selectWots(index: number): void {
    this.#prfBlock[TYPE] = OTS_ADDRESS;
    this.#prfBlock[LEAF] = index;
  }

  #selectTreeNode(): void {
    this.#prfBlock[TYPE] = TREE_ADDRESS;
    this.#prfBlock[LEAF] = 0;
  }

  /** PRF_keygen (SP 800-208, section 6.2): the start of a chain. */
  #secret(chain: number, out: Int32Array): void {
    const block = this.#keygenBlock;
    copyWords(this.#prfBlock, 0, block, 8);
    block[8 + CHAIN_OR_HEIGHT] = chain;
    block[8 + STEP_OR_INDEX] = 0;
    block[8 + KEY_AND_MASK] = 0;
    compress(this.#keygen, block, out);
    compress(out, END_OF_128, out);
  }

  /** Steps `from` to `to` of a chain, in place. */
  #chain(chain: number, from: number, to: number, value: Int32Array): void {
    const address = this.#prfBlock;
    const key = this.#keyBlock;
    const mask = this.#mask;
    const block = this.#stepBlock;
    address[CHAIN_OR_HEIGHT] = chain;
    key[7] = 0;
    for (let step = from; step < to; step++) {
      address[STEP_OR_INDEX] = step;
      address[KEY_AND_MASK] = 0;
      compress(this.#prf, address, mask);
      copyWords(mask, 0, key, 8);
      address[KEY_AND_MASK] = 1;
      compress(this.#prf, address, mask);
      for (let word = 0; word < 8; word++) {
        block[word] = (value[word] as number) ^ (mask[word] as number);
      }
      compress(INITIAL, key, value);
      compress(value, block, value);
    }
  }

  /** The L-tree over `#chains`, which it uses up (RFC 8391, algorithm 8). */
  #lTree(index: number, out: Int32Array, outAt: number): void {
    this.#prfBlock[TYPE] = L_TREE_ADDRESS;
    this.#prfBlock[LEAF] = index;
    const nodes = this.#chains;
    let count = CHAINS;
    for (let height = 0; count > 1; height++) {
      const pairs = count >> 1;
      for (let pair = 0; pair < pairs; pair++) {
        this.#hashPair(nodes, pair * 16, height, pair, nodes, pair * 8);
      }
      if (count % 2 === 1) copyWords(nodes, (count - 1) * 8, nodes, pairs * 8);
      count = pairs + (count % 2);
    }
    copyWords(nodes, 0, out, outAt);
  }

  /** RAND_HASH (RFC 8391, algorithm 7) of two nodes that follow each other. */
  #hashPair(
    from: Int32Array,
    at: number,
    height: number,
    index: number,
    out: Int32Array,
    outAt: number,
  ): void {
    const address = this.#prfBlock;
    const pair = this.#pairBlock;
    const mask = this.#mask;
    address[CHAIN_OR_HEIGHT] = height;
    address[STEP_OR_INDEX] = index;
    for (let half = 0; half < 2; half++) {
      address[KEY_AND_MASK] = half + 1;
      compress(this.#prf, address, mask);
      for (let word = half * 8; word < half * 8 + 8; word++) {
        pair[word] = (from[at + word] as number) ^ (mask[word & 7] as number);
      }
    }
    address[KEY_AND_MASK] = 0;
    compress(this.#prf, address, mask);
    copyWords(mask, 0, this.#keyBlock, 8);
    this.#keyBlock[7] = 1;
    compress(INITIAL, this.#keyBlock, this.#other);
    compress(this.#other, pair, this.#other);
    compress(this.#other, END_OF_128, this.#other);
    copyWords(this.#other, 0, out, outAt);
  }
}
