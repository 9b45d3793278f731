/**
 * Option bytes as the FLASH controller shows them (formats/stm32h5-device.md section 3,
 * stm32-dfu.md section 4 "Product state, TrustZone"). Only the fields that the project meets are
 * alive; the rest reads as a part from the factory would.
 */
import type { OtpArea } from '../otp/otp-area.ts';

/** Address of FLASH_OPTSR_CUR, where the first option-byte alternate begins. */
export const OPTION_BASE = 0x40022050;
/** Length of the first option-byte alternate in ST's published H5 bootloader source. */
export const OPTION_BYTES = 176;
/** Address of FLASH_SECWM2R_CUR, where the second begins. */
export const OPTION2_BASE = 0x400221e0;
export const OPTION2_BYTES = 32;

const OPTSR_OFFSET = 0x00;
const OPTSR2_OFFSET = 0x20;
const NSBOOTR_OFFSET = 0x30;
const SECBOOTR_OFFSET = 0x38;
const OTPBLR_OFFSET = 0x40;
const SECWM1R_OFFSET = 0x90;
const WRP1R_OFFSET = 0x98;
const SECWM2R_OFFSET = 0x00;
const WRP2R_OFFSET = 0x08;
/** The register that takes what is to be programmed stands behind the one that shows what holds. */
const PRG = 4;

export const PRODUCT_STATE_OPEN = 0xed;
export const PRODUCT_STATE_PROVISIONING = 0x17;
const TZEN_ON = 0xb4;
const TZEN_OFF = 0xc3;

/** Factory value of OPTSR with the product state and SWAP_BANK taken out. */
const OPTSR_REST = 0x2d3000f8;
const SWAP_BANK_BIT = 0x80000000;
/** Sectors 0x00 to 0x7F: the whole bank. */
const WHOLE_BANK = 0x007f0000;

export class OptionBytes {
  productState = PRODUCT_STATE_OPEN;
  trustZone = false;
  /** SWAP_BANK as programmed; the flash follows it at the next reset. */
  swapBank = false;
  /** FLASH_SECWM1R and FLASH_SECWM2R: first secure sector in bits 6:0, last in 22:16. */
  secureWatermarks: readonly [number, number] = [WHOLE_BANK, WHOLE_BANK];
  readonly #otp: OtpArea;

  constructor(otp: OtpArea) {
    this.#otp = otp;
  }

  /** FLASH_OTPBLR: bit n set means that OTP block n is locked. Bits can only be set. */
  get otpLockWord(): number {
    return this.#otp.lockWord;
  }

  lockOtpBlocks(mask: number): void {
    this.#otp.lock(mask);
  }

  /** After a regression. */
  resetWatermarks(): void {
    this.secureWatermarks = [WHOLE_BANK, WHOLE_BANK];
  }

  /** The registers from `base` on (one of the two), little-endian, as the alternate is read. */
  toBytes(base: number = OPTION_BASE): Uint8Array {
    return base === OPTION2_BASE ? this.#secondRegion() : this.#firstRegion();
  }

  #firstRegion(): Uint8Array {
    const bytes = new Uint8Array(OPTION_BYTES);
    const swap = this.swapBank ? SWAP_BANK_BIT : 0;
    putPair(bytes, OPTSR_OFFSET, (OPTSR_REST | (this.productState << 8) | swap) >>> 0);
    putPair(bytes, OPTSR2_OFFSET, ((this.trustZone ? TZEN_ON : TZEN_OFF) << 24) >>> 0);
    putPair(bytes, NSBOOTR_OFFSET, 0x080000c3);
    putPair(bytes, SECBOOTR_OFFSET, 0x0c0000c3);
    putPair(bytes, OTPBLR_OFFSET, this.otpLockWord);
    putPair(bytes, SECWM1R_OFFSET, this.secureWatermarks[0]);
    putPair(bytes, WRP1R_OFFSET, 0xffffffff);
    return bytes;
  }

  #secondRegion(): Uint8Array {
    const bytes = new Uint8Array(OPTION2_BYTES);
    putPair(bytes, SECWM2R_OFFSET, this.secureWatermarks[1]);
    putPair(bytes, WRP2R_OFFSET, 0xffffffff);
    return bytes;
  }

  /**
   * What ST's published bootloader sources do with a download: only a whole region from its start is taken,
   * and of it the `_PRG` words. Returns what changed, in words for the event log; nothing for anything else.
   */
  program(address: number, bytes: Uint8Array): readonly string[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const word = (offset: number): number => view.getUint32(offset + PRG, true);
    const changes: string[] = [];
    if (address === OPTION_BASE && bytes.length === OPTION_BYTES) {
      const optsr = word(OPTSR_OFFSET);
      const state = (optsr >>> 8) & 0xff;
      if (state !== this.productState) changes.push(`PRODUCT_STATE 0x${state.toString(16)}`);
      const locks = (word(OTPBLR_OFFSET) & ~this.otpLockWord) >>> 0;
      if (locks !== 0) changes.push(`OTPBLR 0x${locks.toString(16)}`);
      const trustZone = word(OPTSR2_OFFSET) >>> 24 === TZEN_ON;
      if (trustZone !== this.trustZone) changes.push(`TZEN ${trustZone ? 'on' : 'off'}`);
      this.productState = state;
      this.swapBank = (optsr & SWAP_BANK_BIT) !== 0;
      this.trustZone = trustZone;
      this.lockOtpBlocks(locks);
      changes.push(...this.#setWatermark(0, word(SECWM1R_OFFSET)));
    } else if (address === OPTION2_BASE && bytes.length === OPTION2_BYTES) {
      changes.push(...this.#setWatermark(1, word(SECWM2R_OFFSET)));
    }
    return changes;
  }

  #setWatermark(bank: 0 | 1, value: number): readonly string[] {
    const [first, second] = this.secureWatermarks;
    if ((bank === 0 ? first : second) === value) return [];
    this.secureWatermarks = bank === 0 ? [value, second] : [first, value];
    return [`SECWM${bank + 1} 0x${value.toString(16)}`];
  }
}

/** The register that shows what holds, and the one to program, which starts out the same. */
function putPair(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(offset, value, true);
  view.setUint32(offset + PRG, value, true);
}
