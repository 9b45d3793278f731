/** Small arithmetic on partition masks: unsigned 32 bit, bit n for partition id n. */

export const ALL_PARTITIONS = 0xffffffff;
const FIRST_OTHER_ID = 2;
const LAST_ID = 31;

export function allows(mask: number, id: number): boolean {
  return ((mask >>> id) & 1) === 1;
}

export function withBit(mask: number, id: number, set: boolean): number {
  const bit = 1 << id;
  return (set ? mask | bit : mask & ~bit) >>> 0;
}

export function otherIds(mask: number): readonly number[] {
  return Array.from({ length: LAST_ID + 1 }, (_, id) => id).filter(
    (id) => id >= FIRST_OTHER_ID && allows(mask, id),
  );
}

/** Ids from 2 to 31 separated by commas or spaces; undefined when anything else stands there. */
export function parseOtherIds(text: string): readonly number[] | undefined {
  const parts = text.split(/[\s,、，]+/).filter((part) => part !== '');
  const ids = parts.map((part) => (/^\d{1,2}$/.test(part) ? Number(part) : NaN));
  return ids.every((id) => id >= FIRST_OTHER_ID && id <= LAST_ID) ? ids : undefined;
}
