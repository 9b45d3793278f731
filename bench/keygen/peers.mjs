// Native programs for the same jobs, timed as a person waits for them. None is needed: what is missing is
// said to be missing. wolfBoot's keygen is looked for in PATH too; the others only where the environment says.
//   KEYFUSE_PEER_WOLFBOOT_KEYGEN  tools/keytools/keygen of wolfBoot, built with LMS and XMSS
//   KEYFUSE_PEER_HASH_SIGS        `demo` of cisco/hash-sigs
//   KEYFUSE_PEER_XMSS_REFERENCE   ui/xmss_keypair of XMSS/xmss-reference
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {'wolfboot' | 'hashSigs' | 'xmssReference'} PeerName
 * @typedef {(job: string) => number | undefined} Peer milliseconds; undefined for a job it cannot do
 */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
function time(program, args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'keyfuse-bench-'));
  try {
    const startedMs = performance.now();
    const { status, error } = spawnSync(program, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    const milliseconds = performance.now() - startedMs;
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? `exit ${status}`}`);
    return milliseconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} levels @param {string} height */
const lmsEnvironment = (levels, height) => ({
  LMS_LEVELS: levels,
  LMS_HEIGHT: height,
  LMS_WINTERNITZ: '8',
});

/** @type {Record<string, [string, Record<string, string>]>} */
const WOLFBOOT_JOBS = {
  'lms-l1h10w8': ['--lms', lmsEnvironment('1', '10')],
  'lms-l2h5w8-both-trees': ['--lms', lmsEnvironment('2', '5')],
  'xmss-10': ['--xmss', { XMSS_PARAMS: 'XMSS-SHA2_10_256' }],
  'xmssmt-20/2': ['--xmss', { XMSS_PARAMS: 'XMSSMT-SHA2_20/2_256' }],
};

/** @type {Record<string, string>} */
const HASH_SIGS_JOBS = { 'lms-l1h10w8': '10/8', 'lms-l2h5w8-both-trees': '5/8,5/8' };

/** @type {Record<string, string>} */
const XMSS_JOBS = { 'xmss-10': 'XMSS-SHA2_10_256', 'xmssmt-20/2': 'XMSSMT-SHA2_20/2_256' };

function wolfBootKeygen() {
  const { KEYFUSE_PEER_WOLFBOOT_KEYGEN: given } = process.env;
  if (given !== undefined) return given;
  const usage = spawnSync('keygen', [], { encoding: 'utf8' });
  return `${usage.stdout}${usage.stderr}`.includes('--lms') ? 'keygen' : undefined;
}

/** @returns {Partial<Record<PeerName, Peer>>} */
export function findPeers() {
  const { KEYFUSE_PEER_HASH_SIGS: demo, KEYFUSE_PEER_XMSS_REFERENCE: keypair } = process.env;
  const keygen = wolfBootKeygen();
  /** @type {Partial<Record<PeerName, Peer>>} */
  const peers = {};
  if (keygen !== undefined) {
    peers.wolfboot = (job) => {
      const found = WOLFBOOT_JOBS[job];
      return found === undefined ? undefined : time(keygen, [found[0], '-g', 'key.der'], found[1]);
    };
  }
  if (demo !== undefined) {
    peers.hashSigs = (job) => {
      const parameters = HASH_SIGS_JOBS[job];
      return parameters === undefined ? undefined : time(demo, ['genkey', 'key', parameters]);
    };
  }
  if (keypair !== undefined) {
    peers.xmssReference = (job) => {
      const set = XMSS_JOBS[job];
      return set === undefined ? undefined : time(keypair, [set]);
    };
  }
  return peers;
}

export function opensslRsa4096() {
  return time('openssl', ['genrsa', '-out', 'key.pem', '4096']);
}

/**
 * Million compressions a second of OpenSSL's SHA-256 on long messages: the yardstick of this machine.
 * Without the SHA instructions when `masked` (bit 29 of EBX of CPUID leaf 7).
 *
 * @param {boolean} masked
 */
export function opensslRate(masked) {
  const { stdout, status } = spawnSync(
    'openssl',
    ['speed', '-mr', '-seconds', '1', '-bytes', '8192', '-evp', 'sha256'],
    {
      encoding: 'utf8',
      env: { ...process.env, ...(masked && { OPENSSL_ia32cap: '~0x0:~0x20000000' }) },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const bytesPerSecond = Number(/^\+F:.*:([\d.]+)$/m.exec(stdout)?.[1]);
  return status === 0 && bytesPerSecond > 0 ? bytesPerSecond / 64 / 1e6 : undefined;
}
