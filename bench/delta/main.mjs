// `npm run bench:delta`: how long both delta patches of a pair of images take and how large they are,
// interleaved with bsdiff and xdelta3 where they are installed. Those know nothing of sectors that are
// rewritten while a patch is read. Prints a table and writes bench/results/delta.json.
//   -- --repetitions 5   of each job on each side; the medians count
import { fork, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, '.cache/bench-delta');
const RESULTS = join(ROOT, 'bench/results');
const SECTOR_BYTES = 0x2000;
const SEED = 4;
const QUIET_LOAD = 1;
const GOAL_MS = 10_000;
const JOBS = [
  { name: '16 MiB', lengthBytes: 0x1000000 },
  { name: '640 KiB', lengthBytes: 0xa0000 },
  { name: '24 KiB', lengthBytes: 0x6000 },
];

/**
 * @typedef {{
 *   milliseconds: number, cpuMilliseconds?: number, forwardBytes: number, inverseBytes: number, right?: boolean,
 * }} Answer
 */

const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '5' } } });
const repetitions = Number(values.repetitions);

/** @param {readonly number[]} list */
function medianOf(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? NaN);
}

const loadBefore = loadavg();
await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'bench/delta/node-side.ts',
    outDir: OUT,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'node-side.js', codeSplitting: false } },
  },
});
const child = fork(join(OUT, 'node-side.js'), { stdio: 'inherit' });
let lastId = 0;

/**
 * @param {Record<string, unknown>} request
 * @returns {Promise<Answer>}
 */
function ask(request) {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error('the measured process ended'));
    });
    child.once('message', (answer) => {
      child.removeAllListeners('exit');
      resolve(/** @type {Answer} */ (answer));
    });
    child.send({ id, seed: SEED, sectorBytes: SECTOR_BYTES, ...request });
  });
}

/** @type {Record<string, (from: string, to: string, patch: string) => string[]>} */
const PROGRAMS = {
  bsdiff: (from, to, patch) => [from, to, patch],
  xdelta3: (from, to, patch) => ['-e', '-f', '-9', '-B', '33554432', '-s', from, to, patch],
};
const installed = Object.keys(PROGRAMS).filter(
  (program) => spawnSync('which', [program]).status === 0,
);
const folder = mkdtempSync(join(tmpdir(), 'keyfuse-bench-'));

/**
 * One program, both directions, one after the other.
 *
 * @param {string} program
 * @param {readonly [string, string]} paths
 * @returns {Answer}
 */
function runPeer(program, [base, target]) {
  const startedMs = performance.now();
  const sizes = [
    [base, target],
    [target, base],
  ].map(([from = '', to = '']) => {
    const patch = join(folder, 'patch');
    const { status } = spawnSync(program, PROGRAMS[program]?.(from, to, patch) ?? []);
    if (status !== 0) throw new Error(`${program} failed`);
    return statSync(patch).size;
  });
  const [forwardBytes = 0, inverseBytes = 0] = sizes;
  return { milliseconds: performance.now() - startedMs, forwardBytes, inverseBytes };
}

/** @type {Record<string, Record<string, Answer[]>>} */
const samples = {};
/** @type {number[]} */
const cancels = [];
try {
  for (const { name, lengthBytes } of JOBS) {
    /** @type {[string, string]} */
    const paths = [join(folder, 'base'), join(folder, 'target')];
    await ask({ work: 'files', lengthBytes, paths });
    const sides = (samples[name] = /** @type {Record<string, Answer[]>} */ ({}));
    const add = (/** @type {string} */ side, /** @type {Answer} */ answer) => {
      (sides[side] ??= []).push(answer);
    };
    for (let repetition = 0; repetition < repetitions; repetition++) {
      add('keyfuse', await ask({ work: 'patches', lengthBytes }));
      for (const program of installed) add(program, runPeer(program, paths));
      if (name === '24 KiB') add('plainSearch', await ask({ work: 'plain-search', lengthBytes }));
      if (name === '16 MiB') {
        cancels.push((await ask({ work: 'cancel', lengthBytes })).milliseconds);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
  child.kill();
}

const results = Object.fromEntries(
  Object.entries(samples).map(([job, sides]) => [
    job,
    Object.fromEntries(
      Object.entries(sides).map(([side, answers]) => {
        const [first] = answers;
        const cpu = answers.flatMap(({ cpuMilliseconds }) => cpuMilliseconds ?? []);
        return [
          side,
          {
            medianMs: medianOf(answers.map(({ milliseconds }) => milliseconds)),
            bestMs: Math.round(Math.min(...answers.map(({ milliseconds }) => milliseconds))),
            ...(cpu.length > 0 && { cpuMs: medianOf(cpu) }),
            forwardBytes: first?.forwardBytes,
            inverseBytes: first?.inverseBytes,
            ...(side === 'keyfuse' && { right: answers.every(({ right }) => right) }),
          },
        ];
      }),
    ),
  ]),
);
const ours = results['16 MiB']?.keyfuse?.medianMs ?? NaN;
const rounded = (/** @type {number} */ value) => Math.round(value * 100) / 100;
const result = {
  date: new Date().toISOString(),
  machine: {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  },
  quiet: (loadBefore[0] ?? 0) < QUIET_LOAD,
  load: { before: loadBefore.map(rounded), after: loadavg().map(rounded) },
  repetitions,
  unit: 'milliseconds for both directions: ours at the same time, the peers one after the other',
  sectorBytes: SECTOR_BYTES,
  results,
  cancelledAfterMs: medianOf(cancels),
  peers: Object.fromEntries(
    Object.keys(PROGRAMS).map((program) => [
      program,
      installed.includes(program) ? 'measured in this run' : 'not installed',
    ]),
  ),
  target: { what: '16 MiB, both directions', mostMs: GOAL_MS, ms: ours, met: ours < GOAL_MS },
};
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, 'delta.json'), `${JSON.stringify(result, undefined, 2)}\n`);
for (const [job, sides] of Object.entries(results)) {
  console.log(`\n${job}, both directions`);
  console.table(sides);
}
console.log(`cancelled after ${result.cancelledAfterMs} ms; load ${result.load.before.join(' ')}`);
if (!result.quiet) console.log('This machine was busy: measure again when it is quiet.');
