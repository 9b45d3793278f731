/**
 * A part of a flash project: what one file brings, recognised by its content. What has no business in
 * flash (private keys, keystores, records) never becomes one. OTP images and primers become what is to
 * be burnt: their bytes go the way of the burn plan, not of the flash.
 */
import { toHex, wipe } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { flatten, readFirmwareFile, type Segment } from '../stm32/index.ts';
import { readVectorTable } from '../wolfboot/cortex-m-image.ts';
import {
  examineFile,
  isSampleImage,
  nonSecureFlashAddress,
  type BootloaderProfile,
  type Examination,
  type FileKind,
  type WolfBootImage,
} from '../wolfboot/index.ts';
import { FLASH_START, splitFirmware, type FirmwarePiece } from './firmware-pieces.ts';
import { intendOtpImage, intendPrimer, type IntendedOtp } from './intended-otp.ts';

export const flashRoles = ['bootloader', 'image', 'primer', 'otp', 'other'] as const;

export type FlashRole = (typeof flashRoles)[number];

interface PartFacts {
  /** Role and content: the same bytes twice are the same part. */
  readonly id: string;
  /** Of the file. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hex; of several runs over one after the other, of an otp.bin over the file. */
  readonly sha256: string;
  /** Made for the virtual board. */
  readonly sample: boolean;
}

/** Bytes for flash. */
export interface FlashPart extends PartFacts {
  readonly role: 'bootloader' | 'image' | 'other';
  /** Where the file wants it, or where it was put; non-secure. Undefined: somebody has to say. */
  readonly address: number | undefined;
  /** The address stands in the file and is not a person's or a profile's choice. */
  readonly addressInFile: boolean;
  /** Relative to the part's start, ascending, apart from one another. The part owns the bytes. */
  readonly runs: readonly { readonly offsetBytes: number; readonly bytes: Uint8Array }[];
  /** Of signed images that can be read. */
  readonly image: WolfBootImage | undefined;
  readonly kind: FileKind;
}

/** Burnt, not flashed: an otp.bin, or a primer that is in flash only while it does its work. */
export interface BurnPart extends PartFacts {
  readonly role: 'primer' | 'otp';
  readonly intended: IntendedOtp;
}

export type ProjectPart = FlashPart | BurnPart;

/** What was in a file and may not go into flash. */
export interface RefusedPiece {
  readonly name: string;
  readonly kind: FileKind;
  readonly secret: boolean;
}

export interface OpenedParts {
  readonly parts: readonly ProjectPart[];
  readonly refused: readonly RefusedPiece[];
}

/**
 * What is in a file: .bin, .hex, .elf, .srec or .dfu; a factory image gives its parts. `bytes` are the
 * caller's, except that files that hold a secret (private keys, otp.bin) are overwritten. Throws what
 * `readFirmwareFile` throws for broken containers, `malformed` for an OTP image of another target.
 */
export async function openFlashParts(
  bytes: Uint8Array,
  fileName: string,
  profile: BootloaderProfile,
): Promise<OpenedParts> {
  const parts: ProjectPart[] = [];
  const refused: RefusedPiece[] = [];
  let secret = false;
  try {
    for (const piece of splitFirmware(readFirmwareFile(bytes, fileName), profile)) {
      const flat = flatten(piece.segments);
      const examined = await examineFile(flat.bytes, fileName);
      secret ||= examined.secret;
      const part = partOf(piece, flat.bytes, examined, profile);
      if (part === undefined) {
        refused.push({ name: fileName, kind: examined.kind, secret: examined.secret });
      } else parts.push(part);
      if (examined.secret) wipe(flat.bytes);
    }
  } finally {
    // Pieces are copies or views: the file itself still holds what was overwritten in them.
    if (secret) wipe(bytes);
  }
  return { parts, refused };
}

const IMAGE_KINDS: readonly FileKind[] = ['image', 'image-header', 'delta-image'];
/** Bytes without a known meaning, which a person may want in flash; everything else has a meaning elsewhere. */
const LOOSE_KINDS: readonly FileKind[] = ['unknown', 'encrypted-image'];

function partOf(
  piece: FirmwarePiece,
  flat: Uint8Array,
  examined: Examination,
  profile: BootloaderProfile,
): ProjectPart | undefined {
  const { kind, primer, fileName } = examined;
  if (kind === 'otp.bin') return burnPart('otp', intendOtpImage(flat, fileName, profile), flat);
  if (primer !== undefined) return burnPart('primer', intendPrimer(primer, flat), flat);
  if (examined.secret) return undefined;
  if (IMAGE_KINDS.includes(kind)) {
    const address = piece.address ?? bootAddressOf(profile);
    return flashPart('image', piece, address, examined);
  }
  if (!LOOSE_KINDS.includes(kind) && piece.address === undefined) return undefined;
  const role = isProgramAtStart(piece, flat) ? 'bootloader' : 'other';
  const address = piece.address ?? (role === 'bootloader' ? FLASH_START : undefined);
  return flashPart(role, piece, address, examined);
}

function bootAddressOf({ partitions }: BootloaderProfile): number | undefined {
  return partitions && nonSecureFlashAddress(partitions.bootAddress);
}

function isProgramAtStart({ address }: FirmwarePiece, flat: Uint8Array): boolean {
  if (address !== undefined) return nonSecureFlashAddress(address) === FLASH_START;
  return startsLikeProgram(flat);
}

/** The two addresses of the first cell of flash (formats/stm32h5-device.md, section 1). */
const START_ADDRESSES = [FLASH_START, 0x0c000000];

/** A vector table that the chip could start from (formats/stm32-dfu.md, section 6, "Check first"). */
export function startsLikeProgram(bytes: Uint8Array): boolean {
  return START_ADDRESSES.some((address) => readVectorTable(bytes, address) !== undefined);
}

function burnPart(role: BurnPart['role'], intended: IntendedOtp, bytes: Uint8Array): BurnPart {
  const { imageName: name, imageSha256: sha256, sample } = intended;
  return { id: `${role}-${sha256}`, role, name, sizeBytes: bytes.length, sha256, sample, intended };
}

function flashPart(
  role: FlashPart['role'],
  { segments, address: inFile }: FirmwarePiece,
  address: number | undefined,
  { fileName, image, kind }: Examination,
): FlashPart {
  const start = segments[0].address;
  const runs = segments.map((segment) => ({
    offsetBytes: segment.address - start,
    bytes: segment.bytes.slice(),
  }));
  const sha256 = toHex(hash('sha256', ...runs.map((run) => run.bytes)));
  return {
    id: `${role}-${sha256}`,
    role,
    name: fileName,
    sizeBytes: runs.reduce((sum, run) => sum + run.bytes.length, 0),
    sha256,
    sample: runs.some((run) => isSampleImage(run.bytes)),
    address: address === undefined ? undefined : nonSecureFlashAddress(address),
    addressInFile: inFile !== undefined,
    runs,
    image,
    kind,
  };
}

export function isBurnPart(part: ProjectPart): part is BurnPart {
  return part.role === 'primer' || part.role === 'otp';
}

/** The part at another place. What a file says of its own place is not overruled: `addressInFile` parts stay. */
export function placePart(part: FlashPart, address: number | undefined): FlashPart {
  if (part.addressInFile) return part;
  return { ...part, address: address === undefined ? undefined : nonSecureFlashAddress(address) };
}

/** Bytes at their addresses; none while the part has no place. The bytes stay the part's. */
export function segmentsOf({ address, runs }: FlashPart): readonly Segment[] {
  if (address === undefined) return [];
  return runs.map(({ offsetBytes, bytes }) => ({ address: address + offsetBytes, bytes }));
}
