/**
 * Option bytes as the FLASH controller shows them (formats/stm32h5-device.md section 3,
 * stm32-dfu.md section 4 "Product state, TrustZone"). Only the fields that the project meets are
 * alive; the rest reads as a part from the factory would.
 */
import type { OtpArea } from '../otp/otp-area.ts';

/** Address of FLASH_OPTSR_CUR, where the option-byte alternate begins. */
export const OPTION_BASE = 0x40022050;
/** Length of the option-byte alternate in ST's published H5 bootloader source. */
export const OPTION_BYTES = 176;

const OPTSR_OFFSET = 0x00;
const OPTSR2_OFFSET = 0x20;
const NSBOOTR_OFFSET = 0x30;
const SECBOOTR_OFFSET = 0x38;
const OTPBLR_OFFSET = 0x40;
const SECWM1R_OFFSET = 0x90;
const WRP1R_OFFSET = 0x98;

export const PRODUCT_STATE_OPEN = 0xed;
export const PRODUCT_STATE_PROVISIONING = 0x17;
const TZEN_ON = 0xb4;
const TZEN_OFF = 0xc3;

/** Factory value of OPTSR with the product state and SWAP_BANK taken out. */
const OPTSR_REST = 0x2d3000f8;
const SWAP_BANK_BIT = 0x80000000;

export class OptionBytes {
  productState = PRODUCT_STATE_OPEN;
  trustZone = false;
  /** SWAP_BANK as programmed; the flash follows it at the next reset. */
  swapBank = false;
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

  /** The registers from `OPTION_BASE` on, little-endian, as the alternate is read. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(OPTION_BYTES);
    const view = new DataView(bytes.buffer);
    const swap = this.swapBank ? SWAP_BANK_BIT : 0;
    view.setUint32(OPTSR_OFFSET, (OPTSR_REST | (this.productState << 8) | swap) >>> 0, true);
    view.setUint32(OPTSR2_OFFSET, ((this.trustZone ? TZEN_ON : TZEN_OFF) << 24) >>> 0, true);
    view.setUint32(NSBOOTR_OFFSET, 0x080000c3, true);
    view.setUint32(SECBOOTR_OFFSET, 0x0c0000c3, true);
    view.setUint32(OTPBLR_OFFSET, this.otpLockWord, true);
    view.setUint32(SECWM1R_OFFSET, 0x007f0000, true);
    view.setUint32(WRP1R_OFFSET, 0xffffffff, true);
    return bytes;
  }
}
