// Builds native/hash-engine with clang and lld:
//   node scripts/build-hash-engine.mjs            writes the module and its sha256 into src/workers/hashing
//   node scripts/build-hash-engine.mjs <file>     writes the module there, for a comparison
// The module is committed, so nobody needs this but who changes the C. Same compiler, same bytes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'native/hash-engine');
const COMMITTED = join(ROOT, 'src/workers/hashing/hash-engine.wasm');
const PAGE_BYTES = 65_536;
const MEMORY_BYTES = 3 * PAGE_BYTES;
const STACK_BYTES = 32_768;
const DATA_SECTION = 11;

const COMPILE = [
  '--target=wasm32-unknown-unknown',
  '-std=c11',
  '-O3',
  '-msimd128',
  '-mbulk-memory',
  '-ffreestanding',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-Werror',
];
const LINK = [
  '--no-entry',
  '--export-dynamic',
  '--strip-all',
  '--stack-first',
  '-z',
  `stack-size=${STACK_BYTES}`,
  `--initial-memory=${MEMORY_BYTES}`,
  `--max-memory=${MEMORY_BYTES}`,
];

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { cwd: SOURCES, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
}

/**
 * Whether a module has a section of this number (WebAssembly core specification, 5.5.2).
 *
 * @param {Uint8Array} wasm
 * @param {number} wanted
 */
function hasSection(wasm, wanted) {
  for (let at = 8; at < wasm.length;) {
    const id = wasm[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (id === wanted) return true;
    at += size;
  }
  return false;
}

/**
 * In two steps: the driver, asked to do both, runs an old wasm-opt that refuses SIMD.
 *
 * @param {string} target
 */
function build(target) {
  const folder = mkdtempSync(join(tmpdir(), 'keyfuse-engine-'));
  const object = join(folder, 'engine.o');
  try {
    run('clang', [...COMPILE, '-c', 'engine.c', '-o', object]);
    run('wasm-ld', [...LINK, '-o', target, object]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const wasm = readFileSync(target);
  if (hasSection(wasm, DATA_SECTION)) {
    throw new Error('the module has initialised data, which wiping its memory would destroy');
  }
  return wasm;
}

const target = process.argv[2] ?? COMMITTED;
const wasm = build(target);
const sha256 = createHash('sha256').update(wasm).digest('hex');
if (target === COMMITTED)
  writeFileSync(`${COMMITTED}.sha256`, `${sha256}  ${basename(COMMITTED)}\n`);
console.log(`${sha256}  ${wasm.length} bytes`);
