/** Our own primer as `analysePrimer` tells of any: exactly, because its region says all of it. */
import { toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import { recogniseKeyfusePrimer, type KeyfusePrimer } from './keyfuse-primer.ts';
import { SLOT_HEADER_BYTES } from './keystore-slot.ts';
import { OTP_HEADER_BYTES, otpGeometry, UDS_BYTES } from './otp-geometry.ts';
import { OTP_MAGIC, parseOtpImage } from './otp.ts';
import type { PrimerWarning } from './primer-scan.ts';
import type { PrimerImage, PrimerWrite } from './primer-types.ts';

/** In front of the OTP content in the region. */
const CONTENT_OFFSET_BYTES = 64;
const { udsOffsetBytes } = otpGeometry('stm32h5');

/**
 * Undefined: not our primer. Throws `primer-not-recognised` for one of ours that is empty or damaged, and
 * `malformed` for one whose content is no keystore.
 */
export function analyseKeyfusePrimer(bytes: Uint8Array, fileName: string): PrimerImage | undefined {
  const found = recogniseKeyfusePrimer(bytes);
  if (!found) return undefined;
  if (found.state === 'empty') {
    const problem = 'is the primer of Keyfuse with no keystore in it yet; it would write nothing';
    throw new AppError('primer-not-recognised', `${fileName} ${problem}`, {
      context: { file: fileName, problem },
    });
  }
  const { strideBytes, lockBlocks } = found;
  const { slots } = parseOtpImage(found.content, fileName, { strideBytes, target: 'stm32h5' });
  const contentOffset = found.regionOffsetBytes + CONTENT_OFFSET_BYTES;
  return {
    keyfuse: found,
    fileName,
    sizeBytes: bytes.length,
    sha256: toHex(hash('sha256', bytes)),
    loadAddress: found.loadAddress,
    vectorTable: found.vectorTable,
    slotArrayOffsetBytes: contentOffset + OTP_HEADER_BYTES,
    elementBytes: strideBytes,
    strideBytes,
    slots,
    magicOffsetBytes: contentOffset,
    writes: writesOf(
      found,
      slots.map(({ publicKey }) => publicKey.length),
    ),
    complete: true,
    locking: lockBlocks.length > 0 ? 'found' : 'not-found',
    sample: false,
    warnings: lockBlocks.length > 0 ? [locks(lockBlocks)] : [],
  };
}

function locks(blocks: readonly number[]): PrimerWarning {
  return {
    code: 'locks-blocks',
    message: `locks OTP blocks ${blocks.join(', ')} for ever when all is written`,
  };
}

/** Slots first, then the UDS, the header last: until it stands, nobody takes the content for a keystore. */
function writesOf(
  { content, strideBytes, uds }: KeyfusePrimer,
  keyBytes: readonly number[],
): readonly PrimerWrite[] {
  const slots = keyBytes.map((length, slot): PrimerWrite => {
    const offsetBytes = OTP_HEADER_BYTES + slot * strideBytes;
    const lengthBytes = SLOT_HEADER_BYTES + length;
    return {
      offsetBytes,
      lengthBytes,
      what: `slot ${slot}`,
      slot,
      content: content.slice(offsetBytes, offsetBytes + lengthBytes),
    };
  });
  const secret: PrimerWrite = {
    offsetBytes: udsOffsetBytes,
    lengthBytes: UDS_BYTES,
    what: 'uds',
    content: 'random',
    note: 'Only where the chip has none yet.',
  };
  const header: PrimerWrite = {
    offsetBytes: 0,
    lengthBytes: OTP_HEADER_BYTES,
    what: 'header',
    content: content.slice(0, OTP_HEADER_BYTES),
    note: `"${OTP_MAGIC}" is written last.`,
  };
  return [...slots, ...(uds === 'generate' ? [secret] : []), header];
}
