// Walking the source tree for the checks.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every file under a folder, as paths relative to the working folder; none if it is missing.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function filesUnder(folder) {
  /** @type {import('node:fs').Dirent[]} */
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}
