/** How far long work is, in words for a person at a terminal or a reader of a build log. */
import type { CryptoProgress } from '../core/crypto/index.ts';
import type { Host } from './host.ts';

const INTERVAL_MS = 200;
/** Before this much is done a remaining time would be a guess. */
const TOLD_FROM = 0.02;

/** For `onProgress` of a crypto call. What it shows is taken away with `host.progress(undefined)`. */
export function progressOf(host: Host, what: string): (progress: CryptoProgress) => void {
  const start = host.now();
  let shown = -INTERVAL_MS;
  return ({ done, total }) => {
    const elapsed = host.now() - start;
    if (total <= 0 || elapsed - shown < INTERVAL_MS) return;
    shown = elapsed;
    const part = Math.min(1, done / total);
    const left = part < TOLD_FROM ? '' : `, ${duration((elapsed / part) * (1 - part))} left`;
    host.progress(`${what}: ${Math.floor(part * 100)} %${left}`);
  };
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
