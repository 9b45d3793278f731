/**
 * What the OTP is meant to hold, and who programs it: this program through the OTP alternate, or a
 * primer on the board itself. An OTP image carries an UDS, so its bytes stay inside.
 */
import { toHex, wipe } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import {
  otpGeometry,
  parseOtpImage,
  primerOtpContent,
  slotStrideBytes,
  udsState,
  type BootloaderProfile,
  type KeystoreSlot,
  type OtpGeometry,
  type OtpTarget,
  type PrimerImage,
} from '../wolfboot/index.ts';
import {
  BLANK_HALFWORD,
  halfwordAt,
  isUdsHalfword,
  sha256WithoutUds,
  udsHalfwords,
} from './otp-content.ts';

export type BurnRoute = 'otp-alternate' | 'primer';

/** Where the UDS comes from: the image, the board's own generator, or nowhere. */
export type UdsSource = 'image' | 'board' | 'none';

/**
 * What to do with an UDS that the board already has. `keep` (default): any complete one is as good as the
 * image's, for it is a random secret of this device. `exact`: only the image's own will do.
 */
export type UdsPolicy = 'keep' | 'exact';

export interface IntendedPrimer {
  readonly image: PrimerImage;
  /** A copy; a primer holds no secret. */
  readonly bytes: Uint8Array;
}

interface IntendedInput {
  readonly route: BurnRoute;
  readonly target: OtpTarget;
  readonly bytes: Uint8Array;
  readonly programmed: readonly boolean[];
  readonly udsSource: UdsSource;
  readonly udsPolicy: UdsPolicy;
  readonly slots: readonly KeystoreSlot[];
  readonly strideBytes: number;
  readonly imageSha256: string;
  readonly imageName: string;
  readonly sample: boolean;
  readonly primer: IntendedPrimer | undefined;
}

let reveal: (intended: IntendedOtp) => Uint8Array;

/** Made by `intendOtpImage` and `intendPrimer`. */
export class IntendedOtp {
  readonly route: BurnRoute;
  readonly target: OtpTarget;
  readonly geometry: OtpGeometry;
  readonly udsSource: UdsSource;
  readonly udsPolicy: UdsPolicy;
  readonly slots: readonly KeystoreSlot[];
  readonly strideBytes: number;
  /** Lower-case hex SHA-256 of the whole area with the UDS taken for blank. */
  readonly contentSha256: string;
  /** Lower-case hex SHA-256 of the file: otp.bin with its UDS, or the primer. */
  readonly imageSha256: string;
  readonly imageName: string;
  /** Made for the virtual board. */
  readonly sample: boolean;
  readonly primer: IntendedPrimer | undefined;
  readonly #bytes: Uint8Array;
  readonly #programmed: readonly boolean[];

  #wiped = false;

  static {
    reveal = (intended) => {
      if (!intended.#wiped) return intended.#bytes;
      throw new AppError('invalid-argument', `${intended.imageName} was wiped: open it again`);
    };
  }

  constructor(input: IntendedInput) {
    this.route = input.route;
    this.target = input.target;
    this.geometry = otpGeometry(input.target);
    this.udsSource = input.udsSource;
    this.udsPolicy = input.udsPolicy;
    this.slots = input.slots;
    this.strideBytes = input.strideBytes;
    this.contentSha256 = sha256WithoutUds(input.bytes, this.geometry);
    this.imageSha256 = input.imageSha256;
    this.imageName = input.imageName;
    this.sample = input.sample;
    this.primer = input.primer;
    this.#bytes = input.bytes;
    this.#programmed = input.programmed;
  }

  /**
   * The board may be given this image again after an interrupted run: it checks each halfword first, writes only
   * what is blank and completes the UDS it began. Upstream's primer does none of it.
   */
  get mayRunAgain(): boolean {
    return this.primer?.image.keyfuse !== undefined;
  }

  /** Whether this burn programs the halfword of a blank chip. */
  programs(index: number): boolean {
    return this.#programmed[index] === true;
  }

  isUds(index: number): boolean {
    return isUdsHalfword(this.geometry, index);
  }

  /** Overwrites our copy, UDS and all. Plans made from it can still be shown, but not burnt any more. */
  wipe(): void {
    wipe(this.#bytes);
    this.#wiped = true;
  }

  toJSON(): { readonly route: BurnRoute; readonly contentSha256: string } {
    return { route: this.route, contentSha256: this.contentSha256 };
  }
}

/** The bytes themselves, for the diff, the burn and the comparison; not exported from the room. */
export function intendedBytes(intended: IntendedOtp): Uint8Array {
  return reveal(intended);
}

/**
 * An otp.bin to be written through the OTP alternate. `bytes` is copied. Throws `malformed` when it is
 * not an image for this bootloader's target. Programmed is only what carries content: a halfword of
 * 0xFFFF is left alone, because programming it would consume it for ever.
 */
export function intendOtpImage(
  bytes: Uint8Array,
  fileName: string,
  profile: BootloaderProfile,
  options: { readonly udsPolicy?: UdsPolicy } = {},
): IntendedOtp {
  const strideBytes = slotStrideBytes(profile);
  const parsed = parseOtpImage(bytes, fileName, { strideBytes, target: profile.target });
  const copy = bytes.slice();
  return new IntendedOtp({
    route: 'otp-alternate',
    target: profile.target,
    bytes: copy,
    programmed: Array.from(
      { length: copy.length / 2 },
      (_, index) => halfwordAt(copy, index) !== BLANK_HALFWORD,
    ),
    udsSource: udsState(copy) === 'present' ? 'image' : 'none',
    udsPolicy: options.udsPolicy ?? 'keep',
    slots: parsed.slots,
    strideBytes,
    imageSha256: sha256(copy),
    imageName: fileName,
    sample: false,
    primer: undefined,
  });
}

/**
 * A primer to be flashed and run by the board. `bytes` must be the file that was analysed
 * (`invalid-argument` otherwise) and is copied. The UDS is chosen by the board.
 */
export function intendPrimer(image: PrimerImage, bytes: Uint8Array): IntendedOtp {
  if (sha256(bytes) !== image.sha256) {
    throw new AppError('invalid-argument', `${image.fileName}: these are not the analysed bytes`);
  }
  const { content, written } = primerOtpContent(image);
  const target: OtpTarget = 'stm32h5';
  const uds = udsHalfwords(otpGeometry(target));
  return new IntendedOtp({
    route: 'primer',
    target,
    bytes: content,
    programmed: written,
    udsSource: uds.every((index) => written[index] === true) ? 'board' : 'none',
    udsPolicy: 'keep',
    slots: image.slots,
    strideBytes: image.strideBytes,
    imageSha256: image.sha256,
    imageName: image.fileName,
    sample: image.sample,
    primer: { image, bytes: bytes.slice() },
  });
}

function sha256(bytes: Uint8Array): string {
  return toHex(hash('sha256', bytes));
}
