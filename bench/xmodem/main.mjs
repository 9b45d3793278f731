// `npm run bench:xmodem`: our sender and `sx` of lrzsz, one after the other in the same run, over a paced pty that
// models 115200 8N1 with an XMODEM receiver at its end (paced-line.c). Prints a table and writes
// bench/results/xmodem.json.
//   -- --repetitions 9   of each variant on each side; the medians count
//   -- --kib 16          size of the file
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync, closeSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, '.cache/bench-xmodem');
const RESULTS = join(ROOT, 'bench/results');
const BAUD = 115_200;
const BYTES_PER_SECOND = BAUD / 10;
const QUIET_LOAD = 1;
/** Share of the limit that `sx` reaches on a quiet machine, and the idle time we allow ourselves. */
const GOAL = { shareOfLimit: 0.97, idleMs: 1 };
const RUN_LIMIT_MS = 120_000;
const COMPILER = 'cc';

/**
 * @typedef {{ name: string, check: 'sum' | 'crc', blockBytes: 128 | 1024, ackDelayUs: number, receiver: string }} Variant
 * @typedef {{ packets: number, bytes: number, refused: number, dataMs: number, idleMedianMs: number,
 *   idleP95Ms: number, idleMostMs: number, insideMedianMs?: number }} Measured
 */

/** @type {readonly Variant[]} */
const VARIANTS = [
  { name: '128 checksum', check: 'sum', blockBytes: 128, ackDelayUs: 0, receiver: 'wolfboot' },
  { name: '128 CRC', check: 'crc', blockBytes: 128, ackDelayUs: 0, receiver: 'classic' },
  { name: '1K CRC', check: 'crc', blockBytes: 1024, ackDelayUs: 0, receiver: 'classic' },
  {
    name: '128 checksum, ACK +1 ms',
    check: 'sum',
    blockBytes: 128,
    ackDelayUs: 1000,
    receiver: 'wolfboot',
  },
  {
    name: '128 checksum, ACK +16 ms',
    check: 'sum',
    blockBytes: 128,
    ackDelayUs: 16_000,
    receiver: 'wolfboot',
  },
  {
    name: '1K CRC, ACK +16 ms',
    check: 'crc',
    blockBytes: 1024,
    ackDelayUs: 16_000,
    receiver: 'classic',
  },
];

const { values } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '9' },
    kib: { type: 'string', default: '16' },
  },
});
const repetitions = Number(values.repetitions);
const fileBytes = Number(values.kib) * 1024;

/** @param {readonly number[]} list */
function medianOf(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/**
 * Payload bytes a second when nothing is ever idle but the stated delay of each answer.
 *
 * @param {Variant} variant
 */
function limitOf({ check, blockBytes, ackDelayUs }) {
  const packetBytes = 3 + blockBytes + (check === 'crc' ? 2 : 1);
  return blockBytes / ((packetBytes + 1) / BYTES_PER_SECOND + ackDelayUs / 1e6);
}

/** Line, sx and ours alike: on a busy machine the line itself would otherwise be late. */
const REAL_TIME = ['chrt', '-f', '10'];
const prefix =
  spawnSync(REAL_TIME[0] ?? '', [...REAL_TIME.slice(1), 'true']).status === 0 ? REAL_TIME : [];

/** @param {readonly string[]} command */
function scheduled(command) {
  const [program = '', ...args] = [...prefix, ...command];
  return /** @type {const} */ ([program, args]);
}

const SX = ['sx', 'lsx'].find((name) => spawnSync(name, ['--version']).status === 0);
const folder = mkdtempSync(join(tmpdir(), 'keyfuse-bench-'));
const line = join(folder, 'paced-line');
const file = join(folder, 'file.bin');

/** @param {readonly string[]} command @param {string | undefined} pty */
function start(command, pty) {
  const end = pty === undefined ? 'ignore' : openSync(pty, 'r+');
  const out = pty === undefined ? 'pipe' : end;
  const child = spawn(...scheduled(command), { stdio: [end, out, 'ignore'] });
  if (typeof end === 'number') closeSync(end);
  return child;
}

/**
 * One transfer by one sender; what the line measured.
 *
 * @param {Variant} variant
 * @param {'keyfuse' | 'sx'} side
 * @returns {Promise<Measured>}
 */
async function measure({ check, blockBytes, ackDelayUs, receiver }, side) {
  const wire = spawn(...scheduled([line, String(BAUD), check, String(ackDelayUs)]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const limit = setTimeout(() => wire.kill(), RUN_LIMIT_MS);
  const lines = createInterface({ input: wire.stdout })[Symbol.asyncIterator]();
  const pty = await lineOf(lines);
  if (pty === undefined) throw new Error('the paced line did not start');
  const ours = [
    process.execPath,
    join(OUT, 'node-side.js'),
    pty,
    file,
    receiver,
    String(blockBytes),
  ];
  const theirs = [SX ?? 'sx', '-q', ...(blockBytes === 1024 ? ['-k'] : []), file];
  const sender = side === 'sx' ? start(theirs, pty) : start(ours, undefined);
  const said = sender.stdout && createInterface({ input: sender.stdout })[Symbol.asyncIterator]();
  const measured = await lineOf(lines);
  const own = said ? await lineOf(said) : undefined;
  clearTimeout(limit);
  sender.kill();
  if (measured === undefined) throw new Error(`${side} did not finish`);
  const inside = /** @type {Partial<Measured>} */ (JSON.parse(own ?? '{}'));
  return { .../** @type {Measured} */ (JSON.parse(measured)), ...inside };
}

/** @param {AsyncIterator<string>} lines */
async function lineOf(lines) {
  const step = await lines.next();
  return step.done === true ? undefined : step.value;
}

const loadBefore = loadavg();
const built = spawnSync(COMPILER, ['-O2', '-o', line, join(import.meta.dirname, 'paced-line.c')], {
  stdio: 'inherit',
});
if (built.status !== 0) throw new Error('the paced line needs a C compiler');
writeFileSync(file, randomBytes(fileBytes));
await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'bench/xmodem/node-side.ts',
    outDir: OUT,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'node-side.js', codeSplitting: false } },
  },
});
/** @type {Record<string, Record<string, Measured[]>>} */
const samples = {};
/** @type {readonly ('keyfuse' | 'sx')[]} */
const sides = SX === undefined ? ['keyfuse'] : ['keyfuse', 'sx'];
try {
  for (const variant of VARIANTS) {
    const of = (samples[variant.name] = /** @type {Record<string, Measured[]>} */ ({}));
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const side of sides) (of[side] ??= []).push(await measure(variant, side));
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

const rounded = (/** @type {number} */ value, digits = 3) => Number(value.toFixed(digits));
/**
 * @param {readonly Measured[]} runs
 * @param {number} limit
 */
function summary(runs, limit) {
  const perSecond = runs.map(({ bytes, dataMs }) => (bytes * 1000) / dataMs);
  const inside = runs.flatMap(({ insideMedianMs }) => insideMedianMs ?? []);
  return {
    bytesPerSecond: Math.round(medianOf(perSecond)),
    shareOfLimit: rounded(medianOf(perSecond) / limit),
    bestShareOfLimit: rounded(Math.max(...perSecond) / limit),
    idleMedianMs: rounded(medianOf(runs.map(({ idleMedianMs }) => idleMedianMs))),
    idleP95Ms: rounded(medianOf(runs.map(({ idleP95Ms }) => idleP95Ms))),
    ...(inside.length > 0 && { insideMedianMs: rounded(medianOf(inside)) }),
    refused: runs.reduce((sum, { refused }) => sum + refused, 0),
  };
}

/** @param {Variant} variant */
function resultOf(variant) {
  const limit = limitOf(variant);
  const { keyfuse: ours = [], sx: theirs = [] } = samples[variant.name] ?? {};
  const keyfuse = summary(ours, limit);
  const sx = theirs.length === 0 ? undefined : summary(theirs, limit);
  const keyfuseToSx = sx && rounded(keyfuse.bytesPerSecond / sx.bytesPerSecond);
  return { limitBytesPerSecond: Math.round(limit), keyfuse, sx, keyfuseToSx };
}

const results = Object.fromEntries(VARIANTS.map((variant) => [variant.name, resultOf(variant)]));
const first = results['128 checksum']?.keyfuse;
const result = {
  date: new Date().toISOString(),
  machine: {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  },
  quiet: (loadBefore[0] ?? 0) < QUIET_LOAD,
  load: {
    before: loadBefore.map((one) => rounded(one, 2)),
    after: loadavg().map((one) => rounded(one, 2)),
  },
  scheduling: prefix.length > 0 ? 'real-time for line and both senders' : 'as usual',
  repetitions,
  fileBytes,
  unit: 'payload bytes a second from the first byte of the first packet to the answer to the last; medians of the runs',
  idle: "the sender's own, from the answer in the pty to the first byte of the next packet",
  inside:
    'in our process alone, from the event that brings the answer to the write of the next packet',
  results,
  peers: { sx: SX === undefined ? 'not installed' : 'measured in this run' },
  target: {
    what: '128 checksum',
    ...GOAL,
    met:
      first !== undefined &&
      first.shareOfLimit >= GOAL.shareOfLimit &&
      first.idleMedianMs <= GOAL.idleMs,
  },
};
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, 'xmodem.json'), `${JSON.stringify(result, undefined, 2)}\n`);
for (const [name, { limitBytesPerSecond, keyfuse, sx, keyfuseToSx }] of Object.entries(results)) {
  console.log(`\n${name}: limit ${limitBytesPerSecond} B/s, ours to sx ${keyfuseToSx ?? '–'}`);
  console.table({ keyfuse, sx });
}
if (!result.quiet) console.log('This machine was busy: measure again when it is quiet.');
