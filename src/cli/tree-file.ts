/**
 * FILE.trees beside a key file of LMS: nodes of its trees, so that the next signature need not compute
 * them again. No node is a secret, and none is trusted: the file carries an HMAC under the key file's
 * fixed part (seed, parameters and public key, all but the index), so it belongs to one key, and nobody
 * without that key can write one. A file that is damaged, of another key or absent only costs time.
 *
 * Format: `KFTREES1`, HMAC-SHA-256 (32 bytes) of the rest, then entries: length of the name (u16), the
 * name in ASCII, length of the nodes (u32), the nodes. Numbers are big-endian.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { asciiToBytes, bytesToLatin1, concatBytes } from '../core/bytes/index.ts';
import type { PrivateKey, TreeCache } from '../core/crypto/index.ts';

/** A cache that outlives the run. To be used under the key file's lock only. */
export interface TreeFile {
  readonly trees: TreeCache;
  /** Writes what has changed. Never throws; undefined, or why the file could not be written. */
  save(): string | undefined;
}

const MARK = 'KFTREES1';
const MAC_BYTES = 32;
const HEAD_BYTES = MARK.length + MAC_BYTES;
/** Far above two levels of height 25. */
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;
/** Trees of height 5 are computed faster than a file is worth. */
const LEAST_CONTENT_BYTES = 32 * 1024;
/** The index comes first in an LMS key file (formats/wolfboot.md, section 9). */
const INDEX_BYTES = 8;

/** Reads `keyPath`.trees (`keyPath` is a real path). `privateKey` is an LMS key and is not kept. */
export function openTreeFile(keyPath: string, privateKey: PrivateKey): TreeFile {
  const path = `${keyPath}.trees`;
  const macKey = createHmac('sha256', 'keyfuse tree cache')
    .update(privateKey.bytes.subarray(INDEX_BYTES))
    .digest();
  const macOf = (content: Uint8Array): Uint8Array =>
    createHmac('sha256', macKey).update(content).digest();
  const nodes = readNodes(path, macOf) ?? new Map<string, Uint8Array>();
  let changed = false;
  return {
    trees: {
      get: (name) => nodes.get(name),
      put: (name, value) => {
        nodes.set(name, value);
        changed = true;
      },
      delete: (name) => {
        changed = nodes.delete(name) || changed;
      },
    },
    save() {
      const content = changed ? encodeNodes(nodes) : new Uint8Array();
      if (content.length < LEAST_CONTENT_BYTES) return undefined;
      try {
        replace(path, concatBytes(asciiToBytes(MARK), macOf(content), content));
        changed = false;
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

type Nodes = Map<string, Uint8Array>;

function readNodes(path: string, macOf: (content: Uint8Array) => Uint8Array): Nodes | undefined {
  let file: Uint8Array;
  try {
    if (statSync(path).size > LARGEST_FILE_BYTES) return undefined;
    file = new Uint8Array(readFileSync(path));
  } catch {
    return undefined; // absent or unreadable: it only costs time
  }
  if (file.length < HEAD_BYTES || bytesToLatin1(file.subarray(0, MARK.length)) !== MARK) {
    return undefined;
  }
  const content = file.subarray(HEAD_BYTES);
  if (!timingSafeEqual(file.subarray(MARK.length, HEAD_BYTES), macOf(content))) return undefined;
  return decodeNodes(content);
}

function encodeNodes(nodes: Nodes): Uint8Array {
  const parts = [...nodes].flatMap(([name, value]) => {
    const nameBytes = asciiToBytes(name);
    const lengths = new DataView(new ArrayBuffer(6));
    lengths.setUint16(0, nameBytes.length);
    lengths.setUint32(2, value.length);
    const head = new Uint8Array(lengths.buffer);
    return [head.subarray(0, 2), nameBytes, head.subarray(2), value];
  });
  return concatBytes(...parts);
}

/** Undefined when the lengths do not fit: nobody wrote that. */
function decodeNodes(content: Uint8Array): Nodes | undefined {
  const nodes: Nodes = new Map();
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let at = 0;
  while (at + 2 <= content.length) {
    const nameEnd = at + 2 + view.getUint16(at);
    if (nameEnd + 4 > content.length) return undefined;
    const end = nameEnd + 4 + view.getUint32(nameEnd);
    if (end > content.length) return undefined;
    nodes.set(bytesToLatin1(content.subarray(at + 2, nameEnd)), content.slice(nameEnd + 4, end));
    at = end;
  }
  return at === content.length ? nodes : undefined;
}

/** Whole or not at all. One name for the temporary file: the lock admits one writer. */
function replace(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  rmSync(temporary, { force: true });
  try {
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
