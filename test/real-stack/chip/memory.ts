/**
 * What a memory behind the bootloader does with writes and erases. Each answers in steps, because a plug
 * pulled with the power on it leaves the steps before it done and the rest undone.
 */
import type { StatusCode } from './dfu-codes.ts';

/** Done one after the other; a status other than OK ends it. */
export type Steps = readonly (() => StatusCode)[];

export type BusyKind = 'write' | 'erasePage' | 'massErase';

export interface Memory {
  readonly base: number;
  readonly size: number;
  read(address: number, length: number): Uint8Array;
  /** The whole range lies inside. `data` is the memory's own. */
  write(address: number, data: Uint8Array): Steps;
  /** Erases the page that holds the address. */
  erasePage(address: number): Steps;
  massErase(): Steps;
  /** How long an operation keeps the device busy, in milliseconds. */
  busyMs(operation: BusyKind, lengthBytes: number): number;
  /** The host cleared the error status. */
  clearError(): void;
}

export const contains = (memory: Memory, address: number, length = 1): boolean =>
  address >= memory.base && address + length <= memory.base + memory.size;

export const refuses = (status: StatusCode): Steps => [() => status];
