// `npm run bench:dfu`: our DFU engine and the loops that other programs have, one after the other in the same run,
// over a device that keeps the pace of full-speed USB (paced-device.ts): in Node, in a page and in a worker of
// Chromium. Prints a table and writes bench/results/dfu.json.
//   -- --repetitions 9   of each variant on each side; the medians count
//   -- --kib 16          size of the image
import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, '.cache/bench-dfu');
const RESULTS = join(ROOT, 'bench/results');
const PORT = 4183;
const QUIET_LOAD = 1;
/** Share of the modelled limit that the engine has to reach. */
const GOAL = 0.85;

/**
 * @typedef {{ milliseconds: number, limitMs: number, earlyPolls: number, transfers: number }} Measured
 * @typedef {{ transferBytes: number, blockPollMs: number, addressPollMs: number }} Shape
 * @typedef {(side: string, shape: Shape, lengthBytes: number) => Promise<Measured>} Place
 */

const SIDES = ['keyfuse', 'pointer-each-block', 'page-timers'];

/** @type {readonly ({ name: string } & Shape)[]} */
const VARIANTS = [
  { name: 'H563 ROM: 1024 bytes, 28 ms', transferBytes: 1024, blockPollMs: 28, addressPollMs: 1 },
  { name: '1024 bytes, 5 ms', transferBytes: 1024, blockPollMs: 5, addressPollMs: 1 },
  { name: '2048 bytes, 1 ms', transferBytes: 2048, blockPollMs: 1, addressPollMs: 1 },
];

const { values } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '9' },
    kib: { type: 'string', default: '16' },
  },
});
const repetitions = Number(values.repetitions);
const lengthBytes = Number(values.kib) * 1024;

/** @param {readonly number[]} list */
function medianOf(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 1000) / 1000;

async function buildPlaces() {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: 'bench/dfu/node-side.ts',
      outDir: join(OUT, 'node'),
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'node-side.js', codeSplitting: false } },
    },
  });
  await build({
    configFile: false,
    root: join(ROOT, 'bench/dfu'),
    base: './',
    logLevel: 'warn',
    publicDir: false,
    worker: { format: 'es' },
    build: {
      outDir: join(OUT, 'page'),
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
}

/** @returns {{ run: Place, close(): void }} */
function startNode() {
  const child = fork(join(OUT, 'node/node-side.js'), { stdio: 'inherit' });
  child.setMaxListeners(0);
  return {
    run: (side, shape, bytes) =>
      new Promise((resolve, reject) => {
        child.once('message', (/** @type {Measured} */ measured) => {
          resolve(measured);
        });
        child.once('exit', () => {
          reject(new Error('the measured process ended'));
        });
        child.send({ side, shape, lengthBytes: bytes });
      }),
    close: () => {
      child.removeAllListeners('exit');
      child.disconnect();
      child.kill();
    },
  };
}

async function startChromium() {
  const server = spawn(
    process.execPath,
    [join(ROOT, 'scripts/serve.mjs'), join(OUT, 'page'), '--port', String(PORT)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve) => server.stdout.once('data', resolve));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const page = await browser.newPage();
  await page.goto(`http://localhost:${PORT}/`);
  /** @param {'page' | 'worker'} where @returns {Place} */
  const place = (where) => (side, shape, bytes) =>
    page.evaluate(([at, ...job]) => {
      const { bench } =
        /** @type {{ bench: Record<'page' | 'worker', (...job: unknown[]) => ReturnType<Place>> }} */ (
          /** @type {unknown} */ (globalThis)
        );
      return bench[at](...job);
    }, /** @type {const} */ ([where, side, shape, bytes]));
  return {
    page: place('page'),
    worker: place('worker'),
    version: browser.version(),
    close: async () => {
      await browser.close();
      server.kill();
    },
  };
}

// Before the build, which is work of its own.
const loadBefore = loadavg();
await buildPlaces();
// Who is measured inherits it: on a busy machine the paced device itself would otherwise be late.
const realTime = spawnSync('chrt', ['-a', '-f', '-p', '10', String(process.pid)]).status === 0;
const node = startNode();
const browser = await startChromium();
/** @type {Readonly<Record<string, Place>>} */
const places = { node: node.run, page: browser.page, worker: browser.worker };

/** @type {Map<string, number[]>} */
const scores = new Map();
let earlyPolls = 0;
for (let repetition = 0; repetition <= repetitions; repetition++) {
  for (const { name, ...shape } of VARIANTS) {
    for (const [place, run] of Object.entries(places)) {
      for (const side of SIDES) {
        const measured = await run(side, shape, lengthBytes);
        if (side === 'keyfuse') earlyPolls += measured.earlyPolls;
        // The first round warms everything up and is not counted.
        if (repetition === 0) continue;
        const key = `${name}|${place}|${side}`;
        scores.set(key, [...(scores.get(key) ?? []), measured.limitMs / measured.milliseconds]);
      }
    }
  }
}
node.close();
await browser.close();

/** @type {Record<string, Record<string, Record<string, number>>>} */
const medians = {};
for (const [key, list] of scores) {
  const [name = '', place = '', side = ''] = key.split('|');
  ((medians[name] ??= {})[place] ??= {})[side] = rounded(medianOf(list));
}
const ours = Object.values(medians).flatMap((byPlace) =>
  Object.values(byPlace).map((bySide) => bySide.keyfuse ?? NaN),
);
const [cpu] = cpus();
const result = {
  date: new Date().toISOString(),
  machine: {
    processor: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    chromium: browser.version,
  },
  /** Without other work before the run began; what a busy machine says counts for little. */
  quiet: (loadBefore[0] ?? 0) < QUIET_LOAD,
  load: { before: loadBefore.map(rounded), after: loadavg().map(rounded) },
  /** Run before all other work of the machine. */
  realTime,
  repetitions,
  imageBytes: lengthBytes,
  unit: 'share of the limit: (stated bwPollTimeout + one transfer a frame of 1 ms) / time taken',
  sides: {
    keyfuse: 'our engine with its clock',
    'pointer-each-block': 'a loop in the order of dfu-util, with the same exact sleeps',
    'page-timers': 'a plain loop whose sleeps are setTimeout',
  },
  medians,
  /** Polls before the stated wait was over, which the standard forbids. */
  earlyPolls,
  goal: { shareOfLimit: GOAL, reached: Math.min(...ours) >= GOAL && earlyPolls === 0 },
};
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, 'dfu.json'), `${JSON.stringify(result, null, 2)}\n`);
for (const [name, byPlace] of Object.entries(medians)) {
  for (const [place, bySide] of Object.entries(byPlace)) {
    console.log(name.padEnd(30), place.padEnd(8), JSON.stringify(bySide));
  }
}
console.log(
  result.goal.reached ? 'goal reached' : `goal missed: at least ${GOAL} everywhere`,
  result.quiet ? '' : '(the machine was busy: this says little)',
);
