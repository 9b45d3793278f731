/** XMSS and XMSS^MT signatures: index, randomiser, then for each layer a WOTS+ signature and a path. */
import { concatBytes, equalBytes } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { hash as sha256 } from '../hash.ts';
import type { XmssHash } from './hash-functions.ts';
import type { XmssKeyFile } from './key-file.ts';
import {
  NODE_BYTES,
  signatureBytesOf,
  WOTS_SIGNATURE_BYTES,
  type XmssParameters,
} from './parameters.ts';
import { positionOf, recordsOf } from './traversal.ts';
import { bytesToWords, wordsToBytes } from './words.ts';

/** toByte(value, 32). */
function wide(value: bigint): Uint8Array {
  const bytes = new Uint8Array(NODE_BYTES);
  new DataView(bytes.buffer).setBigUint64(NODE_BYTES - 8, value);
  return bytes;
}

/** H_msg (RFC 8391, section 5.1). */
function messageDigest(
  randomiser: Uint8Array,
  root: Uint8Array,
  index: bigint,
  message: Uint8Array,
): Uint8Array {
  return sha256('sha256', wide(2n), randomiser, root, wide(index), message);
}

/** The signature of the file's own index (RFC 8391, 4.1.9 and 4.2.4); the same for the same message. */
export function composeSignature(
  file: XmssKeyFile,
  message: Uint8Array,
  hash: XmssHash,
): Uint8Array {
  const { parameters, index, traversal } = file;
  const position = positionOf(parameters, index);
  const randomiser = sha256('sha256', wide(3n), file.prfKey, wide(index));
  const digest = messageDigest(randomiser, file.root, index, message);
  const parts = [wide(index).subarray(NODE_BYTES - parameters.indexBytes), randomiser];
  position.trees.forEach((tree, layer) => {
    if (layer === 0) {
      const own = new Uint8Array(WOTS_SIGNATURE_BYTES);
      hash.setTree(0, tree.tree);
      hash.signWots(position.leaves[0] ?? 0, digest, own);
      parts.push(own);
    } else {
      parts.push(known(traversal.rootSignatures[layer - 1]?.bytes));
    }
    const { current } = recordsOf(traversal, parameters, tree);
    for (const node of current.auth) parts.push(known(node.bytes));
  });
  return concatBytes(...parts);
}

function known(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new AppError('internal', 'a part of the XMSS signature is missing');
  return bytes;
}

/** RFC 8391, 4.1.10 and 4.2.5; false for a signature of another length or with no possible index. */
export function verifySignature(
  parameters: XmssParameters,
  root: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  hash: XmssHash,
): boolean {
  if (signature.length !== signatureBytesOf(parameters)) return false;
  const { indexBytes, treeHeight } = parameters;
  const index = signature
    .subarray(0, indexBytes)
    .reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  if (index >> BigInt(parameters.height) !== 0n) return false;
  let at = indexBytes;
  const take = (lengthBytes: number): Uint8Array => {
    at += lengthBytes;
    return signature.subarray(at - lengthBytes, at);
  };
  const randomiser = take(NODE_BYTES);
  let digest = messageDigest(randomiser, root, index, message);
  const position = positionOf(parameters, index);
  const node = new Int32Array(8);
  const pair = new Int32Array(16);
  position.trees.forEach(({ layer, tree }) => {
    let place = position.leaves[layer] ?? 0;
    hash.setTree(layer, tree);
    hash.leafOfSignature(place, digest, take(WOTS_SIGNATURE_BYTES), node);
    for (let height = 1; height <= treeHeight; height++) {
      const isRight = place % 2 === 1;
      pair.set(node, isRight ? 8 : 0);
      bytesToWords(take(NODE_BYTES), 0, pair, isRight ? 0 : 8);
      place >>= 1;
      hash.node(pair, 0, height, place, node, 0);
    }
    digest = new Uint8Array(NODE_BYTES);
    wordsToBytes(node, 0, digest, 0);
  });
  return equalBytes(digest, root);
}
