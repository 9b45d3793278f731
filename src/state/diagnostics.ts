/**
 * The diagnostic bundle: what somebody needs to know who helps from afar. Secrets cannot be in it by type:
 * it is made of counts, digests, codes of closed lists and what devices say about themselves; there is no
 * field that takes bytes, a file's name, a message or what a console printed.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AppError, ErrorCode, ErrorContext } from '../core/errors.ts';
import type { Bench } from '../core/ports/index.ts';
import { listJournal, type JournalEntry } from '../core/provisioning/index.ts';
import type { DfuDescription } from '../core/stm32/index.ts';
import type { AppState } from './app-state.ts';
import type { LoggedEntry } from './device-log.ts';
import { measureLink, type LinkQuality } from './link-quality.ts';
import type { Environment } from './services.ts';

export interface DiagnosticBundle {
  readonly format: 'keyfuse-diagnostics-1';
  readonly atWallMs: number;
  readonly program: { readonly version: string };
  readonly browser: Environment & { readonly userAgent: string };
  readonly bench: {
    readonly kind: Bench['kind'] | 'none';
    readonly boards: readonly SeenBoard[];
    readonly ports: readonly SeenPort[];
  };
  /** undefined until a board was looked at. */
  readonly board: BoardFacts | undefined;
  readonly plan: PlanFacts | undefined;
  readonly journals: readonly JournalFacts[];
  readonly failures: readonly FailureFacts[];
  readonly link: LinkQuality;
  /** Oldest first; `dropped` stood before them. */
  readonly transfers: { readonly dropped: number; readonly entries: readonly LoggedEntry[] };
}

interface SeenBoard {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionBcd: number;
  readonly product: string | undefined;
  readonly serial: string | undefined;
}

interface SeenPort {
  readonly vendorId: number | undefined;
  readonly productId: number | undefined;
}

interface BoardFacts {
  readonly state: string;
  readonly description: DfuDescription;
  readonly productState: string | undefined;
  readonly otp: 'read' | 'not-read';
  readonly warnings: readonly string[];
}

interface PlanFacts {
  readonly hash: string;
  readonly rehearsalHash: string;
  readonly route: string;
  readonly profile: string;
  readonly work: string;
  readonly continues: boolean;
}

type JournalFacts = Pick<
  JournalEntry,
  | 'serial'
  | 'planHash'
  | 'route'
  | 'phase'
  | 'unitOffsetBytes'
  | 'beganAtWallMs'
  | 'changedAtWallMs'
> & { readonly bench: Bench['kind'] };

interface FailureFacts {
  readonly where: string;
  readonly code: ErrorCode;
  /** Numbers and yes or no of the error's context; its words stay out. */
  readonly facts: Readonly<Record<string, number | boolean>>;
}

export interface DiagnosticsState {
  /** undefined until it was put together. */
  readonly bundle: DiagnosticBundle | undefined;
  /** As it will be saved. */
  readonly text: string;
  collect(): Promise<void>;
  save(): void;
}

export function createDiagnosticsStore(app: AppState): StoreApi<DiagnosticsState> {
  return createStore<DiagnosticsState>()((set, get) => ({
    bundle: undefined,
    text: '',
    async collect() {
      const bundle = await collectDiagnostics(app);
      set({ bundle, text: bundleText(bundle) });
    },
    save() {
      const { bundle, text } = get();
      if (bundle === undefined) return;
      const day = new Date(bundle.atWallMs).toISOString().slice(0, 10);
      app.services.files.save(`keyfuse-diagnostics-${day}.json`, text);
    },
  }));
}

export async function collectDiagnostics(app: AppState): Promise<DiagnosticBundle> {
  const { services, deviceLog } = app;
  const { bench, usb, serial } = app.bench.getState();
  const entries = deviceLog.entries();
  return {
    format: 'keyfuse-diagnostics-1',
    atWallMs: services.clock.wallMs(),
    program: services.build,
    browser: { ...services.environment, userAgent: navigator.userAgent },
    bench: {
      kind: bench?.kind ?? 'none',
      boards: usb.map(({ identity }) => ({
        vendorId: identity.vendorId,
        productId: identity.productId,
        deviceVersionBcd: identity.deviceVersionBcd,
        product: identity.product,
        serial: identity.serial,
      })),
      ports: serial.map(({ identity: { vendorId, productId } }) => ({ vendorId, productId })),
    },
    board: boardFacts(app),
    plan: planFacts(app),
    journals: await journalFacts(app),
    failures: failureFacts(app),
    link: measureLink(entries),
    transfers: { dropped: deviceLog.dropped, entries },
  };
}

export function bundleText(bundle: DiagnosticBundle): string {
  return `${JSON.stringify(bundle, undefined, 1)}\n`;
}

function boardFacts({ inspect }: AppState): BoardFacts | undefined {
  const { job } = inspect.getState();
  if (job.kind !== 'done') return undefined;
  const { inspection, description, state } = job.findings;
  return {
    state: state.kind,
    description,
    productState: inspection.optionBytes.productState?.name,
    otp: inspection.otp.kind === 'read' ? 'read' : 'not-read',
    warnings: inspection.warnings,
  };
}

function planFacts({ provision }: AppState): PlanFacts | undefined {
  const { planned } = provision.getState();
  if (planned?.kind !== 'plan') return undefined;
  const { hash, rehearsalHash, route, profile, work, continues } = planned.plan;
  return { hash, rehearsalHash, route, profile: profile.id, work, continues };
}

/** What cannot be read is told by its absence: the bundle must not fail for what it is about. */
async function journalFacts({ services }: AppState): Promise<readonly JournalFacts[]> {
  const kinds = ['real', 'virtual'] as const;
  const lists = await Promise.all(
    kinds.map(async (bench) => {
      const entries = await listJournal(services.journals[bench]).catch(() => []);
      return entries.map((entry) => ({
        bench,
        serial: entry.serial,
        planHash: entry.planHash,
        route: entry.route,
        phase: entry.phase,
        unitOffsetBytes: entry.unitOffsetBytes,
        beganAtWallMs: entry.beganAtWallMs,
        changedAtWallMs: entry.changedAtWallMs,
      }));
    }),
  );
  return lists.flat();
}

function failureFacts(app: AppState): readonly FailureFacts[] {
  const { bench, inspect, provision, install, update } = app;
  const places: readonly (readonly [string, MaybeFailed])[] = [
    ['bench', bench.getState().activity],
    ['inspect', inspect.getState().job],
    ['provision', provision.getState().activity],
    ['burn', provision.getState().job],
    ['install', install.getState().job],
    ['update', update.getState().job],
  ];
  return places.flatMap(([where, { kind, error }]) =>
    kind !== 'failed' || error === undefined
      ? []
      : [{ where, code: error.code, facts: numbersOf(error.context) }],
  );
}

interface MaybeFailed {
  readonly kind: string;
  readonly error?: AppError;
}

function numbersOf(context: ErrorContext): Readonly<Record<string, number | boolean>> {
  return Object.fromEntries(
    Object.entries(context).flatMap(([name, value]) =>
      typeof value === 'number' || typeof value === 'boolean' ? [[name, value] as const] : [],
    ),
  );
}
