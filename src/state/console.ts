/**
 * The console page: typing, break and control lines, what the board says of itself beside the plan, the
 * boots that were seen, files over XMODEM. The line itself is the app's one console link; while a
 * command or a transfer holds it, nothing is typed in between.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { AppError, toAppError } from '../core/errors.ts';
import {
  compareWithPlan,
  createBootReporter,
  hexFile,
  plainFile,
  timedFile,
  type ConsoleDialogue,
  type HeardChunk,
  type PlanComparison,
  type ReportedBoot,
} from '../core/serial/index.ts';
import type { FlowControl, SerialSignals } from '../core/ports/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { AppState } from './app-state.ts';
import type { LineSettings, LinkState } from './console-link.ts';
import { createConsoleTransfer, type TransferJob } from './console-transfer.ts';
import { lineBytes, typedBytes, type LineEnding } from './console-typing.ts';
import { fileTime, timeOfDay } from './time-of-day.ts';

/** Who has the line; `other`: a job of another page. */
export type LineHolder = 'nobody' | 'info' | 'transfer' | 'update' | 'other';

export type SaveForm = 'plain' | 'timed' | 'hex';

export interface AskedBoard {
  readonly comparison: PlanComparison;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface ConsoleState {
  readonly link: LinkState;
  readonly settings: LineSettings;
  readonly holder: LineHolder;
  readonly timestamps: boolean;
  readonly hex: boolean;
  readonly ending: LineEnding;
  readonly specialKeys: boolean;
  /** As they were set last; undefined while the line is not open. */
  readonly signals: Required<SerialSignals> | undefined;
  /** The newest last. */
  readonly history: readonly string[];
  readonly boots: readonly ReportedBoot[];
  readonly board: AskedBoard | undefined;
  /** How often the line was lost and came back by itself. */
  readonly resumed: number;
  readonly transfer: TransferJob;
  /** Counts up when what was shown is gone. */
  readonly cleared: number;
  readonly activity: Activity;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Takes effect at once: a line that is open is opened again. */
  setLine(settings: {
    readonly baudRate?: number;
    readonly flowControl?: FlowControl;
  }): Promise<void>;
  show(view: { readonly timestamps?: boolean; readonly hex?: boolean }): void;
  setTyping(typing: { readonly ending?: LineEnding; readonly specialKeys?: boolean }): void;
  /** As a terminal reports keystrokes. Dropped while something else holds the line. */
  type(text: string): Promise<void>;
  /** False, and nothing sent, while something else holds the line. */
  sendLine(line: string): Promise<boolean>;
  /** Holds the line low for 250 ms. */
  sendBreak(): Promise<void>;
  setSignals(signals: Omit<SerialSignals, 'break'>): Promise<void>;
  askInfo(): Promise<void>;
  sendFile(): Promise<void>;
  receiveFile(): Promise<void>;
  cancelTransfer(): void;
  endTransfer(): void;
  /** Hears first what the line said so far. */
  watch(listener: (chunk: HeardChunk) => void): () => void;
  /** Bytes that came before those that are kept. */
  forgottenBytes(): number;
  save(form: SaveForm): void;
  clear(): void;
  dismiss(): void;
}

export type ConsoleStore = StoreApi<ConsoleState>;

const BREAK_MS = 250;
const HISTORY_LINES = 100;
const BOOTS_KEPT = 50;
const OPENED_SIGNALS = { break: false, dataTerminalReady: true, requestToSend: true } as const;

export function createConsoleStore(app: AppState): ConsoleStore {
  const { consoleLink: link, services } = app;
  return createStore<ConsoleState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };

    const holder = (): LineHolder => {
      if (!link.busy) return 'nobody';
      const { transfer, activity } = get();
      if (transfer.kind === 'running') return 'transfer';
      if (activity.kind === 'busy' && activity.what === 'info') return 'info';
      return app.update.getState().job.kind === 'running' ? 'update' : 'other';
    };

    const reportBoot = createBootReporter((boot) => {
      const others = get().boots.filter(({ number }) => number !== boot.number);
      set({ boots: [...others, boot].slice(-BOOTS_KEPT) });
    });

    const free = (): ConsoleDialogue | undefined =>
      link.state.kind === 'open' && !link.busy ? link.dialogue() : undefined;

    const transfer = createConsoleTransfer(app, (job) => {
      set({ transfer: job });
    });

    const intendedVersion = (): number | undefined => {
      const { images } = app.firmware.getState();
      const chosen = images.find(({ id }) => id === app.update.getState().imageId);
      return (chosen ?? images.at(-1))?.image.version;
    };

    link.observe({
      onState: (state) => {
        set({ link: state, signals: state.kind === 'open' ? OPENED_SIGNALS : undefined });
      },
      onSettings: (settings) => {
        set({ settings });
      },
      onBusy: () => {
        set({ holder: holder() });
      },
      onResumed: () => {
        set({ resumed: get().resumed + 1 });
      },
      onCleared: () => {
        set({ cleared: get().cleared + 1 });
      },
    });
    app.bench.subscribe((now, before) => {
      if (now.bench !== before.bench) set({ boots: [], board: undefined, resumed: 0 });
    });
    // Behind the making of the store: what was heard before the page was first opened.
    queueMicrotask(() => {
      link.watch(({ atMs, bytes }) => {
        reportBoot(atMs, bytes);
      });
    });

    const write = async (bytes: Uint8Array): Promise<boolean> => {
      const dialogue = free();
      if (dialogue === undefined || bytes.length === 0) return false;
      try {
        return await dialogue.type(bytes);
      } catch (thrown) {
        report({ kind: 'failed', what: 'type', error: toAppError(thrown) });
        return false;
      }
    };

    const drive = async (signals: SerialSignals): Promise<void> => {
      const done = await free()?.setSignals(signals);
      if (done !== true) throw new AppError('board-busy', 'a command holds the serial line');
      const known = get().signals;
      if (known !== undefined) set({ signals: { ...known, ...signals } });
    };

    return {
      link: link.state,
      settings: link.settings,
      holder: 'nobody',
      timestamps: false,
      hex: false,
      ending: 'cr',
      specialKeys: false,
      signals: link.state.kind === 'open' ? OPENED_SIGNALS : undefined,
      history: [],
      boots: [],
      board: undefined,
      resumed: 0,
      transfer: { kind: 'none' },
      cleared: 0,
      activity: idle,

      async connect() {
        await perform(report, 'connect', () => link.connect());
      },
      async disconnect() {
        await link.disconnect();
      },
      async setLine(settings) {
        const open = link.state.kind === 'open';
        if (open && link.busy) return;
        link.configure(settings);
        if (!open) return;
        await perform(report, 'connect', async () => {
          await link.disconnect();
          await link.connect();
        });
      },
      show(view) {
        set(view);
      },
      setTyping(typing) {
        set(typing);
      },
      async type(text) {
        await write(typedBytes(text, get()));
      },
      async sendLine(line) {
        const bytes = lineBytes(line, get().ending);
        const sent = await write(bytes);
        const { history } = get();
        if (sent && line !== '' && history.at(-1) !== line) {
          set({ history: [...history, line].slice(-HISTORY_LINES) });
        }
        return sent;
      },
      async sendBreak() {
        await perform(report, 'break', async () => {
          await drive({ break: true });
          try {
            await (app.bench.getState().bench?.clock ?? services.clock).sleep(BREAK_MS);
          } finally {
            await drive({ break: false });
          }
        });
      },
      async setSignals(signals) {
        await perform(report, 'signals', () => drive(signals));
      },
      async askInfo() {
        await perform(report, 'info', async () => {
          const dialogue = link.dialogue();
          await dialogue.waitForPrompt();
          const info = await dialogue.info();
          const { slots } = app.keystore.getState().view;
          const comparison = compareWithPlan(info, { slots, version: intendedVersion() });
          set({ board: { comparison, atMs: services.clock.wallMs() } });
        });
      },
      sendFile: () => transfer.send(),
      receiveFile: () => transfer.receive(),
      cancelTransfer: transfer.cancel,
      endTransfer: transfer.end,
      watch: (listener) => link.watch(listener),
      forgottenBytes: () => link.log.forgottenBytes,
      save(form) {
        const chunks = link.log.chunks();
        const name = `keyfuse-console-${fileTime(services.clock.wallMs())}`;
        const files: Readonly<Record<SaveForm, () => void>> = {
          plain: () => {
            services.files.save(`${name}.log`, plainFile(chunks));
          },
          timed: () => {
            services.files.save(`${name}.txt`, timedFile(chunks, timeOfDay));
          },
          hex: () => {
            services.files.save(`${name}.hex.txt`, hexFile(chunks, link.log.forgottenBytes));
          },
        };
        files[form]();
      },
      clear() {
        link.clear();
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}
