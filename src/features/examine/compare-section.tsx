/** Two images side by side: what putting the second in the place of the first would be. */
import type { ImageComparison, LayoutDifference } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { describeImageField } from '../../i18n/field-names.ts';
import { formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { partOf } from '../../state/examine.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useExamine, useExamineStore } from '../../state/use-examine.ts';
import type { Tone } from '../../ui/kit/badge.tsx';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { DropZone } from '../../ui/kit/drop-zone.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './examine.module.css';
import { PayloadCompared } from './payload-compared.tsx';
import { SessionImages } from './session-images.tsx';

export function CompareSection() {
  const store = useExamineStore();
  const second = useExamine((state) => state.second);
  const comparison = useExamine((state) => state.comparison);
  const { examineSecond, closeSecond } = store.getState();
  const { open, openDropped, error, dismiss } = useOpenFile();
  const name = second?.file.name ?? '';
  return (
    <Section
      title={m.examine_compare()}
      description={m.examine_compare_text()}
      aside={
        second !== undefined && (
          <>
            <code>{name}</code>
            <IconButton icon="cross" label={m.examine_close({ name })} onClick={closeSecond} />
          </>
        )
      }
    >
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
      <DropZone
        icon="equal"
        title={m.examine_drop()}
        small
        onFile={(file) => {
          openDropped(file, examineSecond);
        }}
        actions={
          <>
            <Button
              icon="open"
              onClick={() => {
                open('', examineSecond);
              }}
            >
              {m.examine_compare_open()}
            </Button>
            <SessionImages label={m.examine_compare_session()} onChoose={examineSecond} />
          </>
        }
      />
      {comparison !== undefined && <Compared comparison={comparison} name={name} />}
      {second !== undefined && partOf(second).examination.image === undefined && (
        <Notice tone="caution" live="status">
          {m.examine_compare_none()}
        </Notice>
      )}
    </Section>
  );
}

interface ComparedProps {
  readonly comparison: ImageComparison;
  readonly name: string;
}

const stepTones: Readonly<Record<ImageComparison['versionStep'], Tone>> = {
  newer: 'proven',
  same: 'info',
  older: 'caution',
};

const layoutWords: Readonly<Record<LayoutDifference, () => string>> = {
  'header-size': m.examine_compare_header_size,
  hash: m.examine_compare_hash,
  'key-type': m.examine_compare_key_type,
  partition: m.examine_compare_partition,
  delta: m.examine_compare_delta,
};

/** These a bootloader has one of; the others it can start one after the other. */
const unbridgeable: readonly LayoutDifference[] = ['header-size', 'hash', 'key-type'];

function Compared({ comparison, name }: ComparedProps) {
  const { sameFile, versionStep, layout } = comparison;
  const apart = layout.filter((difference) => unbridgeable.includes(difference));
  const others = layout.filter((difference) => !unbridgeable.includes(difference));
  const sentence = (differences: readonly LayoutDifference[]): string =>
    `${differences.map((difference) => layoutWords[difference]()).join(', ')}.`;
  return (
    <>
      <Notice
        tone={apart.length > 0 ? 'failure' : stepTones[versionStep]}
        title={sameFile ? m.examine_compare_same_file() : stepWords(comparison, name)}
        live="status"
      >
        <p>{keyWords(comparison)}</p>
        {apart.length > 0 && (
          <p>
            {m.examine_compare_layout()} {sentence(apart)}
          </p>
        )}
        {others.length > 0 && <p>{sentence(others)}</p>}
      </Notice>
      <Fields comparison={comparison} />
      <PayloadCompared payload={comparison.payload} />
    </>
  );
}

function stepWords({ a, b, versionStep }: ImageComparison, name: string): string {
  const from = a.version;
  switch (versionStep) {
    case 'newer':
      return m.examine_compare_newer({ b: name, from, to: b.version });
    case 'same':
      return m.examine_compare_same_version({ from });
    case 'older':
      return m.examine_compare_older({ b: name, from, to: b.version });
  }
}

function keyWords({ sameKey }: ImageComparison): string {
  if (sameKey === undefined) return m.examine_compare_key_unknown();
  return sameKey ? m.examine_compare_same_key() : m.examine_compare_other_key();
}

function Fields({ comparison: { a, b, fields } }: { readonly comparison: ImageComparison }) {
  return (
    <Table
      caption={m.examine_compare_fields()}
      columns={[m.examine_compare_field(), '', a.fileName, b.fileName]}
    >
      {fields.map((field) => (
        <tr key={field.name} className={styles.compared} data-same={field.same}>
          <th scope="row">{describeImageField({ path: field.name }).name}</th>
          <td>
            <span className={styles.sameness}>
              <Icon name={field.same ? 'equal' : 'pencil'} size={15} />
              {field.same ? m.examine_compare_same() : m.examine_compare_differs()}
            </span>
          </td>
          <td className={styles.value}>{shortened(field.a)}</td>
          <td className={styles.value}>{shortened(field.b)}</td>
        </tr>
      ))}
    </Table>
  );
}

const shownCharacters = 40;

function shortened(value: string | undefined): string {
  if (value === undefined) return m.examine_compare_absent();
  return value.length > shownCharacters
    ? `${value.slice(0, shownCharacters)}… (${formatCount(value.length)})`
    : value;
}
