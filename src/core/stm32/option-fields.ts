/**
 * Every field of the option registers that this project meets: where its bits stand, what it says and what
 * that means (RM0481; formats/stm32-dfu.md, section 4, "Product state, TrustZone"; stm32h5-device.md, section 3).
 */
import {
  OPTION_REGISTER_ADDRESS,
  type OptionRegisterName,
  type OptionRegisters,
} from './option-registers.ts';

export type OptionFieldName =
  | 'PRODUCT_STATE'
  | 'SWAP_BANK'
  | 'TZEN'
  | 'NSBOOTADD'
  | 'NSBOOT_LOCK'
  | 'SECBOOTADD'
  | 'SECBOOT_LOCK'
  | 'OTPBLR'
  | 'SECWM1_STRT'
  | 'SECWM1_END'
  | 'SECWM2_STRT'
  | 'SECWM2_END';

/** What a value means, for the words of a screen. */
export type OptionMeaningId =
  | 'state-open'
  | 'state-provisioning'
  | 'state-irot-provisioned'
  | 'state-tz-closed'
  | 'state-closed'
  | 'state-locked'
  | 'state-regression'
  | 'state-ns-regression'
  | 'banks-as-wired'
  | 'banks-swapped'
  | 'trustzone-on'
  | 'trustzone-off'
  | 'boot-address'
  | 'boot-lock-on'
  | 'boot-lock-off'
  | 'otp-no-locks'
  | 'otp-locks'
  /** First or last secure sector of 8 KiB. */
  | 'watermark-sector'
  /** Start lies after end: no sector of this bank is secure. */
  | 'watermark-none'
  /** A code that the documents do not list. */
  | 'unknown-code'
  | 'not-readable';

/** Bits of a register, both ends included. */
export interface BitSpan {
  readonly register: OptionRegisterName;
  /** Address of the `_CUR` register. */
  readonly address: number;
  readonly highBit: number;
  readonly lowBit: number;
}

export interface OptionField {
  readonly name: OptionFieldName;
  /**
   * The field's bits as a number; the boot addresses as whole addresses (their bits are 31:8), OTPBLR with one
   * bit for each locked block, the watermarks in sectors of 8 KiB. `undefined` when it could not be read.
   */
  readonly value: number | undefined;
  readonly meaningId: OptionMeaningId;
  readonly spans: readonly BitSpan[];
}

interface FieldShape {
  readonly name: OptionFieldName;
  readonly register: OptionRegisterName;
  readonly highBit: number;
  readonly lowBit: number;
  readonly meaningOf: (value: number, registers: OptionRegisters) => OptionMeaningId;
}

export const TZEN_ON = 0xb4;
export const TZEN_OFF = 0xc3;
const BOOT_LOCK_ON = 0xb4;
const BOOT_LOCK_OFF = 0xc3;
const BOOT_ADDRESS_LOW_BIT = 8;

const STATE_MEANINGS: Readonly<Record<number, OptionMeaningId>> = {
  0xed: 'state-open',
  0x17: 'state-provisioning',
  0x2e: 'state-irot-provisioned',
  0xc6: 'state-tz-closed',
  0x72: 'state-closed',
  0x5c: 'state-locked',
  0x9a: 'state-regression',
  0xa3: 'state-ns-regression',
};

const bootAddress = (): OptionMeaningId => 'boot-address';

function bootLock(value: number): OptionMeaningId {
  if (value === BOOT_LOCK_ON) return 'boot-lock-on';
  return value === BOOT_LOCK_OFF ? 'boot-lock-off' : 'unknown-code';
}

function trustZone(value: number): OptionMeaningId {
  if (value === TZEN_ON) return 'trustzone-on';
  return value === TZEN_OFF ? 'trustzone-off' : 'unknown-code';
}

function watermark(register: 'SECWM1R' | 'SECWM2R'): FieldShape['meaningOf'] {
  return (_value, registers) => {
    const word = registers[register] ?? 0;
    return bitsOf(word, 6, 0) > bitsOf(word, 22, 16) ? 'watermark-none' : 'watermark-sector';
  };
}

const FIELDS: readonly FieldShape[] = [
  {
    name: 'PRODUCT_STATE',
    register: 'OPTSR',
    highBit: 15,
    lowBit: 8,
    meaningOf: (value) => STATE_MEANINGS[value] ?? 'unknown-code',
  },
  {
    name: 'SWAP_BANK',
    register: 'OPTSR',
    highBit: 31,
    lowBit: 31,
    meaningOf: (value) => (value === 1 ? 'banks-swapped' : 'banks-as-wired'),
  },
  { name: 'TZEN', register: 'OPTSR2', highBit: 31, lowBit: 24, meaningOf: trustZone },
  { name: 'NSBOOTADD', register: 'NSBOOTR', highBit: 31, lowBit: 8, meaningOf: bootAddress },
  { name: 'NSBOOT_LOCK', register: 'NSBOOTR', highBit: 7, lowBit: 0, meaningOf: bootLock },
  { name: 'SECBOOTADD', register: 'SECBOOTR', highBit: 31, lowBit: 8, meaningOf: bootAddress },
  { name: 'SECBOOT_LOCK', register: 'SECBOOTR', highBit: 7, lowBit: 0, meaningOf: bootLock },
  {
    name: 'OTPBLR',
    register: 'OTPBLR',
    highBit: 31,
    lowBit: 0,
    meaningOf: (value) => (value === 0 ? 'otp-no-locks' : 'otp-locks'),
  },
  ...watermarkFields(1),
  ...watermarkFields(2),
];

function watermarkFields(bank: 1 | 2): readonly FieldShape[] {
  const register = bank === 1 ? 'SECWM1R' : 'SECWM2R';
  const meaningOf = watermark(register);
  return [
    { name: `SECWM${bank}_STRT`, register, highBit: 6, lowBit: 0, meaningOf },
    { name: `SECWM${bank}_END`, register, highBit: 22, lowBit: 16, meaningOf },
  ];
}

/** All fields in a fixed order, those that could not be read among them. */
export function explainOptionRegisters(registers: OptionRegisters): readonly OptionField[] {
  return FIELDS.map((shape) => {
    const word = registers[shape.register];
    const spans = [spanOf(shape)];
    if (word === undefined) {
      return { name: shape.name, value: undefined, meaningId: 'not-readable', spans };
    }
    const value = valueOf(shape, word);
    return { name: shape.name, value, meaningId: shape.meaningOf(value, registers), spans };
  });
}

export function optionField(
  fields: readonly OptionField[],
  name: OptionFieldName,
): OptionField | undefined {
  return fields.find((field) => field.name === name);
}

/** `word` with the field's bits replaced; `value` as in `OptionField`. */
export function withOptionField(name: OptionFieldName, word: number, value: number): number {
  const { highBit, lowBit } = shapeOf(name);
  const bits = isBootAddress(name) ? value >>> BOOT_ADDRESS_LOW_BIT : value;
  const mask = maskOf(highBit, lowBit);
  return ((word & ~mask) | ((bits << lowBit) & mask)) >>> 0;
}

/** `fields` as they would read with other values in some of them. */
export function withOptionValues(
  fields: readonly OptionField[],
  changes: readonly { readonly name: OptionFieldName; readonly value: number }[],
): readonly OptionField[] {
  const words: Partial<Record<OptionRegisterName, number>> = {};
  const known = fields.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
  for (const { name, value } of [...known, ...changes]) {
    const register = shapeOf(name).register;
    words[register] = withOptionField(name, words[register] ?? 0, value);
  }
  return explainOptionRegisters(words);
}

export function registerOfField(name: OptionFieldName): OptionRegisterName {
  return shapeOf(name).register;
}

function shapeOf(name: OptionFieldName): FieldShape {
  // FIELDS holds every name of the union; a test keeps it so.
  return FIELDS.find((shape) => shape.name === name) as FieldShape;
}

function spanOf({ register, highBit, lowBit }: FieldShape): BitSpan {
  return { register, address: OPTION_REGISTER_ADDRESS[register], highBit, lowBit };
}

function valueOf({ name, highBit, lowBit }: FieldShape, word: number): number {
  const bits = bitsOf(word, highBit, lowBit);
  return isBootAddress(name) ? (bits << BOOT_ADDRESS_LOW_BIT) >>> 0 : bits;
}

function isBootAddress(name: OptionFieldName): boolean {
  return name === 'NSBOOTADD' || name === 'SECBOOTADD';
}

function bitsOf(word: number, highBit: number, lowBit: number): number {
  return (word & maskOf(highBit, lowBit)) >>> lowBit;
}

function maskOf(highBit: number, lowBit: number): number {
  const width = highBit - lowBit + 1;
  return width === 32 ? 0xffffffff : ((2 ** width - 1) << lowBit) >>> 0;
}
