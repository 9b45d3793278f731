/** A plan's rows, joined to runs of the same state and field, as the diff table shows them. */
import type { CellValue, PlanRow } from '../../core/provisioning/index.ts';
import { describeField } from '../../i18n/field-names.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { DiffRun } from '../../ui/diff/diff-table.tsx';

/** Untouched blank cells are most of the area and say nothing; they are only counted. */
export function diffRuns(rows: readonly PlanRow[], baseAddress: number): readonly DiffRun[] {
  const runs: PlanRow[][] = [];
  for (const row of rows) {
    if (row.kind === 'untouched' && row.present === blank) continue;
    const run = runs.at(-1);
    const last = run?.at(-1);
    const joins =
      last?.index === row.index - 1 && last.kind === row.kind && last.field === row.field;
    if (run !== undefined && joins) run.push(row);
    else runs.push([row]);
  }
  return runs.map((run) => toRun(run, baseAddress));
}

const blank = 0xffff;

function toRun(run: readonly PlanRow[], baseAddress: number): DiffRun {
  const [first] = run as readonly [PlanRow, ...PlanRow[]];
  const words = wordsFor(first.intended);
  const present = wordsFor(first.present);
  return {
    address: baseAddress + first.offsetBytes,
    state: first.kind,
    before: bytesOf(run.map((row) => row.present)),
    ...(present !== undefined && { beforeWords: present }),
    after: words === undefined ? bytesOf(run.map((row) => row.intended)) : undefined,
    ...(words !== undefined && { afterWords: words }),
    meaning: meaningOf(first.field),
  };
}

function wordsFor(value: CellValue): string | undefined {
  if (value === 'secret') return m.burn_value_secret();
  if (value === 'board-chosen') return m.burn_value_board();
  if (value === 'nothing') return m.burn_value_nothing();
  return undefined;
}

/** Stands for what is told in words instead, so that the number of bytes stays right. */
const redacted = 0xaaaa;

function bytesOf(values: readonly CellValue[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => {
      const halfword = typeof value === 'number' ? value : redacted;
      return [halfword & 0xff, halfword >> 8];
    }),
  );
}

function meaningOf(field: string): string {
  const slot = /^slots\[(\d+)\]/.exec(field)?.[1];
  const { name } = describeField({ path: field });
  return slot === undefined ? name : `${m.burn_slot({ slot })} · ${name}`;
}
