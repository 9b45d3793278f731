/** Opening a file from a click or a drop: the person chooses, a store takes it. */
import { useState } from 'react';
import { toAppError, type AppError } from '../core/errors.ts';
import { useAppState } from './react.ts';
import type { NamedFile } from './services.ts';

interface OpenFile {
  /** Lets the person choose a file and hands it on; nothing happens when none is chosen. */
  readonly open: (accept: string, take: (file: NamedFile) => Promise<void>) => void;
  /** The same for a file that was dropped or pasted. */
  readonly openDropped: (file: File, take: (file: NamedFile) => Promise<void>) => void;
  /** Why a file could not be read; what its content is worth is the store's to say. */
  readonly error: AppError | undefined;
  readonly dismiss: () => void;
}

export function useOpenFile(): OpenFile {
  const { files, readFile } = useAppState().services;
  const [error, setError] = useState<AppError>();
  const hand = (
    find: () => Promise<NamedFile | undefined>,
    take: (file: NamedFile) => Promise<void>,
  ): void => {
    const run = async (): Promise<void> => {
      const file = await find();
      if (file === undefined) return;
      setError(undefined);
      await take(file);
    };
    run().catch((thrown: unknown) => {
      setError(toAppError(thrown, 'file-failed'));
    });
  };
  return {
    open: (accept, take) => {
      hand(() => files.pick(accept), take);
    },
    openDropped: (file, take) => {
      hand(() => readFile(file), take);
    },
    error,
    dismiss: () => {
      setError(undefined);
    },
  };
}
