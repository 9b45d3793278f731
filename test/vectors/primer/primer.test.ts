import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asciiToBytes, equalBytes } from '../../../src/core/bytes/index.ts';
import { isAppError } from '../../../src/core/errors.ts';
import {
  analysePrimer,
  bootloaderProfiles,
  parseKeystoreDer,
  primerOtpContent,
  refusePrimer,
} from '../../../src/core/wolfboot/index.ts';
import { codeConstants } from '../../../src/core/wolfboot/thumb-constants.ts';
import { byId, vectorFile, vectors } from '../../support/wolfboot-vectors.ts';

function image(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.bin`, import.meta.url)));
}

describe.each([
  ['ecc256-os', 'primer-ecc256'],
  ['ecc256-o0', 'primer-ecc256'],
  ['ecc256-o3', 'primer-ecc256'],
  ['ecc256-words', 'primer-ecc256'],
  ['rsa2048-os', 'primer-rsa2048'],
  ['lms-os', 'primer-lms'],
  ['uni-os', 'primer-uni'],
  ['mldsa2-os', 'primer-mldsa2'],
  ['mldsa3-o2', 'primer-mldsa3'],
  ['ed448-os', 'primer-ed448'],
])('compiled primer %s', (name, vectorId) => {
  const bytes = image(name);
  const vector = byId(vectors.otp, vectorId);
  const primer = analysePrimer(bytes, `${name}.bin`);

  it('shows the keys that were compiled in', () => {
    const { slots } = parseKeystoreDer(vectorFile(vector.keystore_der!), 'keystore.der');
    expect(primer.slots.map(({ publicKey }) => publicKey)).toEqual(
      slots.map(({ publicKey }) => publicKey),
    );
    expect(primer.strideBytes).toBe(vector.slot_stride);
    expect(primer.elementBytes).toBe(vector.bytes_written_per_slot);
  });

  it('announces the OTP content that the real primer leaves', () => {
    const { content, written, udsHalfwords } = primerOtpContent(primer);
    expect(content).toEqual(vectorFile(vector.otp));
    expect(udsHalfwords).toEqual({ start: 992, end: 1008 });
    expect(written.slice(992, 1008)).not.toContain(false);
    expect(written.slice(1008)).not.toContain(true);
    for (const [halfword, isWritten] of written.entries()) {
      const cell = content.subarray(halfword * 2, halfword * 2 + 2);
      if (!isWritten) expect(equalBytes(cell, Uint8Array.of(0xff, 0xff))).toBe(true);
    }
  });

  it('is linked at the start of the flash', () => {
    expect(primer.vectorTable.stackPointer).toBe(0x200a0000);
    expect(primer.vectorTable.resetVector).toBeGreaterThan(0x08000000);
    expect(primer.sample).toBe(false);
  });

  it('finds the magic where it stands as text', () => {
    const at = primer.magicOffsetBytes;
    if (name === 'ecc256-words') expect(at).toBeUndefined();
    else expect(bytes.subarray(at, at! + 8)).toEqual(asciiToBytes('WOLFBOOT'));
  });
});

const locking = ['ecc256-lock-os', 'ecc256-lock-o2', 'ecc256-lock-o0', 'ecc256-lock-words'];

describe('the code that locks OTP blocks (ENABLE_OTP_WP=1)', () => {
  it.each(locking)('is seen in %s, which announces the same OTP content', (name) => {
    const primer = analysePrimer(image(name), `${name}.bin`);
    expect(primer.locking).toBe('found');
    expect(primer.warnings.map(({ code }) => code)).toEqual(['locks-blocks']);
    const vector = byId(vectors.otp, 'primer-ecc256');
    expect(primerOtpContent(primer).content).toEqual(vectorFile(vector.otp));
  });

  it.each([
    'ecc256-os',
    'ecc256-o0',
    'ecc256-o3',
    'ecc256-words',
    'rsa2048-os',
    'lms-os',
    'uni-os',
    'mldsa2-os',
    'mldsa3-o2',
    'ed448-os',
  ])('is not seen in %s', (name) => {
    expect(analysePrimer(image(name), `${name}.bin`).locking).toBe('not-found');
  });

  it('forbids nothing, the keys are as good', () => {
    const [profile] = bootloaderProfiles;
    expect(refusePrimer(analysePrimer(image('ecc256-lock-os'), 'p'), profile)).toEqual([]);
  });
});

describe('a primer and a bootloader', () => {
  const [plain] = bootloaderProfiles;
  const universal = bootloaderProfiles.find((profile) => profile.universal)!;

  it('go together when key type and stride agree', () => {
    expect(refusePrimer(analysePrimer(image('ecc256-os'), 'p'), plain)).toEqual([]);
    expect(refusePrimer(analysePrimer(image('uni-os'), 'p'), universal)).toEqual([]);
  });

  it('are refused when the bootloader looks elsewhere for slot 1', () => {
    const refusals = refusePrimer(analysePrimer(image('ecc256-os'), 'p'), universal);
    expect(refusals.map(({ code }) => code)).toEqual(['keystore-parameters-refused']);
  });

  it('are refused when the primer leaves an Ed448 key out', () => {
    const primer = analysePrimer(image('ed448-os'), 'p');
    expect(primer.writes.map(({ what }) => what)).toEqual(['header', 'slot 0', 'uds']);
    expect(primer.warnings[0]).toMatchObject({ code: 'slot-left-out', slot: 1 });
    expect(primer.warnings[0]!.message).toContain('odd offset 89');
    const profile = { ...plain, signName: 'ED448' } as const;
    expect(refusePrimer(primer, profile).map(({ code }) => code)).toEqual([
      'keystore-parameters-refused',
    ]);
  });
});

describe('what is not a primer', () => {
  it('a bootloader with a built-in keystore, though it holds "WOLF", "BOOT" and the keys', () => {
    const bytes = image('bootloader');
    const constants = codeConstants(bytes);
    expect(constants).toContain(0x464c4f57);
    expect(constants).toContain(0x544f4f42);
    expect(() => analysePrimer(bytes, 'wolfboot.bin')).toThrow(
      expect.toSatisfy(
        (error) => isAppError(error, 'primer-not-recognised') && error.message.includes('OTP'),
      ),
    );
  });

  it.each([
    ['keystores/three-ecc256/keystore.der', 'keystore.der'],
    ['otp/ecc256-3-stm32h5/otp.bin', 'OTP image'],
    ['keys/ecc256/priv.der', 'vector table'],
  ])('%s', (file, name) => {
    expect(() => analysePrimer(vectorFile(file), file)).toThrow(
      expect.toSatisfy(
        (error) => isAppError(error, 'primer-not-recognised') && error.message.includes(name),
      ),
    );
  });
});
