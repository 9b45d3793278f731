/** The journal of this board as a file: out, in, and what came of it. */
import type { JournalConflict, JournalImport } from '../../core/provisioning/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useJournalFile, useJournalFileActions } from '../../state/use-board-standing.ts';
import { Button } from '../../ui/kit/button.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';

export function ExportJournal({ name }: { readonly name: string }) {
  const { save } = useJournalFileActions();
  return (
    <Button
      size="small"
      icon="download"
      label={`${m.standing_save()}: ${name}`}
      onClick={() => void save()}
    >
      {m.standing_save()}
    </Button>
  );
}

export function ImportJournal({ name }: { readonly name: string }) {
  const actions = useJournalFileActions();
  const { open, error, dismiss } = useOpenFile();
  return (
    <>
      <Button
        size="small"
        icon="open"
        label={`${m.standing_open()}: ${name}`}
        onClick={() => {
          open('.json', (file) => actions.open(file));
        }}
      >
        {m.standing_open()}
      </Button>
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
    </>
  );
}

export function JournalFileOutcome() {
  const job = useJournalFile((state) => state.job);
  const { dismiss } = useJournalFileActions();
  const close = (
    <Button kind="quiet" size="small" onClick={dismiss}>
      {m.journal_close()}
    </Button>
  );
  switch (job.kind) {
    case 'none':
      return null;
    case 'saved':
      return (
        <Notice
          tone="info"
          title={m.journal_saved({ name: job.name })}
          live="status"
          actions={close}
        >
          {m.journal_saved_text()}
        </Notice>
      );
    case 'failed':
      return <ErrorNotice failure={describeFailure(job.error)} onDismiss={dismiss} />;
    case 'read':
      return (
        <Notice
          tone={job.result.kind === 'kept' ? 'caution' : 'info'}
          title={titleOf(job.result, job.name)}
          live="status"
          actions={close}
        >
          <Outcome result={job.result} />
        </Notice>
      );
  }
}

function titleOf({ kind }: JournalImport, name: string): string {
  if (kind === 'taken-over') return m.journal_taken_over({ name });
  return kind === 'same' ? m.journal_same({ name }) : m.journal_kept({ name });
}

const conflictWords: Readonly<Record<JournalConflict, () => string>> = {
  older: m.journal_conflict_older,
  'primer-here': m.journal_conflict_primer,
  'other-keystore': m.journal_conflict_other,
};

function Outcome({ result }: { readonly result: JournalImport }) {
  const { serial } = result.kind === 'kept' ? result.file : result.entry;
  return (
    <>
      {result.kind === 'kept' && (
        <ul>
          {result.conflicts.map((conflict) => (
            <li key={conflict}>{conflictWords[conflict]()}</li>
          ))}
        </ul>
      )}
      {result.kind === 'taken-over' && result.ownBoard && (
        <p>{m.journal_taken_over_text({ serial })}</p>
      )}
      {!result.ownBoard && <p>{m.journal_taken_over_other({ serial })}</p>}
    </>
  );
}
