import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAppError } from '../../../../src/core/errors.ts';
import {
  compareImages,
  examineFile,
  findImages,
  headerSizeByDigest,
  whyNotBoot,
} from '../../../../src/core/wolfboot/index.ts';
import { slotsOfKeys } from '../../../support/image-vectors.ts';
import { vectorFile } from '../../../support/wolfboot-vectors.ts';

const slots = slotsOfKeys('ecc256');
const seeds = [
  'images/ecc256-tlvmulti.signed.bin',
  'images/delta-ecc256.diff.bin',
  'keys/ecc256/keystore.der',
  'otp/ecc256-3-stm32h5/otp.bin',
  'keys/lms-l1h5w8/priv.der',
  'keys/rsa2048/priv.der',
  '../primer/ecc256-os.bin',
].map((file) => vectorFile(file));

/** Noise, noise behind a magic word, and real files with some bytes changed and the end cut off. */
const files = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc
    .tuple(
      fc.constantFrom('WOLF', 'WOLFBOOT', '-----BEGIN ', '{"'),
      fc.uint8Array({ maxLength: 600 }),
    )
    .map(([mark, rest]) => Uint8Array.of(...new TextEncoder().encode(mark), ...rest)),
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([seed, changes, share]) => {
      const bytes = seed.slice(0, share > 0.6 ? undefined : Math.ceil(seed.length * share * 1.6));
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    }),
);

it('any bytes are examined, and their spans cover each byte once', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      const { spans, kind, problem } = await examineFile(bytes, 'f');
      let at = 0;
      for (const { startBytes, endBytes } of spans) {
        expect(startBytes).toBe(at);
        at = endBytes;
      }
      expect(at).toBe(bytes.length);
      if (kind === 'unknown') expect(problem).toBeDefined();
    }),
    { numRuns: 300 },
  );
}, 120_000);

it('of any bytes something can be said about booting, and no changed image boots unnoticed', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      const answer = await whyNotBoot({ image: bytes, fileName: 'f', slots });
      expect(answer.findings.length).toBeGreaterThan(0);
      expect(answer.boots).toBe(answer.cause === undefined && answer.answer !== 'no');
      const size = headerSizeByDigest(bytes);
      if (size !== undefined) expect(size).toBeLessThanOrEqual(bytes.length);
      for (const { offsetBytes, lengthBytes } of findImages(bytes)) {
        expect(offsetBytes + lengthBytes).toBeLessThanOrEqual(bytes.length);
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

it('any two files are compared or refused with words', () => {
  fc.assert(
    fc.property(files, files, (a, b) => {
      try {
        compareImages({ bytes: a, fileName: 'a' }, { bytes: b, fileName: 'b' });
      } catch (error) {
        expect(isAppError(error) && error.code !== 'internal').toBe(true);
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);

it('large noise is examined in time', async () => {
  const large = new Uint8Array(8 * 1024 * 1024).map((_, at) => (at * 2654435761) >>> 13);
  const begin = performance.now();
  await examineFile(large, 'f');
  findImages(large);
  // A second or two on an idle machine; anything quadratic would take hours.
  expect(performance.now() - begin).toBeLessThan(60_000);
}, 120_000);
