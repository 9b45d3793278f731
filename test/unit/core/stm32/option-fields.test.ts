import { describe, expect, it } from 'vitest';
import {
  explainOptionRegisters,
  optionField,
  registerOfField,
  withOptionField,
  type OptionFieldName,
} from '../../../../src/core/stm32/option-fields.ts';
import type { OptionRegisters } from '../../../../src/core/stm32/option-registers.ts';

/** The reference board's dump, as the documents of the walkthrough print it. */
const WALKTHROUGH: OptionRegisters = {
  OPTSR: 0x2d30edf8,
  OPTSR2: 0xb4000030,
  NSBOOTR: 0x080600c3,
  SECBOOTR: 0x0c0000c3,
  OTPBLR: 0x80000003,
  SECWM1R: 0x002f0000,
  SECWM2R: 0x007f0000,
};

const valueOf = (registers: OptionRegisters, name: OptionFieldName) => {
  const field = optionField(explainOptionRegisters(registers), name);
  return [field?.value, field?.meaningId];
};

describe('the fields of the option registers', () => {
  it.each<[OptionFieldName, number, string]>([
    ['PRODUCT_STATE', 0xed, 'state-open'],
    ['SWAP_BANK', 0, 'banks-as-wired'],
    ['TZEN', 0xb4, 'trustzone-on'],
    ['NSBOOTADD', 0x08060000, 'boot-address'],
    ['NSBOOT_LOCK', 0xc3, 'boot-lock-off'],
    ['SECBOOTADD', 0x0c000000, 'boot-address'],
    ['SECBOOT_LOCK', 0xc3, 'boot-lock-off'],
    ['OTPBLR', 0x80000003, 'otp-locks'],
    ['SECWM1_STRT', 0, 'watermark-sector'],
    ['SECWM1_END', 0x2f, 'watermark-sector'],
    ['SECWM2_STRT', 0, 'watermark-sector'],
    ['SECWM2_END', 0x7f, 'watermark-sector'],
  ])('%s of the walkthrough', (name, value, meaning) => {
    expect(valueOf(WALKTHROUGH, name)).toEqual([value, meaning]);
  });

  it.each<[OptionRegisters, OptionFieldName, string]>([
    [{ OPTSR: 0x8000ed00 }, 'SWAP_BANK', 'banks-swapped'],
    [{ OPTSR: 0x00004200 }, 'PRODUCT_STATE', 'unknown-code'],
    [{ OPTSR: 0x00005c00 }, 'PRODUCT_STATE', 'state-locked'],
    [{ OPTSR2: 0xc3000000 }, 'TZEN', 'trustzone-off'],
    [{ OPTSR2: 0x11000000 }, 'TZEN', 'unknown-code'],
    [{ SECBOOTR: 0x0c0000b4 }, 'SECBOOT_LOCK', 'boot-lock-on'],
    [{ SECBOOTR: 0x0c000000 }, 'SECBOOT_LOCK', 'unknown-code'],
    [{ OTPBLR: 0 }, 'OTPBLR', 'otp-no-locks'],
    [{ SECWM1R: 0x00000001 }, 'SECWM1_STRT', 'watermark-none'],
    [{ SECWM2R: 0x0000007f }, 'SECWM2_END', 'watermark-none'],
    [{}, 'TZEN', 'not-readable'],
  ])('%o: %s is %s', (registers, name, meaning) => {
    expect(valueOf(registers, name)[1]).toBe(meaning);
  });

  it('are all there, each once, with bits of their own', () => {
    const fields = explainOptionRegisters({});
    expect(new Set(fields.map(({ name }) => name)).size).toBe(12);
    const bits = fields.flatMap(({ spans }) =>
      spans.flatMap(({ register, highBit, lowBit }) =>
        Array.from({ length: highBit - lowBit + 1 }, (_, bit) => `${register}:${lowBit + bit}`),
      ),
    );
    expect(new Set(bits).size).toBe(bits.length);
  });

  it.each(explainOptionRegisters(WALKTHROUGH).map(({ name, value }) => [name, value] as const))(
    '%s is put back by the bits it was read from, and touches no other',
    (name, value) => {
      const word = WALKTHROUGH[registerOfField(name)] ?? 0;
      expect(withOptionField(name, word, value ?? 0)).toBe(word);
      const cleared = withOptionField(name, word, 0);
      const filled = withOptionField(name, word, 0xffffffff);
      const [span] = optionField(explainOptionRegisters(WALKTHROUGH), name)?.spans ?? [];
      const width = (span?.highBit ?? 0) - (span?.lowBit ?? 0) + 1;
      const mask = width === 32 ? 0xffffffff : ((2 ** width - 1) << (span?.lowBit ?? 0)) >>> 0;
      expect((cleared ^ filled) >>> 0).toBe(mask);
      expect((word & ~mask) >>> 0).toBe((cleared & ~mask) >>> 0);
    },
  );
});
