/**
 * A file over XMODEM from the console page, either way. It proves nothing about what the other side does
 * with the file; updates of wolfBoot are the update page's.
 */
import { toAppError, type AppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import type { AppState } from './app-state.ts';
import { fileTime } from './time-of-day.ts';

export type TransferDirection = 'send' | 'receive';

export type TransferJob =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly direction: TransferDirection;
      readonly name: string;
      readonly doneBytes: number;
      /** undefined where nobody knows it beforehand. */
      readonly totalBytes: number | undefined;
      readonly bytesPerSecond: number;
      readonly cancelling: boolean;
    }
  | {
      readonly kind: 'done';
      readonly direction: TransferDirection;
      readonly name: string;
      readonly fileBytes: number;
      readonly elapsedMs: number;
    }
  | { readonly kind: 'cancelled'; readonly direction: TransferDirection; readonly name: string }
  | {
      readonly kind: 'failed';
      readonly direction: TransferDirection;
      readonly name: string;
      readonly error: AppError;
    };

export interface ConsoleTransfer {
  /** Lets the person choose the file; the board's receiver must be waiting already. */
  send(): Promise<void>;
  /** The board's sender must be waiting already; the file is handed to the person. */
  receive(): Promise<void>;
  cancel(): void;
  /** Puts the last result away. */
  end(): void;
}

interface Progress {
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly bytesPerSecond: number;
}

interface Finished {
  readonly fileBytes: number;
  readonly elapsedMs: number;
}

interface Running {
  readonly signal: Canceller['signal'];
  readonly onProgress: (progress: Progress) => void;
}

export function createConsoleTransfer(
  { consoleLink: link, bench, boardJobs, services }: AppState,
  onJob: (job: TransferJob) => void,
): ConsoleTransfer {
  let job: TransferJob = { kind: 'none' };
  let canceller: Canceller | undefined;

  const become = (next: TransferJob): void => {
    job = next;
    onJob(next);
  };

  const requireClock = () => bench.getState().bench?.clock ?? services.clock;

  const run = async (
    direction: TransferDirection,
    name: string,
    work: (running: Running) => Promise<Finished>,
  ): Promise<void> => {
    if (canceller !== undefined) return;
    const mine = createCanceller();
    canceller = mine;
    const start = { doneBytes: 0, totalBytes: undefined, bytesPerSecond: 0 };
    become({ kind: 'running', direction, name, ...start, cancelling: false });
    const onProgress = ({ doneBytes, totalBytes, bytesPerSecond }: Progress): void => {
      if (job.kind === 'running') become({ ...job, doneBytes, totalBytes, bytesPerSecond });
    };
    try {
      const finished = await boardJobs
        .getState()
        .run('xmodem', () => services.keepAwake(() => work({ signal: mine.signal, onProgress })));
      become({ kind: 'done', direction, name, ...finished });
    } catch (thrown) {
      const error = toAppError(thrown);
      become(
        error.code === 'cancelled'
          ? { kind: 'cancelled', direction, name }
          : { kind: 'failed', direction, name, error },
      );
    } finally {
      canceller = undefined;
    }
  };

  return {
    async send() {
      const file = await services.files.pick('');
      if (file === undefined) return;
      await run('send', file.name, async (running) => {
        const { sendXmodem } = await import('../core/serial/xmodem-sender.ts');
        const dialogue = link.dialogue();
        const report = await dialogue.withPipe((pipe) =>
          sendXmodem(pipe, requireClock(), file.bytes, {
            receiver: 'classic',
            baudRate: link.settings.baudRate,
            onAbandon: 'leave',
            ...running,
          }),
        );
        dialogue.unread(report.trailing);
        return report;
      });
    },
    async receive() {
      const name = `keyfuse-received-${fileTime(services.clock.wallMs())}.bin`;
      await run('receive', name, async (running) => {
        const { receiveXmodem } = await import('../core/serial/xmodem-receiver.ts');
        const { file, elapsedMs } = await link
          .dialogue()
          .withPipe((pipe) => receiveXmodem(pipe, requireClock(), running));
        services.files.save(name, file);
        return { fileBytes: file.length, elapsedMs };
      });
    },
    cancel() {
      if (job.kind !== 'running') return;
      become({ ...job, cancelling: true });
      canceller?.cancel();
    },
    end() {
      if (job.kind !== 'running') become({ kind: 'none' });
    },
  };
}
