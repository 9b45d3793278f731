/**
 * The image that a board starts, read from its flash in DFU mode, and the header size that its
 * bootloader was built for, proven by the digest. Reading only.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { AppError, toAppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import { readRunningImage, type RunningImage } from '../core/provisioning/index.ts';
import type { DfuProgress } from '../core/stm32/index.ts';
import { requireBench, type BenchStore } from './bench.ts';
import { withBoardAlone } from './board-job.ts';
import type { BoardLocks } from './board-locks.ts';
import type { KeystoreStore } from './keystore.ts';

/** What other pages may rely on: proven by the digest of the image in flash. */
export interface RunningImageFacts {
  readonly version: number;
  readonly partitionId: number;
  /** IMAGE_HEADER_SIZE of the bootloader on the board. */
  readonly headerSizeBytes: number;
  readonly boardSerial: string | undefined;
}

export type RunningImageJob =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly progress: DfuProgress | undefined }
  | {
      readonly kind: 'done';
      readonly reading: RunningImage;
      readonly boardSerial: string | undefined;
    }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface RunningImageState {
  readonly job: RunningImageJob;
  /** Undefined until an image was read whose digest holds. */
  readonly runningImage: RunningImageFacts | undefined;
  read(): Promise<void>;
  cancel(): void;
  /** Something else was put into flash. */
  forget(): void;
  dismiss(): void;
}

export type RunningImageStore = StoreApi<RunningImageState>;

const nothing = { job: { kind: 'none' }, runningImage: undefined } as const;

export function createRunningImageStore(
  locks: BoardLocks,
  stores: { readonly bench: BenchStore; readonly keystore: KeystoreStore },
): RunningImageStore {
  const store = createStore<RunningImageState>()((set, get) => {
    let canceller: Canceller | undefined;
    const look = async (signal: Canceller['signal']): Promise<void> => {
      const { partitions } = stores.keystore.getState().view.profile;
      if (partitions === undefined) {
        throw new AppError('invalid-argument', 'this build has no partitions that are known here');
      }
      const { bench: chosenBench, chosenUsb } = stores.bench.getState();
      const bench = requireBench({ bench: chosenBench });
      const done = await withBoardAlone(
        locks,
        bench,
        async (session) => ({
          reading: await readRunningImage(session, partitions, {
            signal,
            onProgress: (progress) => {
              if (get().job.kind === 'running') set({ job: { kind: 'running', progress } });
            },
          }),
          boardSerial: session.description.identity.serial,
        }),
        { signal, chosen: chosenUsb },
      );
      if (stores.bench.getState().bench !== bench) return;
      stores.bench.getState().sawBoard(done.boardSerial);
      set({
        job: { kind: 'done', ...done },
        runningImage: factsOf(done.reading, done.boardSerial),
      });
    };

    return {
      ...nothing,

      async read() {
        if (get().job.kind === 'running') return;
        canceller = createCanceller();
        set({ job: { kind: 'running', progress: undefined } });
        try {
          await look(canceller.signal);
        } catch (thrown) {
          const error = toAppError(thrown);
          set({ job: error.code === 'cancelled' ? { kind: 'none' } : { kind: 'failed', error } });
        } finally {
          canceller = undefined;
        }
      },
      cancel() {
        canceller?.cancel();
      },
      forget() {
        if (get().job.kind !== 'running') set(nothing);
      },
      dismiss() {
        if (get().job.kind === 'failed') set({ job: { kind: 'none' } });
      },
    };
  });
  stores.bench.subscribe((now, before) => {
    if (now.bench !== before.bench) store.setState(nothing);
  });
  return store;
}

function factsOf(
  reading: RunningImage,
  boardSerial: string | undefined,
): RunningImageFacts | undefined {
  if (reading.kind === 'none') return undefined;
  const { headerSizeBytes, image } = reading;
  if (headerSizeBytes === undefined || image === undefined) return undefined;
  const { version, partitionId } = image;
  return { version, partitionId, headerSizeBytes, boardSerial };
}
