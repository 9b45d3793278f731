/** One key: what it is, how far its backup is, which partitions it may verify. */
import { useState } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button, IconButton, LinkButton } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Polite } from '../../ui/kit/live.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { MaskField } from '../../ui/mask/mask-field.tsx';
import { algorithmLabels, keyState, maskWords, privateKeyFiles } from './key-words.ts';
import styles from './keys.module.css';
import { AgePassphraseDialog, useOpenBackup } from './open-backup.tsx';
import { RemoveKeyDialog } from './remove-key-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { SaveKeyDialog } from './save-key-dialog.tsx';
import { SignaturesLeft } from './signatures-left.tsx';

interface KeyCardProps {
  readonly entry: KeyEntry;
  /** The first key that still needs something: its next action is the screen's. */
  readonly current: boolean;
}

type OpenDialog = 'none' | 'save' | 'rename' | 'remove';

export function KeyCard({ entry, current }: KeyCardProps) {
  const [dialog, setDialog] = useState<OpenDialog>('none');
  const close = (): void => {
    setDialog('none');
  };
  const state = keyState(entry);
  return (
    <li className={styles.card} data-state={state.tone}>
      <div className={styles.cardHead}>
        <h3>{entry.name}</h3>
        <IconButton
          icon="pencil"
          label={m.keys_rename({ name: entry.name })}
          onClick={() => {
            setDialog('rename');
          }}
        />
        <span className={styles.algorithm}>
          {algorithmLabels[entry.algorithm]} {entry.parameters}
        </span>
        <span className={styles.state}>
          <Badge tone={state.tone} icon={state.icon}>
            {state.word}
          </Badge>
        </span>
      </div>
      <Fingerprint hex={entry.fingerprint} of={m.keys_fingerprint_of({ name: entry.name })} />
      <BackupTrace entry={entry} />
      <SignaturesLeft entry={entry} />
      <p className={styles.sentence}>{state.sentence}</p>
      <KeyActions entry={entry} current={current} onDialog={setDialog} />
      <SaveKeyDialog entry={entry} opened={dialog === 'save'} onClose={close} />
      <RenameDialog entry={entry} opened={dialog === 'rename'} onClose={close} />
      <RemoveKeyDialog entry={entry} opened={dialog === 'remove'} onClose={close} />
    </li>
  );
}

/** Made, saved, proven: three pads on a trace. */
function BackupTrace({ entry }: { readonly entry: KeyEntry }) {
  const stations = [
    { word: entry.origin === 'opened' ? m.keys_opened() : m.keys_made(), reached: true },
    { word: m.keys_saved(), reached: entry.saved },
    { word: m.keys_proven(), reached: entry.proven },
  ];
  return (
    <ol className={styles.trace} aria-hidden="true">
      {stations.map(({ word, reached }) => (
        <li key={word} data-reached={reached}>
          <span>{reached && <Icon name="check" size={12} />}</span>
          {word}
        </li>
      ))}
    </ol>
  );
}

interface KeyActionsProps extends KeyCardProps {
  readonly onDialog: (dialog: OpenDialog) => void;
}

function KeyActions({ entry, current, onDialog }: KeyActionsProps) {
  const { id, name, saved, proven } = entry;
  const prove = useKeys((state) => state.prove);
  const savePublic = useKeys((state) => state.savePublic);
  const setMask = useKeys((state) => state.setMask);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const backup = useOpenBackup((file, agePassphrase) => prove(id, file, agePassphrase));
  const [maskOpen, setMaskOpen] = useState(false);
  return (
    <>
      <div className={styles.actions}>
        <Row>
          <Button
            size="small"
            icon="download"
            kind={current && !saved ? 'primary' : 'default'}
            label={m.keys_save_of({ name })}
            disabled={working}
            onClick={() => {
              onDialog('save');
            }}
          >
            {m.keys_save()}
          </Button>
          <Button
            size="small"
            icon="proven"
            kind={current && saved ? 'primary' : 'default'}
            label={m.keys_prove_of({ name })}
            disabled={working || !saved || proven}
            onClick={() => {
              backup.open(privateKeyFiles);
            }}
          >
            {m.keys_prove()}
          </Button>
          <Button
            size="small"
            kind="quiet"
            icon="chevron"
            label={m.mask_edit_of({ name })}
            expanded={maskOpen}
            onClick={() => {
              setMaskOpen(!maskOpen);
            }}
          >
            {m.mask_edit()}
          </Button>
          <span className={styles.maskWords}>
            {maskWords(entry.partitionMask)} <code>{hexNumber(entry.partitionMask)}</code>
          </span>
        </Row>
        <Row>
          <Button
            size="small"
            kind="quiet"
            icon="download"
            label={m.keys_save_public_of({ name })}
            onClick={() => {
              void savePublic(id, 'der');
            }}
          >
            {m.keys_save_public()}
          </Button>
          <LinkButton
            size="small"
            kind="quiet"
            icon="sheet"
            href={`#/sheet/${id}`}
            label={m.keys_sheet_of({ name })}
          >
            {m.keys_sheet()}
          </LinkButton>
          <IconButton
            icon="trash"
            label={m.keys_remove_of({ name })}
            onClick={() => {
              onDialog('remove');
            }}
          />
        </Row>
      </div>
      {maskOpen && (
        <div className={styles.mask}>
          <MaskField
            mask={entry.partitionMask}
            onChange={(mask) => {
              setMask(id, mask);
            }}
          />
        </div>
      )}
      <AgePassphraseDialog backup={backup} />
      {backup.error && (
        <ErrorNotice failure={describeFailure(backup.error)} onDismiss={backup.dismiss} />
      )}
      <Polite text={proven ? m.keys_announce_proven({ name }) : ''} />
    </>
  );
}
