/** What stands in a file: facts, what is odd, the slots, and how it was packed. */
import { hexNumber } from '../../core/bytes/index.ts';
import { fingerprint } from '../../core/crypto/index.ts';
import { authKeyByCode, type KeystoreSlot } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Examined } from '../../state/examine.ts';
import type { ExaminedPart } from '../../state/examined-part.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts, Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import { cipherName } from './boot-words.ts';
import styles from './examine.module.css';
import { factsShown, type FactShown } from './fact-words.ts';
import { formatNames } from './format-names.ts';
import { maskWords } from './key-verdict.tsx';
import { oddityWords } from './oddity-words.ts';
import { slotWithKeyOf } from './relation.ts';
import { useJudgeSlots } from './use-judge-slots.ts';

interface FactsSectionProps {
  readonly examined: Examined;
  readonly part: ExaminedPart;
}

export function FactsSection({ examined, part }: FactsSectionProps) {
  const { examination } = part;
  const facts = factsShown(examination.facts);
  const { name } = examined.file;
  return (
    <Section title={m.examine_facts()}>
      <Packing examined={examined} />
      {examination.kind === 'unknown' && <Notice tone="neutral">{m.kind_unknown_text()}</Notice>}
      {examination.kind === 'record' && (
        <Notice tone="neutral" actions={<a href="#/record">{m.nav_record()}</a>}>
          {m.kind_record_text()}
        </Notice>
      )}
      {examination.problem && <ErrorNotice failure={describeFailure(examination.problem)} />}
      {examined.decryptedWith !== undefined && (
        <Row>
          <Badge tone="info" icon="unlocked">
            {m.examine_decrypted({ cipher: cipherName(examined.decryptedWith) })}
          </Badge>
        </Row>
      )}
      <Facts
        facts={facts
          .filter(({ hex }) => !hex)
          .map(({ name: fact, text }) => ({ name: fact, value: text }))}
      />
      <LongFacts facts={facts.filter(({ hex }) => hex)} />
      {examination.sha256 !== undefined && (
        <div>
          <span className={styles.label}>{m.examine_sha({ name })}</span>
          <Fingerprint hex={examination.sha256} of={m.examine_sha({ name })} />
        </div>
      )}
      {examination.slots.length > 0 && <Slots slots={examination.slots} />}
      {examination.warnings.length > 0 && (
        <Notice tone="caution" title={m.examine_oddities()}>
          <ul className={styles.oddities}>
            {examination.warnings.map((warning) => (
              <li key={`${warning.code}-${warning.message}`}>
                {oddityWords(warning) ?? <span lang="en">{warning.message}</span>}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </Section>
  );
}

function Packing({ examined: { file } }: { readonly examined: Examined }) {
  const { container } = file;
  if (container === undefined) return null;
  return (
    <>
      <Row>
        <Badge tone="neutral" icon="open">
          {m.examine_container({ format: formatNames[container.format] })}
        </Badge>
        {container.entryAddress !== undefined && (
          <span className={styles.note}>
            {m.examine_container_entry({ address: hexNumber(container.entryAddress, 8) })}
          </span>
        )}
      </Row>
      {container.notes.length > 0 && (
        <Notice tone="info" title={m.examine_container_notes()}>
          <ul className={styles.oddities} lang="en">
            {container.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

/** More digits than anybody reads: the start is shown, all of it can be copied. */
function LongFacts({ facts }: { readonly facts: readonly FactShown[] }) {
  if (facts.length === 0) return null;
  return (
    <dl className={styles.long}>
      {facts.map(({ id, name, text }) => (
        <div key={id}>
          <dt>{name}</dt>
          <dd>
            <Fingerprint hex={text.replaceAll(' ', '')} of={name} short />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Slots({ slots }: { readonly slots: readonly KeystoreSlot[] }) {
  const judge = useJudgeSlots();
  return (
    <Table
      caption={m.examine_slots()}
      columns={[
        m.examine_slot(),
        m.examine_slot_type(),
        m.examine_slot_mask(),
        m.examine_slot_fingerprint(),
        m.examine_slot_here(),
      ]}
    >
      {slots.map((slot, index) => {
        const there = slotWithKeyOf(slot, judge);
        return (
          <tr key={index}>
            <th scope="row">{index}</th>
            <td>{authKeyByCode(slot.keyType)?.label ?? hexNumber(slot.keyType, 2)}</td>
            <td>{maskWords(slot.partitionMask)}</td>
            <td>
              <Fingerprint
                hex={fingerprint(slot.publicKey)}
                of={`${m.examine_slot_fingerprint()} ${index}`}
                short
              />
            </td>
            <td>
              {there < 0 ? m.examine_slot_here_not() : m.examine_slot_here_at({ index: there })}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
