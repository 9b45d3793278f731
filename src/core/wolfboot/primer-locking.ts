/**
 * Whether a program touches the register that locks OTP blocks for ever (formats/wolfboot.md, section 6;
 * stm32h5-device.md, section 2). A primer built with ENABLE_OTP_WP=1 locks all of them after the keys.
 *
 * Reads constants and offsets, and follows no branch: it sees that the code is there, not that it runs.
 */
import type { CodeFacts, WordAccess } from './thumb-constants.ts';

/** `not-found` is no proof: an address that is computed in another way is not seen. */
export type PrimerLocking = 'found' | 'not-found';

/** The flash controller, as non-secure and as secure code address it. */
const FLASH_CONTROLLERS: readonly number[] = [0x40022000, 0x50022000];
/** OTPBLR: as it is, and to be programmed. */
const LOCK_OFFSETS: readonly number[] = [0x90, 0x94];
const LOCK_REGISTERS: readonly number[] = FLASH_CONTROLLERS.flatMap((controller) =>
  LOCK_OFFSETS.map((offset) => controller + offset),
);
const PERIPHERALS = { start: 0x40000000, end: 0x60000000 } as const;

export function lockingIn({ constants, accesses }: CodeFacts): PrimerLocking {
  const knowsController = FLASH_CONTROLLERS.some((address) => constants.has(address));
  const found =
    LOCK_REGISTERS.some((address) => constants.has(address)) ||
    accesses.some((access) => reachesLock(access, knowsController));
  return found ? 'found' : 'not-found';
}

/** A base that is not known may be the controller, once that is named at all; another peripheral is not. */
function reachesLock({ base, offset }: WordAccess, knowsController: boolean): boolean {
  if (base !== undefined && LOCK_REGISTERS.includes(base + offset)) return true;
  const elsewhere = base !== undefined && base >= PERIPHERALS.start && base < PERIPHERALS.end;
  return knowsController && !elsewhere && LOCK_OFFSETS.includes(offset);
}
