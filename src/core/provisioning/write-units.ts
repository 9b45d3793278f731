/**
 * In which pieces and in which order the new halfwords are written through the OTP alternate.
 *
 * Pieces: runs of neighbouring halfwords that carry content, inside a 16-byte aligned unit, never across a
 * halfword of 0xFFFF (formats/stm32-dfu.md, section 5, steps 8 and 9). AN3156 allows addresses and lengths in
 * multiples of 4; a halfword whose neighbour in the word must not be programmed is a piece of its own.
 *
 * Order: whatever may go wrong shall go wrong where it costs least.
 * 1. Lone halfwords, if there are any: a ROM may refuse writes of 2 bytes, and refuses them best while the
 *    board is still blank.
 * 2. The UDS. The first unit is the one that tells whether this ROM writes OTP correctly at all (ST's
 *    published source does not, beyond 16 bytes). A spoilt UDS costs the board its attestation, a spoilt key
 *    a slot, a spoilt header the whole area.
 * 3. The slots, block by block, read back each time.
 * 4. The header last. "WOLFBOOT" and item_count are the commit: once they stand, everything they promise was
 *    read back. An interrupted burn then looks unfinished to everybody: a bootloader finds no
 *    keys, where with the header first it would count keys that are not there and read never-programmed cells,
 *    which raises an NMI (stm32h5-device.md, section 2).
 */
import { OTP_HEADER_BYTES } from '../wolfboot/index.ts';
import type { IntendedOtp } from './intended-otp.ts';
import { HALFWORD_BYTES } from './otp-content.ts';
import type { PlanRow } from './otp-diff.ts';

const UNIT_BYTES = 16;
const WORD_BYTES = 4;

export interface WriteUnit {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** 2: this piece cannot be written in whole words. */
  readonly granularityBytes: 2 | 4;
}

/** What is written and then read back as one. Never across a lock block. */
export interface WriteStep {
  readonly units: readonly WriteUnit[];
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Every `new` row is in exactly one unit. The first step is a single unit. */
export function planSteps(rows: readonly PlanRow[], intended: IntendedOtp): readonly WriteStep[] {
  const units = unitsOf(rows);
  const ranked = units
    .map((unit) => ({ unit, rank: rankOf(unit, intended) }))
    .sort((a, b) => a.rank - b.rank || a.unit.offsetBytes - b.unit.offsetBytes);
  const steps: WriteUnit[][] = [];
  let last: { readonly rank: number; readonly block: number } | undefined;
  for (const { unit, rank } of ranked) {
    const block = Math.floor(unit.offsetBytes / intended.geometry.blockBytes);
    const current = steps.at(-1);
    const joins = steps.length > 1 && last?.rank === rank && last.block === block;
    if (joins) current?.push(unit);
    else steps.push([unit]);
    last = { rank, block };
  }
  return steps.map(stepOf);
}

function stepOf(units: readonly WriteUnit[]): WriteStep {
  const starts = units.map((unit) => unit.offsetBytes);
  const ends = units.map((unit) => unit.offsetBytes + unit.lengthBytes);
  const offsetBytes = Math.min(...starts);
  return { units, offsetBytes, lengthBytes: Math.max(...ends) - offsetBytes };
}

function rankOf(unit: WriteUnit, { geometry }: IntendedOtp): number {
  if (unit.granularityBytes === HALFWORD_BYTES) return 0;
  if (unit.offsetBytes >= geometry.udsOffsetBytes) return 1;
  return unit.offsetBytes < OTP_HEADER_BYTES ? 3 : 2;
}

function unitsOf(rows: readonly PlanRow[]): readonly WriteUnit[] {
  const fresh = rows.filter((row) => row.kind === 'new').map((row) => row.offsetBytes);
  const isNew = new Set(fresh);
  const units: WriteUnit[] = [];
  for (const offsetBytes of fresh) {
    const granularityBytes = isLone(offsetBytes, isNew) ? 2 : 4;
    const last = units.at(-1);
    const joins =
      last?.granularityBytes === 4 &&
      granularityBytes === 4 &&
      last.offsetBytes + last.lengthBytes === offsetBytes &&
      offsetBytes % UNIT_BYTES !== 0;
    if (joins) {
      units.splice(-1, 1, { ...last, lengthBytes: last.lengthBytes + HALFWORD_BYTES });
    } else {
      units.push({ offsetBytes, lengthBytes: HALFWORD_BYTES, granularityBytes });
    }
  }
  return units;
}

function isLone(offsetBytes: number, isNew: ReadonlySet<number>): boolean {
  const first = offsetBytes - (offsetBytes % WORD_BYTES);
  return !(isNew.has(first) && isNew.has(first + HALFWORD_BYTES));
}

/**
 * Halfwords that would have to be written without their neighbour in the word. AN3156 does not allow that, so
 * a ROM may refuse; they are tried first, while nothing else is written.
 */
export function loneHalfwords(rows: readonly PlanRow[]): readonly number[] {
  return unitsOf(rows)
    .filter((unit) => unit.granularityBytes === HALFWORD_BYTES)
    .map((unit) => unit.offsetBytes / HALFWORD_BYTES);
}
