/**
 * Reports every boot that passes, whoever caused it: at its banner, and once more when the `info` block
 * that the test application prints behind it has passed (wolfboot.md section 21).
 */
import { bytesToLatin1 } from '../bytes/index.ts';
import { createBootWatcher } from './boot-watcher.ts';
import { PROMPT } from './console-hearing.ts';
import { parseConsoleInfo } from './console-info.ts';
import type { BootBanner, ConsoleInfo } from './console-types.ts';

/** Sixteen of the largest keys take some 30 kB. */
const MAX_BOOT_CHARACTERS = 64 * 1024;

export interface ReportedBoot {
  /** Counts from 1; the second report of a boot has the number of its first. */
  readonly number: number;
  /** When the banner was complete; milliseconds since 1970. */
  readonly atMs: number;
  readonly banner: BootBanner;
  /** undefined until the prompt behind the boot. */
  readonly info: ConsoleInfo | undefined;
}

/** Feed it every piece in order. */
export function createBootReporter(
  onReport: (boot: ReportedBoot) => void,
): (atMs: number, bytes: Uint8Array) => void {
  let count = 0;
  let nowMs = 0;
  let current: ReportedBoot | undefined;
  let text = '';
  const watch = createBootWatcher((banner, behind) => {
    current = { number: ++count, atMs: nowMs, banner, info: undefined };
    text = behind;
    onReport(current);
  });
  return (atMs, bytes) => {
    nowMs = atMs;
    const before = count;
    watch(bytes);
    if (current === undefined) return;
    if (count === before) text = (text + bytesToLatin1(bytes)).slice(-MAX_BOOT_CHARACTERS);
    const end = text.lastIndexOf(PROMPT);
    if (end < 0) return;
    onReport({ ...current, info: parseConsoleInfo(text.slice(0, end)) });
    current = undefined;
    text = '';
  };
}
