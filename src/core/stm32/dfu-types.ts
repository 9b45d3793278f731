/** Public shapes of the DfuSe engine. */
import type { LongCall, TransferEntry, UsbIdentity } from '../ports/index.ts';
import type { MemoryKind } from './address-space.ts';
import type { MemoryMap, Sector } from './memory-map.ts';

export type { TransferEntry };

export interface DfuAlternate {
  /** bAlternateSetting. */
  readonly number: number;
  /** Read from the device as a string descriptor; `undefined` when it has none. */
  readonly name: string | undefined;
  /** `undefined` when the name is not a memory map. */
  readonly map: MemoryMap | undefined;
  /** By address, never by name or number. */
  readonly kind: MemoryKind;
}

/** What the device says about itself. */
export interface DfuDescription {
  readonly identity: UsbIdentity;
  readonly interfaceNumber: number;
  /** wTransferSize of the functional descriptor. */
  readonly transferSizeBytes: number;
  /** bcdDFUVersion; DfuSe says 0x011A. */
  readonly dfuVersionBcd: number;
  readonly attributes: {
    readonly canDownload: boolean;
    readonly canUpload: boolean;
    readonly manifestationTolerant: boolean;
    readonly willDetach: boolean;
  };
  readonly alternates: readonly DfuAlternate[];
  /** Answer to UPLOAD with wValue 0; empty when the device gave none. H5: 00 21 41. */
  readonly commands: readonly number[];
  /** English remarks about what deviates from the documents, for logs and diagnostic bundles. */
  readonly warnings: readonly string[];
}

export interface DfuProgress {
  readonly stage: 'reading' | 'erasing' | 'writing' | 'verifying';
  /** Of this stage. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Mean of this stage; `undefined` until there is something to measure. */
  readonly bytesPerSecond: number | undefined;
  /** Of this stage, at the speed so far. */
  readonly remainingMs: number | undefined;
}

export type DfuCall = LongCall<DfuProgress>;

export interface ProgramCall extends DfuCall {
  /**
   * Read the touched sectors first and leave those alone that already hold their part. Default true;
   * false erases and writes all of them. Either way everything is read back afterwards.
   */
  readonly readFirst?: boolean;
}

export interface ReadCall extends DfuCall {
  /**
   * Read an address that the alternate's map does not list, for example the OTP through the flash
   * alternate when the device offers no OTP alternate. Harmless: a device that does not want it
   * answers errTARGET or stalls, which becomes `dfu-address-refused`.
   */
  readonly allowForeignAddress?: boolean;
}

export interface ProgramReport {
  readonly alternate: number;
  readonly address: number;
  /** Length of the image as given, before padding. */
  readonly lengthBytes: number;
  /** 0xFF bytes appended to fill the last write unit. */
  readonly paddingBytes: number;
  /** Touched sectors that already held the image and were left alone. */
  readonly keptSectors: readonly Sector[];
  /** Touched sectors that were erased and written. */
  readonly writtenSectors: readonly Sector[];
  /**
   * Parts of written sectors outside the image; they read 0xFF now, whatever was there before.
   * Empty when the image fills its sectors.
   */
  readonly clearedRanges: readonly { readonly address: number; readonly lengthBytes: number }[];
}

/**
 * A DfuSe device, ready for use. All calls are done one after the other, in the order in which they
 * were made. Each transfer and each wait is bounded; after a failure or a cancel the device is brought
 * back to dfuIDLE where that is possible.
 *
 * Errors of all calls: `cancelled`, `usb-disconnected`, `usb-stall`, `usb-transfer-failed`,
 * `deadline-exceeded`, `dfu-protocol`, `dfu-status`, `dfu-stuck`, `dfu-address-refused`,
 * `dfu-read-protected`, `invalid-argument`; context: step, address, status, state. `usb-no-device` after `close`.
 *
 * Not offered, on purpose: leave (locks up the H563), read-unprotect, product-state changes. Mass erase, option
 * bytes and OTP are steps of approved plans: `core/provisioning`.
 */
export interface DfuSession {
  readonly description: DfuDescription;
  /** Brings the device to dfuIDLE from whatever state it is in. */
  toIdle(): Promise<void>;
  /** The caller owns the bytes. Lengths are exact: the device is never asked for more than the region holds. */
  readMemory(
    alternate: number,
    address: number,
    lengthBytes: number,
    call?: ReadCall,
  ): Promise<Uint8Array>;
  /** Erases flash sectors by their start addresses. OTP and option-byte addresses are refused whatever the map says. */
  eraseSectors(
    alternate: number,
    sectorAddresses: readonly number[],
    call?: DfuCall,
  ): Promise<void>;
  /** Writes erased flash; address and length are multiples of the write unit (16 bytes on H5). Pads nothing, verifies nothing. */
  writeFlash(alternate: number, address: number, bytes: Uint8Array, call?: DfuCall): Promise<void>;
  /**
   * Makes flash hold `bytes` at `address`: reads the touched sectors (unless `readFirst` is false), leaves
   * those that already hold their part, erases and writes the others, reads everything back.
   * `dfu-verify-failed` when it differs.
   */
  programFlash(address: number, bytes: Uint8Array, call?: ProgramCall): Promise<ProgramReport>;
  /** Waits for the running call, then closes the pipe. Never throws; may be called twice. */
  close(): Promise<void>;
}

export interface OpenDfuOptions {
  /** Cancels the opening only. */
  readonly signal?: LongCall<unknown>['signal'];
  readonly transcript?: ((entry: TransferEntry) => void) | undefined;
}
