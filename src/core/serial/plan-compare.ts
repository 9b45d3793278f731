/**
 * What a board says of itself (`info`) beside what it should be: a line for each thing, each with its
 * verdict. Nothing that could not be read counts as equal.
 */
import type {
  ConsoleInfo,
  ConsoleKey,
  FirmwareState,
  UpdatePartitionInfo,
} from './console-types.ts';
import { compareKeystore, type ExpectedSlot, type SlotVerdict } from './keystore-compare.ts';

export interface IntendedBoard {
  /** Empty: no keystore is planned. */
  readonly slots: readonly ExpectedSlot[];
  /** Of the image that is to run; undefined: none is chosen. */
  readonly version: number | undefined;
}

export type PlanLine =
  | {
      readonly subject: 'version';
      readonly board: number | undefined;
      readonly planned: number | undefined;
      /** `waiting`: the planned one lies in the update partition and comes with the next reboot. */
      readonly verdict: 'equal' | 'waiting' | 'older' | 'newer' | 'unplanned' | 'unreadable';
    }
  | {
      readonly subject: 'state';
      readonly board: FirmwareState | undefined;
      /** `unconfirmed`: the bootloader goes back to the version before at the next reset. */
      readonly verdict: 'confirmed' | 'unconfirmed' | 'note' | 'unreadable';
    }
  | {
      readonly subject: 'update';
      readonly board: UpdatePartitionInfo | undefined;
      readonly verdict: 'note' | 'unreadable';
    }
  | {
      readonly subject: 'banks';
      /** Whether they are swapped. */
      readonly board: boolean | undefined;
      readonly verdict: 'note' | 'unreadable';
    }
  | {
      readonly subject: 'keys';
      readonly board: number | undefined;
      readonly planned: number;
      readonly verdict: 'equal' | 'different' | 'unplanned' | 'unreadable';
    }
  | {
      readonly subject: 'slot';
      readonly index: number;
      readonly listed: ConsoleKey | undefined;
      readonly planned: ExpectedSlot | undefined;
      /** undefined: no keystore is planned. */
      readonly slot: SlotVerdict | undefined;
    };

export interface PlanComparison {
  readonly lines: readonly PlanLine[];
  /**
   * `as-planned`: keystore and version are planned, and both are on the board. `differs`: something is
   * otherwise. `incomplete`: nothing differs, but something was not planned or could not be read.
   */
  readonly verdict: 'as-planned' | 'differs' | 'incomplete';
}

export function compareWithPlan(info: ConsoleInfo, intended: IntendedBoard): PlanComparison {
  const lines: readonly PlanLine[] = [
    versionLine(info, intended.version),
    stateLine(info.state),
    { subject: 'update', board: info.update, verdict: noteOf(info.update) },
    { subject: 'banks', board: info.banksSwapped, verdict: noteOf(info.banksSwapped) },
    keysLine(info, intended.slots.length),
    ...slotLines(info.keys, intended.slots),
  ];
  const verdicts = lines.map(weigh);
  if (verdicts.includes('differs')) return { lines, verdict: 'differs' };
  return { lines, verdict: verdicts.includes('open') ? 'incomplete' : 'as-planned' };
}

/** What a line means for the whole. */
export function weigh(line: PlanLine): 'fits' | 'differs' | 'open' {
  if (line.subject === 'slot') {
    if (line.slot === undefined || line.slot.verdict === 'unreadable') return 'open';
    return line.slot.verdict === 'equal' ? 'fits' : 'differs';
  }
  switch (line.verdict) {
    case 'equal':
    case 'confirmed':
    case 'note':
      return 'fits';
    case 'older':
    case 'newer':
    case 'different':
      return 'differs';
    case 'waiting':
    case 'unconfirmed':
    case 'unplanned':
    case 'unreadable':
      return 'open';
  }
}

function versionLine(info: ConsoleInfo, planned: number | undefined): PlanLine {
  const { firmwareVersion: board, update } = info;
  const line = { subject: 'version', board, planned } as const;
  if (board === undefined) return { ...line, verdict: 'unreadable' };
  if (planned === undefined) return { ...line, verdict: 'unplanned' };
  if (board === planned) return { ...line, verdict: 'equal' };
  if (board > planned) return { ...line, verdict: 'newer' };
  const waits = update?.kind === 'candidate' && update.version === planned;
  return { ...line, verdict: waits ? 'waiting' : 'older' };
}

function stateLine(board: FirmwareState | undefined): PlanLine {
  const verdicts: Readonly<Record<FirmwareState, 'confirmed' | 'unconfirmed' | 'note'>> = {
    CONFIRMED: 'confirmed',
    TESTING: 'unconfirmed',
    UPDATING: 'unconfirmed',
    FFLAGS: 'unconfirmed',
    NEW: 'note',
    invalid: 'note',
  };
  return {
    subject: 'state',
    board,
    verdict: board === undefined ? 'unreadable' : verdicts[board],
  };
}

function noteOf(board: unknown): 'note' | 'unreadable' {
  return board === undefined ? 'unreadable' : 'note';
}

function keysLine({ keyCount, keys }: ConsoleInfo, planned: number): PlanLine {
  const line = { subject: 'keys', board: keyCount, planned } as const;
  if (keyCount === undefined || keyCount !== keys.length) return { ...line, verdict: 'unreadable' };
  if (planned === 0) return { ...line, verdict: 'unplanned' };
  return { ...line, verdict: keyCount === planned ? 'equal' : 'different' };
}

function slotLines(
  keys: readonly ConsoleKey[],
  slots: readonly ExpectedSlot[],
): readonly PlanLine[] {
  const verdicts = slots.length === 0 ? [] : compareKeystore(keys, slots).slots;
  const indexes = new Set([...slots.keys(), ...keys.map(({ index }) => index)]);
  return [...indexes]
    .sort((a, b) => a - b)
    .map((index) => ({
      subject: 'slot',
      index,
      listed: keys.find((key) => key.index === index),
      planned: slots[index],
      slot: verdicts.find((verdict) => verdict.index === index),
    }));
}
