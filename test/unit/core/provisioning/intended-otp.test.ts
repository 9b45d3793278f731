import { describe, expect, it } from 'vitest';
import { intendOtpImage, intendPrimer, makePlan } from '../../../../src/core/provisioning/index.ts';
import { analysePrimer } from '../../../../src/core/wolfboot/index.ts';
import { buildSamplePrimer } from '../../../../src/virtual/index.ts';
import {
  allProven,
  intendedImage,
  intendedPrimer,
  otpImage,
  p256Profile,
  udsOf,
} from '../../../support/burning.ts';
import { toHex } from '../../../../src/core/bytes/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { inspection } from '../../../support/inspections.ts';
import { slots } from '../../../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);

describe('an OTP image', () => {
  it('must be one, and of the size of the target', () => {
    expectThrows(
      () => intendOtpImage(new Uint8Array(2048), 'x.bin', p256Profile),
      'malformed',
      'x.bin',
    );
    const short = otpImage(keystore).slice(0, 1024);
    expectThrows(() => intendOtpImage(short, 'x.bin', p256Profile), 'malformed');
  });

  it('is copied, and its UDS shows in no serialised form', () => {
    const bytes = otpImage(keystore);
    const intended = intendOtpImage(bytes, 'otp.bin', p256Profile);
    const before = intended.contentSha256;
    bytes.fill(0);
    expect(intended.contentSha256).toBe(before);
    expect(intended.slots.length).toBe(2);
    expect(JSON.stringify(intended)).not.toContain(toHex(udsOf('a')).slice(0, 8));
    expect(Object.values(intended).some((value) => value instanceof Uint8Array)).toBe(false);
  });

  it('has one digest whatever its UDS, as its boards have one keystore', () => {
    const other = intendedImage(keystore, { uds: udsOf('b') });
    const without = intendedImage(keystore, { uds: undefined });
    const intended = intendedImage(keystore);
    expect(other.contentSha256).toBe(intended.contentSha256);
    expect(without.contentSha256).toBe(intended.contentSha256);
    expect(other.imageSha256).not.toBe(intended.imageSha256);
    expect([intended.udsSource, without.udsSource]).toEqual(['image', 'none']);
  });
});

describe('wiping', () => {
  it('ends what can be done with an image', () => {
    const intended = intendedImage(keystore);
    const input = {
      inspection: inspection(),
      benchKind: 'virtual' as const,
      profile: p256Profile,
      keystore,
      intended,
      backups: allProven(keystore),
    };
    expect(makePlan(input).kind).toBe('plan');
    intended.wipe();
    expectThrows(() => makePlan(input), 'invalid-argument', 'wiped');
  });
});

describe('a primer', () => {
  it('comes with the bytes that were analysed, and no others', () => {
    const bytes = buildSamplePrimer(keystore, p256Profile);
    const image = analysePrimer(bytes, 'primer.bin');
    bytes[5000] = 1;
    expectThrows(() => intendPrimer(image, bytes), 'invalid-argument', 'primer.bin');
  });

  it('lets the board choose the UDS', () => {
    expect(intendedPrimer(keystore).udsSource).toBe('board');
  });
});
