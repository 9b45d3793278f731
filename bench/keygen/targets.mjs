// The targets of speed, one by one. A native peer that is not installed is stood for by what was measured
// elsewhere, scaled by what OpenSSL's SHA-256 does here: such a ratio is an estimate and says so.

/**
 * Seconds of native tools on the machine of the model, single thread, and OpenSSL's rate there.
 *
 * @type {Record<string, { job: string, seconds: number, masked?: boolean, name: string }>}
 */
const MODEL = {
  wolfbootLms: { name: 'wolfBoot keygen', job: 'lms-l1h10w8', seconds: 1.98 },
  hashSigsLms: { name: 'hash-sigs, SHA-NI', job: 'lms-l1h10w8', seconds: 0.47 },
  hashSigsMasked: {
    name: 'hash-sigs, SHA-NI masked',
    job: 'lms-l1h10w8',
    seconds: 1.36,
    masked: true,
  },
  wolfbootXmss: { name: 'wolfBoot keygen', job: 'xmss-10', seconds: 1.02 },
  xmssReference: { name: 'xmss-reference', job: 'xmss-10', seconds: 1.33 },
  wolfbootXmssMt: { name: 'wolfBoot keygen', job: 'xmssmt-20/2', seconds: 2.08 },
  wolfbootL2: { name: 'wolfBoot keygen', job: 'lms-l2h5w8-both-trees', seconds: 0.12 },
  hashSigsL2: { name: 'hash-sigs, SHA-NI', job: 'lms-l2h5w8-both-trees', seconds: 0.03 },
  wolfbootSign: { name: 'wolfBoot sign', job: 'lms-l1h10w8-sign', seconds: 1.75 },
};
const MODEL_OPENSSL = 25.8;
const MODEL_OPENSSL_MASKED = 6.8;

/** Which installed peer stands for which entry of the model. */
const PEER_OF = /** @type {const} */ ({
  wolfbootLms: 'wolfboot',
  hashSigsLms: 'hashSigs',
  wolfbootXmss: 'wolfboot',
  xmssReference: 'xmssReference',
  wolfbootXmssMt: 'wolfboot',
  wolfbootL2: 'wolfboot',
  hashSigsL2: 'hashSigs',
});

/**
 * @typedef {{ number: string, what: string, ours: string, against: string, least: number }} Target
 * @typedef {{
 *   medians: Record<string, Record<string, number>>,
 *   openssl: number | undefined,
 *   opensslMasked: number | undefined,
 * }} Measured medians: milliseconds by job and side
 */

/** @type {readonly Target[]} */
const TARGETS = [
  ['1', 'L1 H10 W8, 2 workers', 'lms-l1h10w8/chromium-2', 'wolfbootLms', 5],
  ['2', 'L1 H10 W8, 2 workers', 'lms-l1h10w8/chromium-2', 'hashSigsLms', 1.2],
  ['3', 'L1 H10 W8, 2 workers', 'lms-l1h10w8/chromium-2', 'hashSigsMasked', 3],
  ['4a', 'L1 H10 W8, 1 worker, warm', 'lms-l1h10w8/chromium-1', 'wolfbootLms', 3],
  ['4b', 'L1 H10 W8, 1 worker, warm', 'lms-l1h10w8/chromium-1', 'hashSigsLms', 0.73],
  ['6a', 'XMSS_10_256, 2 workers', 'xmss-10/chromium-2', 'wolfbootXmss', 4.5],
  ['6b', 'XMSS_10_256, 2 workers', 'xmss-10/chromium-2', 'xmssReference', 5.5],
  ['7', 'XMSSMT_20/2, 2 workers', 'xmssmt-20/2/chromium-2', 'wolfbootXmssMt', 5],
  ['8a', 'L2 H5 W8 both trees, cold', 'lms-l2h5w8-both-trees/chromium-cold', 'wolfbootL2', 1.7],
  ['8b', 'L2 H5 W8 both trees, warm', 'lms-l2h5w8-both-trees/chromium-2', 'hashSigsL2', 1.3],
  ['9', 'L1 H10 W8 sign, tree cached', 'lms-l1h10w8-sign/chromium-2', 'wolfbootSign', 100],
].map((row) => {
  const [number, what, ours, against, least] =
    /** @type {[string, string, string, string, number]} */ (row);
  return { number, what, ours, against, least };
});

/**
 * @param {Measured} measured
 * @param {string} path job and side
 */
function median({ medians }, path) {
  const at = path.lastIndexOf('/');
  return medians[path.slice(0, at)]?.[path.slice(at + 1)];
}

/** @param {number} value */
const short = (value) => Number(value.toPrecision(3));

/**
 * @param {Target} target
 * @param {Measured} measured
 */
function judge({ number, what, ours, against, least }, measured) {
  const model = MODEL[against];
  const milliseconds = median(measured, ours);
  if (model === undefined || milliseconds === undefined) throw new Error(`no figure for ${number}`);
  const peer = /** @type {Record<string, string | undefined>} */ (PEER_OF)[against];
  const native = peer === undefined ? undefined : measured.medians[model.job]?.[peer];
  const yardstick = model.masked
    ? { here: measured.opensslMasked, there: MODEL_OPENSSL_MASKED }
    : { here: measured.openssl, there: MODEL_OPENSSL };
  const scaled =
    yardstick.here === undefined ? undefined : (model.seconds * yardstick.there) / yardstick.here;
  const base = { number, what, against: model.name, least, milliseconds: short(milliseconds) };
  if (native !== undefined) {
    const ratio = native / milliseconds;
    return {
      ...base,
      ratio: short(ratio),
      basis: 'measured in this run',
      verdict: ratio >= least ? 'reached' : 'not reached',
    };
  }
  const ratio = ((scaled ?? model.seconds) * 1000) / milliseconds;
  return {
    ...base,
    ratio: short(ratio),
    ratioUnscaled: short((model.seconds * 1000) / milliseconds),
    basis:
      'peer not installed: its model time, scaled by openssl speed of this run; not measured here',
    verdict: ratio >= least ? 'reached (estimate)' : 'not reached (estimate)',
  };
}

/**
 * @param {Measured} measured
 * @param {{ webCrypto: number, openssl: number, blockedMs: number } | undefined} rsa mean milliseconds
 */
export function judgeTargets(measured, rsa) {
  const scaling = ['lms-l1h10w8', 'xmss-10', 'xmssmt-20/2'].map((job) => {
    const one = median(measured, `${job}/chromium-1`) ?? NaN;
    const two = median(measured, `${job}/chromium-2`) ?? NaN;
    return {
      number: '5',
      what: `${job}: 2 workers against 1`,
      against: 'ourselves',
      least: 1.8,
      milliseconds: short(two),
      ratio: short(one / two),
      basis: 'measured in this run',
      verdict: one / two >= 1.8 ? 'reached' : 'not reached',
    };
  });
  const rows = [...TARGETS.map((target) => judge(target, measured)), ...scaling];
  if (rsa !== undefined) {
    const ratio = rsa.openssl / rsa.webCrypto;
    rows.push({
      number: '11',
      what: 'RSA-4096, mean; page never blocked over 50 ms',
      against: 'openssl genrsa',
      least: 1.3,
      milliseconds: short(rsa.webCrypto),
      ratio: short(ratio),
      basis: `measured in this run; page blocked for ${Math.round(rsa.blockedMs)} ms at most`,
      verdict: ratio >= 1.3 && rsa.blockedMs <= 50 ? 'reached' : 'not reached',
    });
  }
  return rows.sort((a, b) => parseInt(a.number) - parseInt(b.number));
}
