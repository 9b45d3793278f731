/**
 * Writing option bytes of an STM32H5 over DfuSe. Only `core/provisioning` may import this file: it alone
 * holds an approved plan. Only the fields of the walkthrough can be changed here: TZEN and the secure
 * watermarks. PRODUCT_STATE, the OTP locks, boot addresses and everything else go back as they were read.
 *
 * A region is always sent whole and from its start. ST's published bootloader sources ignore any other start
 * address, and older ones ignore the address altogether and take the bytes from the first register on: a part
 * of a region could then land in the product state. They take the `_PRG` words; the `_CUR` words in front are
 * given the same values, so that a ROM that takes those does the same.
 */
import { equalBytes, hexNumber } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import { powersOf, type OptionWriteEnd } from './dfu-powers.ts';
import type { DfuSession } from './dfu-types.ts';
import type { OptionRegion } from './option-bytes.ts';
import { registerOfField, withOptionField } from './option-fields.ts';
import {
  OPTION_REGISTER_ADDRESS,
  OPTION_REGISTER_NAMES,
  PROGRAM_OFFSET_BYTES,
} from './option-registers.ts';

/** The only fields that can be written at all. */
export type WritableOptionField =
  'TZEN' | 'SECWM1_STRT' | 'SECWM1_END' | 'SECWM2_STRT' | 'SECWM2_END';

export interface OptionChange {
  readonly name: WritableOptionField;
  readonly value: number;
}

const WRITABLE: readonly WritableOptionField[] = [
  'TZEN',
  'SECWM1_STRT',
  'SECWM1_END',
  'SECWM2_STRT',
  'SECWM2_END',
];

/** The H5's registers come in pairs of 8 bytes: `_CUR`, `_PRG`. */
const PAIR_BYTES = 2 * PROGRAM_OFFSET_BYTES;
const PRODUCT_STATE_BYTE = 1;
const OPEN = 0xed;

/**
 * What is to be sent for `region` (as it was just read), or `undefined` when none of the changes lies in it.
 * Throws `board-not-open` when its product state is not Open.
 */
export function optionBlock(
  region: OptionRegion,
  changes: readonly OptionChange[],
): Uint8Array | undefined {
  const block = programWords(region);
  const view = new DataView(block.buffer);
  let changed = false;
  for (const { name, value } of changes) {
    if (!WRITABLE.includes(name)) throw refused(`${name} is not written by this program`);
    const at = OPTION_REGISTER_ADDRESS[registerOfField(name)] - region.address;
    if (at < 0 || at + PAIR_BYTES > block.length) continue;
    const word = withOptionField(name, view.getUint32(at, true), value);
    view.setUint32(at, word, true);
    view.setUint32(at + PROGRAM_OFFSET_BYTES, word, true);
    changed = true;
  }
  if (!changed) return undefined;
  requireSafe(region, block);
  return block;
}

/** A copy in which every known register's `_PRG` word is what its `_CUR` says; the others stay as read. */
function programWords({ address, bytes }: OptionRegion): Uint8Array {
  const block = bytes.slice();
  for (const name of OPTION_REGISTER_NAMES) {
    const at = OPTION_REGISTER_ADDRESS[name] - address;
    if (at < 0 || at + PAIR_BYTES > block.length) continue;
    block.copyWithin(at + PROGRAM_OFFSET_BYTES, at, at + PROGRAM_OFFSET_BYTES);
  }
  return block;
}

/** The last look before bytes leave: product state Open in both words, locks as they are. */
function requireSafe({ address, bytes }: OptionRegion, block: Uint8Array): void {
  const optsr = OPTION_REGISTER_ADDRESS.OPTSR - address;
  if (optsr >= 0 && optsr + PAIR_BYTES <= block.length) {
    const states = [optsr, optsr + PROGRAM_OFFSET_BYTES].map(
      (at) => block[at + PRODUCT_STATE_BYTE],
    );
    if (states.some((state) => state !== OPEN)) {
      throw new AppError('board-not-open', 'the product state is not Open');
    }
    requireEqualWord(bytes, block, optsr, optsr);
    requireEqualWord(bytes, block, optsr, optsr + PROGRAM_OFFSET_BYTES);
  }
  const locks = OPTION_REGISTER_ADDRESS.OTPBLR - address;
  if (locks < 0 || locks + PAIR_BYTES > block.length) return;
  requireEqualWord(bytes, block, locks, locks);
  requireEqualWord(bytes, block, locks, locks + PROGRAM_OFFSET_BYTES);
}

function requireEqualWord(bytes: Uint8Array, block: Uint8Array, from: number, to: number): void {
  if (equalBytes(bytes.subarray(from, from + 4), block.subarray(to, to + 4))) return;
  throw refused('a register that must stay would change');
}

/**
 * Sends the block of `optionBlock` for `region`: set address, one DNLOAD with wValue 2, wait. The signal is
 * heeded until it is sent. Whether the chip took it is told by reading again, after a reset if it was one.
 *
 * Throws `invalid-argument` and `board-not-open` before anything is sent; afterwards what `DfuSession` throws.
 */
export async function writeOptionRegion(
  session: DfuSession,
  region: OptionRegion,
  changes: readonly OptionChange[],
  signal?: CancelSignal,
): Promise<OptionWriteEnd> {
  const powers = powersOf(session);
  requireOffered(session, region);
  const block = optionBlock(region, changes);
  if (block === undefined) throw refused('none of the changes lies in this region');
  if (block.length > session.description.transferSizeBytes) {
    throw refused('the region does not fit one transfer');
  }
  return powers.writeOptions(region.alternate, region.address, block, signal);
}

function requireOffered(session: DfuSession, region: OptionRegion): void {
  const map = session.description.alternates.find(({ number }) => number === region.alternate)?.map;
  const offered = map?.regions.some(
    ({ startAddress, sizeBytes }) =>
      startAddress === region.address && sizeBytes === region.bytes.length,
  );
  if (offered !== true) {
    throw refused(`${hexNumber(region.address)} is no region of alternate ${region.alternate}`);
  }
}

function refused(why: string): AppError {
  return new AppError('invalid-argument', `option bytes: ${why}`);
}
