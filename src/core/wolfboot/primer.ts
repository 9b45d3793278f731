/**
 * The OTP primer: a small program that, once started, burns the keys compiled into it and a random
 * UDS into OTP, without a word (formats/wolfboot.md, section 6; stm32h5-device.md, section 2).
 *
 * Recognises an image by what it must contain and says what it would write where. It is never run and
 * never trusted: what it did is known only from reading the chip.
 */
import {
  asciiToBytes,
  concatBytes,
  encode,
  hexNumber,
  indexOfBytes,
  toHex,
} from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import { readVectorTable, wordsOf } from './cortex-m-image.ts';
import { describeOtherFile } from './key-files.ts';
import type { KeyfusePrimer } from './keyfuse-primer.ts';
import { refuseKeystore, type KeystoreRefusal } from './keystore-policy.ts';
import type { KeystoreSlot } from './keystore-slot.ts';
import { OTP_HEADER_BYTES, otpGeometry, UDS_BYTES } from './otp-geometry.ts';
import { blankOtp, OTP_MAGIC, otpHeader, PRIMER_VERSION_WORD } from './otp.ts';
import { analyseKeyfusePrimer } from './keyfuse-primer-analysis.ts';
import { lockingIn } from './primer-locking.ts';
import { elementSize, findSlotArrays, type PrimerWarning, type SlotArray } from './primer-scan.ts';
import type { PrimerImage, PrimerWrite } from './primer-types.ts';
import { profileKeyBytes, slotStrideBytes, type BootloaderProfile } from './profile.ts';
import { isSampleImage } from './sample-mark.ts';
import { slotHeader } from './slot-codec.ts';
import { readCode, type CodeFacts } from './thumb-constants.ts';

export type { PrimerLocking } from './primer-locking.ts';
export type { PrimerWarning, PrimerWarningCode } from './primer-scan.ts';
export type { PrimerImage, PrimerWrite } from './primer-types.ts';

/** Where the primer is linked: it belongs to the time before TrustZone is enabled. */
export const PRIMER_LOAD_ADDRESS = 0x08000000;

/** OTP, that is all a primer writes to; the H7 primer of this release does not link. */
const { baseAddress, sizeBytes: otpBytes, udsOffsetBytes } = otpGeometry('stm32h5');

/**
 * Reads a raw primer image. `bytes` is not kept. Throws `primer-not-recognised` with what is missing;
 * several key arrays are an error that names their offsets, because guessing would burn a wrong key.
 */
export function analysePrimer(bytes: Uint8Array, fileName: string): PrimerImage {
  return analyseKeyfusePrimer(bytes, fileName) ?? analyseUpstreamPrimer(bytes, fileName);
}

function analyseUpstreamPrimer(bytes: Uint8Array, fileName: string): PrimerImage {
  const vectorTable = readVectorTable(bytes, PRIMER_LOAD_ADDRESS);
  if (!vectorTable) throw notRecognised(fileName, problemOfFile(bytes));
  const array = onlyArray(findSlotArrays(bytes), fileName);
  const code = readCode(bytes);
  const { magicOffsetBytes, warnings } = checkEvidence(bytes, code, fileName, array.offsetBytes);
  const locking = lockingIn(code);
  const simulated = simulate(array);
  return {
    keyfuse: undefined,
    fileName,
    sizeBytes: bytes.length,
    sha256: toHex(hash('sha256', bytes)),
    loadAddress: PRIMER_LOAD_ADDRESS,
    vectorTable,
    slotArrayOffsetBytes: array.offsetBytes,
    elementBytes: array.elementBytes,
    strideBytes: array.strideBytes,
    slots: array.slots,
    magicOffsetBytes,
    writes: simulated.writes,
    complete: simulated.complete,
    locking,
    sample: isSampleImage(bytes),
    warnings: [
      ...warnings,
      ...array.warnings,
      ...simulated.warnings,
      ...(locking === 'found' ? [LOCKS_BLOCKS] : []),
    ],
  };
}

const LOCKS_BLOCKS: PrimerWarning = {
  code: 'locks-blocks',
  message:
    'the code touches the lock register of the OTP (built with ENABLE_OTP_WP=1?): it can lock all blocks for ever',
};

/**
 * Keys alone make no primer: a bootloader with a built-in keystore has them too. It has the words
 * "WOLF" and "BOOT" as well, as marks of images and trailers, but not side by side and no OTP address.
 */
function checkEvidence(
  bytes: Uint8Array,
  code: CodeFacts,
  fileName: string,
  arrayOffset: number,
): {
  readonly magicOffsetBytes: number | undefined;
  readonly warnings: readonly PrimerWarning[];
} {
  const constants = new Set([...wordsOf(bytes), ...code.constants]);
  const writesOtp = [...constants].some(isOtpAddress);
  const at = indexOfBytes(bytes, asciiToBytes(OTP_MAGIC));
  if (at >= 0) {
    const message = `no address of the OTP area (${hexNumber(baseAddress)}) was found in the code`;
    const doubt: PrimerWarning = { code: 'no-otp-address', message };
    return { magicOffsetBytes: at, warnings: writesOtp ? [] : [doubt] };
  }
  if (writesOtp && MAGIC_WORDS.every((word) => constants.has(word))) {
    return { magicOffsetBytes: undefined, warnings: [] };
  }
  throw notRecognised(
    fileName,
    `holds keys at offset ${arrayOffset}, but not the mark "${OTP_MAGIC}" and an OTP address: a bootloader with a built-in keystore, not a primer`,
  );
}

/** "WOLF" and "BOOT" as little-endian words, as compilers put the mark together. */
const MAGIC_WORDS = [0x464c4f57, 0x544f4f42] as const;

function isOtpAddress(word: number): boolean {
  return word >= baseAddress && word <= baseAddress + otpBytes;
}

function onlyArray(arrays: readonly SlotArray[], fileName: string): SlotArray {
  const [array, ...others] = arrays;
  if (!array) {
    throw notRecognised(
      fileName,
      'holds no array of keystore slots with keys (keygen --nolocalkeys leaves them zero)',
    );
  }
  if (others.length > 0) {
    const offsets = arrays.map(({ offsetBytes }) => offsetBytes).join(', ');
    throw notRecognised(
      fileName,
      `holds ${arrays.length} arrays of keystore slots, at offsets ${offsets}: which one it would burn cannot be told`,
    );
  }
  return array;
}

function problemOfFile(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0x7f && second === 0x45) {
    return 'is an ELF file; make the raw image: arm-none-eabi-objcopy -O binary primer.elf primer.bin';
  }
  if (first === 0x3a) return 'is an Intel HEX file; give the raw .bin';
  if (first === 0x53 && /\d/.test(String.fromCharCode(second ?? 0))) {
    return 'is a Motorola S-record file; give the raw .bin';
  }
  return `does not start with the vector table of a program linked at ${hexNumber(PRIMER_LOAD_ADDRESS)}: it ${describeOtherFile(bytes)}`;
}

function notRecognised(fileName: string, problem: string): AppError {
  return new AppError('primer-not-recognised', `${fileName} ${problem}`, {
    context: { file: fileName, problem },
  });
}

interface Simulation {
  readonly writes: readonly PrimerWrite[];
  readonly complete: boolean;
  readonly warnings: readonly PrimerWarning[];
}

/**
 * The program's own order (section 6): header, slots, then the size check, then the UDS. An odd
 * destination is refused by the flash driver and nobody looks at the result.
 */
function simulate(array: SlotArray): Simulation {
  const { slots, strideBytes } = array;
  const writes: PrimerWrite[] = [headerWrite(slots.length)];
  const warnings: PrimerWarning[] = [];
  for (const [index, slot] of slots.entries()) {
    const offsetBytes = OTP_HEADER_BYTES + index * strideBytes;
    const content = encodeElement(slot, index, array.elementBytes);
    const what = `slot ${index}` as const;
    if (offsetBytes % 2 !== 0) {
      const message = `${what} would start at the odd offset ${offsetBytes}: the primer leaves it out without a word, but counts it`;
      warnings.push({ code: 'slot-left-out', slot: index, message });
    } else if (offsetBytes + content.length > otpBytes) {
      const message = `${what} lies outside the OTP area: the primer leaves it out without a word`;
      warnings.push({ code: 'slot-outside', slot: index, message });
    } else {
      writes.push({ offsetBytes, lengthBytes: content.length, what, slot: index, content });
    }
  }
  if (OTP_HEADER_BYTES + slots.length * strideBytes > udsOffsetBytes) {
    const message =
      'the keys reach into the place of the UDS: the primer burns them and then hangs';
    warnings.push({ code: 'uds-left-out', message });
    return { writes, complete: false, warnings };
  }
  writes.push({
    offsetBytes: udsOffsetBytes,
    lengthBytes: UDS_BYTES,
    what: 'uds',
    content: 'random',
  });
  return { writes, complete: true, warnings };
}

function headerWrite(itemCount: number): PrimerWrite {
  return {
    offsetBytes: 0,
    lengthBytes: OTP_HEADER_BYTES,
    what: 'header',
    content: encode(otpHeader, {
      magic: OTP_MAGIC,
      item_count: itemCount,
      flags: 0,
      version: PRIMER_VERSION_WORD,
    }),
    note: 'The version word is that of the build, 1 in the stock configurations; no reader checks it.',
  };
}

/** One element of the array. `pubkey_size` as found: RSA keys may be declared with their whole room. */
function encodeElement(slot: KeystoreSlot, index: number, elementBytes: number): Uint8Array {
  const element = new Uint8Array(elementBytes);
  const header = encode(slotHeader, {
    slot_id: index,
    key_type: slot.keyType,
    part_id_mask: slot.partitionMask,
    pubkey_size: slot.publicKeySize,
  });
  element.set(concatBytes(header, slot.publicKey));
  return element;
}

export interface PrimerOtpContent {
  /** The whole area after a first, undisturbed run; FF where nothing was written and for the UDS. */
  readonly content: Uint8Array;
  /** One entry a halfword: whether the primer writes it. */
  readonly written: readonly boolean[];
  /** Halfwords of the UDS, `end` exclusive: random, so `content` says nothing about them. */
  readonly udsHalfwords: { readonly start: number; readonly end: number } | undefined;
}

/** What the OTP of an STM32H5 holds after the primer ran once on a blank chip. */
export function primerOtpContent(primer: PrimerImage): PrimerOtpContent {
  if (primer.keyfuse) return keyfuseOtpContent(primer.keyfuse);
  const content = blankOtp('stm32h5');
  const written = new Array<boolean>(content.length / 2).fill(false);
  let udsHalfwords: PrimerOtpContent['udsHalfwords'];
  for (const write of primer.writes) {
    const start = write.offsetBytes / 2;
    const end = start + write.lengthBytes / 2;
    written.fill(true, start, end);
    if (write.content === 'random') udsHalfwords = { start, end };
    else content.set(write.content, write.offsetBytes);
  }
  return { content, written, udsHalfwords };
}

/** Our own primer says exactly what it writes, and writes nothing else. */
function keyfuseOtpContent({ content, written, uds }: KeyfusePrimer): PrimerOtpContent {
  if (uds === 'none') return { content: content.slice(), written, udsHalfwords: undefined };
  const start = udsOffsetBytes / 2;
  const end = start + UDS_BYTES / 2;
  return {
    content: content.slice(),
    written: written.map((isWritten, index) => isWritten || (index >= start && index < end)),
    udsHalfwords: { start, end },
  };
}

/** Why this primer must not run on a board whose bootloader is `profile`; empty when it may. */
export function refusePrimer(
  primer: PrimerImage,
  profile: BootloaderProfile,
): readonly KeystoreRefusal[] {
  const refusals: KeystoreRefusal[] = [...refuseKeystore(primer.slots, profile)];
  if (profile.target !== 'stm32h5') {
    refusals.push({ code: 'not-supported', message: 'there are primers for stm32h5 only' });
  }
  if (primer.keyfuse?.trustZone === true) {
    refusals.push({
      code: 'not-supported',
      message: 'this primer was built for TrustZone on; boards are burnt before it is enabled',
    });
  }
  const stride = slotStrideBytes(profile);
  if (primer.strideBytes !== stride) {
    refusals.push({
      code: 'keystore-parameters-refused',
      message: `the primer writes slots ${primer.strideBytes} bytes apart, the bootloader ${profile.id} reads them ${stride} bytes apart`,
    });
  }
  const slotsWritten = primer.writes.filter(({ slot }) => slot !== undefined).length;
  if (!primer.complete || slotsWritten < primer.slots.length) {
    refusals.push({
      code: 'keystore-parameters-refused',
      message: `the primer does not write all it counts: ${messagesOf(primer.warnings)}`,
    });
  }
  return refusals;
}

function messagesOf(warnings: readonly PrimerWarning[]): string {
  return warnings.map(({ message }) => message).join('; ');
}

/**
 * The array `PubKeys[]` as a compiler lays it into a primer for this bootloader: elements rounded up to
 * 4 bytes, zero behind each key. Throws `key-invalid` for a key longer than a slot.
 */
export function encodeSlotArray(
  slots: readonly KeystoreSlot[],
  profile: BootloaderProfile,
): Uint8Array {
  const room = profileKeyBytes(profile);
  return concatBytes(
    ...slots.map((slot, index) => {
      if (slot.publicKey.length > room) {
        throw new AppError(
          'key-invalid',
          `slot ${index}: a key of ${slot.publicKey.length} bytes does not fit into ${room}`,
        );
      }
      const publicKeySize = slot.publicKey.length;
      return encodeElement({ ...slot, publicKeySize }, index, elementSize(room));
    }),
  );
}
