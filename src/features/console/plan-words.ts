/** The lines of the comparison in words. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { PlanLine, SlotVerdict, UpdatePartitionInfo } from '../../core/serial/index.ts';
import { authKeyByCode } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function subjectWords(line: PlanLine): string {
  switch (line.subject) {
    case 'version':
      return m.update_info_version();
    case 'state':
      return m.update_info_state();
    case 'update':
      return m.update_info_partition();
    case 'banks':
      return m.update_info_banks();
    case 'keys':
      return m.console_plan_keys();
    case 'slot':
      return m.console_plan_slot({ slot: line.index });
  }
}

export function boardWords(line: PlanLine): string {
  switch (line.subject) {
    case 'version':
    case 'state':
    case 'keys':
      return line.board === undefined ? m.update_info_unknown() : String(line.board);
    case 'update':
      return partitionWords(line.board);
    case 'banks':
      if (line.board === undefined) return m.update_info_unknown();
      return line.board ? m.update_info_swapped() : m.update_info_not_swapped();
    case 'slot':
      return line.listed === undefined
        ? m.console_plan_absent()
        : keyWords(line.listed.keyType, line.listed.partitionMask, line.listed.sizeBytes);
  }
}

export function plannedWords(line: PlanLine): string {
  switch (line.subject) {
    case 'version':
      return line.planned === undefined ? m.console_plan_unplanned() : String(line.planned);
    case 'state':
      return 'CONFIRMED';
    case 'update':
    case 'banks':
      return '–';
    case 'keys':
      return line.planned === 0 ? m.console_plan_unplanned() : String(line.planned);
    case 'slot':
      if (line.slot === undefined) return m.console_plan_unplanned();
      return line.planned === undefined
        ? m.console_plan_absent()
        : keyWords(line.planned.keyType, line.planned.partitionMask, line.planned.publicKey.length);
  }
}

export function verdictWords(line: PlanLine): string {
  if (line.subject === 'slot') {
    return line.slot === undefined ? m.console_verdict_unplanned() : slotWords(line.slot);
  }
  return {
    equal: m.console_verdict_equal,
    confirmed: m.console_verdict_confirmed,
    note: m.console_verdict_note,
    different: m.console_verdict_different,
    waiting: m.console_verdict_waiting,
    older: m.console_verdict_older,
    newer: m.console_verdict_newer,
    unconfirmed: m.console_verdict_unconfirmed,
    unplanned: m.console_verdict_unplanned,
    unreadable: m.console_verdict_unreadable,
  }[line.verdict]();
}

function slotWords(slot: SlotVerdict): string {
  switch (slot.verdict) {
    case 'equal':
      return m.console_verdict_equal();
    case 'different':
      return m.update_info_different({ what: slot.differs.map(differenceWords).join(', ') });
    case 'missing':
      return m.update_info_missing();
    case 'extra':
      return m.update_info_extra();
    case 'unreadable':
      return m.console_verdict_unreadable();
  }
}

function differenceWords(difference: 'key' | 'type' | 'mask' | 'size'): string {
  return {
    key: m.update_differs_key,
    type: m.update_differs_type,
    mask: m.update_differs_mask,
    size: m.update_differs_size,
  }[difference]();
}

function partitionWords(update: UpdatePartitionInfo | undefined): string {
  if (update === undefined) return m.update_info_unknown();
  if (update.kind === 'empty') return m.update_info_partition_empty();
  const version = update.version ?? '?';
  return update.kind === 'candidate'
    ? m.update_info_partition_candidate({ version })
    : m.update_info_partition_backup({ version });
}

function keyWords(keyType: number, mask: number, sizeBytes: number): string {
  const name = authKeyByCode(keyType)?.label ?? hexNumber(keyType, 2);
  return `${name}, ${m.update_key_bytes({ size: sizeBytes })}, ${hexNumber(mask >>> 0)}`;
}
