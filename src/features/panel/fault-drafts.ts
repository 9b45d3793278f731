/** The faults one can ask the virtual board for, and the numbers each of them needs. */
import type { BoardFault } from '../../core/ports/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export interface FaultNumber {
  readonly id: string;
  readonly label: () => string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

export interface FaultDraft {
  readonly id: string;
  readonly label: () => string;
  readonly numbers: readonly FaultNumber[];
  readonly build: (value: (id: string) => number) => BoardFault;
}

const atByte = (initial: number): FaultNumber => ({
  id: 'byte',
  label: m.panel_fault_at_byte,
  min: 0,
  max: 2 ** 24,
  initial,
});
const atTransfer: FaultNumber = {
  id: 'transfer',
  label: m.panel_fault_at_transfer,
  min: 0,
  max: 100_000,
  initial: 20,
};
const atPacket: FaultNumber = {
  id: 'packet',
  label: m.panel_fault_at_packet,
  min: 1,
  max: 100_000,
  initial: 10,
};

/** Each counts from the moment it is armed. */
export const faultDrafts: readonly [FaultDraft, ...FaultDraft[]] = [
  {
    id: 'unplug-user-usb',
    label: m.panel_fault_unplug_usb,
    numbers: [atByte(1024)],
    build: (value) => ({ kind: 'unplug-at-byte', plug: 'user-usb', atByte: value('byte') }),
  },
  {
    id: 'unplug-st-link',
    label: m.panel_fault_unplug_serial,
    numbers: [atByte(4096)],
    build: (value) => ({ kind: 'unplug-at-byte', plug: 'st-link', atByte: value('byte') }),
  },
  {
    id: 'stall',
    label: m.panel_fault_stall,
    numbers: [atTransfer],
    build: (value) => ({ kind: 'stall-at-transfer', atTransfer: value('transfer') }),
  },
  {
    id: 'stuck-busy',
    label: m.panel_fault_stuck_busy,
    numbers: [atTransfer],
    build: (value) => ({ kind: 'stuck-busy', atTransfer: value('transfer') }),
  },
  {
    id: 'slow-poll',
    label: m.panel_fault_slow_poll,
    numbers: [{ id: 'poll', label: m.panel_fault_poll_ms, min: 1, max: 10_000, initial: 244 }],
    build: (value) => ({ kind: 'slow-poll', pollTimeoutMs: value('poll') }),
  },
  {
    id: 'corrupt-usb',
    label: m.panel_fault_corrupt_usb,
    numbers: [atByte(512)],
    build: (value) => ({ kind: 'corrupt-byte', path: 'usb-out', atByte: value('byte') }),
  },
  {
    id: 'corrupt-serial',
    label: m.panel_fault_corrupt_serial,
    numbers: [atByte(4096)],
    build: (value) => ({ kind: 'corrupt-byte', path: 'serial-out', atByte: value('byte') }),
  },
  {
    id: 'lost-ack',
    label: m.panel_fault_lost_ack,
    numbers: [atPacket],
    build: (value) => ({ kind: 'lost-ack', atPacket: value('packet') }),
  },
  {
    id: 'silent-receiver',
    label: m.panel_fault_silent,
    numbers: [atPacket],
    build: (value) => ({ kind: 'silent-receiver', atPacket: value('packet') }),
  },
  {
    id: 'stuck-otp-bit',
    label: m.panel_fault_otp_bit,
    numbers: [
      { id: 'offset', label: m.panel_fault_offset, min: 0, max: 2047, initial: 16 },
      { id: 'bit', label: m.panel_fault_bit, min: 0, max: 7, initial: 0 },
      { id: 'stuck', label: m.panel_fault_stuck_at, min: 0, max: 1, initial: 1 },
    ],
    build: (value) => ({
      kind: 'stuck-otp-bit',
      offsetBytes: value('offset'),
      bit: value('bit'),
      stuckAt: value('stuck') === 0 ? 0 : 1,
    }),
  },
  {
    id: 'drive-rename',
    label: m.panel_fault_drive_rename,
    numbers: [],
    build: () => ({ kind: 'drive-refuses-rename' }),
  },
  {
    id: 'drive-target',
    label: m.panel_fault_drive_target,
    numbers: [],
    build: () => ({ kind: 'drive-fails', reason: 'target' }),
  },
  {
    id: 'drive-timeout',
    label: m.panel_fault_drive_timeout,
    numbers: [],
    build: () => ({ kind: 'drive-fails', reason: 'timeout' }),
  },
  {
    id: 'drive-flash',
    label: m.panel_fault_drive_flash,
    numbers: [],
    build: () => ({ kind: 'drive-fails', reason: 'flash' }),
  },
];
