/**
 * Writing one-time-programmable memory over DfuSe. Only `core/provisioning` may import this file: it
 * alone holds an approved plan.
 *
 * There is no erase, no retry and no padding here. A halfword that was written once, be it with 0xFFFF,
 * is consumed for ever: its ECC is written with it (formats/stm32-dfu.md, section 5).
 */
import { hexNumber } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import { isOtpRange } from './address-space.ts';
import { powersOf } from './dfu-powers.ts';
import type { DfuSession } from './dfu-types.ts';
import { regionContains } from './memory-map.ts';

export interface OtpWriteOptions {
  /** Heeded until the data is sent: a write that has begun is finished, and its outcome told. */
  readonly signal?: CancelSignal | undefined;
  /**
   * Granularity of the device. 4 (default) is what AN3156 allows: address and length in multiples of 4.
   * A content halfword whose neighbour in the same unit has to stay virgin cannot be written then, and is
   * refused (`not-supported`): filling the unit up with 0xFFFF would consume the neighbour for ever.
   * 2 writes halfwords singly, which is what the cells are; the document does not allow it, our virtual
   * ROM accepts it, silicon is unproven. 16 is for devices that program quad-words.
   */
  readonly unitBytes?: 2 | 4 | 16;
}

const HALFWORD_BYTES = 2;
/** One lock block; a write never spans two, so that a failure midway stays within one. */
const BLOCK_BYTES = 64;
const DEFAULT_UNIT_BYTES = 4;
const VIRGIN = 0xffff;

/**
 * Writes `bytes` to the virgin halfwords at `address`: set address, one DNLOAD with wValue 2, wait. The
 * caller reads back and compares; success here means only that the device reported none.
 *
 * `alternate` is one whose map holds the range at an OTP address. `bytes` (even length, within one
 * 64-byte block, no halfword of it 0xFFFF) is not kept, and stands in no error and no transcript.
 *
 * Throws `invalid-argument` or `not-supported` before anything is sent; afterwards what `DfuSession`
 * throws, and then the content of the cells is unknown until it is read.
 */
export async function writeOtpUnit(
  session: DfuSession,
  alternate: number,
  address: number,
  bytes: Uint8Array,
  options: OtpWriteOptions = {},
): Promise<void> {
  const powers = powersOf(session);
  checkPlace(session, alternate, address, bytes.length);
  checkContent(address, bytes);
  checkUnit(address, bytes.length, options.unitBytes ?? DEFAULT_UNIT_BYTES);
  const { signal } = options;
  const owned = bytes.slice();
  try {
    await powers.writeOtp(alternate, address, owned, signal);
  } finally {
    owned.fill(0);
  }
}

function checkPlace(
  session: DfuSession,
  alternate: number,
  address: number,
  lengthBytes: number,
): void {
  const map = session.description.alternates.find((one) => one.number === alternate)?.map;
  const listed = map?.regions.some((region) => regionContains(region, address, lengthBytes));
  if (listed !== true || !isOtpRange(address, lengthBytes)) {
    throw refused(address, lengthBytes, `is not OTP of alternate setting ${alternate}`);
  }
}

function checkContent(address: number, bytes: Uint8Array): void {
  if (bytes.length === 0 || bytes.length % HALFWORD_BYTES !== 0 || address % HALFWORD_BYTES !== 0) {
    throw refused(address, bytes.length, 'is not a run of whole halfwords');
  }
  if (address % BLOCK_BYTES > BLOCK_BYTES - bytes.length) {
    throw refused(address, bytes.length, `spans more than one block of ${BLOCK_BYTES} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += HALFWORD_BYTES) {
    if (view.getUint16(at, true) !== VIRGIN) continue;
    throw refused(
      address + at,
      HALFWORD_BYTES,
      'would be written with 0xFFFF, which consumes it; split the write around it',
    );
  }
}

function checkUnit(address: number, lengthBytes: number, unitBytes: number): void {
  if (address % unitBytes === 0 && lengthBytes % unitBytes === 0) return;
  throw new AppError(
    'not-supported',
    `OTP at ${hexNumber(address)}, ${lengthBytes} bytes: the device writes units of ${unitBytes} bytes, ` +
      'and filling one up would consume halfwords that carry no content',
    { context: { address: hexNumber(address), lengthBytes, unitBytes } },
  );
}

function refused(address: number, lengthBytes: number, why: string): AppError {
  return new AppError(
    'invalid-argument',
    `OTP at ${hexNumber(address)}, ${lengthBytes} bytes: ${why}`,
    { context: { address: hexNumber(address), lengthBytes } },
  );
}
