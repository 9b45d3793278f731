/**
 * Burning what upstream's own tools made: OTP images of otp-keystore-gen, and primers compiled from its
 * sources' structure (test/vectors/primer), for several key types.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import { intendOtpImage, intendPrimer } from '../../src/core/provisioning/index.ts';
import {
  analysePrimer,
  authKeyByCode,
  bootloaderProfiles,
  makeProfile,
  profileForKeystore,
  type BootloaderProfile,
} from '../../src/core/wolfboot/index.ts';
import { approved, burnWith, dfuBench, person, tryPlan } from '../support/burning.ts';
import { expectRejects } from '../support/expect-error.ts';
import { byId, slotsOf, vectorFile, vectors } from '../support/wolfboot-vectors.ts';

const psaProfile = bootloaderProfiles.find(({ universal }) => universal)!;
const lmsProfile = bootloaderProfiles.find(({ signName }) => signName === 'LMS')!;

/**
 * Upstream's generator lays these out otherwise than the bootloader reads them (formats/wolfboot.md, section
 * 5.2): keys of several sizes, RSA from the second key on, ML-DSA.
 */
const DEFECTIVE = /^mixed-|^rsa\d+-2|^mldsa/;

/** Keys that end in the middle of a word, which a ROM that writes words only cannot do without filling up. */
const HALF_WORDS = /^rsa\d+-1|ed448/;

const images = vectors.otp.filter(({ target, kind }) => target === 'stm32h5' && kind === undefined);
const ids = images.map(({ id }) => id);
const good = ids.filter((id) => !DEFECTIVE.test(id) && !HALF_WORDS.test(id));
const defective = ids.filter((id) => DEFECTIVE.test(id));
const halfWords = ids.filter((id) => HALF_WORDS.test(id));

function keystoreOf(id: string) {
  const vector = byId(vectors.otp, id);
  const slots = slotsOf(byId(vectors.keystores, vector.keystore ?? ''));
  return { bytes: vectorFile(vector.otp), slots };
}

describe('images of otp-keystore-gen', () => {
  it.each(good)('%s ends up in the chip, byte by byte', async (id) => {
    const { bytes, slots } = keystoreOf(id);
    const profile = profileForKeystore('stm32h5', slots);
    const bench = await dfuBench();
    const intended = intendOtpImage(bytes, 'otp.bin', profile);
    const wish = { keystore: slots, intended, profile };
    const outcome = await burnWith(bench, await approved(bench, wish));
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
    expect(toHex(bench.board.otp.peek())).toBe(toHex(bytes));
  });

  it.each(halfWords)(
    '%s leaves the board blank when the ROM writes whole words only',
    async (id) => {
      const { bytes, slots } = keystoreOf(id);
      const profile = profileForKeystore('stm32h5', slots);
      const bench = await dfuBench();
      const wish = {
        keystore: slots,
        intended: intendOtpImage(bytes, 'otp.bin', profile),
        profile,
      };
      await expectRejects(burnWith(bench, await approved(bench, wish)), 'not-supported');
      expect(bench.board.otp.peek().every((byte) => byte === 0xff)).toBe(true);
    },
  );

  it.each(defective)('%s is refused: the bootloader would not find its keys', async (id) => {
    const { bytes, slots } = keystoreOf(id);
    const { name } = authKeyByCode(slots[0]?.keyType ?? 0)!;
    const profile = makeProfile({ target: 'stm32h5', signName: name });
    const bench = await dfuBench();
    const intended = intendOtpImage(bytes, 'otp.bin', profile);
    const result = await tryPlan(bench, { keystore: slots, intended, profile });
    if (result.kind !== 'refused') throw new Error('not refused');
    const codes = result.reasons.map(({ code }) => code);
    expect(
      codes.some((code) => code === 'keystore-differs' || code === 'keystore-mixed-sizes'),
    ).toBe(true);
  });
});

describe('compiled primers', () => {
  const cases: readonly [string, BootloaderProfile][] = [
    ['ecc256-os', bootloaderProfiles[0]],
    ['ecc256-o0', bootloaderProfiles[0]],
    ['rsa2048-os', makeProfile({ target: 'stm32h5', signName: 'RSA2048' })],
    ['lms-os', lmsProfile],
    ['uni-os', psaProfile],
    ['mldsa2-os', makeProfile({ target: 'stm32h5', signName: 'ML_DSA', mlDsaLevel: 2 })],
  ];

  it.each(cases)('%s burns the board and is verified slot by slot', async (name, profile) => {
    const bytes = new Uint8Array(
      readFileSync(new URL(`../vectors/primer/${name}.bin`, import.meta.url)),
    );
    const image = analysePrimer(bytes, `${name}.bin`);
    const bench = await dfuBench();
    const wish = { keystore: image.slots, intended: intendPrimer(image, bytes), profile };
    const outcome = await burnWith(bench, await approved(bench, wish), person(bench));
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
    expect(outcome.verification.slots.length).toBe(image.slots.length);
    expect((await burnWith(bench, await approved(bench, wish))).kind).toBe('already-burned');
  });
});
