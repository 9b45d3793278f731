/** A board that is provisioned and runs version 1 of a firmware. */
import { otpImage } from '../../support/burning.ts';
import { signImage, type TestKey } from '../../support/booted-board.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import type { Board } from '../board/board.ts';

const BOOT_PARTITION = 0x08060000;
const FIRST_BYTES = 8 * 1024;

export async function makeRunnable(board: Board, key: TestKey): Promise<void> {
  const otp = Buffer.from(otpImage([key.slot]));
  for (let at = 0; at < otp.length; at += 2) {
    const value = otp.readUInt16LE(at);
    if (value !== 0xffff) board.chip.otp.programHalfword(at / 2, value);
  }
  const payload = seededRng('version 1').bytes(FIRST_BYTES);
  board.chip.flash.load(BOOT_PARTITION, await signImage(key, { version: 1, payload }));
  board.boot0 = false;
  await board.reset();
}
