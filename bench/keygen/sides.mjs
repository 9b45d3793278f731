// The two places where our engine is measured: a Node process and a page in Chromium.
import { fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, '.cache/bench-keygen');
const NODE_SIDE = join(OUT, 'node/node-side.js');
const PORT = 4179;
const PAGE = `http://localhost:${PORT}/`;

/**
 * @typedef {{ lms: number, xmss: number, noble: number }} Rates
 * @typedef {{ milliseconds: number, cpuMilliseconds: number, rates: Rates }} NodeAnswer
 * @typedef {{
 *   run(job: string, threads: number): Promise<NodeAnswer>,
 *   plain(): Promise<Rates>,
 *   close(): void,
 * }} NodeSide
 * @typedef {{
 *   warm(job: string, workers: number): Promise<number>,
 *   cold(job: string, workers: number): Promise<number>,
 *   cancel(workers: number): Promise<import('./page.ts').CancelTimes>,
 *   plain(): Promise<Rates>,
 *   rsa4096(): Promise<{ milliseconds: number, blockedMs: number }>,
 *   version: string,
 *   close(): Promise<void>,
 * }} ChromiumSide
 */

export async function buildSides() {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: 'bench/keygen/node-side.ts',
      outDir: join(OUT, 'node'),
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'node-side.js', codeSplitting: false } },
    },
  });
  await build({
    configFile: false,
    root: join(ROOT, 'bench/keygen'),
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

/** @returns {NodeSide} */
export function startNode() {
  const child = fork(NODE_SIDE, { stdio: 'inherit' });
  /** @type {Map<number, (answer: NodeAnswer) => void>} */
  const waiting = new Map();
  let lastId = 0;
  child.on('message', (/** @type {NodeAnswer & { id: number }} */ answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  /**
   * @param {{ job?: string, threads?: number }} request
   * @returns {Promise<NodeAnswer>}
   */
  const ask = (request) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      child.once('exit', () => {
        reject(new Error('the measured Node process ended'));
      });
      child.send({ id, ...request });
    });
  child.setMaxListeners(0);
  return {
    run: (job, threads) => ask({ job, threads }),
    plain: async () => (await ask({})).rates,
    close: () => {
      child.removeAllListeners('exit');
      child.disconnect();
      child.kill();
    },
  };
}

/** @returns {Promise<ChromiumSide>} */
export async function startChromium() {
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
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`page: ${message.text()}`);
  });
  await page.goto(PAGE);
  /**
   * @param {string} method
   * @param {readonly unknown[]} args
   * @returns {Promise<unknown>}
   */
  const call = (method, args) =>
    page.evaluate(([name, given]) => {
      const { bench } = /** @type {{ bench: Record<string, (...a: unknown[]) => unknown> }} */ (
        /** @type {unknown} */ (globalThis)
      );
      return bench[name]?.(...given);
    }, /** @type {const} */ ([method, args]));
  return {
    warm: async (job, workers) => /** @type {number} */ (await call('warm', [job, workers])),
    cold: async (job, workers) => /** @type {number} */ (await call('cold', [job, workers])),
    cancel: async (workers) =>
      /** @type {import('./page.ts').CancelTimes} */ (await call('cancel', [workers])),
    plain: async () => /** @type {Rates} */ (await call('plain', [])),
    rsa4096: async () =>
      /** @type {{ milliseconds: number, blockedMs: number }} */ (await call('rsa4096', [])),
    version: browser.version(),
    close: async () => {
      await browser.close();
      server.kill();
    },
  };
}
