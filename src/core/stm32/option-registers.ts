/**
 * Where the option registers of the STM32H5 stand, and what was read of them (RM0481, FLASH registers;
 * formats/stm32-dfu.md, section 4). Each comes twice: `_CUR` shows what holds, `_PRG` beside it takes what is
 * to be programmed. Pure functions over bytes.
 */

export type OptionRegisterName =
  'OPTSR' | 'OPTSR2' | 'NSBOOTR' | 'SECBOOTR' | 'OTPBLR' | 'SECWM1R' | 'SECWM2R';

/** Addresses of the `_CUR` registers. */
export const OPTION_REGISTER_ADDRESS: Readonly<Record<OptionRegisterName, number>> = {
  OPTSR: 0x40022050,
  OPTSR2: 0x40022070,
  NSBOOTR: 0x40022080,
  SECBOOTR: 0x40022088,
  OTPBLR: 0x40022090,
  SECWM1R: 0x400220e0,
  SECWM2R: 0x400221e0,
};

export const OPTION_REGISTER_NAMES = Object.keys(
  OPTION_REGISTER_ADDRESS,
) as readonly OptionRegisterName[];

/** From a `_CUR` register to its `_PRG`. */
export const PROGRAM_OFFSET_BYTES = 4;

/** Values of the `_CUR` registers; one that is missing could not be read. */
export type OptionRegisters = Readonly<Partial<Record<OptionRegisterName, number>>>;

/** A stretch of option memory as it was read. */
export interface OptionDump {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** These hold a code that is never zero: zero is how a secure register reads from the non-secure side. */
const NEVER_ZERO: readonly OptionRegisterName[] = ['OPTSR', 'OPTSR2', 'NSBOOTR', 'SECBOOTR'];

/** A dump of nothing but zeros is one of registers that may not be read, and says nothing. */
export function registersIn(dumps: readonly OptionDump[]): OptionRegisters {
  const found: Partial<Record<OptionRegisterName, number>> = {};
  for (const dump of dumps) {
    if (dump.bytes.every((byte) => byte === 0)) continue;
    for (const name of OPTION_REGISTER_NAMES) {
      const value = wordAt(dump, OPTION_REGISTER_ADDRESS[name]);
      if (value === undefined || (value === 0 && NEVER_ZERO.includes(name))) continue;
      found[name] = value;
    }
  }
  return found;
}

function wordAt({ address: start, bytes }: OptionDump, address: number): number | undefined {
  const at = address - start;
  if (at < 0 || at + 4 > bytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}
