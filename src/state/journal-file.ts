/** The journal of the board at hand, handed out as a file and taken over from one. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { bytesToLatin1 } from '../core/bytes/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import {
  exportJournal,
  importJournal,
  journalFileName,
  parseJournalFile,
  readJournal,
  type JournalImport,
} from '../core/provisioning/index.ts';
import type { AppState } from './app-state.ts';
import { requireBench } from './bench.ts';
import type { NamedFile } from './services.ts';

export type JournalFileJob =
  | { readonly kind: 'none' }
  | { readonly kind: 'saved'; readonly name: string }
  | { readonly kind: 'read'; readonly name: string; readonly result: JournalImport }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface JournalFileState {
  readonly job: JournalFileJob;
  save(): Promise<void>;
  open(file: NamedFile): Promise<void>;
  dismiss(): void;
}

export function createJournalFileStore(app: AppState): StoreApi<JournalFileState> {
  const { inspect, bench, services, locks } = app;
  return createStore<JournalFileState>()((set) => {
    const attempt = async (work: () => Promise<JournalFileJob>): Promise<void> => {
      try {
        set({ job: await work() });
      } catch (thrown) {
        set({ job: { kind: 'failed', error: toAppError(thrown) } });
      }
    };
    const boardSerial = (): string | undefined => {
      const { job } = inspect.getState();
      return job.kind === 'done' ? job.findings.inspection.serial : undefined;
    };
    /** The pages tell what the journal says now. */
    const tellPages = async (): Promise<void> => {
      const { job, adopt } = inspect.getState();
      const serial = boardSerial();
      const { kind } = requireBench(bench.getState());
      if (job.kind !== 'done' || serial === undefined) return;
      const { inspection, description } = job.findings;
      adopt({
        inspection,
        description,
        journal: await readJournal(services.journals[kind], serial),
      });
    };
    return {
      job: { kind: 'none' },
      async save() {
        await attempt(async () => {
          const { kind } = requireBench(bench.getState());
          const serial = boardSerial();
          const entry = serial && (await readJournal(services.journals[kind], serial));
          if (!entry) throw new AppError('journal-conflict', 'there is no journal of this board');
          const name = journalFileName(entry);
          services.files.save(name, exportJournal(entry, kind));
          return { kind: 'saved', name };
        });
      },
      async open({ name, bytes }) {
        await attempt(async () => {
          const { kind } = requireBench(bench.getState());
          // Canonical JSON is ASCII; anything else fails its digest.
          const file = parseJournalFile(bytesToLatin1(bytes), name);
          const result = await locks[kind].exclusive(`board/${file.entry.serial}`, () =>
            importJournal(services.journals[kind], file, {
              benchKind: kind,
              boardSerial: boardSerial(),
            }),
          );
          await tellPages();
          return { kind: 'read', name, result };
        });
      },
      dismiss() {
        set({ job: { kind: 'none' } });
      },
    };
  });
}
