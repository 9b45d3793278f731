/**
 * Option bytes of the STM32H5 as a device shows them (RM0481; formats/stm32-dfu.md, section 4): read and
 * explained. Writing is another file's, `option-write.ts`, and a plan's.
 */
import { recogniseBoard } from './boards.ts';
import type { DfuCall, DfuSession } from './dfu-types.ts';
import { explainOptionRegisters, optionField, type OptionField } from './option-fields.ts';
import {
  OPTION_REGISTER_ADDRESS,
  registersIn,
  type OptionDump,
  type OptionRegisters,
} from './option-registers.ts';

export type ProductStateName =
  | 'open'
  | 'provisioning'
  | 'irot-provisioned'
  | 'tz-closed'
  | 'closed'
  | 'locked'
  | 'regression'
  | 'ns-regression'
  | 'unknown';

const PRODUCT_STATES: Readonly<Record<number, ProductStateName>> = {
  0xed: 'open',
  0x17: 'provisioning',
  0x2e: 'irot-provisioned',
  0xc6: 'tz-closed',
  0x72: 'closed',
  0x5c: 'locked',
  0x9a: 'regression',
  0xa3: 'ns-regression',
};

/** What the registers say; every part is `undefined` where it could not be read. */
export interface OptionBytes {
  readonly productState: { readonly code: number; readonly name: ProductStateName } | undefined;
  readonly trustZone: 'on' | 'off' | 'unknown' | undefined;
  readonly swapBank: boolean | undefined;
  /** OTPBLR_CUR: bit n set means that OTP block n (64 bytes) takes no more writes. */
  readonly otpLockWord: number | undefined;
  /** Every field with its meaning; empty when the device offers no option bytes. */
  readonly fields: readonly OptionField[];
}

export const NO_OPTION_BYTES: OptionBytes = {
  productState: undefined,
  trustZone: undefined,
  swapBank: undefined,
  otpLockWord: undefined,
  fields: [],
};

export const OPTSR_CUR_ADDRESS = OPTION_REGISTER_ADDRESS.OPTSR;

/**
 * Decodes a dump that starts at `baseAddress`. Registers outside the dump are `undefined`. An
 * OPTSR_CUR of zero means "not readable" (a secure register read from the non-secure side reads as
 * zero, and no valid OPTSR is zero); a dump of nothing but zeros says nothing about the locks either.
 */
export function decodeOptionBytes(
  dump: Uint8Array,
  baseAddress: number = OPTSR_CUR_ADDRESS,
): OptionBytes {
  return optionBytesOf(registersIn([{ address: baseAddress, bytes: dump }]));
}

export function optionBytesOf(registers: OptionRegisters): OptionBytes {
  if (Object.keys(registers).length === 0) return NO_OPTION_BYTES;
  const fields = explainOptionRegisters(registers);
  const productState = optionField(fields, 'PRODUCT_STATE')?.value;
  const swapBank = optionField(fields, 'SWAP_BANK')?.value;
  return {
    productState:
      productState === undefined
        ? undefined
        : { code: productState, name: PRODUCT_STATES[productState] ?? 'unknown' },
    trustZone: trustZoneOf(optionField(fields, 'TZEN')),
    swapBank: swapBank === undefined ? undefined : swapBank === 1,
    otpLockWord: registers.OTPBLR,
    fields,
  };
}

/** Numbers of the blocks whose lock bit is set. */
export function lockedOtpBlocks(otpLockWord: number): readonly number[] {
  return Array.from({ length: 32 }, (_, block) => block).filter(
    (block) => ((otpLockWord >>> block) & 1) === 1,
  );
}

/** A region of the option bytes and the alternate that offers it. */
export interface OptionRegion extends OptionDump {
  readonly alternate: number;
}

/**
 * Every option-byte region that an H5 offers, read whole, because ROMs may answer only reads of a
 * region's full length. Empty for other chips: U5 and L5 have regions that hold the same addresses, and
 * their bits mean something else.
 */
export async function readOptionRegions(
  session: DfuSession,
  call?: DfuCall,
): Promise<readonly OptionRegion[]> {
  const regions: OptionRegion[] = [];
  if (recogniseBoard(session.description)?.otp.target !== 'stm32h5') return regions;
  for (const { number: alternate, kind, map } of session.description.alternates) {
    if (kind !== 'option-bytes') continue;
    for (const { startAddress: address, sizeBytes } of map?.regions ?? []) {
      const bytes = await session.readMemory(alternate, address, sizeBytes, call);
      regions.push({ alternate, address, bytes });
    }
  }
  return regions;
}

/** Reads and decodes the option bytes when the device offers them; all `undefined` when it does not. */
export async function readOptionBytes(session: DfuSession, call?: DfuCall): Promise<OptionBytes> {
  return optionBytesOf(registersIn(await readOptionRegions(session, call)));
}

function trustZoneOf(field: OptionField | undefined): OptionBytes['trustZone'] {
  if (field?.value === undefined) return undefined;
  if (field.meaningId === 'trustzone-on') return 'on';
  return field.meaningId === 'trustzone-off' ? 'off' : 'unknown';
}
