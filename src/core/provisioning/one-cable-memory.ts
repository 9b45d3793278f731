/**
 * What a one-cable job remembers beside the journal: which drive belongs to which board, and how far its factory
 * image is. One entry a board, under `one-cable/<serial>`; and which board was the last. No secret.
 */
import type { JsonValue, Store } from '../ports/index.ts';

export type FactoryPhase = 'writing' | 'waits-for-trustzone' | 'proven';

export interface OneCableMemory {
  readonly serial: string;
  /** `identifyDrive` of the drive that was seen to start this very chip. */
  readonly driveId: string | undefined;
  readonly factory:
    { readonly sha256: string; readonly version: number; readonly phase: FactoryPhase } | undefined;
}

const FORMAT = 'keyfuse-one-cable-1';
const PREFIX = 'one-cable/';
const LAST = 'one-cable-last';
const PHASES: readonly FactoryPhase[] = ['writing', 'waits-for-trustzone', 'proven'];

export async function recall(store: Store, serial: string): Promise<OneCableMemory> {
  const found = parse(await store.get(PREFIX + serial));
  return found?.serial === serial ? found : { serial, driveId: undefined, factory: undefined };
}

/** Undefined: no board was ever worked on by this route here. */
export async function recallLast(store: Store): Promise<OneCableMemory | undefined> {
  const serial = await store.get(LAST);
  return typeof serial === 'string' ? recall(store, serial) : undefined;
}

/** Also makes it the last one. */
export async function remember(store: Store, memory: OneCableMemory): Promise<void> {
  const { serial, driveId, factory } = memory;
  await store.put(PREFIX + serial, {
    format: FORMAT,
    serial,
    ...(driveId !== undefined && { driveId }),
    ...(factory !== undefined && { factory: { ...factory } }),
  });
  await store.put(LAST, serial);
}

type Members = Readonly<Record<string, JsonValue | undefined>>;

function membersOf(value: JsonValue | undefined): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return value as Members;
}

function parse(value: JsonValue | undefined): OneCableMemory | undefined {
  const { format, serial, driveId, factory } = membersOf(value);
  if (format !== FORMAT || typeof serial !== 'string') return undefined;
  const { sha256, version, phase: word } = membersOf(factory);
  const phase = PHASES.find((each) => each === word);
  const isWhole = typeof sha256 === 'string' && typeof version === 'number' && phase !== undefined;
  return {
    serial,
    driveId: typeof driveId === 'string' ? driveId : undefined,
    factory: isWhole ? { sha256, version, phase } : undefined,
  };
}
