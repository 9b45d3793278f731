/**
 * Intended against present content, halfword by halfword: the heart of a plan. Pure; it decides nothing
 * but what each halfword is. `plan-policy.ts` decides whether that may be burnt.
 *
 * A halfword is programmed at most once in its life (formats/stm32-dfu.md, section 5), so only a
 * blank one can become `new`.
 */
import { OTP_BLOCK_BYTES, OTP_HEADER_BYTES, SLOT_HEADER_BYTES } from '../wolfboot/index.ts';
import { intendedBytes, type IntendedOtp } from './intended-otp.ts';
import {
  BLANK_HALFWORD,
  halfwordAt,
  HALFWORD_BYTES,
  trueBytes,
  udsHalfwords,
  type OtpContent,
} from './otp-content.ts';

/**
 * `new`: blank, will be programmed. `equal`: already as intended, or an UDS that is kept. `conflict`:
 * carries something else. `untouched`: nothing is intended here, whatever it holds. `locked`: would have to
 * be programmed, but its block takes no more writes.
 */
export type CellKind = 'new' | 'equal' | 'conflict' | 'untouched' | 'locked';

/** `secret`: part of an UDS. `board-chosen`: the primer decides. `nothing`: nothing is intended. */
export type CellValue = number | 'secret' | 'board-chosen' | 'nothing';

export interface PlanRow {
  /** Number of the halfword, from 0. */
  readonly index: number;
  readonly offsetBytes: number;
  /** Lock block of 64 bytes. */
  readonly block: number;
  readonly kind: CellKind;
  readonly present: CellValue;
  readonly intended: CellValue;
  /** Path of the field it belongs to, such as `slots[1].pubkey`. */
  readonly field: string;
}

export interface DiffInput {
  readonly present: OtpContent;
  readonly intended: IntendedOtp;
  /** Undefined: not readable; then no halfword counts as locked. */
  readonly otpLockWord: number | undefined;
  /** The journal says that written UDS halfwords of this board were begun by a burn of this content. */
  readonly udsIsOurs: boolean;
  /** They were begun by this very image, so they must be its own whatever the policy says. */
  readonly udsIsThisImage?: boolean;
}

/** One row for each halfword of the area, in order. */
export function diffOtp(input: DiffInput): readonly PlanRow[] {
  const { present, intended } = input;
  const keepsUds = udsIsKept(input);
  return Array.from({ length: present.halfwordCount }, (_, index): PlanRow => {
    const offsetBytes = index * HALFWORD_BYTES;
    const block = Math.floor(offsetBytes / OTP_BLOCK_BYTES);
    return {
      index,
      offsetBytes,
      block,
      kind: kindWithLock(kindOf(input, index, keepsUds), input.otpLockWord, block),
      present: present.value(index),
      intended: intendedValue(intended, index),
      field: fieldOf(intended, offsetBytes),
    };
  });
}

function kindWithLock(kind: CellKind, lockWord: number | undefined, block: number): CellKind {
  if (kind !== 'new' || lockWord === undefined) return kind;
  return ((lockWord >>> block) & 1) === 1 ? 'locked' : 'new';
}

function kindOf({ present, intended }: DiffInput, index: number, keepsUds: boolean): CellKind {
  if (!intended.programs(index)) return 'untouched';
  const is = halfwordAt(trueBytes(present), index);
  if (intended.isUds(index)) return kindOfUds(present, intended, index, keepsUds);
  const wanted = halfwordAt(intendedBytes(intended), index);
  // Looks blank and shall look so: a primer programs it all the same, but by value there is nothing to do.
  if (is === wanted) return 'equal';
  if (is === BLANK_HALFWORD) return 'new';
  // No reader checks the version word (formats/wolfboot.md, section 5.2), so another one does no harm.
  return isVersion(index) ? 'untouched' : 'conflict';
}

function kindOfUds(
  present: OtpContent,
  intended: IntendedOtp,
  index: number,
  keepsUds: boolean,
): CellKind {
  if (present.isBlank(index)) {
    // A blank halfword in an UDS that is kept as a whole may be chance; programming it would damage it.
    return keepsUds && present.udsCells === 'complete' ? 'equal' : 'new';
  }
  return keepsUds || equalsIntended(present, intended, index) ? 'equal' : 'conflict';
}

/** Whether written UDS halfwords stay as they are although the image says otherwise. */
function udsIsKept({ present, intended, udsIsOurs, udsIsThisImage }: DiffInput): boolean {
  const written = udsHalfwords(present.geometry).filter((index) => !present.isBlank(index));
  const asIntended =
    intended.udsSource === 'image' &&
    written.every((index) => equalsIntended(present, intended, index));
  if (asIntended) return false;
  if (intended.udsPolicy === 'exact' || udsIsThisImage === true) return false;
  if (present.udsCells === 'complete') return true;
  // Only what this program wrote itself may be completed: an UDS half of which somebody else chose is none.
  const completes = intended.udsSource === 'image' || intended.mayRunAgain;
  return present.udsCells === 'partial' && completes && udsIsOurs;
}

function equalsIntended(present: OtpContent, intended: IntendedOtp, index: number): boolean {
  return halfwordAt(trueBytes(present), index) === halfwordAt(intendedBytes(intended), index);
}

function intendedValue(intended: IntendedOtp, index: number): CellValue {
  if (!intended.programs(index)) return 'nothing';
  if (intended.isUds(index)) return intended.udsSource === 'board' ? 'board-chosen' : 'secret';
  return halfwordAt(intendedBytes(intended), index);
}

const VERSION_HALFWORDS: readonly number[] = [6, 7];

/** The version word of the header: written for people only. */
export function isVersion(index: number): boolean {
  return VERSION_HALFWORDS.includes(index);
}

const HEADER_FIELDS = [
  { path: 'magic', endBytes: 8 },
  { path: 'item_count', endBytes: 10 },
  { path: 'flags', endBytes: 12 },
  { path: 'version', endBytes: OTP_HEADER_BYTES },
] as const;

const SLOT_FIELDS = [
  { path: 'slot_id', endBytes: 4 },
  { path: 'key_type', endBytes: 8 },
  { path: 'part_id_mask', endBytes: 12 },
  { path: 'pubkey_size', endBytes: SLOT_HEADER_BYTES },
] as const;

function fieldOf({ geometry, slots, strideBytes }: IntendedOtp, offsetBytes: number): string {
  const header = HEADER_FIELDS.find(({ endBytes }) => offsetBytes < endBytes);
  if (header !== undefined) return header.path;
  if (offsetBytes >= geometry.udsOffsetBytes + geometry.udsBytes) return 'reserved';
  if (offsetBytes >= geometry.udsOffsetBytes) return 'uds';
  const slot = Math.floor((offsetBytes - OTP_HEADER_BYTES) / strideBytes);
  if (slot >= slots.length) return 'free';
  const inSlotBytes = (offsetBytes - OTP_HEADER_BYTES) % strideBytes;
  const field = SLOT_FIELDS.find(({ endBytes }) => inSlotBytes < endBytes)?.path ?? 'pubkey';
  return `slots[${slot}].${field}`;
}

export interface BlockSummary {
  readonly block: number;
  readonly offsetBytes: number;
  readonly counts: Readonly<Record<CellKind, number>>;
}

export interface DiffSummary {
  readonly counts: Readonly<Record<CellKind, number>>;
  /** Halfwords that can never be programmed again after this burn, but can now. */
  readonly consumedHalfwords: number;
  /** Blocks in which something happens or stands. */
  readonly blocks: readonly BlockSummary[];
}

export function summariseRows(rows: readonly PlanRow[], intended: IntendedOtp): DiffSummary {
  const blocks = [...new Set(rows.map((row) => row.block))].map((block): BlockSummary => {
    const own = rows.filter((row) => row.block === block);
    return { block, offsetBytes: block * OTP_BLOCK_BYTES, counts: countKinds(own) };
  });
  return {
    counts: countKinds(rows),
    consumedHalfwords: consumed(rows, intended),
    blocks,
  };
}

function countKinds(rows: readonly PlanRow[]): Readonly<Record<CellKind, number>> {
  const counts: Record<CellKind, number> = {
    new: 0,
    equal: 0,
    conflict: 0,
    untouched: 0,
    locked: 0,
  };
  for (const row of rows) counts[row.kind] += 1;
  return counts;
}

/** A primer programs all its halfwords, those of 0xFFFF too; we program the new ones only. */
function consumed(rows: readonly PlanRow[], intended: IntendedOtp): number {
  const fresh = rows.filter((row) => row.kind === 'new').length;
  if (intended.route === 'otp-alternate' || fresh === 0) return fresh;
  return rows.filter((row) => intended.programs(row.index) && row.present === BLANK_HALFWORD)
    .length;
}

export function halfwordsOf(rows: readonly PlanRow[], kind: CellKind): readonly number[] {
  return rows.filter((row) => row.kind === kind).map((row) => row.index);
}

/**
 * Halfwords inside header and slots that are to read 0xFFFF and that we leave unprogrammed, such as
 * those of the mask "all partitions". Reading them gives the right value, but a processor that reads a
 * never-programmed halfword also gets a double-ECC interrupt (RM0481; formats/stm32h5-device.md, section 2).
 * A primer programs them.
 */
export function blankInsideStructure(intended: IntendedOtp): readonly number[] {
  if (intended.route === 'primer') return [];
  const bytes = intendedBytes(intended);
  const endBytes = OTP_HEADER_BYTES + intended.slots.length * intended.strideBytes;
  const indexes = Array.from({ length: Math.floor(endBytes / HALFWORD_BYTES) }, (_, i) => i);
  return indexes.filter((index) => {
    const inSlotBytes = (index * HALFWORD_BYTES - OTP_HEADER_BYTES) % intended.strideBytes;
    const slot = intended.slots[slotIndex(intended, index)];
    const usedBytes = SLOT_HEADER_BYTES + (slot?.publicKey.length ?? 0);
    const inUse = index * HALFWORD_BYTES < OTP_HEADER_BYTES || inSlotBytes < usedBytes;
    return inUse && halfwordAt(bytes, index) === BLANK_HALFWORD;
  });
}

function slotIndex({ strideBytes }: IntendedOtp, halfword: number): number {
  return Math.floor((halfword * HALFWORD_BYTES - OTP_HEADER_BYTES) / strideBytes);
}
