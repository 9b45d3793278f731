import { describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes } from '../../../../src/core/bytes/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import {
  analysePrimer,
  bootloaderProfiles,
  encodeSlotArray,
  makeProfile,
  SAMPLE_MARK,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { slots as makeSlots } from '../../../support/keys.ts';

const [p256] = bootloaderProfiles;
const magic = asciiToBytes('WOLFBOOT');
const otpAddress = word(0x08fff000);

function word(value: number): Uint8Array {
  return Uint8Array.from([0, 8, 16, 24], (shift) => (value >>> shift) & 0xff);
}

/** Vector table, some code, then the parts; `bootFrom` is where the reset vector points. */
function program(parts: readonly Uint8Array[], { reset = 0x08000041 } = {}): Uint8Array {
  const vectors = [0x200a0000, reset, 0x08000041, 0x08000041].map(word);
  const code = new Uint8Array(64).fill(0xbf);
  return concatBytes(...vectors, code, ...parts);
}

function primer(slots: readonly KeystoreSlot[], profile: BootloaderProfile = p256): Uint8Array {
  return program([magic, otpAddress, encodeSlotArray(slots, profile), otpAddress]);
}

function expectRefused(bytes: Uint8Array, words: string): void {
  expect(() => analysePrimer(bytes, 'p.bin')).toThrow(
    expect.toSatisfy(
      (error) => isAppError(error, 'primer-not-recognised') && error.message.includes(words),
    ),
  );
}

describe('analysePrimer', () => {
  it.each([1, 2, 7, 24])('finds %i P-256 slots', async (count) => {
    const slots = await makeSlots('ecdsa-p256', count);
    const found = analysePrimer(primer(slots), 'p.bin');
    expect(found.slots).toEqual(slots);
    expect(found.strideBytes).toBe(80);
    expect(found.complete).toBe(true);
    expect(found.warnings).toEqual([]);
  });

  it('finds 41 Ed25519 slots, as many as fit', async () => {
    const slots = await makeSlots('ed25519', 41);
    const profile = makeProfile({ target: 'stm32h5', signName: 'ED25519' });
    const found = analysePrimer(primer(slots, profile), 'p.bin');
    expect(found.slots).toHaveLength(41);
    expect(found.complete).toBe(true);
  });

  it('says that a primer with one key too many hangs before it writes the UDS', async () => {
    const slots = await makeSlots('ed25519', 42);
    const profile = makeProfile({ target: 'stm32h5', signName: 'ED25519' });
    const found = analysePrimer(primer(slots, profile), 'p.bin');
    expect(found.complete).toBe(false);
    expect(found.writes.map(({ what }) => what)).not.toContain('uds');
    expect(found.warnings.map(({ message }) => message).join()).toContain('hangs');
  });

  it('takes many zeros behind a single key for a universal build, and says so', async () => {
    const slots = await makeSlots('ecdsa-p256', 1);
    const universal = bootloaderProfiles.find((profile) => profile.universal)!;
    const found = analysePrimer(primer(slots, universal), 'p.bin');
    expect(found.strideBytes).toBe(592);
    expect(found.warnings.map(({ message }) => message).join()).toContain('576');
  });

  it('lists its writes in the order of the program', async () => {
    const slots = await makeSlots('ecdsa-p256', 2);
    const { writes } = analysePrimer(primer(slots), 'p.bin');
    expect(
      writes.map(({ what, offsetBytes, lengthBytes }) => [what, offsetBytes, lengthBytes]),
    ).toEqual([
      ['header', 0, 16],
      ['slot 0', 16, 80],
      ['slot 1', 96, 80],
      ['uds', 1984, 32],
    ]);
    expect(writes.at(-1)!.content).toBe('random');
  });

  it('recognises the mark of images for the virtual board', async () => {
    const slots = await makeSlots('ecdsa-p256', 1);
    const bytes = concatBytes(primer(slots), asciiToBytes(SAMPLE_MARK));
    expect(analysePrimer(bytes, 'p.bin').sample).toBe(true);
  });

  it('finds the array only at addresses that are multiples of four', async () => {
    const array = encodeSlotArray(await makeSlots('ecdsa-p256', 2), p256);
    expectRefused(program([magic, otpAddress, Uint8Array.of(1), array]), 'no array');
  });

  it('refuses two arrays and names their offsets', async () => {
    const array = encodeSlotArray(await makeSlots('ecdsa-p256', 2), p256);
    const bytes = program([magic, otpAddress, array, word(0xffffffff), array]);
    expectRefused(bytes, 'at offsets 92, 256');
  });

  it('refuses an image without the magic, as a bootloader', async () => {
    const array = encodeSlotArray(await makeSlots('ecdsa-p256', 2), p256);
    expectRefused(program([otpAddress, array]), 'built-in keystore');
  });

  it('warns of an image that names no OTP address', async () => {
    const array = encodeSlotArray(await makeSlots('ecdsa-p256', 2), p256);
    const found = analysePrimer(program([magic, array]), 'p.bin');
    expect(found.warnings.map(({ message }) => message).join()).toContain('OTP area');
  });

  it('accepts the magic as two words only together with an OTP address', async () => {
    const array = encodeSlotArray(await makeSlots('ecdsa-p256', 2), p256);
    const words = [asciiToBytes('WOLF'), word(1), asciiToBytes('BOOT')];
    expect(analysePrimer(program([...words, otpAddress, array]), 'p').magicOffsetBytes).toBe(
      undefined,
    );
    expectRefused(program([...words, array]), 'built-in keystore');
  });

  it('refuses an image without keys and one with zeroed keys', async () => {
    expectRefused(program([magic, otpAddress]), 'no array');
    const zeroed = (await makeSlots('ecdsa-p256', 2)).map((slot) => ({
      ...slot,
      publicKey: new Uint8Array(64),
    }));
    expectRefused(primer(zeroed), '--nolocalkeys');
  });

  it('refuses a program linked elsewhere, as a test application is', async () => {
    const array = encodeSlotArray(await makeSlots('ecdsa-p256', 2), p256);
    const bytes = program([magic, otpAddress, array], { reset: 0x08060401 });
    expectRefused(bytes, 'vector table');
  });

  it.each([
    ['an ELF file', [0x7f, 0x45, 0x4c, 0x46], 'objcopy'],
    ['an Intel HEX file', [0x3a, 0x30, 0x32, 0x30], 'Intel HEX'],
    ['an S-record file', [0x53, 0x30, 0x30, 0x33], 'S-record'],
    ['an empty file', [], 'empty'],
  ])('names %s', (_name, start, words) => {
    expectRefused(Uint8Array.from(start), words);
  });
});
