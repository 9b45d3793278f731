// `npm test`: installs what is missing, runs every gate in order, and counts.
//   npm test -- unit vectors     only these gates
//   npm test -- --without e2e    all but these
//   npm test -- --deep           the slow tiers instead, and new random cases
//   npm test -- --deep build real-stack   only these of them
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { chdir } from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { installDependencies } from './dependencies.mjs';
import { installSystemPackages } from './system-packages.mjs';
import { countPlaywright, countVitest, noCounts } from './test-counts.mjs';

/**
 * A check passes or fails as a whole; a tier runs the tests of one folder.
 *
 * @typedef {import('./test-counts.mjs').Counts} Counts
 * @typedef {{ name: string, kind: 'check', command: string[] }} Check
 * @typedef {{ name: string, kind: 'tier', folder: string, runner: 'vitest' | 'playwright' }} Tier
 * @typedef {Check | Tier} Gate
 */

const REPORTS = '.cache/reports';
const GATE_LIMIT_MS = 30 * 60_000;
const DEEP_LIMIT_MS = 6 * 60 * 60_000;
const STOP_GRACE_MS = 5_000;
const SHOWN_OUTPUT_LINES = 200;

/**
 * @param {string} name
 * @param {string[]} command
 * @returns {Gate}
 */
const check = (name, ...command) => ({ name, kind: 'check', command });

/**
 * @param {string} name
 * @param {'vitest' | 'playwright'} [runner]
 * @returns {Gate}
 */
const tier = (name, runner = 'vitest') => ({ name, kind: 'tier', folder: `test/${name}`, runner });

const GATES = [
  check('lint', 'npm', 'run', '--silent', 'lint'),
  check('types', 'npm', 'run', '--silent', 'typecheck'),
  check('format', 'npm', 'run', '--silent', 'format:check'),
  check('layers', 'npm', 'run', '--silent', 'layers'),
  check('knip', 'npm', 'run', '--silent', 'knip'),
  tier('unit'),
  tier('property'),
  tier('vectors'),
  tier('contract'),
  tier('flows'),
  tier('peers'),
  check('build', 'npm', 'run', '--silent', 'build'),
  check('size', 'npm', 'run', '--silent', 'size'),
  tier('e2e', 'playwright'),
];
/** Gates that change nothing. */
const READING = ['lint', 'types', 'format', 'layers', 'knip'];
/** `real-stack` and the walks marked @deep need the built app. */
const DEEP = [
  tier('property'),
  tier('deep'),
  check('build', 'npm', 'run', '--silent', 'build'),
  tier('real-stack'),
  tier('e2e', 'playwright'),
];

/**
 * Runs a program to its end and returns everything it printed.
 *
 * @param {string[]} command
 * @param {number} limitMs
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function run(command, limitMs, env = {}) {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: true,
    });
    const stopGroup = () => {
      if (child.pid === undefined) return;
      const group = -child.pid;
      for (const [signal, delayMs] of /** @type {const} */ ([
        ['SIGTERM', 0],
        ['SIGKILL', STOP_GRACE_MS],
      ])) {
        setTimeout(() => {
          try {
            process.kill(group, signal);
          } catch {
            // The group has ended by itself.
          }
        }, delayMs).unref();
      }
    };
    const limit = setTimeout(() => {
      output += `\nstopped: not finished after ${limitMs / 60_000} minutes\n`;
      stopGroup();
    }, limitMs);
    const onInterrupt = () => {
      stopGroup();
      setTimeout(() => process.exit(130), 100);
    };
    process.once('SIGINT', onInterrupt);
    process.once('SIGTERM', onInterrupt);
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const finish = (/** @type {boolean} */ ok) => {
      clearTimeout(limit);
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
      resolve({ ok, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

/** @param {string} output */
function readable(output) {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => !line.startsWith('npm warn Unknown'));
  const hidden = lines.length - SHOWN_OUTPUT_LINES;
  return hidden <= 0
    ? lines.join('\n').trim()
    : `(${hidden} lines before)\n${lines.slice(-SHOWN_OUTPUT_LINES).join('\n').trim()}`;
}

/**
 * @param {Check} gate
 * @returns {Promise<Counts>}
 */
async function runCheck(gate) {
  const { ok, output } = await run(gate.command, GATE_LIMIT_MS);
  return ok
    ? { ...noCounts(), passed: 1 }
    : { ...noCounts(), failed: 1, failures: [readable(output)] };
}

/**
 * @param {Tier} gate
 * @param {number} limitMs
 * @returns {Promise<Counts>}
 */
async function runTier(gate, limitMs) {
  mkdirSync(REPORTS, { recursive: true });
  const report = join(REPORTS, `${gate.name}.json`);
  rmSync(report, { force: true });
  const { ok, output } = await (gate.runner === 'vitest'
    ? run(
        [
          process.execPath,
          'node_modules/vitest/vitest.mjs',
          'run',
          `--project=${gate.name}`,
          '--reporter=json',
          `--outputFile=${report}`,
        ],
        limitMs,
      )
    : run([process.execPath, 'node_modules/@playwright/test/cli.js', 'test'], limitMs, {
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      }));

  let counts = noCounts();
  if (existsSync(report)) {
    counts = gate.runner === 'vitest' ? countVitest(report) : countPlaywright(report);
  }
  // The runner can fail outside any test: a crash, an unhandled rejection, a stop at the limit.
  if (!ok && counts.failed === 0) {
    counts.failed += 1;
    counts.failures.push(readable(output) || `${gate.runner} failed without a word`);
  }
  if (counts.failed === 0 && counts.passed === 0) {
    counts.failed += 1;
    counts.failures.push(`${gate.folder} exists, yet no test in it ran\n${readable(output)}`);
  }
  return counts;
}

/**
 * @param {string} text
 */
function indent(text) {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => (line === '' ? line : `    ${line}`))
    .join('\n');
}

/**
 * @param {Gate} gate
 * @param {number} limitMs
 * @returns {Promise<Counts>}
 */
async function runGate(gate, limitMs) {
  const label = gate.name.padEnd(9);
  if (gate.kind === 'tier' && !existsSync(gate.folder)) {
    console.log(`-  ${label} no ${gate.name} tests yet`);
    return noCounts();
  }
  const startedMs = performance.now();
  const counts = gate.kind === 'check' ? await runCheck(gate) : await runTier(gate, limitMs);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(6);
  const details =
    gate.kind === 'check'
      ? ''
      : `  ${counts.passed} passed, ${counts.failed} failed` +
        (counts.skipped > 0 ? `, ${counts.skipped} skipped` : '');
  console.log(`${counts.failed > 0 ? 'x' : 'ok'} ${label} ${seconds} s${details}`);
  for (const failure of counts.failures) console.log(`\n${indent(failure)}\n`);
  return counts;
}

/**
 * Runs every gate; a red one does not hide the next. Those that only read the tree run two at a
 * time, because each keeps one core busy; the others use all cores themselves.
 *
 * @param {readonly Gate[]} gates
 * @param {number} limitMs
 * @returns {Promise<Counts>}
 */
async function runGates(gates, limitMs) {
  const total = noCounts();
  /** @param {Counts} counts */
  const add = (counts) => {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  };
  const reading = gates.filter((gate) => READING.includes(gate.name));
  const lane = async () => {
    for (let gate = reading.shift(); gate; gate = reading.shift())
      add(await runGate(gate, limitMs));
  };
  await Promise.all([lane(), lane()]);
  for (const gate of gates) {
    if (!READING.includes(gate.name)) add(await runGate(gate, limitMs));
  }
  return total;
}

/**
 * @param {readonly string[]} args
 * @returns {readonly Gate[]}
 */
function chooseGates(args) {
  const gates = args.includes('--deep') ? DEEP : GATES;
  const names = args.filter((arg) => !arg.startsWith('--'));
  const known = gates.map((gate) => gate.name);
  const unknown = [
    ...names.filter((name) => !known.includes(name)),
    ...args.filter((arg) => arg.startsWith('--') && !['--without', '--deep'].includes(arg)),
  ];
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. Gates: ${known.join(', ')}`);
    process.exit(1);
  }
  if (args.includes('--without')) return gates.filter((gate) => !names.includes(gate.name));
  return names.length > 0 ? gates.filter((gate) => names.includes(gate.name)) : gates;
}

chdir(join(import.meta.dirname, '..'));
const args = process.argv.slice(2);
const deep = args.includes('--deep');
const gates = chooseGates(args);
// Other cases than those of every day.
if (deep) {
  process.env.KEYFUSE_SEED ??= 'random';
  process.env.KEYFUSE_DEEP = '1';
}

installDependencies();
installSystemPackages(gates.map((gate) => gate.name));
const messages = await run(['npm', 'run', '--silent', 'messages'], GATE_LIMIT_MS);
if (!messages.ok) console.log(readable(messages.output));
process.env.KEYFUSE_MESSAGES_COMPILED = messages.ok ? '1' : '0';
const total = await runGates(gates, deep ? DEEP_LIMIT_MS : GATE_LIMIT_MS);
console.log(
  `\n${total.passed} passed, ${total.failed} failed` +
    (total.skipped > 0 ? `, ${total.skipped} skipped` : ''),
);
process.exitCode = total.failed > 0 ? 1 : 0;
