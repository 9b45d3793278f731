/** Firmware files as people have them: what every format comes down to, bytes at addresses. */

/** The formats we read; `elf` is the only one we do not write. */
export const firmwareFileFormats = ['bin', 'intel-hex', 's-record', 'elf', 'dfuse'] as const;

export type FirmwareFileFormat = (typeof firmwareFileFormats)[number];

/** What a .dfu file says about the device it is for (USB DFU 1.1, appendix B; its checksum was right). */
export interface DfuSuffix {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice; 0xFFFF: any. */
  readonly deviceRelease: number;
  /** bcdDFU: 0x0100 for plain files, 0x011A for DfuSe. */
  readonly dfuVersion: number;
}

/** A run of bytes in the chip's 32-bit address space. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface FirmwareFile {
  readonly format: FirmwareFileFormat;
  /**
   * By address, joined where one ends at the start of the next; never empty. The bytes belong to the
   * caller; of a `bin` they are the file's own, not a copy.
   */
  readonly segments: readonly Segment[];
  /** False for `bin`: its one segment stands at address 0 because the file does not say where. */
  readonly addressKnown: boolean;
  /** Where execution starts, as the file says; not looked at by any bootloader. */
  readonly entryAddress?: number;
  /** Of a `dfuse` file; compare it with the device before flashing: `dfuSuffixFits`. */
  readonly suffix?: DfuSuffix;
  /** What the reader had to put up with, in English. */
  readonly notes: readonly string[];
}
