/** The page Record: what this browser knows of boards that were burned, and checking a record file. */
import { useEffect, useState } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useAppState, useRecords } from '../../state/react.ts';
import type { StoredRecord } from '../../state/records.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Page, Section } from '../../ui/kit/page.tsx';
import { RecordView } from './record-view.tsx';
import { timeWords, verdictBadge } from './record-words.ts';
import styles from './records.module.css';
import { UnplacedUpdates } from './unplaced-updates.tsx';

export function RecordPage() {
  const { records: store } = useAppState();
  const activity = useRecords((state) => state.activity);
  useEffect(() => {
    void store.getState().load();
  }, [store]);
  return (
    <Page name={m.record_title()} lede={m.record_lede()}>
      {activity.kind === 'failed' && (
        <ErrorNotice
          failure={describeFailure(activity.error)}
          onDismiss={store.getState().dismiss}
        />
      )}
      <UnplacedUpdates />
      <Kept />
      <CheckFile />
    </Page>
  );
}

function Kept() {
  const records = useRecords((state) => state.records);
  const damaged = useRecords((state) => state.damaged);
  return (
    <Section title={m.record_list()}>
      {records.length === 0 && (
        <EmptyState icon="record" title={m.record_none()}>
          {m.record_none_text()}
        </EmptyState>
      )}
      {records.map((entry, index) => (
        <Entry key={entry.id} entry={entry} latest={index === 0} />
      ))}
      {damaged.length > 0 && (
        <Notice tone="caution">{m.record_damaged({ count: damaged.length })}</Notice>
      )}
    </Section>
  );
}

interface EntryProps {
  readonly entry: StoredRecord;
  readonly latest: boolean;
}

function Entry({ entry: { id, record }, latest }: EntryProps) {
  const { records: store } = useAppState();
  const shown = useRecords((state) => state.shown);
  const { show, save } = store.getState();
  const open = shown.kind === 'one' ? shown.id === id : shown.kind === 'latest' && latest;
  const verdict = verdictBadge(record);
  const name = m.record_of({ serial: record.board.serial, time: timeWords(record.endedAt) });
  return (
    <article className={styles.entry} aria-label={name}>
      <header>
        <div className={styles.entryName}>
          <strong>{record.board.name}</strong>
          <span>{name}</span>
          <Row>
            {record.virtual ? (
              <Badge tone="virtual">{m.record_virtual_short()}</Badge>
            ) : (
              <Badge tone="neutral" icon="board">
                {m.record_real_short()}
              </Badge>
            )}
            <Badge tone="info">
              {record.outcome === 'burned' ? m.record_burned() : m.record_already()}
            </Badge>
            <Badge tone={verdict.tone}>{verdict.words}</Badge>
            {record.resumed && <Badge tone="info">{m.record_resumed()}</Badge>}
          </Row>
        </div>
        <Row>
          <Button
            kind={latest ? 'primary' : 'default'}
            icon="download"
            label={`${m.record_save()}: ${name}`}
            onClick={() => {
              save(id);
            }}
          >
            {m.record_save()}
          </Button>
          <Button
            expanded={open}
            label={`${open ? m.record_hide() : m.record_show()}: ${name}`}
            onClick={() => {
              show(open ? { kind: 'none' } : { kind: 'one', id });
            }}
          >
            {open ? m.record_hide() : m.record_show()}
          </Button>
          <DeleteButton id={id} name={name} />
        </Row>
      </header>
      {open && <RecordView record={record} />}
    </article>
  );
}

function DeleteButton({ id, name }: { readonly id: string; readonly name: string }) {
  const { records: store } = useAppState();
  const [asking, setAsking] = useState(false);
  const close = (): void => {
    setAsking(false);
  };
  return (
    <>
      <Button
        kind="quiet"
        icon="trash"
        label={`${m.record_delete()}: ${name}`}
        onClick={() => {
          setAsking(true);
        }}
      >
        {m.record_delete()}
      </Button>
      <Dialog
        title={m.record_delete_title()}
        opened={asking}
        onClose={close}
        actions={
          <>
            <Button onClick={close}>{m.record_delete_keep()}</Button>
            <Button
              kind="danger"
              icon="trash"
              onClick={() => {
                close();
                void store.getState().remove(id);
              }}
            >
              {m.record_delete()}
            </Button>
          </>
        }
      >
        <p>{name}</p>
        <p>{m.record_delete_text()}</p>
      </Dialog>
    </>
  );
}

function CheckFile() {
  const { records: store } = useAppState();
  const checked = useRecords((state) => state.checked);
  const { open, error, dismiss } = useOpenFile();
  const { check, forgetChecked } = store.getState();
  return (
    <Section
      title={m.record_check()}
      description={m.record_check_lede()}
      aside={
        <Button
          icon="open"
          onClick={() => {
            open('.json', (file) => {
              check(file);
              return Promise.resolve();
            });
          }}
        >
          {m.record_check_open()}
        </Button>
      }
    >
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
      {checked?.kind === 'refused' && (
        <ErrorNotice failure={describeFailure(checked.error)} onDismiss={forgetChecked} />
      )}
      {checked?.kind === 'genuine' && (
        <>
          <Notice
            tone="proven"
            title={m.record_check_good({ name: checked.name })}
            live="status"
            actions={
              <Button kind="quiet" size="small" onClick={forgetChecked}>
                {m.record_check_close()}
              </Button>
            }
          />
          <RecordView record={checked.record} />
        </>
      )}
    </Section>
  );
}
