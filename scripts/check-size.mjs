// Weighs the built app as it travels (gzip): the first screen, each worker, the console.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = 'dist';
const ASSETS = join(DIST, 'assets');
const KILOBYTE = 1000;
const FIRST_SCREEN_LIMIT_KB = 300;
const WORKER_LIMIT_KB = 100;
const CONSOLE_LIMIT_KB = 120;

/** Static imports only: a dynamic one has a parenthesis between the word and the quote. */
const STATIC_IMPORT = /(?:^|[;}\s])(?:import|export)(?:[^"'();]*?from)?\s*["'](\.[^"']+)["']/g;

/** @param {string} path */
function gzipSize(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

/**
 * A script and everything it statically imports.
 *
 * @param {string} path
 * @param {Set<string>} [seen]
 * @returns {Set<string>}
 */
function withStaticImports(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, target] of readFileSync(path, 'utf8').matchAll(STATIC_IMPORT)) {
    if (target !== undefined) withStaticImports(join(dirname(path), target), seen);
  }
  return seen;
}

/** index.html, the scripts and style sheets it names, and what those scripts import. */
function firstScreen() {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  const files = new Set([join(DIST, 'index.html')]);
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/g)) {
    if (!/<script|rel="(?:stylesheet|modulepreload)"/.test(tag)) continue;
    const target = /(?:src|href)="([^"]+)"/.exec(tag)?.[1];
    if (target === undefined) continue;
    const path = join(DIST, target);
    if (path.endsWith('.js')) withStaticImports(path, files);
    else files.add(path);
  }
  return files;
}

/** @param {(name: string) => boolean} matches */
function scriptsNamed(matches) {
  /** @type {Set<string>} */
  const files = new Set();
  for (const name of readdirSync(ASSETS)) {
    if (name.endsWith('.js') && matches(name)) withStaticImports(join(ASSETS, name), files);
  }
  return files;
}

if (!existsSync(join(DIST, 'index.html'))) {
  console.error('dist/ is not built: run `npm run build` first');
  process.exit(1);
}

const first = firstScreen();
const consoleFiles = [...scriptsNamed((name) => name.startsWith('xterm-'))].filter(
  (path) => !first.has(path),
);
const workers = readdirSync(ASSETS)
  .filter((name) => /^worker-(?!chunk-).+\.js$/.test(name))
  .map((name) => ({
    part: name.replace(/-[\w-]{8}\.js$/, ''),
    limitKb: WORKER_LIMIT_KB,
    files: [...withStaticImports(join(ASSETS, name))],
  }));
const rows = [
  { part: 'first screen', limitKb: FIRST_SCREEN_LIMIT_KB, files: [...first] },
  ...workers,
  { part: 'console', limitKb: CONSOLE_LIMIT_KB, files: consoleFiles },
];

let failed = false;
for (const { part, limitKb, files } of rows) {
  if (files.length === 0) {
    console.log(`${part.padEnd(18)} not in this build`);
    continue;
  }
  const sizes = files.map((path) => ({ name: basename(path), bytes: gzipSize(path) }));
  const totalKb = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / KILOBYTE;
  const over = totalKb > limitKb;
  failed ||= over;
  console.log(
    `${part.padEnd(18)} ${totalKb.toFixed(1).padStart(7)} kB of ${limitKb} kB` +
      (over ? '  TOO LARGE' : ''),
  );
  for (const { name, bytes } of sizes) {
    console.log(`  ${(bytes / KILOBYTE).toFixed(1).padStart(8)} kB  ${name}`);
  }
}
process.exit(failed ? 1 : 0);
