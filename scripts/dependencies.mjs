// Installs what package-lock.json asks for when node_modules does not already hold it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ version?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * @param {string} path
 * @returns {Lockfile | undefined}
 */
function readLockfile(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** npm notes what it installed in a hidden lockfile; packages for other systems are not in it. */
function isInstalled() {
  const wanted = readLockfile('package-lock.json');
  const installed = readLockfile('node_modules/.package-lock.json');
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      path === '' ||
      installed.packages[path]?.version === version ||
      (optional === true && installed.packages[path] === undefined),
  );
}

/** Runs `npm ci` if node_modules is missing or differs from package-lock.json. */
export function installDependencies() {
  if (isInstalled()) return;
  console.log('Installing dependencies (npm ci) ...');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    console.error('npm ci failed');
    process.exit(1);
  }
}
