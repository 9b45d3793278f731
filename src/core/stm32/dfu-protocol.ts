/**
 * Numbers and names of DFU 1.1 (USB DFU specification 1.1, sections 3 and 6.1) and of ST's
 * extension DfuSe (AN3156). No behaviour.
 */

/** bRequest of the class requests. DETACH (0) has no meaning in the ROM and is not offered. */
export const DFU_REQUEST = {
  dnload: 1,
  upload: 2,
  getStatus: 3,
  clrStatus: 4,
  getState: 5,
  abort: 6,
} as const;

/**
 * First byte of a DNLOAD with wValue 0. Read-unprotect and the H5 opcodes (product state, reset) are left out on
 * purpose. An erase without an address erases everything.
 */
export const DFUSE_COMMAND = { setAddress: 0x21, erase: 0x41 } as const;

/** Seen in the command list of ROMs that know read protection levels (V2.x); H5 has none. */
export const READ_UNPROTECT_COMMAND = 0x92;

export const DFU_STATE = {
  appIdle: 0,
  appDetach: 1,
  idle: 2,
  downloadSync: 3,
  downloadBusy: 4,
  downloadIdle: 5,
  manifestSync: 6,
  manifest: 7,
  manifestWaitReset: 8,
  uploadIdle: 9,
  error: 10,
} as const;

const STATE_NAMES = [
  'appIDLE',
  'appDETACH',
  'dfuIDLE',
  'dfuDNLOAD-SYNC',
  'dfuDNBUSY',
  'dfuDNLOAD-IDLE',
  'dfuMANIFEST-SYNC',
  'dfuMANIFEST',
  'dfuMANIFEST-WAIT-RESET',
  'dfuUPLOAD-IDLE',
  'dfuERROR',
] as const;

export const DFU_STATUS = {
  ok: 0x00,
  errTarget: 0x01,
  errAddress: 0x08,
  errVendor: 0x0b,
} as const;

const STATUS_NAMES = [
  'OK',
  'errTARGET',
  'errFILE',
  'errWRITE',
  'errERASE',
  'errCHECK_ERASED',
  'errPROG',
  'errVERIFY',
  'errADDRESS',
  'errNOTDONE',
  'errFIRMWARE',
  'errVENDOR',
  'errUSBR',
  'errPOR',
  'errUNKNOWN',
  'errSTALLEDPKT',
] as const;

export function stateName(state: number): string {
  return STATE_NAMES[state] ?? `state ${state}`;
}

export function statusName(status: number): string {
  return STATUS_NAMES[status] ?? `status ${status}`;
}

/** Answer to GETSTATUS. */
export interface DfuStatus {
  readonly status: number;
  /** bwPollTimeout as sent, 24 bits. */
  readonly pollTimeoutMs: number;
  readonly state: number;
}

/** bcdDFUVersion of DfuSe. */
export const DFUSE_VERSION_BCD = 0x011a;

/** wValue of the first data block; 0 is the command channel, 1 is reserved. */
export const FIRST_BLOCK = 2;
export const LAST_BLOCK = 0xffff;
/** AN3156: a block carries 2 to 2048 bytes, whatever wTransferSize says. */
export const MAX_BLOCK_BYTES = 2048;
