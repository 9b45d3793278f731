/**
 * wolfBoot's private key file for XMSS and XMSS^MT: the state that changes with every signature and
 * the public key (wolfSSL 5.9, 256-bit sets; facts: "XMSS / XMSS^MT", state layout).
 *
 *   index | SK_SEED | SK_PRF | root | PUB_SEED | (2d - 1) records | (d - 1) root signatures |
 *   4 bytes unused | public key (68)
 */
import { concatBytes, equalBytes } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import type { PrivateKey } from '../scheme.ts';
import type { BdsRecord } from './bds.ts';
import {
  allXmssSets,
  capacityOf,
  NODE_BYTES,
  PUBLIC_KEY_BYTES,
  registeredSetName,
  retainNodes,
  WOTS_SIGNATURE_BYTES,
  type XmssParameters,
} from './parameters.ts';
import type { RootSignature, Traversal } from './traversal.ts';
import { knownNode, type TreeNode } from './tree-node.ts';

const UNUSED_BYTES = 4;
const COMPLETED = 0x80;

export interface XmssKeyFile {
  readonly parameters: XmssParameters;
  /** Of the next signature; `capacityOf` when none is left. */
  readonly index: bigint;
  /** The four of 32 bytes each; views of the file. */
  readonly secretSeed: Uint8Array;
  readonly prfKey: Uint8Array;
  readonly root: Uint8Array;
  readonly publicSeed: Uint8Array;
  readonly traversal: Traversal;
  /** 68 bytes: OID, root, public seed. */
  readonly publicKey: Uint8Array;
}

export function keyFileBytes(parameters: XmssParameters): number {
  const { indexBytes, layers, treeHeight: s, retained: k } = parameters;
  const nodes = s + 1 + s + (s >> 1) + (s - k) + retainNodes(k);
  const record = nodes * NODE_BYTES + (s + 1) + (s - k) * 4 + 4;
  return (
    indexBytes +
    4 * NODE_BYTES +
    (2 * layers - 1) * record +
    (layers - 1) * WOTS_SIGNATURE_BYTES +
    UNUSED_BYTES +
    PUBLIC_KEY_BYTES
  );
}

/** The set whose key files have this length, of XMSS or XMSS^MT; no two have the same. */
export function xmssSetOfKeyFile(lengthBytes: number): XmssParameters | undefined {
  return allXmssSets.find((set) => keyFileBytes(set) === lengthBytes);
}

/**
 * Reads and checks everything that can be checked without hashing. Throws `key-invalid` with the
 * reason, `not-supported` for a key of a set that is not built here.
 */
export function parseKeyFile(
  { algorithm, bytes }: PrivateKey,
  expected: XmssParameters['algorithm'],
  sets: readonly XmssParameters[] = allXmssSets,
): XmssKeyFile {
  if (algorithm !== expected) {
    throw invalid(expected, `is one of ${algorithm}`);
  }
  const ofScheme = sets.filter((set) => set.algorithm === expected);
  const parameters = ofScheme.find((set) => keyFileBytes(set) === bytes.length);
  if (!parameters) {
    const known = ofScheme.map((set) => `${set.name}: ${keyFileBytes(set)}`).join(', ');
    throw invalid(expected, `is ${bytes.length} bytes long, which fits no set (${known})`);
  }
  const reader = new StateReader(bytes, parameters);
  const index = reader.number(parameters.indexBytes);
  const secretSeed = reader.take(NODE_BYTES);
  const prfKey = reader.take(NODE_BYTES);
  const root = reader.take(NODE_BYTES);
  const publicSeed = reader.take(NODE_BYTES);
  const records = Array.from({ length: 2 * parameters.layers - 1 }, () => reader.record());
  const rootSignatures: RootSignature[] = [];
  for (let layer = 0; layer < parameters.layers - 1; layer++) {
    rootSignatures.push({ bytes: reader.take(WOTS_SIGNATURE_BYTES) });
  }
  reader.take(UNUSED_BYTES);
  const publicKey = reader.take(PUBLIC_KEY_BYTES);
  checkPublicPart(parameters, publicKey, root, publicSeed);
  if (index > capacityOf(parameters)) {
    throw invalid(expected, `has index ${index}, beyond ${capacityOf(parameters)} signatures`);
  }
  return {
    parameters,
    index,
    secretSeed,
    prfKey,
    root,
    publicSeed,
    traversal: { records, rootSignatures },
    publicKey,
  };
}

function checkPublicPart(
  { algorithm, oid, name }: XmssParameters,
  publicKey: Uint8Array,
  root: Uint8Array,
  publicSeed: Uint8Array,
): void {
  const found = readOid(publicKey);
  if (found !== oid) {
    const other = registeredSetName(algorithm, found);
    if (other === undefined) throw invalid(algorithm, `ends in no public key: OID ${found}`);
    throw new AppError('not-supported', `this key is of ${other}, which is not built here`, {
      context: { algorithm, parameters: other },
    });
  }
  if (!equalBytes(publicKey, publicKeyOf(oid, root, publicSeed))) {
    throw invalid(algorithm, `of ${name} has a state that belongs to another public key`);
  }
}

export function publicKeyOf(oid: number, root: Uint8Array, publicSeed: Uint8Array): Uint8Array {
  const oidBytes = new Uint8Array(4);
  new DataView(oidBytes.buffer).setUint32(0, oid);
  return concatBytes(oidBytes, root, publicSeed);
}

/** `publicKey` has at least four bytes. */
export function readOid(publicKey: Uint8Array): number {
  return new DataView(publicKey.buffer, publicKey.byteOffset).getUint32(0);
}

function invalid(algorithm: string, problem: string): AppError {
  return new AppError('key-invalid', `the private key of ${algorithm} ${problem}`, {
    context: { algorithm, problem },
  });
}

class StateReader {
  readonly #bytes: Uint8Array;
  readonly #parameters: XmssParameters;
  #at = 0;

  constructor(bytes: Uint8Array, parameters: XmssParameters) {
    this.#bytes = bytes;
    this.#parameters = parameters;
  }

  /** A view. */
  take(lengthBytes: number): Uint8Array {
    this.#at += lengthBytes;
    return this.#bytes.subarray(this.#at - lengthBytes, this.#at);
  }

  number(lengthBytes: number): bigint {
    return this.take(lengthBytes).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  record(): BdsRecord {
    const { treeHeight, retained } = this.#parameters;
    const hashed = treeHeight - retained;
    const record: BdsRecord = {
      stack: this.#nodes(treeHeight + 1),
      heights: [...this.take(treeHeight + 1)],
      auth: this.#nodes(treeHeight),
      keep: this.#nodes(treeHeight >> 1),
      treeHashes: Array.from({ length: hashed }, () => {
        const next = Number(this.number(3));
        const [flags = 0] = this.take(1);
        return { next, used: flags & ~COMPLETED, completed: (flags & COMPLETED) !== 0 };
      }),
      treeHashNodes: this.#nodes(hashed),
      retain: this.#nodes(retainNodes(retained)),
      next: Number(this.number(3)),
      offset: Number(this.number(1)),
    };
    this.#check(record);
    return record;
  }

  #nodes(count: number): TreeNode[] {
    return Array.from({ length: count }, () => knownNode(this.take(NODE_BYTES)));
  }

  #check({ heights, treeHashes, next, offset }: BdsRecord): void {
    const { treeHeight, algorithm } = this.#parameters;
    const leaves = 2 ** treeHeight;
    const fits =
      offset <= treeHeight + 1 &&
      next <= leaves &&
      heights.every((height) => height <= treeHeight) &&
      treeHashes.every((treeHash) => treeHash.next < leaves && treeHash.used <= treeHeight) &&
      treeHashes.every(({ used, completed }) => completed || used <= offset);
    if (!fits) throw invalid(algorithm, 'has a traversal state that cannot be');
  }
}

/** The key file; every node and signature has its bytes by now. A new array. */
export function buildKeyFile(file: XmssKeyFile): Uint8Array {
  const { parameters } = file;
  const bytes = new Uint8Array(keyFileBytes(parameters));
  let at = 0;
  const put = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  const putNumber = (value: bigint, lengthBytes: number): void => {
    for (let shift = (lengthBytes - 1) * 8; shift >= 0; shift -= 8) {
      bytes[at++] = Number((value >> BigInt(shift)) & 0xffn);
    }
  };
  const putNodes = (nodes: readonly TreeNode[]): void => {
    for (const node of nodes) put(computed(node.bytes));
  };

  putNumber(file.index, parameters.indexBytes);
  for (const part of [file.secretSeed, file.prfKey, file.root, file.publicSeed]) put(part);
  for (const record of file.traversal.records) {
    putNodes(record.stack);
    put(Uint8Array.from(record.heights));
    putNodes(record.auth);
    putNodes(record.keep);
    for (const { next, used, completed } of record.treeHashes) {
      putNumber(BigInt(next), 3);
      put(Uint8Array.of(used | (completed ? COMPLETED : 0)));
    }
    putNodes(record.treeHashNodes);
    putNodes(record.retain);
    putNumber(BigInt(record.next), 3);
    put(Uint8Array.of(record.offset));
  }
  for (const signature of file.traversal.rootSignatures) put(computed(signature.bytes));
  at += UNUSED_BYTES;
  put(file.publicKey);
  return bytes;
}

function computed(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new AppError('internal', 'a value of the XMSS state was not computed');
  return bytes;
}
