import { describe, expect, it } from 'vitest';
import {
  classifyBoard,
  classifyOtp,
  OtpContent,
  type ClassifyInput,
} from '../../../../src/core/provisioning/index.ts';
import { newJournalEntry } from '../../../../src/core/provisioning/journal.ts';
import { keystoreFingerprint } from '../../../../src/core/wolfboot/index.ts';
import { otpImage, p256Profile } from '../../../support/burning.ts';
import { inspection, SERIAL } from '../../../support/inspections.ts';
import { slots } from '../../../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
const image = otpImage(keystore);

function classOf(bytes: Uint8Array) {
  return classifyOtp(new OtpContent(bytes, 'stm32h5'), p256Profile);
}

function blank(): Uint8Array {
  return new Uint8Array(2048).fill(0xff);
}

describe('content', () => {
  it('is blank, a keystore, part of one, or foreign', () => {
    expect(classOf(blank()).kind).toBe('blank');
    expect(classOf(image)).toMatchObject({
      kind: 'keystore',
      fingerprint: keystoreFingerprint(keystore),
      udsCells: 'complete',
    });
    expect(classOf(image.slice().fill(0xff, 0, 16)).kind).toBe('partial');
    expect(classOf(image.slice().fill(0xff, 2, 4)).kind).toBe('partial');
    expect(classOf(image.slice().fill(0xff, 96, 176)).kind).toBe('partial');
    expect(classOf(new Uint8Array(2048)).kind).toBe('foreign');
    expect(classOf(blank().fill(0x12, 100, 102)).kind).toBe('partial');
  });

  it('never shows the UDS', () => {
    const content = new OtpContent(image, 'stm32h5');
    expect(content.redacted().slice(0x7c0, 0x7e0)).toEqual(new Uint8Array(32).fill(0xaa));
    expect(content.value(0x7c0 / 2)).toBe('secret');
    expect(Object.keys(JSON.parse(JSON.stringify(content)) as object)).toEqual([
      'sha256',
      'udsCells',
    ]);
  });
});

describe('a board', () => {
  const journal = newJournalEntry({
    serial: SERIAL,
    planHash: 'aa',
    route: 'otp-alternate',
    contentSha256: 'bb',
    keystoreFingerprint: 'cc',
    phase: 'writing',
    udsIsOurs: true,
    beganAtWallMs: 0,
  });
  const wanted = { slots: keystore, profile: p256Profile };
  const partial = image.slice().fill(0xff, 0, 16);

  it.each([
    ['blank', { inspection: inspection() }],
    ['locked', { inspection: inspection({ optionBytes: { otpLockWord: 3 } }) }],
    ['complete', { inspection: inspection({ content: image }), wanted }],
    ['other-keystore', { inspection: inspection({ content: image }) }],
    ['begun', { inspection: inspection({ content: partial }), journal }],
    ['partial', { inspection: inspection({ content: partial }) }],
    [
      'partial',
      { inspection: inspection({ content: partial }), journal: { ...journal, phase: 'done' } },
    ],
    ['foreign', { inspection: inspection({ content: new Uint8Array(2048) }), journal }],
    [
      'primer-in-flash',
      { inspection: inspection(), journal: { ...journal, phase: 'primer-in-flash' } },
    ],
    [
      'unreadable',
      { inspection: inspection({ changes: { otp: { kind: 'unreadable', reason: 'no' } } }) },
    ],
  ] satisfies [string, ClassifyInput][])('is %s', (kind, input) => {
    expect(classifyBoard(input).kind).toBe(kind);
  });

  it('whose UDS is not the one that was seen first says so', () => {
    const input = { inspection: inspection({ content: image }), wanted };
    const seen = new OtpContent(image, 'stm32h5').udsSha256!;
    const done = { ...journal, phase: 'done', udsSha256: seen } as const;
    expect(classifyBoard({ ...input, journal: done })).toMatchObject({ udsChanged: false });
    const other = { ...done, udsSha256: 'ee' };
    expect(classifyBoard({ ...input, journal: other })).toMatchObject({ udsChanged: true });
  });
});
