/** What this burn means for the board, in plain words, pleasant or not. */
import type { ReactNode } from 'react';
import type { Consequences } from '../../core/provisioning/index.ts';
import { describeMask } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './consequence-sheet.module.css';

export function ConsequenceSheet({ consequences }: { readonly consequences: Consequences }) {
  const { capacity, uds, flash } = consequences;
  return (
    <Section title={m.burn_consequences()} description={m.burn_consequences_text()}>
      <ul className={styles.list}>
        <Fact kind="change">
          {m.burn_means_boot({ slots: listed(consequences.applicationSlots) })}
        </Fact>
        <Fact kind="loss">
          {m.burn_means_irreversible({ halfwords: String(consequences.irreversibleHalfwords) })}
        </Fact>
        <Fact kind="loss">
          {m.burn_means_capacity({ used: String(capacity.used), slots: String(capacity.slots) })}
        </Fact>
        <Fact kind={consequences.bootloaderSlots.length > 0 ? 'change' : 'keep'}>
          {consequences.bootloaderSlots.length > 0
            ? m.burn_means_bootloader({ slots: listed(consequences.bootloaderSlots) })
            : m.burn_means_no_bootloader()}
        </Fact>
        <Fact kind="loss">{m.burn_means_lost_key()}</Fact>
        <Fact kind={uds.outcome === 'written' ? 'change' : 'keep'}>{udsWords(uds)}</Fact>
        {uds.damaged && <Fact kind="loss">{m.burn_means_uds_damaged()}</Fact>}
        <LockFacts locks={consequences.locks} />
        {flash !== undefined && (
          <Fact kind="change">{m.burn_means_flash({ sectors: String(flash.sectors) })}</Fact>
        )}
        {consequences.blankInsideStructure.length > 0 && (
          <Fact kind="loss">
            {m.burn_means_virgin({ halfwords: String(consequences.blankInsideStructure.length) })}
          </Fact>
        )}
        {consequences.loneHalfwords.length > 0 && (
          <Fact kind="change">
            {m.burn_means_lone({ halfwords: String(consequences.loneHalfwords.length) })}
          </Fact>
        )}
        {consequences.foreignHalfwords.length > 0 && (
          <Fact kind="change">
            {m.burn_means_foreign({ halfwords: String(consequences.foreignHalfwords.length) })}
          </Fact>
        )}
      </ul>
      <SlotTable consequences={consequences} />
    </Section>
  );
}

function Fact({
  kind,
  children,
}: {
  readonly kind: 'change' | 'loss' | 'keep';
  readonly children: ReactNode;
}) {
  const icons = { change: 'right', loss: 'fuse', keep: 'info' } as const;
  return (
    <li data-kind={kind}>
      <Icon name={icons[kind]} size={18} />
      <span>{children}</span>
    </li>
  );
}

function LockFacts({ locks: { lockedBlocks, willLock } }: Pick<Consequences, 'locks'>) {
  const blocks = lockedBlocks?.join(', ') ?? '';
  if (willLock === 'possible') {
    return (
      <>
        {blocks !== '' && <Fact kind="keep">{m.burn_means_locked_before({ blocks })}</Fact>}
        <Fact kind="loss">{m.burn_means_may_lock()}</Fact>
      </>
    );
  }
  if (lockedBlocks === undefined) return <Fact kind="keep">{m.burn_means_lock_unknown()}</Fact>;
  return (
    <Fact kind="keep">
      {blocks === '' ? m.burn_means_no_lock() : m.burn_means_locked({ blocks })}
    </Fact>
  );
}

function udsWords({ outcome, source }: Consequences['uds']): string {
  if (outcome === 'none') return m.burn_means_uds_none();
  if (outcome === 'kept') return m.burn_means_uds_kept();
  return source === 'board' ? m.burn_means_uds_board() : m.burn_means_uds_image();
}

function listed(slots: readonly number[]): string {
  return slots.map((slot) => `#${slot}`).join(', ');
}

function SlotTable({ consequences }: { readonly consequences: Consequences }) {
  return (
    <Table
      caption={m.burn_slot_table()}
      columns={[
        m.burn_column_slot(),
        m.burn_column_fingerprint(),
        m.burn_column_mask(),
        m.burn_column_backup(),
      ]}
    >
      {consequences.slots.map((slot) => (
        <tr key={slot.slot}>
          <th scope="row">#{slot.slot}</th>
          <td>
            <Fingerprint
              hex={slot.fingerprint}
              of={m.burn_slot({ slot: String(slot.slot) })}
              short
            />
          </td>
          <td>{describeMask(slot.partitionMask)}</td>
          <td>{slot.backup === 'proven' ? m.burn_backup_proven() : m.burn_backup_external()}</td>
        </tr>
      ))}
    </Table>
  );
}
