/**
 * The tree cache of a stateful key, sealed like the key: its nodes tell secrets of indices to come.
 * It only saves time, so whatever is wrong with it is as good as none.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import {
  bytesToLatin1,
  concatBytes,
  encode,
  fromHex,
  Reader,
  toHex,
  u32be,
  wipe,
} from '../bytes/index.ts';
import type { TreeCache } from '../crypto/index.ts';
import { isAppError } from '../errors.ts';
import type { Aead, JsonValue } from '../ports/index.ts';
import { factBytes } from './facts.ts';
import type { SealParts } from './key-record.ts';
import { storedFields } from './stored.ts';

const FORMAT = 'keyfuse-trees-1';
const NONCE_BYTES = 12;

/** A tree cache that can be sealed and wiped. */
export interface HeldTrees extends TreeCache {
  /** Whether anything was put or deleted since `sealed()`. */
  readonly changed: boolean;
  entries(): ReadonlyMap<string, Uint8Array>;
  markSealed(): void;
  wipe(): void;
}

export function createHeldTrees(entries: ReadonlyMap<string, Uint8Array> = new Map()): HeldTrees {
  const nodes = new Map(entries);
  let changed = false;
  return {
    get changed() {
      return changed;
    },
    get: (name) => nodes.get(name),
    put: (name, value) => {
      if (nodes.get(name) === value) return;
      nodes.set(name, value);
      changed = true;
    },
    delete: (name) => {
      if (nodes.delete(name)) changed = true;
    },
    entries: () => nodes,
    markSealed: () => {
      changed = false;
    },
    wipe: () => {
      for (const value of nodes.values()) wipe(value);
      nodes.clear();
    },
  };
}

export const treesRecordPrefix = 'trees/';

export function treesRecordName(id: string): string {
  return treesRecordPrefix + id;
}

export async function sealTrees(
  { aead, rng }: SealParts,
  vaultKey: Uint8Array,
  vaultId: string,
  id: string,
  trees: HeldTrees,
): Promise<JsonValue> {
  const nonce = rng.bytes(NONCE_BYTES);
  const text = encodeTrees(trees.entries());
  try {
    const sealed = await aead.seal(vaultKey, nonce, treeFacts(vaultId, id), text);
    return { format: FORMAT, nonce: toHex(nonce), sealed: toHex(sealed) };
  } finally {
    wipe(text);
  }
}

/** An empty cache when there is none or when it is not what was sealed for this key and vault. */
export async function openTrees(
  aead: Aead,
  vaultKey: Uint8Array,
  vaultId: string,
  id: string,
  stored: JsonValue | undefined,
): Promise<HeldTrees> {
  if (stored === undefined) return createHeldTrees();
  try {
    const fields = storedFields(stored, treesRecordName(id));
    fields.oneOf('format', FORMAT);
    const text = await aead.open(
      vaultKey,
      fromHex(fields.hex('nonce', NONCE_BYTES)),
      treeFacts(vaultId, id),
      fromHex(fields.hex('sealed')),
    );
    return text === undefined ? createHeldTrees() : createHeldTrees(decodeTrees(text));
  } catch (error) {
    if (isAppError(error, 'vault-damaged') || isAppError(error, 'malformed')) {
      return createHeldTrees();
    }
    throw error;
  }
}

function treeFacts(vaultId: string, id: string): Uint8Array {
  return factBytes(FORMAT, [vaultId, id]);
}

function encodeTrees(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = [...entries].flatMap(([name, nodes]) => {
    const label = utf8ToBytes(name);
    return [encode(u32be, label.length), label, encode(u32be, nodes.length), nodes];
  });
  return concatBytes(...parts);
}

/** Throws `malformed`. The names are plain ASCII. */
function decodeTrees(text: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const reader = new Reader(text, 'trees');
  const entries = new Map<string, Uint8Array>();
  try {
    while (reader.remainingBytes > 0) {
      const name = bytesToLatin1(reader.take(u32be.read(reader)));
      entries.set(name, reader.take(u32be.read(reader)));
    }
    return entries;
  } finally {
    wipe(text);
  }
}
