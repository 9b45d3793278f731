import { describe, expect, it } from 'vitest';
import {
  decodeOptionBytes,
  lockedOtpBlocks,
  NO_OPTION_BYTES,
  readOptionBytes,
} from '../../../../src/core/stm32/option-bytes.ts';
import { optionField } from '../../../../src/core/stm32/option-fields.ts';
import { openDfu } from '../../../../src/core/stm32/index.ts';
import { pipeTo } from '../../../support/usb/fake-pipe.ts';
import { simClock } from '../../../support/sim-bench.ts';
import {
  FakeRom,
  flashMemory,
  optionMemory,
  optionMemory2,
  otpMemory,
} from '../../../support/usb/fake-rom.ts';

function dump(words: Readonly<Record<number, number>>, lengthBytes = 176): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  const view = new DataView(bytes.buffer);
  for (const [offset, value] of Object.entries(words)) view.setUint32(Number(offset), value, true);
  return bytes;
}

describe('option bytes of the H5', () => {
  it.each([
    [0xed, 'open'],
    [0x17, 'provisioning'],
    [0x2e, 'irot-provisioned'],
    [0xc6, 'tz-closed'],
    [0x72, 'closed'],
    [0x5c, 'locked'],
    [0x9a, 'regression'],
    [0xa3, 'ns-regression'],
    [0x42, 'unknown'],
  ])('product state 0x%s is %s', (code, name) => {
    expect(decodeOptionBytes(dump({ 0: code << 8 })).productState).toEqual({ code, name });
  });

  it('tell TrustZone, bank swap and the OTP locks', () => {
    const bytes = dump({ 0: 0x8000ed00, 0x20: 0xb4000000, 0x40: 0x80000003 });
    expect(decodeOptionBytes(bytes)).toMatchObject({
      productState: { code: 0xed, name: 'open' },
      trustZone: 'on',
      swapBank: true,
      otpLockWord: 0x80000003,
    });
    expect(lockedOtpBlocks(0x80000003)).toEqual([0, 1, 31]);
    expect(decodeOptionBytes(dump({ 0: 0xed00, 0x20: 0xc3000000 })).trustZone).toBe('off');
    expect(decodeOptionBytes(dump({ 0: 0xed00, 0x20: 0x11000000 })).trustZone).toBe('unknown');
  });

  it('that read as nothing but zeros say nothing', () => {
    expect(decodeOptionBytes(dump({}))).toEqual(NO_OPTION_BYTES);
  });

  it('with a zero OPTSR but a lock word still tell the locks', () => {
    const decoded = decodeOptionBytes(dump({ 0x40: 1 }));
    expect(decoded.productState).toBeUndefined();
    expect(decoded.otpLockWord).toBe(1);
  });

  it('outside the dump are unknown', () => {
    expect(decodeOptionBytes(dump({ 0: 0xed00 }, 32))).toMatchObject({
      productState: { code: 0xed, name: 'open' },
      trustZone: undefined,
      swapBank: false,
      otpLockWord: undefined,
    });
    expect(decodeOptionBytes(dump({ 0: 1 }, 32), 0x400221e0).productState).toBeUndefined();
  });
});

describe('reading the option bytes of a device', () => {
  it('asks the alternate that lists OPTSR for its whole region', async () => {
    const clock = simClock();
    const rom = new FakeRom({ clock, memories: [flashMemory(), otpMemory(), optionMemory()] });
    const session = await openDfu(pipeTo(rom), clock);
    const bytes = await readOptionBytes(session);
    expect(bytes.productState?.name).toBe('open');
    expect(bytes.trustZone).toBe('off');
    expect(bytes.otpLockWord).toBe(0);
    expect(rom.log.filter((line) => line.startsWith('READ'))).toEqual([
      'READ 40022050 176 block 2',
    ]);
  });

  it('reads both regions of an H5, and the second watermark in the second', async () => {
    const clock = simClock();
    const second = optionMemory2();
    new DataView(second.bytes.buffer).setUint32(0, 0x002f0001, true);
    const rom = new FakeRom({ clock, memories: [flashMemory(), optionMemory(), second] });
    const session = await openDfu(pipeTo(rom), clock);
    const { fields } = await readOptionBytes(session);
    expect(optionField(fields, 'SECWM2_STRT')?.value).toBe(1);
    expect(optionField(fields, 'SECWM2_END')?.value).toBe(0x2f);
  });

  it('reads none of a U5, whose region holds the same addresses', async () => {
    const clock = simClock();
    const option = { ...optionMemory(), name: '@Option Bytes   /0x40022040/01*64 e' };
    const memories = [flashMemory(), { ...option, base: 0x40022040 }];
    const rom = new FakeRom({ clock, memories });
    const session = await openDfu(pipeTo(rom), clock);
    expect(await readOptionBytes(session)).toEqual(NO_OPTION_BYTES);
    expect(rom.log.filter((line) => line.startsWith('READ'))).toEqual([]);
  });

  it('finds nothing where the device offers none', async () => {
    const clock = simClock();
    const rom = new FakeRom({ clock, memories: [flashMemory()] });
    const session = await openDfu(pipeTo(rom), clock);
    expect((await readOptionBytes(session)).productState).toBeUndefined();
  });
});
