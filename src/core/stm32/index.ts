/**
 * STM32 chips over USB DFU: boards and memory maps, option bytes (read only), the DfuSe engine.
 * Writing one-time-programmable memory is not part of this surface: `otp-write.ts` is imported by
 * `core/provisioning` alone.
 */
export { kindOfAddress, type MemoryKind } from './address-space.ts';
export {
  boardById,
  boardIds,
  boards,
  recogniseBoard,
  type BoardDescription,
  type BoardId,
  type FlashGeometry,
  type OtpArea,
} from './boards.ts';
export { openDfu } from './dfu-session.ts';
export {
  hostSessions,
  openBoard,
  type OpenBoard,
  type OpenBoardOptions,
  type SessionHost,
} from './open-board.ts';
export type {
  DfuAlternate,
  DfuCall,
  DfuDescription,
  DfuProgress,
  DfuSession,
  OpenDfuOptions,
  ProgramCall,
  ProgramReport,
  ReadCall,
  TransferEntry,
} from './dfu-types.ts';
export {
  dfuSuffixFits,
  type DfuSuffixProblem,
  type DfuSuffixVerdict,
} from './files/dfu-suffix-check.ts';
export {
  firmwareFileFormats,
  type DfuSuffix,
  type FirmwareFile,
  type FirmwareFileFormat,
  type Segment,
} from './files/firmware-file.ts';
export { writeDfuSe, type DfuSeOptions } from './files/dfuse.ts';
export { writeIntelHex, type IntelHexOptions } from './files/intel-hex.ts';
export {
  formatOfName,
  readFirmwareFile,
  recogniseFirmwareFile,
  type FirmwareReadOptions,
} from './files/read-firmware-file.ts';
export { writeSRecords, type SRecordOptions } from './files/s-record.ts';
export { endAddress, flatten, orderedSegments, type FlattenOptions } from './files/segments.ts';
export {
  parseMemoryMap,
  regionContains,
  sectorsTouched,
  type MemoryMap,
  type MemoryRegion,
  type Sector,
  type SectorGroup,
} from './memory-map.ts';
export {
  optionField,
  type BitSpan,
  type OptionField,
  type OptionFieldName,
  type OptionMeaningId,
} from './option-fields.ts';
export {
  decodeOptionBytes,
  lockedOtpBlocks,
  NO_OPTION_BYTES,
  readOptionBytes,
  type OptionBytes,
  type ProductStateName,
} from './option-bytes.ts';
