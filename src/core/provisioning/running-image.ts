/**
 * The image in the boot partition of a board, read over DFU. Reading only.
 *
 * Nobody can ask a bootloader for its IMAGE_HEADER_SIZE, but the image that it starts tells: its digest
 * covers header and firmware and is right for one header size only (formats/wolfboot.md, sections 12
 * and 13).
 */
import { asciiToBytes, concatBytes, equalBytes, Reader, toHex, u32le } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { LongCall } from '../ports/index.ts';
import type { DfuProgress, DfuSession } from '../stm32/index.ts';
import {
  headerSizeByDigest,
  parseImage,
  type PartitionLayout,
  type WolfBootImage,
} from '../wolfboot/index.ts';

export type RunningImage =
  | {
      readonly kind: 'image';
      readonly address: number;
      /** Header and firmware where the header size is proven; otherwise all that was read. */
      readonly bytes: Uint8Array;
      /** The only one for which the digest is right; undefined when there is none. */
      readonly headerSizeBytes: number | undefined;
      /** Undefined where the header cannot be read. */
      readonly image: WolfBootImage | undefined;
    }
  | {
      readonly kind: 'none';
      readonly address: number;
      /** Lower-case hex, what stands where "WOLF" should. */
      readonly found: string;
    };

const IMAGE_MAGIC = asciiToBytes('WOLF');
const HEAD_BYTES = 8;
/** Above that of the largest signature wolfBoot knows, rounded up to a power of two. */
const MOST_HEADER_BYTES = 32 * 1024;
const FILE_NAME = 'boot partition';

/**
 * Reads what lies at `bootAddress`, never more than the partition. The caller owns the bytes. Throws
 * `dfu-address-refused` and `dfu-read-protected` where the chip does not let it be read, and what
 * else `readMemory` throws.
 */
export async function readRunningImage(
  session: DfuSession,
  { bootAddress, sizeBytes }: PartitionLayout,
  call: LongCall<DfuProgress> = {},
): Promise<RunningImage> {
  const { number: alternate } = flashAlternate(session);
  const read = (at: number, lengthBytes: number): Promise<Uint8Array> =>
    session.readMemory(alternate, at, lengthBytes, call);
  const head = await read(bootAddress, HEAD_BYTES);
  const mark = head.subarray(0, IMAGE_MAGIC.length);
  if (!equalBytes(mark, IMAGE_MAGIC)) {
    return { kind: 'none', address: bootAddress, found: toHex(mark) };
  }
  const payloadBytes = u32le.read(new Reader(head, FILE_NAME, IMAGE_MAGIC.length));
  const wholeBytes = Math.min(sizeBytes, MOST_HEADER_BYTES + payloadBytes);
  const rest = await read(bootAddress + HEAD_BYTES, wholeBytes - HEAD_BYTES);
  const all = concatBytes(head, rest);
  // Without firmware every size has the same digest: that proves nothing.
  const headerSizeBytes = payloadBytes === 0 ? undefined : headerSizeByDigest(all);
  const bytes =
    headerSizeBytes === undefined ? all : all.subarray(0, headerSizeBytes + payloadBytes);
  return {
    kind: 'image',
    address: bootAddress,
    bytes,
    headerSizeBytes,
    image: readable(bytes, headerSizeBytes),
  };
}

function flashAlternate({ description }: DfuSession): { readonly number: number } {
  const flash = description.alternates.find(({ kind }) => kind === 'flash');
  if (flash) return flash;
  throw new AppError('dfu-not-found', 'this device has no alternate for its flash');
}

function readable(
  bytes: Uint8Array,
  headerSizeBytes: number | undefined,
): WolfBootImage | undefined {
  try {
    return parseImage(bytes, FILE_NAME, { headerSizeBytes });
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
