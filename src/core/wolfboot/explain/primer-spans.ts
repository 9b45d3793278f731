/** Primer images for the hex view: where the keys lie that they would burn (docs/formats/primer.md). */
import { hexNumber, toHex } from '../../bytes/index.ts';
import { authKeyByCode } from '../auth-keys.ts';
import { PRIMER_REGION_BYTES, type KeyfusePrimer } from '../keyfuse-primer.ts';
import { SLOT_HEADER_BYTES, type KeystoreSlot } from '../keystore-slot.ts';
import { OTP_MAGIC, parseOtpImage } from '../otp.ts';
import type { PrimerImage } from '../primer-types.ts';
import { describeMask } from '../slot-codec.ts';
import type { ExaminedSpan } from './examine-types.ts';
import { inSequence, shifted, withoutGaps } from './spans.ts';

export function primerSpans(bytes: Uint8Array, primer: PrimerImage): readonly ExaminedSpan[] {
  const { stackPointer, resetVector } = primer.vectorTable;
  const table = inSequence([
    { path: 'vectors.stack pointer', lengthBytes: 4, value: hexNumber(stackPointer) },
    { path: 'vectors.reset', lengthBytes: 4, value: hexNumber(resetVector) },
  ]);
  const content = primer.keyfuse
    ? regionSpans(bytes, primer.keyfuse)
    : [...arraySpans(primer), ...magicSpans(primer)];
  return withoutGaps([...table, ...content], bytes.length, 'program');
}

function magicSpans({ magicOffsetBytes }: PrimerImage): readonly ExaminedSpan[] {
  if (magicOffsetBytes === undefined) return [];
  return inSequence(
    [{ path: 'magic', lengthBytes: OTP_MAGIC.length, value: OTP_MAGIC }],
    magicOffsetBytes,
  );
}

function arraySpans({ slots, elementBytes, slotArrayOffsetBytes }: PrimerImage) {
  return slots.flatMap((slot, index) =>
    shifted(
      slotSpans(slot, elementBytes),
      slotArrayOffsetBytes + index * elementBytes,
      `slots[${index}].`,
    ),
  );
}

function slotSpans(slot: KeystoreSlot, elementBytes: number): readonly ExaminedSpan[] {
  const { keyType, partitionMask, publicKey, publicKeySize } = slot;
  return inSequence([
    { path: 'slot_id', lengthBytes: 4, value: String(slot.slotId) },
    {
      path: 'key_type',
      lengthBytes: 4,
      value: authKeyByCode(keyType)?.cName ?? `unknown key type ${keyType}`,
    },
    { path: 'part_id_mask', lengthBytes: 4, value: describeMask(partitionMask) },
    { path: 'pubkey_size', lengthBytes: 4, value: String(publicKeySize) },
    { path: 'pubkey', lengthBytes: publicKey.length, value: toHex(publicKey) },
    {
      path: 'padding',
      lengthBytes: elementBytes - SLOT_HEADER_BYTES - publicKey.length,
      note: 'room of the slot that its key does not use',
    },
  ]);
}

const CRC_BYTES = 4;

function regionSpans(bytes: Uint8Array, primer: KeyfusePrimer): readonly ExaminedSpan[] {
  const { regionOffsetBytes: start, content, strideBytes, written, lockBlocks } = primer;
  const word = (path: string, value?: string) => ({
    path,
    lengthBytes: 4,
    ...(value !== undefined && { value }),
  });
  const head = inSequence(
    [
      { path: 'region.mark', lengthBytes: 16, value: 'KEYFUSE-PRIMER-1' },
      word('region.version'),
      word('region.length', String(PRIMER_REGION_BYTES)),
      word('region.flags', `UDS: ${primer.uds}`),
      word('region.lock_mask', lockBlocks.length > 0 ? `blocks ${lockBlocks.join(', ')}` : 'none'),
      word('region.otp_base'),
      word('region.otp_bytes', String(content.length)),
      word('region.uds_offset'),
      word('region.uds_bytes'),
      word('region.count', `${written.filter(Boolean).length} halfwords`),
      word('region.stride', String(strideBytes)),
      word('region.reserved'),
      { path: 'region.crc', lengthBytes: CRC_BYTES },
    ],
    start,
  );
  const contentStart = head.at(-1)?.endBytes ?? start;
  const otp = parseOtpImage(content, 'primer', {
    strideBytes,
    target: 'stm32h5',
  });
  const mask = inSequence(
    [{ path: 'region.write_mask', lengthBytes: written.length / 8, note: 'a bit a halfword' }],
    contentStart + content.length,
  );
  const inside = [...head, ...shifted(otp.spans, contentStart, 'content.'), ...mask];
  return inside.filter(({ endBytes }) => endBytes <= bytes.length);
}
