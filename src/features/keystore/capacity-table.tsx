/** How many keys of each kind the chip holds, and where wolfBoot's own tools manage fewer. */
import {
  capacityOf,
  capacityTable,
  type BootloaderProfile,
  type CapacityLimit,
  type CapacityRow,
} from '../../core/wolfboot/index.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Icon } from '../../ui/kit/icons.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { limitWords, mlDsaLabels, targetLabels } from './capacity-words.ts';
import styles from './keystore.module.css';

export default function CapacityTable({ profile }: { readonly profile: BootloaderProfile }) {
  const chosen = rowId(capacityOf(profile));
  const rows = capacityTable(profile.target);
  const limits = [...new Set(rows.flatMap((row) => row.limits))];
  return (
    <div className={styles.room}>
      <Table
        caption={m.keystore_room({ target: targetLabels[profile.target] })}
        columns={[
          m.keystore_room_build(),
          m.keystore_stride(),
          m.keystore_room_slots(),
          m.keystore_room_generator(),
          m.keystore_room_primer(),
          m.keystore_room_remark(),
        ]}
      >
        {rows.map((row) => (
          <tr key={rowId(row)} data-chosen={rowId(row) === chosen}>
            <th scope="row">
              {rowLabel(row)} {rowId(row) === chosen && <Icon name="check" size={14} />}
            </th>
            <td>{formatBytes(row.strideBytes)}</td>
            <td data-none={row.slots === 0}>{formatCount(row.slots)}</td>
            <td>{formatCount(row.upstreamGeneratorSlots)}</td>
            <td>{formatCount(row.upstreamPrimerSlots)}</td>
            <td>{remarkNumbers(row, limits)}</td>
          </tr>
        ))}
      </Table>
      <ol className={styles.remarks}>
        {limits.map((limit) => (
          <li key={limit}>{limitWords[limit]()}</li>
        ))}
      </ol>
    </div>
  );
}

function remarkNumbers(row: CapacityRow, limits: readonly CapacityLimit[]): string {
  const numbers = row.limits.map((limit) => limits.indexOf(limit) + 1).sort((a, b) => a - b);
  return numbers.map((number) => `(${number})`).join(' ');
}

/** A universal bootloader has the same room whatever its SIGN= is. */
function rowId({ key, mlDsaLevel, universal }: CapacityRow): string {
  return universal ? 'universal' : `${key.name}-${mlDsaLevel ?? 0}`;
}

function rowLabel({ key, mlDsaLevel, universal }: CapacityRow): string {
  if (universal) return m.keystore_universal();
  return mlDsaLevel === undefined ? key.label : mlDsaLabels[mlDsaLevel];
}
