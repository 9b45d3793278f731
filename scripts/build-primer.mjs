// Builds the primer firmware (firmware/primer) with Debian's arm-none-eabi-gcc. The results are committed, so
// that nobody needs the compiler to use them; the peer tests build again and compare.
//   node scripts/build-primer.mjs [--out FOLDER]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = join(ROOT, 'firmware/primer');
const FILES = ['main.c', 'primer.c', 'region.c', 'crc32.c', 'talk.c', 'chip.c', 'startup.c'];
const MARK = Buffer.from('KEYFUSE-PRIMER-1', 'ascii');
const REGION_ALIGNMENT = 16;

const FLAGS = [
  ...['-mcpu=cortex-m33', '-mthumb', '-mfloat-abi=soft', '-std=c11', '-Os'],
  ...[
    '-ffreestanding',
    '-nostdlib',
    '-fno-common',
    '-fno-tree-loop-distribute-patterns',
    '-ffunction-sections',
    '-fdata-sections',
  ],
  ...['-Wall', '-Wextra', '-Werror'],
  ...['-Wl,--gc-sections', '-Wl,--build-id=none', '-Wl,--fatal-warnings', '-Wl,-T,primer.ld'],
];

/** Two images from one source: a chip starts at another address with TrustZone on, in other RAM. */
const IMAGES = [
  { name: 'keyfuse-primer-h563', flash: '0x08000000', ram: '0x20000000', defines: [] },
  {
    name: 'keyfuse-primer-h563-tz',
    flash: '0x0C000000',
    ram: '0x30000000',
    defines: ['-DKEYFUSE_SECURE'],
  },
];

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  const done = spawnSync(program, args, { cwd: SOURCE, encoding: 'utf8' });
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} failed: ${done.error?.message ?? done.stdout + done.stderr}`);
}

/**
 * @param {typeof IMAGES[number]} image
 * @param {string} folder
 */
function build({ name, flash, ram, defines }, folder) {
  const elf = join(folder, `${name}.elf`);
  const bin = join(folder, `${name}.bin`);
  const places = [`-Wl,--defsym=FLASH_ORIGIN=${flash}`, `-Wl,--defsym=RAM_ORIGIN=${ram}`];
  run('arm-none-eabi-gcc', [...FLAGS, ...defines, ...places, ...FILES, '-lgcc', '-o', elf]);
  run('arm-none-eabi-objcopy', ['-O', 'binary', elf, bin]);
  return readFileSync(bin);
}

/** @param {Buffer} bytes */
function regionOffset(bytes) {
  const offset = bytes.lastIndexOf(MARK);
  if (offset >= 0 && offset % REGION_ALIGNMENT === 0) return offset;
  throw new Error('the image has no region');
}

/** @param {Buffer} bytes */
function hexLines(bytes) {
  const lines = bytes.toString('hex').match(/.{1,96}/g) ?? [];
  return lines.map((line) => `  '${line}',\n`).join('');
}

/**
 * The code of the images as a module, for bundles that have no files: all of the image before its region.
 *
 * @param {readonly Buffer[]} images
 */
function moduleText([open, secure]) {
  if (open === undefined || secure === undefined) throw new Error('two images make the module');
  return `/**
 * The code of firmware/primer, in hexadecimal: everything in front of the region, which is always made anew.
 * Written by scripts/build-primer.mjs; test/peers/primer.test.ts compares.
 */

/** For TrustZone off, linked at 0x08000000. */
export const PRIMER_CODE_HEX = [
${hexLines(open.subarray(0, regionOffset(open)))}].join('');

/** For TrustZone on, linked at 0x0C000000. */
export const SECURE_PRIMER_CODE_HEX = [
${hexLines(secure.subarray(0, regionOffset(secure)))}].join('');
`;
}

const outAt = process.argv.indexOf('--out');
const out = outAt < 0 ? ROOT : resolve(process.argv[outAt + 1] ?? '.');
const binaries = join(out, 'public/firmware');
const source = join(out, 'src/core/wolfboot');
mkdirSync(binaries, { recursive: true });
mkdirSync(source, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'keyfuse-primer-'));
try {
  const built = IMAGES.map((image) => ({ name: image.name, bytes: build(image, work) }));
  for (const { name, bytes } of built) {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(binaries, `${name}.bin`), bytes);
    writeFileSync(join(binaries, `${name}.bin.sha256`), `${sha256}  ${name}.bin\n`);
    console.log(`${name}.bin ${bytes.length} bytes, SHA-256 ${sha256}`);
  }
  writeFileSync(
    join(source, 'keyfuse-primer-image.ts'),
    moduleText(built.map(({ bytes }) => bytes)),
  );
} finally {
  rmSync(work, { recursive: true });
}
const [version] = run('arm-none-eabi-gcc', ['--version']).split('\n');
console.log(version);
