// `npm run bench:keygen`: how fast stateful keys are made, interleaved with everything it is compared to, so
// that a busy moment meets all of them. Prints a table and writes bench/results/keygen.json.
//   -- --repetitions 9   of each job on each side; the medians count
//   -- --rsa 41          RSA-4096 keys on each side; the means count. 0 leaves RSA out
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPeers, opensslRate, opensslRsa4096 } from './peers.mjs';
import { buildSides, startChromium, startNode } from './sides.mjs';
import { judgeTargets } from './targets.mjs';

const RESULTS = join(import.meta.dirname, '../results');
const JOBS = ['lms-l1h10w8', 'lms-l2h5w8-both-trees', 'xmss-10', 'xmssmt-20/2', 'lms-l1h10w8-sign'];
const PLAIN_REPETITIONS = 3;
const QUIET_LOAD = 1;

const { values } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '9' },
    rsa: { type: 'string', default: '41' },
  },
});
const repetitions = Number(values.repetitions);
const rsaKeys = Number(values.rsa);

/** @param {readonly number[]} values */
function medianOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param {readonly number[]} values */
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** @param {number} value */
const rounded = (value) => Math.round(value * 100) / 100;

/** Facts that tell machines apart without naming one. */
function machineFacts() {
  const [cpu] = cpus();
  let flags = '';
  try {
    flags = /^flags.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  } catch {
    // Not Linux.
  }
  return {
    processor: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    instructions: ['sha_ni', 'avx2', 'avx512f'].filter((name) => flags.split(' ').includes(name)),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}

/** @type {Map<string, number[]>} */
const samples = new Map();

/**
 * @param {string} job
 * @param {string} side
 * @param {number | undefined} milliseconds
 */
function record(job, side, milliseconds) {
  if (milliseconds === undefined) return;
  const key = `${job} ${side}`;
  samples.set(key, [...(samples.get(key) ?? []), milliseconds]);
}

// Before the build, which is work of its own.
const loadBefore = loadavg();
const quiet = (loadBefore[0] ?? 0) < QUIET_LOAD;
await buildSides();
const node = startNode();
const page = await startChromium();
const peers = findPeers();
/** @type {Record<'openssl' | 'opensslMasked', number[]>} */
const yardsticks = { openssl: [], opensslMasked: [] };

for (let repetition = 0; repetition <= repetitions; repetition++) {
  // The first round warms everything up and is not counted.
  const count = repetition === 0 ? () => undefined : record;
  for (const job of JOBS) {
    count(job, 'chromium-1', await page.warm(job, 1));
    count(job, 'chromium-2', await page.warm(job, 2));
    if (job !== 'lms-l1h10w8-sign') {
      count(job, 'chromium-cold', await page.cold(job, 2));
    }
    for (const threads of [1, 2]) {
      const { milliseconds, cpuMilliseconds } = await node.run(job, threads);
      count(job, `node-${threads}`, milliseconds);
      // What other programs take from us does not count here.
      if (threads === 1) count(job, 'node-1-cpu', cpuMilliseconds);
    }
    for (const [name, peer] of Object.entries(peers)) count(job, name, peer(job));
  }
  yardsticks.openssl.push(opensslRate(false) ?? NaN);
  yardsticks.opensslMasked.push(opensslRate(true) ?? NaN);
}

const cancels = [];
for (let repetition = 0; repetition < repetitions; repetition++) {
  cancels.push(await page.cancel(2));
}

/** @type {{ node: import('./sides.mjs').Rates[], chromium: import('./sides.mjs').Rates[] }} */
const plain = { node: [], chromium: [] };
for (let repetition = 0; repetition < PLAIN_REPETITIONS; repetition++) {
  plain.node.push(await node.plain());
  plain.chromium.push(await page.plain());
}

/** @type {{ webCrypto: number[], openssl: number[], blockedMs: number }} */
const rsa = { webCrypto: [], openssl: [], blockedMs: 0 };
for (let key = 0; key < rsaKeys; key++) {
  const { milliseconds, blockedMs } = await page.rsa4096();
  rsa.webCrypto.push(milliseconds);
  rsa.blockedMs = Math.max(rsa.blockedMs, blockedMs);
  rsa.openssl.push(opensslRsa4096());
}
node.close();
await page.close();

/** @type {Record<string, Record<string, number>>} */
const medians = {};
/** @type {Record<string, Record<string, number>>} */
const best = {};
for (const [key, list] of samples) {
  const [job = '', side = ''] = key.split(' ');
  (medians[job] ??= {})[side] = rounded(medianOf(list));
  (best[job] ??= {})[side] = rounded(Math.min(...list));
}
const measured = {
  medians,
  openssl: medianOf(yardsticks.openssl.filter(Number.isFinite)),
  opensslMasked: medianOf(yardsticks.opensslMasked.filter(Number.isFinite)),
};
const rsaMeans =
  rsaKeys > 0
    ? {
        keys: rsaKeys,
        webCrypto: rounded(meanOf(rsa.webCrypto)),
        openssl: rounded(meanOf(rsa.openssl)),
        blockedMs: rounded(rsa.blockedMs),
      }
    : undefined;
const targets = judgeTargets(measured, rsaMeans);

/** @param {readonly import('./sides.mjs').Rates[]} rates */
const plainOf = (rates) => ({
  lms: rounded(medianOf(rates.map(({ lms }) => lms))),
  xmss: rounded(medianOf(rates.map(({ xmss }) => xmss))),
  noble: rounded(medianOf(rates.map(({ noble }) => noble))),
});
const result = {
  date: new Date().toISOString(),
  machine: { ...machineFacts(), chromium: page.version },
  /** Without other work before the run began; what a busy machine says counts for little. */
  quiet,
  load: { before: loadBefore.map(rounded), after: loadavg().map(rounded) },
  repetitions,
  unit: 'milliseconds; rates in million SHA-256 compressions a second',
  medians,
  best,
  cancelled: {
    rejected: rounded(medianOf(cancels.map(({ rejected }) => rejected))),
    freeForSmallJob: rounded(medianOf(cancels.map(({ freeForSmallJob }) => freeForSmallJob))),
  },
  plainRates: { node: plainOf(plain.node), chromium: plainOf(plain.chromium) },
  opensslRates: {
    withShaInstructions: rounded(measured.openssl),
    masked: rounded(measured.opensslMasked),
  },
  peers: Object.fromEntries(
    ['wolfboot', 'hashSigs', 'xmssReference'].map((name) => [
      name,
      name in peers ? 'measured in this run' : 'not installed',
    ]),
  ),
  rsa4096: rsaMeans,
  targets,
};
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, 'keygen.json'), `${JSON.stringify(result, undefined, 2)}\n`);

console.log('\nmedians in milliseconds');
console.table(medians);
console.log('plain JavaScript, million compressions a second');
console.table(result.plainRates);
console.log(
  `cancelled after ${result.cancelled.rejected} ms; a small job after it was done at ` +
    `${result.cancelled.freeForSmallJob} ms`,
);
console.log(
  `openssl sha256: ${measured.openssl.toFixed(1)} M/s, masked ${measured.opensslMasked.toFixed(1)} M/s; ` +
    `load ${loadBefore.map(rounded).join(' ')}`,
);
console.table(
  targets.map(({ number, what, against, least, ratio, verdict }) => ({
    number,
    what,
    against,
    least,
    ratio,
    verdict,
  })),
);
if (!quiet) console.log('This machine was busy: measure again when it is quiet.');
