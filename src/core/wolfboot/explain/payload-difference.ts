/** Where two payloads differ, place by place: no alignment, because a processor runs them from fixed addresses. */
import type { DifferentRange, PayloadComparison } from './compare-types.ts';

/** So many are listed; all are counted. */
export const MOST_RANGES = 1000;
/** Runs with fewer equal bytes between them are shown as one. */
const CLOSE_BYTES = 16;

/** Keeps neither. Linear in the longer one. */
export function comparePayloads(a: Uint8Array, b: Uint8Array): PayloadComparison {
  const shorter = Math.min(a.length, b.length);
  const longer = Math.max(a.length, b.length);
  const runs = new Runs();
  let differentBytes = longer - shorter;
  for (let at = 0; at < shorter; at++) {
    if (a[at] === b[at]) continue;
    differentBytes++;
    runs.add(at, at + 1);
  }
  if (longer > shorter) runs.add(shorter, longer);
  return {
    same: differentBytes === 0,
    bytesA: a.length,
    bytesB: b.length,
    differentBytes,
    differentShare: longer === 0 ? 0 : differentBytes / longer,
    firstDifferenceBytes: runs.first,
    ranges: runs.listed,
    rangeCount: runs.count,
  };
}

/** Ranges in ascending order; close ones become one. */
class Runs {
  readonly listed: DifferentRange[] = [];
  count = 0;
  first: number | undefined;
  #endBytes = 0;

  add(startBytes: number, endBytes: number): void {
    const joins = this.count > 0 && startBytes - this.#endBytes < CLOSE_BYTES;
    this.first ??= startBytes;
    this.#endBytes = endBytes;
    const last = this.listed.at(-1);
    if (!joins) {
      this.count++;
      if (this.listed.length < MOST_RANGES) this.listed.push({ startBytes, endBytes });
    } else if (last && this.count === this.listed.length) {
      this.listed[this.listed.length - 1] = { startBytes: last.startBytes, endBytes };
    }
  }
}
