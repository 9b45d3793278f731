/**
 * What the ROM bootloader may do to each memory, as operations that take time
 * (formats/stm32-dfu.md, sections 2, 4 and 5). It knows the chip's memories, not the DFU states.
 *
 * Option bytes are taken as ST's published sources take them: a whole region, and a reset before the second
 * status. Chosen here because nothing is published: locked OTP answers errWRITE; addresses must belong to the selected alternate; reading blank OTP answers all ones (the ECC
 * flag is counted in the OTP area); with TrustZone on and the product open everything stays reachable.
 */
import { FLASH_BASE, FLASH_BYTES, QUAD_WORD_BYTES, SECTOR_BYTES } from '../flash/flash-memory.ts';
import type { FlashMemory, FlashResult } from '../flash/flash-memory.ts';
import type { OptionBytes } from '../flash/option-bytes.ts';
import { OTP_BASE, OTP_BYTES, type OtpArea } from '../otp/otp-area.ts';
import type { Alternate } from './descriptors.ts';

/** bStatus values of DFU 1.1, section 6.1.2. */
export const DFU_OK = 0x00;
export const ERR_TARGET = 0x01;
export const ERR_WRITE = 0x03;
export const ERR_ERASE = 0x04;
export const ERR_PROG = 0x06;
export const ERR_ADDRESS = 0x08;
export const ERR_VENDOR = 0x0b;
export const ERR_STALLED_PACKET = 0x0f;

/** Waits of the ROM, after the timings measured on an H563 from a browser (section 4). */
export const SET_ADDRESS_MS = 25;
const SECTOR_ERASE_MS = 28;
const MASS_ERASE_MS = 2000;
/** 1024 bytes then take 31 ms with their transfers: 32 KB/s. */
const QUAD_WORD_MS = 0.43;
const OTP_HALFWORD_MS = 0.1;
const OTP_WORD_BYTES = 4;
const OPTION_WRITE_MS = 20;

/** Something that goes on inside the chip until it is done or the power fails. */
export interface Operation {
  readonly what: string;
  readonly durationMs: number;
  readonly steps: number;
  /** Does step number `step`; a status other than `DFU_OK` ends the operation. */
  readonly run: (step: number) => number;
  /** The chip resets when it is done, so that the host never sees the second status. */
  readonly endsInReset?: boolean;
}

export interface MemoryAccessOptions {
  readonly otpThroughFlashAlternate: 'refused' | 'answered';
}

/** Words for the event log: an option byte changed. */
type Log = (change: string) => void;

export type ReadResult =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly status: number };

export class MemoryAccess {
  readonly #flash: FlashMemory;
  readonly #otp: OtpArea;
  readonly #optionBytes: OptionBytes;
  readonly #options: MemoryAccessOptions & { readonly log: Log };

  constructor(
    memories: {
      readonly flash: FlashMemory;
      readonly otp: OtpArea;
      readonly optionBytes: OptionBytes;
    },
    options: MemoryAccessOptions & { readonly log: Log },
  ) {
    this.#flash = memories.flash;
    this.#otp = memories.otp;
    this.#optionBytes = memories.optionBytes;
    this.#options = options;
  }

  clearErrors(): void {
    this.#flash.clearErrors();
  }

  /** Whether set-address takes it. */
  knows(alternate: Alternate, address: number): boolean {
    return within(address, 1, alternate) || this.#isOtpThroughFlash(alternate, address, 1);
  }

  read(alternate: Alternate, address: number, lengthBytes: number): ReadResult {
    if (this.#isOtpThroughFlash(alternate, address, lengthBytes)) {
      return { kind: 'data', bytes: this.#otp.read(address - OTP_BASE, lengthBytes).bytes };
    }
    if (!within(address, lengthBytes, alternate)) return { kind: 'error', status: ERR_ADDRESS };
    return { kind: 'data', bytes: this.#readAlternate(alternate, address, lengthBytes) };
  }

  erase(alternate: Alternate, address: number): Operation {
    if (alternate.kind !== 'flash' || !within(address, 1, alternate)) {
      return refusal('erase outside of the flash', ERR_TARGET);
    }
    return {
      what: `erase sector ${hex(address - (address % SECTOR_BYTES))}`,
      durationMs: SECTOR_ERASE_MS,
      steps: 1,
      run: () => (this.#flash.eraseSector(address) === 'done' ? DFU_OK : ERR_ERASE),
    };
  }

  massErase(alternate: Alternate): Operation {
    if (alternate.kind !== 'flash') return refusal('mass erase of another memory', ERR_TARGET);
    return {
      what: 'mass erase',
      durationMs: MASS_ERASE_MS,
      steps: FLASH_BYTES / SECTOR_BYTES,
      run: (step) =>
        this.#flash.eraseSector(FLASH_BASE + step * SECTOR_BYTES) === 'done' ? DFU_OK : ERR_ERASE,
    };
  }

  write(alternate: Alternate, address: number, bytes: Uint8Array): Operation {
    if (alternate.kind === 'option-bytes') {
      return this.#writeOptions(address, bytes);
    }
    if (!within(address, bytes.length, alternate)) {
      return refusal(`write to ${hex(address)}`, ERR_ADDRESS);
    }
    return alternate.kind === 'flash'
      ? this.#writeFlash(address, bytes)
      : this.#writeOtp(address, bytes);
  }

  /** A misaligned write fails, and so do all that follow until the status is cleared. */
  #writeFlash(address: number, bytes: Uint8Array): Operation {
    const aligned = address % QUAD_WORD_BYTES === 0 && bytes.length % QUAD_WORD_BYTES === 0;
    const steps = aligned ? bytes.length / QUAD_WORD_BYTES : 1;
    return {
      what: `write ${bytes.length} bytes to flash at ${hex(address)}`,
      durationMs: steps * QUAD_WORD_MS,
      steps,
      run: (step) => {
        if (!aligned) return flashStatus(this.#flash.program(address, bytes));
        const at = step * QUAD_WORD_BYTES;
        const unit = bytes.subarray(at, at + QUAD_WORD_BYTES);
        return flashStatus(this.#flash.program(address + at, unit));
      },
    };
  }

  #writeOptions(address: number, bytes: Uint8Array): Operation {
    return {
      what: `write ${bytes.length} option bytes at ${hex(address)}`,
      durationMs: OPTION_WRITE_MS,
      steps: 1,
      run: () => {
        for (const change of this.#optionBytes.program(address, bytes)) this.#options.log(change);
        return DFU_OK;
      },
      endsInReset: true,
    };
  }

  /** Every halfword of the block is programmed, 0xFFFF too, written before or not. */
  #writeOtp(address: number, bytes: Uint8Array): Operation {
    const what = `write ${bytes.length} bytes to OTP at ${hex(address)}`;
    if (address % OTP_WORD_BYTES !== 0 || bytes.length % OTP_WORD_BYTES !== 0) {
      return refusal(what, ERR_WRITE);
    }
    return {
      what,
      durationMs: (bytes.length / 2) * OTP_HALFWORD_MS,
      steps: bytes.length / 2,
      run: (step) => {
        const value = (bytes[2 * step] ?? 0) | ((bytes[2 * step + 1] ?? 0) << 8);
        const result = this.#otp.program((address - OTP_BASE) / 2 + step, value);
        return result === 'written' ? DFU_OK : ERR_WRITE;
      },
    };
  }

  #readAlternate(alternate: Alternate, address: number, lengthBytes: number): Uint8Array {
    switch (alternate.kind) {
      case 'flash':
        return this.#flash.read(address, lengthBytes);
      case 'otp':
        return this.#otp.read(address - OTP_BASE, lengthBytes).bytes;
      case 'option-bytes': {
        const offset = address - alternate.baseAddress;
        return this.#optionBytes.toBytes(alternate.baseAddress).slice(offset, offset + lengthBytes);
      }
    }
  }

  #isOtpThroughFlash(alternate: Alternate, address: number, lengthBytes: number): boolean {
    return (
      alternate.kind === 'flash' &&
      this.#options.otpThroughFlashAlternate === 'answered' &&
      within(address, lengthBytes, { baseAddress: OTP_BASE, sizeBytes: OTP_BYTES })
    );
  }
}

/** An operation that fails at once. */
export function refusal(what: string, status: number): Operation {
  return { what, durationMs: 0, steps: 1, run: () => status };
}

function flashStatus(result: FlashResult): number {
  switch (result) {
    case 'done':
      return DFU_OK;
    case 'misaligned':
      return ERR_WRITE;
    case 'not-erased':
    case 'error-pending':
      return ERR_PROG;
    case 'out-of-range':
      return ERR_ADDRESS;
  }
}

function within(
  address: number,
  lengthBytes: number,
  region: { readonly baseAddress: number; readonly sizeBytes: number },
): boolean {
  return (
    address >= region.baseAddress && address + lengthBytes <= region.baseAddress + region.sizeBytes
  );
}

function hex(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(8, '0')}`;
}
