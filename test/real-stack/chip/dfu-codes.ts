/** Numbers of DFU 1.1 and of ST's extension of it (formats/stm32-dfu.md, sections 1 and 2). */

export const Request = {
  detach: 0,
  dnload: 1,
  upload: 2,
  getStatus: 3,
  clrStatus: 4,
  getState: 5,
  abort: 6,
} as const;

export const State = {
  dfuIDLE: 2,
  dfuDNLOAD_SYNC: 3,
  dfuDNBUSY: 4,
  dfuDNLOAD_IDLE: 5,
  dfuMANIFEST_SYNC: 6,
  dfuMANIFEST: 7,
  dfuUPLOAD_IDLE: 9,
  dfuERROR: 10,
} as const;
export type StateCode = (typeof State)[keyof typeof State];

export const Status = {
  OK: 0x00,
  errTARGET: 0x01,
  errWRITE: 0x03,
  errPROG: 0x06,
  errADDRESS: 0x08,
  errVENDOR: 0x0b,
  errSTALLEDPKT: 0x0f,
} as const;
export type StatusCode = (typeof Status)[keyof typeof Status];

/** V3.0 bootloaders, which the H5 has, know no read-unprotect. */
export const Command = { getCommands: 0x00, setAddress: 0x21, erase: 0x41 } as const;

export const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
