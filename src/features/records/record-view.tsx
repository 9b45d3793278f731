/** One record, whole. */
import { bootVerdict, type BurnRecord } from '../../core/provisioning/index.ts';
import { formatCount } from '../../i18n/format.ts';
import { imageFormWords } from '../../i18n/image-forms.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Badge } from '../../ui/kit/badge.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { BootProofs } from './boot-proofs.tsx';
import {
  doneSentences,
  keyTypeWords,
  locksOf,
  notDoneSentences,
  timeWords,
  udsOf,
} from './record-words.ts';
import styles from './records.module.css';

export function RecordView({ record }: { readonly record: BurnRecord }) {
  return (
    <div className={styles.record}>
      {record.virtual && <Notice tone="virtual" title={m.record_virtual()} />}
      {bootVerdict(record) === 'disproved' && (
        <Notice tone="failure" title={m.burn_disproved()} live="alert">
          {m.burn_disproved_text()}
        </Notice>
      )}
      <div className={styles.deeds}>
        <Deeds
          title={m.record_done()}
          icon="check"
          tone="done"
          sentences={record.done.map((word) => doneSentences[word]())}
        />
        <Deeds
          title={m.record_not_done()}
          icon="minus"
          tone="not-done"
          sentences={record.notDone.map((word) => notDoneSentences[word]())}
        />
      </div>
      <BoardFacts record={record} />
      <Slots record={record} />
      {record.bootProofs && <BootProofs proofs={record.bootProofs} />}
      {record.updates.length > 0 && <Updates record={record} />}
      {record.images.length > 0 && <Images record={record} />}
      <Digests record={record} />
    </div>
  );
}

interface DeedsProps {
  readonly title: string;
  readonly icon: IconName;
  readonly tone: 'done' | 'not-done';
  readonly sentences: readonly string[];
}

function Deeds({ title, icon, tone, sentences }: DeedsProps) {
  return (
    <div data-tone={tone}>
      <h3>{title}</h3>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Icon name={icon} size={16} />
            <span>{sentence}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function BoardFacts({ record }: { readonly record: BurnRecord }) {
  const { board, bootloader, image, otp, tool } = record;
  return (
    <Facts
      facts={[
        { name: m.record_board(), value: board.name },
        { name: m.record_serial(), value: board.serial, mono: true },
        { name: m.record_time(), value: timeWords(record.endedAt) },
        {
          name: m.record_route(),
          value: record.route === 'otp-alternate' ? m.record_route_otp() : m.record_route_primer(),
        },
        { name: m.record_bootloader(), value: bootloader.name },
        {
          name: m.record_image(),
          value: image.sample ? `${image.name} (${m.record_image_sample()})` : image.name,
        },
        { name: m.record_consumed(), value: formatCount(otp.consumedHalfwords) },
        { name: m.record_locks(), value: locksOf(record) },
        { name: m.record_uds(), value: udsOf(record) },
        { name: m.record_tool(), value: `${tool.name} ${tool.version}` },
      ]}
    />
  );
}

function Slots({ record }: { readonly record: BurnRecord }) {
  return (
    <>
      <h3>{m.record_slots()}</h3>
      <Table
        caption={m.record_slots()}
        columns={[
          m.record_slot(),
          m.record_slot_type(),
          m.record_slot_mask(),
          m.record_slot_fingerprint(),
          m.record_slot_backup(),
        ]}
      >
        {record.keystore.slots.map((slot) => (
          <tr key={slot.slot}>
            <th scope="row">{slot.slot}</th>
            <td>{keyTypeWords(slot.keyType)}</td>
            <td className="kf-mono">{slot.partitionMask}</td>
            <td>
              <Fingerprint hex={slot.fingerprint} of={`${m.record_slot()} ${slot.slot}`} short />
            </td>
            <td>
              {slot.backup === 'proven' ? (
                <Badge tone="proven">{m.record_backup_proven()}</Badge>
              ) : (
                <Badge tone="caution">{m.record_backup_declared()}</Badge>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Updates({ record }: { readonly record: BurnRecord }) {
  return (
    <>
      <h3>{m.record_updates()}</h3>
      <Table
        caption={m.record_updates()}
        columns={[
          m.record_time(),
          m.record_image_version(),
          m.record_update_form(),
          m.record_update_state(),
          m.record_update_confirmed(),
        ]}
      >
        {record.updates.map((update) => (
          <tr key={update.at}>
            <td>{timeWords(update.at)}</td>
            <td>{m.record_update_versions({ from: update.fromVersion, to: update.toVersion })}</td>
            <td>{imageFormWords(update.form ?? 'plain')}</td>
            <td>{update.stateAfterReboot}</td>
            <td>{update.confirmed ? m.record_yes() : m.record_no()}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Images({ record }: { readonly record: BurnRecord }) {
  return (
    <>
      <h3>{m.record_images()}</h3>
      <Table
        caption={m.record_images()}
        columns={[
          m.record_image_name(),
          m.record_image_version(),
          m.record_image_partition(),
          'SHA-256',
        ]}
      >
        {record.images.map((image) => (
          <tr key={image.sha256}>
            <th scope="row">{image.name}</th>
            <td>{image.version}</td>
            <td>{image.partitionId}</td>
            <td>
              <Fingerprint hex={image.sha256} of={image.name} short />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Digests({ record }: { readonly record: BurnRecord }) {
  const { keystore, otp, plan } = record;
  const digests = [
    { name: m.record_keystore(), hex: keystore.fingerprint },
    { name: m.record_plan(), hex: plan.hash },
    { name: m.record_otp_before(), hex: otp.before.sha256WithoutUds },
    { name: m.record_otp_after(), hex: otp.after.sha256WithoutUds },
    { name: m.record_sha(), hex: record.sha256 },
  ];
  return (
    <Facts
      narrow
      facts={digests.map(({ name, hex }) => ({ name, value: <Fingerprint hex={hex} of={name} /> }))}
    />
  );
}
