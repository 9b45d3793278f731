/** The two addresses of one flash cell on an STM32H5 with TrustZone (formats/stm32h5-device.md, section 1). */
const SECURE_ALIAS_START = 0x0c000000;
const SECURE_ALIAS_END = 0x0d000000;
const ALIAS_OFFSET = 0x04000000;

/** The non-secure address of the same cell; addresses outside the secure alias stay as they are. */
export function nonSecureFlashAddress(address: number): number {
  const secure = address >= SECURE_ALIAS_START && address < SECURE_ALIAS_END;
  return secure ? address - ALIAS_OFFSET : address;
}
