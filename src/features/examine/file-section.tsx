/** Where a file comes in, and what it turned out to be. */
import { hexNumber } from '../../core/bytes/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { partOf, type Examined } from '../../state/examine.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useExamine, useExamineStore } from '../../state/use-examine.ts';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { DropZone } from '../../ui/kit/drop-zone.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './examine.module.css';
import { kindIcons, kindNames } from './fact-words.ts';
import { SessionImages } from './session-images.tsx';

const anyFile = '';

export function FileSection() {
  const examined = useExamine((state) => state.examined);
  const store = useExamineStore();
  const { examine } = store.getState();
  const { open, openDropped, error, dismiss } = useOpenFile();
  return (
    <Section title={m.examine_file()}>
      {examined !== undefined && <Opened examined={examined} />}
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
      <DropZone
        icon="examine"
        title={m.examine_drop()}
        small={examined !== undefined}
        wholePage
        onFile={(file) => {
          openDropped(file, examine);
        }}
        actions={
          <>
            <OpenButton
              first={examined === undefined}
              onOpen={() => {
                open(anyFile, examine);
              }}
            />
            <SessionImages label={m.examine_from_session()} onChoose={examine} />
          </>
        }
      >
        {examined === undefined && m.examine_drop_text()}
      </DropZone>
    </Section>
  );
}

function OpenButton({ first, onOpen }: { readonly first: boolean; readonly onOpen: () => void }) {
  const activity = useExamine((state) => state.activity);
  return (
    <Button
      icon="open"
      kind={first ? 'primary' : 'default'}
      busy={activity.kind === 'busy' && activity.what === 'examine'}
      onClick={onOpen}
    >
      {first ? m.examine_open() : m.examine_open_other()}
    </Button>
  );
}

function Opened({ examined }: { readonly examined: Examined }) {
  const store = useExamineStore();
  const { name } = examined.file;
  const { examination, address } = partOf(examined);
  return (
    <Stack gap={3}>
      <div className={styles.opened}>
        <span className={styles.kindIcon}>
          <Icon name={kindIcons[examination.kind]} size={26} />
        </span>
        <div className={styles.openedWords}>
          <h3>{kindNames[examination.kind]()}</h3>
          <p>
            <code>{name}</code> <span>{formatBytes(examination.sizeBytes)}</span>
            {address !== undefined && (
              <span>{m.examine_container_at({ address: hexNumber(address, 8) })}</span>
            )}
          </p>
        </div>
        <IconButton
          icon="cross"
          label={m.examine_close({ name })}
          onClick={store.getState().close}
        />
      </div>
      <PartChoice examined={examined} />
    </Stack>
  );
}

function PartChoice({ examined }: { readonly examined: Examined }) {
  const store = useExamineStore();
  const { parts } = examined.file;
  if (parts.length === 1) return null;
  return (
    <SelectField
      label={m.examine_container_part()}
      value={String(examined.partIndex)}
      onChange={(index) => void store.getState().choosePart(Number(index))}
      choices={parts.map(({ address, examination }, index) => ({
        value: String(index),
        label: m.examine_container_part_n({
          address: address === undefined ? '–' : hexNumber(address, 8),
          size: formatBytes(examination.sizeBytes),
          kind: kindNames[examination.kind](),
        }),
      }))}
    />
  );
}
