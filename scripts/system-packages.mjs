// The programs outside npm that some gates run: a browser, and the peers we compare with.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CJK_FONT = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';

/**
 * @typedef {{ package: string, gates: readonly string[], isPresent: () => boolean }} SystemPackage
 */

/** @param {string} name */
function hasProgram(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;
}

/** @type {readonly SystemPackage[]} */
const SYSTEM_PACKAGES = [
  { package: 'chromium', gates: ['e2e'], isPresent: () => existsSync('/usr/bin/chromium') },
  { package: 'fonts-noto-cjk', gates: ['e2e'], isPresent: () => existsSync(CJK_FONT) },
  { package: 'openssl', gates: ['peers'], isPresent: () => hasProgram('openssl') },
  { package: 'lrzsz', gates: ['peers'], isPresent: () => hasProgram('rx') && hasProgram('sx') },
  { package: 'dfu-util', gates: ['peers'], isPresent: () => hasProgram('dfu-util') },
  { package: 'age', gates: ['peers'], isPresent: () => hasProgram('age') },
  { package: 'make', gates: ['peers'], isPresent: () => hasProgram('make') },
  { package: 'gcc', gates: ['peers'], isPresent: () => hasProgram('gcc') },
  {
    package: 'gcc-arm-none-eabi',
    gates: ['peers'],
    isPresent: () => hasProgram('arm-none-eabi-gcc'),
  },
  { package: 'clang', gates: ['peers'], isPresent: () => hasProgram('clang') },
  { package: 'lld', gates: ['peers'], isPresent: () => hasProgram('wasm-ld') },
  { package: 'libc6-dev', gates: ['peers'], isPresent: () => existsSync('/usr/include/stdio.h') },
];

/**
 * Installs what the chosen gates need and the system lacks. Where that is not possible it says
 * what to install and goes on: the gate that misses a program then fails and names it.
 *
 * @param {readonly string[]} gates
 */
export function installSystemPackages(gates) {
  const missing = SYSTEM_PACKAGES.filter(
    (wanted) => wanted.gates.some((gate) => gates.includes(gate)) && !wanted.isPresent(),
  ).map((wanted) => wanted.package);
  if (missing.length === 0) return;

  const command = `apt-get install -y ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) {
    console.error(`Missing programs. As root run: ${command}`);
    return;
  }
  console.log(`Installing ${missing.join(', ')} ...`);
  const lockWait = ['-o', 'DPkg::Lock::Timeout=600'];
  const steps = [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...missing],
  ];
  for (const step of steps) {
    const run = spawnSync('apt-get', [...lockWait, ...step], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (run.status !== 0) {
      console.error(`apt-get ${step.join(' ')} failed:\n${run.stdout}${run.stderr}`);
      console.error(`Please install by hand: ${command}`);
      return;
    }
  }
}
