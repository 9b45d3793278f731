// Runs dependency-cruiser over src and test, and proves that it really saw every source file:
// a version that cannot read our TypeScript sees no modules and reports success.
import { spawnSync } from 'node:child_process';
import { filesUnder } from './files.mjs';

/**
 * @typedef {{ from: string, to: string, rule: { name: string }, cycle?: { name: string }[] }} Violation
 * @typedef {{ modules: { source: string }[], summary: { violations: Violation[] } }} CruiseResult
 */

const folders = ['src', 'test'].filter((folder) => filesUnder(folder).length > 0);
const cruise = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    ...folders,
  ],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);

if (!cruise.stdout.startsWith('{')) {
  console.error(`dependency-cruiser gave no result:\n${cruise.stderr}${cruise.stdout}`);
  process.exit(1);
}

/** @type {CruiseResult} */
const result = JSON.parse(cruise.stdout);
const seen = new Set(result.modules.map((module) => module.source));
const sources = filesUnder('src').filter(
  (path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !path.includes('i18n/paraglide/'),
);
const unseen = sources.filter((path) => !seen.has(path));

for (const { rule, from, to, cycle } of result.summary.violations) {
  const route = cycle
    ? [from, ...cycle.map((step) => step.name)]
    : from === to
      ? [from]
      : [from, to];
  console.error(`${rule.name}: ${route.join(' -> ')}`);
}
for (const path of unseen) console.error(`not seen by dependency-cruiser: ${path}`);

console.log(
  `${sources.length} source files, ${seen.size} modules seen, ` +
    `${result.summary.violations.length} violations`,
);
if (sources.length === 0) console.error('no source files found under src');
process.exit(
  result.summary.violations.length > 0 || unseen.length > 0 || sources.length === 0 ? 1 : 0,
);
