/** What the board says of itself, and whether its keys are those of the keystore. */
import { hexNumber } from '../../core/bytes/index.ts';
import type {
  ConsoleInfo,
  ConsoleKey,
  SlotVerdict,
  UpdatePartitionInfo,
} from '../../core/serial/index.ts';
import { authKeyByCode } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useUpdate } from '../../state/react.ts';
import type { BoardInfo } from '../../state/update.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './update.module.css';

export function InfoSection() {
  const board = useUpdate((state) => state.board);
  return (
    <Section title={m.update_info()}>
      {board === undefined ? (
        <p className={styles.note}>{m.update_info_none()}</p>
      ) : (
        <Known board={board} />
      )}
    </Section>
  );
}

function Known({ board: { info, comparison } }: { readonly board: BoardInfo }) {
  return (
    <>
      <Facts
        facts={[
          {
            name: m.update_info_version(),
            value: info.firmwareVersion ?? m.update_info_unknown(),
          },
          { name: m.update_info_state(), value: info.state ?? m.update_info_unknown() },
          { name: m.update_info_partition(), value: partitionWords(info.update) },
          { name: m.update_info_banks(), value: banksWords(info) },
        ]}
      />
      <h3>{m.update_info_keys()}</h3>
      {comparison === undefined ? (
        <Notice tone="info">{m.update_info_not_compared()}</Notice>
      ) : (
        <Notice
          tone={comparison.equal ? 'proven' : 'caution'}
          title={comparison.equal ? m.update_info_all_equal() : m.update_info_differs()}
        />
      )}
      <KeyTable keys={info.keys} verdicts={comparison?.slots} />
    </>
  );
}

interface KeyTableProps {
  readonly keys: readonly ConsoleKey[];
  readonly verdicts: readonly SlotVerdict[] | undefined;
}

function KeyTable({ keys, verdicts }: KeyTableProps) {
  const indexes = new Set([
    ...keys.map((key) => key.index),
    ...(verdicts ?? []).map((verdict) => verdict.index),
  ]);
  return (
    <Table
      caption={m.update_info_keys()}
      columns={[
        m.update_info_slot(),
        m.update_info_type(),
        m.update_info_mask(),
        m.update_info_compare(),
      ]}
    >
      {[...indexes]
        .sort((a, b) => a - b)
        .map((index) => (
          <KeyRow
            key={index}
            index={index}
            listed={keys.find((key) => key.index === index)}
            verdict={verdicts?.find((verdict) => verdict.index === index)}
          />
        ))}
    </Table>
  );
}

interface KeyRowProps {
  readonly index: number;
  readonly listed: ConsoleKey | undefined;
  readonly verdict: SlotVerdict | undefined;
}

function KeyRow({ index, listed, verdict }: KeyRowProps) {
  return (
    <tr>
      <th scope="row">{index}</th>
      <td>
        {listed &&
          `${authKeyByCode(listed.keyType)?.label ?? hexNumber(listed.keyType, 2)}, ${m.update_key_bytes({ size: listed.sizeBytes })}`}
      </td>
      <td className="kf-mono">{listed && hexNumber(listed.partitionMask)}</td>
      <td>{verdict && <VerdictBadge verdict={verdict} />}</td>
    </tr>
  );
}

function VerdictBadge({ verdict }: { readonly verdict: SlotVerdict }) {
  switch (verdict.verdict) {
    case 'equal':
      return <Badge tone="proven">{m.update_info_equal()}</Badge>;
    case 'different':
      return (
        <Badge tone="failure">
          {m.update_info_different({ what: verdict.differs.map(differenceWords).join(', ') })}
        </Badge>
      );
    case 'missing':
      return <Badge tone="failure">{m.update_info_missing()}</Badge>;
    case 'extra':
      return <Badge tone="caution">{m.update_info_extra()}</Badge>;
    case 'unreadable':
      return <Badge tone="caution">{m.update_info_unreadable()}</Badge>;
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

function banksWords({ banksSwapped }: ConsoleInfo): string {
  if (banksSwapped === undefined) return m.update_info_unknown();
  return banksSwapped ? m.update_info_swapped() : m.update_info_not_swapped();
}
