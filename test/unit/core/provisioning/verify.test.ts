import { describe, expect, it } from 'vitest';
import { hexNumber } from '../../../../src/core/bytes/index.ts';
import { OtpContent, verifyContent } from '../../../../src/core/provisioning/index.ts';
import {
  verifyFailed,
  wrongAfterPrimer,
  wrongHalfwords,
} from '../../../../src/core/provisioning/verify.ts';
import { keystoreFingerprint } from '../../../../src/core/wolfboot/index.ts';
import {
  intendedImage,
  intendedPrimer,
  otpImage,
  p256Profile,
  udsOf,
} from '../../../support/burning.ts';
import { inspection } from '../../../support/inspections.ts';
import { slots } from '../../../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
const expected = { slots: keystore, profile: p256Profile };
const image = otpImage(keystore);
const blank = new OtpContent(new Uint8Array(2048).fill(0xff), 'stm32h5');

function hex(bytes: Uint8Array, offsetBytes: number): string {
  return hexNumber(bytes[offsetBytes]! | (bytes[offsetBytes + 1]! << 8), 4);
}

function verify(change: (bytes: Uint8Array) => void) {
  const bytes = image.slice();
  change(bytes);
  return verifyContent(inspection(), new OtpContent(bytes, 'stm32h5'), expected);
}

describe('the verdict on a board', () => {
  it('is good when magic, count and every slot are as intended', () => {
    expect(verify(() => undefined)).toMatchObject({
      ok: true,
      magic: true,
      itemCount: 2,
      keystoreFingerprint: keystoreFingerprint(keystore),
      uds: 'present',
      lockedBlocks: [],
      notVisible: ['ecc'],
    });
  });

  it.each([
    ['magic', (bytes: Uint8Array) => (bytes[0] = 0), ['missing', 'missing']],
    ['count', (bytes: Uint8Array) => (bytes[8] = 1), ['equal', 'missing']],
    ['a bit of a key', (bytes: Uint8Array) => (bytes[40]! ^= 1), ['different', 'equal']],
    ['a mask', (bytes: Uint8Array) => (bytes[16 + 80 + 8] = 2), ['equal', 'different']],
    ['a key type', (bytes: Uint8Array) => (bytes[16 + 4] = 1), ['different', 'equal']],
    ['a slot left out', (bytes: Uint8Array) => bytes.fill(0xff, 96, 176), ['equal', 'blank']],
    ['everything', (bytes: Uint8Array) => bytes.fill(0xff), ['missing', 'missing']],
  ])('is bad with a wrong %s', (_what, change, verdicts) => {
    const verification = verify((bytes) => void change(bytes));
    expect(verification.ok).toBe(false);
    expect(verification.slots.map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  it('tells about the UDS apart', () => {
    const uds = (change: (bytes: Uint8Array) => void) => verify(change).uds;
    expect(uds((bytes) => bytes.fill(0xff, 0x7c0, 0x7e0))).toBe('absent');
    expect(uds((bytes) => bytes.fill(0, 0x7c0, 0x7e0))).toBe('absent');
    expect(uds((bytes) => bytes.fill(0xff, 0x7c0, 0x7d0))).toBe('partial');
    const suspect = verifyContent(inspection(), new OtpContent(image, 'stm32h5'), expected, {
      udsSuspect: true,
    });
    expect(suspect).toMatchObject({ ok: true, uds: 'suspect' });
  });
});

describe('every halfword', () => {
  const intended = intendedImage(keystore);
  const all = new Set(Array.from({ length: 1024 }, (_, index) => index));

  it('that was written must be as intended, every other as before, the UDS without values', () => {
    const bytes = image.slice();
    bytes[0x20]! ^= 0x10;
    bytes[0x7c0]! ^= 1;
    bytes[0x700] = 0x33;
    const wrong = wrongHalfwords(blank, new OtpContent(bytes, 'stm32h5'), intended, all);
    expect(wrong.map(({ index }) => index)).toEqual([0x10, 0x380, 0x3e0]);
    expect(wrong[2]).toMatchObject({ expected: 'secret', found: 'secret' });
    const { message } = verifyFailed(wrong, 'differs');
    expect(message).toBe(
      `differs: 0x020 is ${hex(bytes, 0x20)}, not ${hex(image, 0x20)}, 0x700 is not blank any more, 0x7C0 (UDS)`,
    );
    const untouched = wrongHalfwords(blank, blank, intended, new Set());
    expect(untouched).toEqual([]);
  });

  it('after a primer may have another version word and any complete UDS', () => {
    const primer = intendedPrimer(keystore);
    const run = (change: (bytes: Uint8Array) => void) => {
      const bytes = otpImage(keystore, { uds: udsOf('board') });
      change(bytes);
      return wrongAfterPrimer(blank, new OtpContent(bytes, 'stm32h5'), primer).map(
        ({ index }) => index,
      );
    };
    expect(run(() => undefined)).toEqual([]);
    expect(run((bytes) => bytes.fill(0xff, 12, 16))).toEqual([6, 7]);
    expect(run((bytes) => bytes.fill(0xff, 0x7c4, 0x7e0)).length).toBeGreaterThan(0);
    expect(run((bytes) => bytes.fill(0, 0x7f0, 0x7f2))).toEqual([0x3f8]);
  });
});
