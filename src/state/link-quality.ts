/** How well the cable carried what passed over it, judged by what had to be said twice. */
import type { LoggedEntry } from './device-log.ts';

export interface LinkQuality {
  readonly usb: LineQuality;
  readonly serial: LineQuality;
}

export interface LineQuality {
  readonly transfers: number;
  /** Broken off, timed out, stalled, or answered with NAK. */
  readonly faults: number;
  /** `unknown` until enough has passed to judge. */
  readonly verdict: 'unknown' | 'good' | 'poor';
}

/** Fewer say nothing. */
const ENOUGH_TRANSFERS = 20;
/** A sound cable loses nothing; one in a hundred is a bad contact, a bad hub or a bad cable. */
const POOR_SHARE = 0.01;

export function measureLink(entries: readonly LoggedEntry[]): LinkQuality {
  return {
    usb: judge(entries.filter(({ kind }) => kind === 'usb')),
    serial: judge(entries.filter(({ kind }) => kind === 'serial')),
  };
}

function judge(entries: readonly LoggedEntry[]): LineQuality {
  const faults = entries.filter(isFault).length;
  const transfers = entries.length;
  const verdict =
    transfers < ENOUGH_TRANSFERS ? 'unknown' : faults / transfers > POOR_SHARE ? 'poor' : 'good';
  return { transfers, faults, verdict };
}

const expected: ReadonlySet<LoggedEntry['outcome']> = new Set(['ok', 'cancelled']);

/** A receiver that waits says NAK too: only what follows something sent is an answer. */
function isFault(entry: LoggedEntry, index: number, all: readonly LoggedEntry[]): boolean {
  if (!expected.has(entry.outcome)) return true;
  if (entry.kind !== 'serial' || entry.control !== 'NAK') return false;
  const before = all[index - 1];
  return before?.kind === 'serial' && before.direction === 'to-board' && before.lengthBytes > 128;
}
