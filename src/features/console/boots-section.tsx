/** Every boot that passed on the line, the newest first. */
import type { ReportedBoot } from '../../core/serial/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { timeOfDay } from '../../state/time-of-day.ts';
import { useConsole } from '../../state/use-console.ts';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './console.module.css';

export function BootsSection() {
  const boots = useConsole((state) => state.boots);
  return (
    <Section title={m.console_boots()}>
      {boots.length === 0 ? (
        <p className={styles.note}>{m.console_boots_none()}</p>
      ) : (
        <Table
          caption={m.console_boots()}
          columns={[
            m.console_boots_time(),
            m.console_boots_application(),
            m.update_info_version(),
            m.update_info_state(),
            m.update_info_banks(),
          ]}
        >
          {boots.toReversed().map((boot) => (
            <Boot key={boot.number} boot={boot} />
          ))}
        </Table>
      )}
    </Section>
  );
}

function Boot({ boot: { atMs, banner, info } }: { readonly boot: ReportedBoot }) {
  return (
    <tr>
      <th scope="row" className="kf-mono">
        {timeOfDay(atMs)}
      </th>
      <td>{banner.application}</td>
      <td>{banner.version ?? m.update_info_unknown()}</td>
      <td>
        {info === undefined ? m.console_boots_booting() : (info.state ?? m.update_info_unknown())}
      </td>
      <td>{info === undefined ? m.console_boots_booting() : banksWords(info.banksSwapped)}</td>
    </tr>
  );
}

function banksWords(swapped: boolean | undefined): string {
  if (swapped === undefined) return m.update_info_unknown();
  return swapped ? m.update_info_swapped() : m.update_info_not_swapped();
}
