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

/** `share` from 0 to 1; what is not nothing is never shown as 0 %. */
export function formatPercent(share: number): string {
  return new Intl.NumberFormat(getLocale(), {
    style: 'percent',
    maximumSignificantDigits: share < 0.01 ? 1 : 3,
  }).format(share);
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

const secondMs = 1000;
const minuteSeconds = 60;
const hourSeconds = 3600;

/** A length of time as people say it, rounded up: "3 seconds", "2 minutes", "5 hours". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / secondMs));
  const [unit, size] =
    seconds < 2 * minuteSeconds
      ? (['second', 1] as const)
      : seconds < 2 * hourSeconds
        ? (['minute', minuteSeconds] as const)
        : (['hour', hourSeconds] as const);
  return new Intl.NumberFormat(getLocale(), {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: 0,
  }).format(Math.ceil(seconds / size));
}
