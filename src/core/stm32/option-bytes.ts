/**
 * Option bytes of the STM32H5, read only (RM0481; formats/stm32-dfu.md, section 4). Nothing here, and
 * nothing in this room, ever writes them.
 */
import type { DfuCall, DfuSession } from './dfu-types.ts';
import { regionContains } from './memory-map.ts';

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
}

export const NO_OPTION_BYTES: OptionBytes = {
  productState: undefined,
  trustZone: undefined,
  swapBank: undefined,
  otpLockWord: undefined,
};

export const OPTSR_CUR_ADDRESS = 0x40022050;
const OPTSR2_CUR_ADDRESS = 0x40022070;
const OTPBLR_CUR_ADDRESS = 0x40022090;
const TZEN_ON = 0xb4;
const TZEN_OFF = 0xc3;

/**
 * Decodes a dump that starts at `baseAddress`. Registers outside the dump are `undefined`. An
 * OPTSR_CUR of zero means "not readable" (a secure register read from the non-secure side reads as
 * zero, and no valid OPTSR is zero); a dump of nothing but zeros says nothing about the locks either.
 */
export function decodeOptionBytes(
  dump: Uint8Array,
  baseAddress: number = OPTSR_CUR_ADDRESS,
): OptionBytes {
  if (dump.every((byte) => byte === 0)) return NO_OPTION_BYTES;
  const optsr = readable(word(dump, OPTSR_CUR_ADDRESS - baseAddress));
  const optsr2 = readable(word(dump, OPTSR2_CUR_ADDRESS - baseAddress));
  const productState = optsr === undefined ? undefined : (optsr >>> 8) & 0xff;
  return {
    productState:
      productState === undefined
        ? undefined
        : { code: productState, name: PRODUCT_STATES[productState] ?? 'unknown' },
    trustZone: optsr2 === undefined ? undefined : trustZoneOf(optsr2 >>> 24),
    swapBank: optsr === undefined ? undefined : optsr >>> 31 === 1,
    otpLockWord: word(dump, OTPBLR_CUR_ADDRESS - baseAddress),
  };
}

/** Numbers of the blocks whose lock bit is set. */
export function lockedOtpBlocks(otpLockWord: number): readonly number[] {
  return Array.from({ length: 32 }, (_, block) => block).filter(
    (block) => ((otpLockWord >>> block) & 1) === 1,
  );
}

/**
 * Reads and decodes the option bytes when the device offers them; all `undefined` when it does not.
 * Reads the whole region at once, because ROMs may answer only reads of its full length.
 */
export async function readOptionBytes(session: DfuSession, call?: DfuCall): Promise<OptionBytes> {
  for (const alternate of session.description.alternates) {
    const region = alternate.map?.regions.find((one) => regionContains(one, OPTSR_CUR_ADDRESS, 4));
    if (region === undefined) continue;
    const dump = await session.readMemory(
      alternate.number,
      region.startAddress,
      region.sizeBytes,
      call,
    );
    return decodeOptionBytes(dump, region.startAddress);
  }
  return NO_OPTION_BYTES;
}

function trustZoneOf(tzen: number): 'on' | 'off' | 'unknown' {
  if (tzen === TZEN_ON) return 'on';
  return tzen === TZEN_OFF ? 'off' : 'unknown';
}

function word(dump: Uint8Array, offsetBytes: number): number | undefined {
  if (offsetBytes < 0 || offsetBytes + 4 > dump.length) return undefined;
  return new DataView(dump.buffer, dump.byteOffset, dump.byteLength).getUint32(offsetBytes, true);
}

function readable(register: number | undefined): number | undefined {
  return register === 0 ? undefined : register;
}
