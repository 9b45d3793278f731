/**
 * Signed images once more, written from formats/wolfboot.md (sections 11 to 17) and from nothing in `src`: a
 * prediction of every header byte, and wolfBoot's own way of walking a header. What builder and parser of
 * the core have in common, this does not share with them.
 */
import { createHash } from 'node:crypto';
import { checkPatches, type DeltaOrder } from './independent-patch.ts';
import { isGoodSignature, signatureLength, type OrderKey } from './independent-signature.ts';

export type OrderHash = 'sha256' | 'sha384' | 'sha3-384';

/** What was asked of whoever made the image. */
export interface ImageOrder {
  readonly hash: OrderHash;
  readonly version: number;
  readonly partitionId: number;
  readonly timestamp?: bigint | undefined;
  /** None: unsigned. */
  readonly key?: OrderKey | undefined;
  readonly secondKey?: OrderKey | undefined;
  /** IMAGE_HEADER_SIZE. */
  readonly headerSize?: number | undefined;
  readonly customTlvs?: readonly OrderTlv[] | undefined;
  /** The file; its digest goes into the header. */
  readonly deviceTree?: Uint8Array | undefined;
  readonly certificateChain?: Uint8Array | undefined;
  /** The file: PCR mask and digest. */
  readonly policy?: Uint8Array | undefined;
  /** What the policy's digest is of, where that is known: some checks need it. */
  readonly policyText?: Uint8Array | undefined;
  /** The full image beside a delta follows the rules for header sizes of that run. */
  readonly deltaRun?: boolean | undefined;
  readonly delta?: DeltaOrder | undefined;
  /** Of a delta image: its patches. */
  readonly payload: Uint8Array;
  readonly headerOnly?: boolean | undefined;
}

export interface OrderTlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** As wolfBoot's reader finds it. */
interface WalkedTlv {
  readonly tag: number;
  readonly at: number;
  readonly value: Uint8Array;
}

/** A row of the table of section 11; `value` unknown: the signer decides. */
interface Row {
  readonly tag: number;
  readonly pad: 0 | 4 | 8;
  readonly length: number;
  readonly value?: Uint8Array | undefined;
}

interface PlacedRow extends Row {
  /** Of the tag. */
  readonly at: number;
}

interface Plan {
  readonly rows: readonly PlacedRow[];
  readonly headerSize: number;
}

const DIGEST_TAGS: Readonly<Record<OrderHash, number>> = {
  sha256: 0x0003,
  sha384: 0x0014,
  'sha3-384': 0x0013,
};

/** What is wrong with the image, in words; nothing when it is as the document has it. */
export function complaintsAbout(bytes: Uint8Array, order: ImageOrder): string[] {
  const plan = planOf(order, bytes);
  if (plan === 'overflow') return ['the header should have been too small'];
  const { rows, headerSize } = plan;
  const expectedLength = headerSize + (order.headerOnly ? 0 : order.payload.length);
  if (bytes.length !== expectedLength) {
    return [`${bytes.length} bytes, not ${expectedLength} with a header of ${headerSize}`];
  }
  const digest = digestOf(bytes, rows, order);
  const complaints = compareHeader(bytes, plan, order, digest);
  const payload = bytes.subarray(headerSize);
  if (!order.headerOnly && !same(payload, order.payload)) complaints.push('another payload');
  return [
    ...complaints,
    ...compareWalk(bytes, plan),
    ...checkSignatures(bytes, rows, order, digest),
    ...(order.delta ? checkPatches(bytes, headerSize, order.delta) : []),
  ];
}

/** Size of the header; `overflow` where wolfBoot's sign gives up. */
export function headerSizeOf(order: ImageOrder): number | 'overflow' {
  const plan = planOf(order, new Uint8Array());
  return plan === 'overflow' ? plan : plan.headerSize;
}

/** wolfBoot's walk: 0xFF at the tag's place or an odd offset is skipped, tag 0 ends, a long length aborts. */
function walk(bytes: Uint8Array, headerSize: number): WalkedTlv[] {
  const found: WalkedTlv[] = [];
  let at = 8;
  while (at + 4 < headerSize) {
    const tag = read16(bytes, at);
    if (tag === 0) break;
    if (bytes[at] === 0xff || at % 2 === 1) {
      at++;
      continue;
    }
    const length = read16(bytes, at + 2);
    if (length > headerSize - 8 || at + 4 + length > headerSize) break;
    found.push({ tag, at, value: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return found;
}

function valueOf(bytes: Uint8Array, headerSize: number, tag: number): Uint8Array {
  const found = walk(bytes, headerSize).find((tlv) => tlv.tag === tag);
  if (!found) throw new Error(`no field of tag ${tag}`);
  return found.value;
}

/** The first `totalsize` bytes of the device tree count (section 19). */
function treeDigest(tree: Uint8Array, hash: OrderHash): Uint8Array {
  const size = new DataView(tree.buffer, tree.byteOffset).getUint32(4, false);
  return digest(hash, tree.subarray(0, size));
}

function planOf(order: ImageOrder, bytes: Uint8Array): Plan | 'overflow' {
  const rows = place(rowsOf(order));
  const end = Math.max(...rows.map(({ at, length }) => at + 4 + length));
  let headerSize = Math.max(256, order.headerSize ?? 0);
  for (const key of [order.key, order.secondKey]) {
    if (key) headerSize = Math.max(headerSize, leastHeader(key, order.hash));
  }
  if ((order.deltaRun === true || order.delta) && headerSize === 256) headerSize = 512;
  const grows =
    order.certificateChain !== undefined ||
    order.deviceTree !== undefined ||
    (order.customTlvs ?? []).length > 0 ||
    // Where wolfBoot's sign gives up, because it takes the larger of two header sizes for both signatures.
    (order.secondKey !== undefined && order.headerSize === undefined);
  if (end > headerSize) {
    if (!grows) return 'overflow';
    headerSize = 256;
    while (headerSize < end) headerSize *= 2;
  }
  return { rows: fillDelta(rows, order, headerSize, bytes), headerSize };
}

/** Section 13. */
function leastHeader(key: OrderKey, hash: OrderHash): number {
  const signature = signatureLength(key);
  switch (key.authKey) {
    case 0x01:
    case 0x02:
      return 256;
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x03:
    case 0x0c:
      return 512;
    case 0x08:
    case 0x0d:
      return hash === 'sha256' ? 512 : 1024;
    case 0x04:
    case 0x0e:
      return 1024;
    default:
      return 2 * signature;
  }
}

/** The table of section 11, line by line. */
function rowsOf(order: ImageOrder): Row[] {
  const { hash, key, secondKey, delta } = order;
  const hashLength = hash === 'sha256' ? 32 : 48;
  const rows: Row[] = [known(0x0001, 0, little(order.version, 4))];
  const { timestamp } = order;
  if (timestamp !== undefined) {
    const seconds = new Uint8Array(8);
    new DataView(seconds.buffer).setBigUint64(0, timestamp, true);
    rows.push(known(0x0002, 8, seconds));
  }
  const type = ((key?.authKey ?? 0xff) << 8) | (delta ? 0xd0 : 0) | order.partitionId;
  rows.push(known(0x0004, timestamp === undefined ? 8 : 0, little(type, 2)));
  if (delta) {
    for (const tag of [0x0005, 0x0006, 0x0015, 0x0016]) rows.push({ tag, pad: 4, length: 4 });
    if (delta.baseDigest) rows.push({ tag: 0x0007, pad: 8, length: hashLength });
  }
  for (const { tag, value } of order.customTlvs ?? []) rows.push(known(tag, 8, value));
  if (order.deviceTree) rows.push(known(0x0035, 8, treeDigest(order.deviceTree, hash)));
  if (order.certificateChain) rows.push(known(0x0023, 8, order.certificateChain));
  rows.push(known(0x0010, 8, digest(hash, key?.publicKey ?? new Uint8Array())));
  if (secondKey && !delta) {
    rows.push(known(0x0011, 8, little(secondKey.authKey << 8, 2)));
    rows.push(known(0x0012, hash === 'sha256' ? 8 : 0, digest(hash, secondKey.publicKey)));
  }
  rows.push({ tag: DIGEST_TAGS[hash], pad: 8, length: hashLength });
  if (key) rows.push({ tag: 0x0020, pad: 8, length: signatureLength(key) });
  if (secondKey) rows.push({ tag: 0x0022, pad: 8, length: signatureLength(secondKey) });
  if (order.policy && key) rows.push({ tag: 0x0021, pad: 8, length: 4 + signatureLength(key) });
  return rows;
}

/** "pad8": until the offset mod 8 is 4; "pad4": until it is divisible by 4. */
function place(rows: readonly Row[]): PlacedRow[] {
  let at = 8;
  return rows.map((row) => {
    if (row.pad === 8) while (at % 8 !== 4) at++;
    if (row.pad === 4) while (at % 4 !== 0) at++;
    const placed = { ...row, at };
    at += 4 + row.length;
    return placed;
  });
}

/** Only the size of the patch is the maker's choice; the rest of section 17 follows from it. */
function fillDelta(
  rows: readonly PlacedRow[],
  { delta, payload, hash }: ImageOrder,
  headerSize: number,
  bytes: Uint8Array,
): PlacedRow[] {
  if (!delta) return [...rows];
  const patchAt = rows.find(({ tag }) => tag === 0x0006)?.at ?? 0;
  const patchSize = bytes.length > patchAt + 8 ? read32(bytes, patchAt + 4) : 0;
  const padded = Math.ceil(patchSize / delta.padTo) * delta.padTo;
  const { base, baseHeaderSize } = delta;
  const ofBase = (tag: number) => base && valueOf(base, baseHeaderSize, tag);
  const values = new Map<number, Uint8Array | undefined>([
    [0x0005, ofBase(0x0001)],
    [0x0015, little(headerSize + padded, 4)],
    [0x0016, little(payload.length - padded, 4)],
    [0x0007, ofBase(DIGEST_TAGS[hash])],
  ]);
  return rows.map((row) => ({ ...row, value: row.value ?? values.get(row.tag) }));
}

/** Header bytes up to the digest's tag, then the payload (section 12). */
function hashedBytes(bytes: Uint8Array, rows: readonly PlacedRow[], order: ImageOrder): Buffer {
  const at = rows.find(({ tag }) => tag === DIGEST_TAGS[order.hash])?.at ?? 0;
  return Buffer.concat([bytes.subarray(0, at), order.payload]);
}

function digestOf(bytes: Uint8Array, rows: readonly PlacedRow[], order: ImageOrder): Uint8Array {
  return digest(order.hash, hashedBytes(bytes, rows, order));
}

/** Every byte of the header but the signatures and the size of a patch is foretold. */
function compareHeader(
  bytes: Uint8Array,
  { rows, headerSize }: Plan,
  order: ImageOrder,
  imageDigest: Uint8Array,
): string[] {
  const foretold = new Uint8Array(headerSize).fill(0xff);
  foretold.set([0x57, 0x4f, 0x4c, 0x46]);
  foretold.set(little(order.payload.length, 4), 4);
  for (const row of rows) {
    const { tag, at, length } = row;
    foretold.set([...little(tag, 2), ...little(length, 2)], at);
    const isDigest = tag === DIGEST_TAGS[order.hash];
    foretold.set(
      isDigest ? imageDigest : (row.value ?? bytes.subarray(at + 4, at + 4 + length)),
      at + 4,
    );
    if (tag === 0x0021 && order.policy) foretold.set(order.policy.subarray(0, 4), at + 4);
  }
  const wrong = foretold.findIndex((byte, at) => byte !== bytes[at]);
  if (wrong < 0) return [];
  const row = rows.findLast(({ at }) => at <= wrong);
  return [`byte ${wrong} is ${bytes[wrong]}, not ${foretold[wrong]} (at or after tag ${row?.tag})`];
}

function compareWalk(bytes: Uint8Array, { rows, headerSize }: Plan): string[] {
  const shown = (list: readonly { tag: number; at: number }[]): string =>
    list.map(({ tag, at }) => `${tag.toString(16)}@${at}`).join(' ');
  const walked = shown(walk(bytes, headerSize));
  return walked === shown(rows) ? [] : [`a reader finds ${walked}, not ${shown(rows)}`];
}

function checkSignatures(
  bytes: Uint8Array,
  rows: readonly PlacedRow[],
  order: ImageOrder,
  imageDigest: Uint8Array,
): string[] {
  const complaints: string[] = [];
  const signedText = hashedBytes(bytes, rows, order);
  for (const { tag, at, length } of rows) {
    const value = bytes.subarray(at + 4, at + 4 + length);
    const key = tag === 0x0022 ? order.secondKey : order.key;
    if (!key) continue;
    const image = { hash: order.hash, digest: imageDigest, text: signedText };
    const policy = {
      hash: 'sha256' as const,
      digest: order.policy?.subarray(4) ?? new Uint8Array(),
      text: order.policyText,
    };
    if (tag === 0x0020 || tag === 0x0022) {
      if (isGoodSignature(key, image, value) === false) complaints.push(`bad signature ${tag}`);
    } else if (tag === 0x0021 && isGoodSignature(key, policy, value.subarray(4)) === false) {
      complaints.push('bad signature of the policy');
    }
  }
  return complaints;
}

function known(tag: number, pad: Row['pad'], value: Uint8Array): Row {
  return { tag, pad, length: value.length, value };
}

function digest(hash: OrderHash, bytes: Uint8Array): Uint8Array {
  return createHash(hash).update(bytes).digest();
}

function little(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
}

function read32(bytes: Uint8Array, at: number): number {
  return read16(bytes, at) + 65536 * read16(bytes, at + 2);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
