/** Numbers and times as people of the present language write them. */
import { getLocale } from './paraglide/runtime.js';

export function formatCount(count: number): string {
  return new Intl.NumberFormat(getLocale()).format(count);
}

/** Bytes below 10 kB are told exactly: they are what formats count in. */
const exactUpToBytes = 10_000;

export function formatBytes(lengthBytes: number): string {
  if (lengthBytes < exactUpToBytes) return `${formatCount(lengthBytes)} B`;
  const kilobytes = new Intl.NumberFormat(getLocale(), { maximumFractionDigits: 1 });
  return `${kilobytes.format(lengthBytes / 1000)} kB`;
}

/** `seconds` since 1970 as date and time in UTC, which is the same on every bench. */
export function formatTime(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return new Intl.DateTimeFormat(getLocale(), {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  }).format(date);
}
