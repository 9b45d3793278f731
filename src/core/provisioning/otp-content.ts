/**
 * What was read from an OTP area. The bytes include the device's unique secret (UDS), so they stay
 * inside: everything this class hands out, JSON included, has the UDS taken out.
 *
 * It does not know what the content means; `classify.ts` does.
 */
import { filledBytes, isFilledWith, toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import { otpGeometry, redactUds, type OtpGeometry, type OtpTarget } from '../wolfboot/index.ts';

export const BLANK_HALFWORD = 0xffff;
export const HALFWORD_BYTES = 2;

/**
 * State of the 32 bytes of the UDS. One blank halfword out of sixteen can be chance (a random halfword is
 * 0xFFFF once in 65536), more than one means that somebody stopped half-way. `zero` is programmed, but
 * the bootloader takes it for no UDS.
 */
export type UdsCells = 'blank' | 'complete' | 'partial' | 'zero';

let reveal: (content: OtpContent) => Uint8Array;

export class OtpContent {
  readonly geometry: OtpGeometry;
  /** Lower-case hex SHA-256 of the whole area as read. */
  readonly sha256: string;
  /** The same with the UDS taken for blank: equal on all boards with this keystore. */
  readonly sha256WithoutUds: string;
  readonly udsCells: UdsCells;
  readonly #bytes: Uint8Array;

  static {
    reveal = (content) => content.#bytes;
  }

  /** Takes a copy. `bytes` is the whole area of the target; anything else is `invalid-argument`. */
  constructor(bytes: Uint8Array, target: OtpTarget) {
    this.geometry = otpGeometry(target);
    if (bytes.length !== this.geometry.sizeBytes) {
      throw new AppError(
        'invalid-argument',
        `${bytes.length} bytes are not the OTP area of ${target} (${this.geometry.sizeBytes} bytes)`,
      );
    }
    this.#bytes = bytes.slice();
    this.sha256 = toHex(hash('sha256', this.#bytes));
    this.sha256WithoutUds = toHex(hash('sha256', withoutUds(this.#bytes, this.geometry)));
    this.udsCells = udsCellsOf(this.#bytes, this.geometry);
  }

  get halfwordCount(): number {
    return this.geometry.sizeBytes / HALFWORD_BYTES;
  }

  /** By value: a halfword that was programmed with 0xFFFF looks blank too. */
  isBlank(index: number): boolean {
    return halfwordAt(this.#bytes, index) === BLANK_HALFWORD;
  }

  isUds(index: number): boolean {
    return isUdsHalfword(this.geometry, index);
  }

  /** The halfword, or `secret` where the UDS stands written. */
  value(index: number): number | 'secret' {
    return this.isUds(index) && !this.isBlank(index) ? 'secret' : halfwordAt(this.#bytes, index);
  }

  get isAllBlank(): boolean {
    return isFilledWith(this.#bytes, 0xff);
  }

  /** SHA-256 of the 32 bytes of the UDS, when it is complete; it tells whether the UDS changed. */
  get udsSha256(): string | undefined {
    if (this.udsCells !== 'complete') return undefined;
    return toHex(hash('sha256', udsOf(this.#bytes, this.geometry)));
  }

  /** A copy for showing, an UDS overwritten with AA. */
  redacted(): Uint8Array {
    return redactUds(this.#bytes);
  }

  toJSON(): { readonly sha256: string; readonly udsCells: UdsCells } {
    return { sha256: this.sha256, udsCells: this.udsCells };
  }
}

/** The bytes themselves. Not exported from the room: only the diff, the burn and the comparison need them. */
export function trueBytes(content: OtpContent): Uint8Array {
  return reveal(content);
}

export function halfwordAt(bytes: Uint8Array, index: number): number {
  const low = bytes[index * HALFWORD_BYTES] ?? 0xff;
  return low | ((bytes[index * HALFWORD_BYTES + 1] ?? 0xff) << 8);
}

export function isUdsHalfword(geometry: OtpGeometry, index: number): boolean {
  const offsetBytes = index * HALFWORD_BYTES;
  return (
    offsetBytes >= geometry.udsOffsetBytes &&
    offsetBytes < geometry.udsOffsetBytes + geometry.udsBytes
  );
}

export function udsHalfwords(geometry: OtpGeometry): readonly number[] {
  const first = geometry.udsOffsetBytes / HALFWORD_BYTES;
  return Array.from({ length: geometry.udsBytes / HALFWORD_BYTES }, (_, index) => first + index);
}

/** Lower-case hex SHA-256 of an area's content with the UDS taken for blank. */
export function sha256WithoutUds(bytes: Uint8Array, geometry: OtpGeometry): string {
  return toHex(hash('sha256', withoutUds(bytes, geometry)));
}

function withoutUds(bytes: Uint8Array, geometry: OtpGeometry): Uint8Array {
  const copy = bytes.slice();
  copy.set(filledBytes(geometry.udsBytes, 0xff), geometry.udsOffsetBytes);
  return copy;
}

function udsOf(bytes: Uint8Array, geometry: OtpGeometry): Uint8Array {
  return bytes.subarray(geometry.udsOffsetBytes, geometry.udsOffsetBytes + geometry.udsBytes);
}

function udsCellsOf(bytes: Uint8Array, geometry: OtpGeometry): UdsCells {
  if (isFilledWith(udsOf(bytes, geometry), 0)) return 'zero';
  const indexes = udsHalfwords(geometry);
  const blanks = indexes.filter((index) => halfwordAt(bytes, index) === BLANK_HALFWORD).length;
  if (blanks === indexes.length) return 'blank';
  return blanks <= 1 ? 'complete' : 'partial';
}
