/**
 * Notices a boot in a stream of bytes, whoever reads it and whatever for.
 * Knows the banner of wolfBoot's test application only.
 */
import { bytesToLatin1 } from '../bytes/index.ts';
import { parseBootBanner } from './console-info.ts';
import type { BootBanner } from './console-types.ts';

/** The banner is some 150 characters long. */
const WINDOW = 400;
const VERSION_LINE = /^Version : 0x[0-9a-f]{1,8}\r?\n/m;

/**
 * Feed it every byte in order; it calls back once per banner, when the version line is complete, with
 * what stands behind that line already.
 */
export function createBootWatcher(
  onBoot: ((banner: BootBanner, behind: string) => void) | undefined,
): (bytes: Uint8Array) => void {
  if (onBoot === undefined) return () => undefined;
  let window = '';
  return (bytes) => {
    window += bytesToLatin1(bytes);
    for (let match = VERSION_LINE.exec(window); match !== null; match = VERSION_LINE.exec(window)) {
      const end = match.index + match[0].length;
      const banner = parseBootBanner(window.slice(0, end));
      window = window.slice(end);
      if (banner !== undefined) onBoot(banner, window);
    }
    window = window.slice(-WINDOW);
  };
}
