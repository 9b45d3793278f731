/**
 * Signals and callbacks cannot be cloned: they are taken out of a call's arguments on one side and put
 * back on the other. Only plain objects that are arguments themselves are looked through.
 */
import type { CancelSignal } from '../../core/ports/index.ts';
import type { Hook } from './protocol.ts';

export type Callback = (...given: readonly unknown[]) => void;

export interface TakenHook extends Hook {
  readonly value: CancelSignal | Callback;
}

export interface Unhooked {
  readonly args: readonly unknown[];
  readonly taken: readonly TakenHook[];
}

/** What can be cloned, and what was taken out of it. The arguments themselves are left as they are. */
export function takeHooks(args: readonly unknown[]): Unhooked {
  const taken: TakenHook[] = [];
  const plain = args.map((value, argument) => {
    if (!isPlain(value)) return value;
    const rest: Record<string, unknown> = {};
    for (const [field, part] of Object.entries(value)) {
      if (typeof part === 'function') {
        taken.push({ argument, field, kind: 'callback', value: part as Callback });
      } else if (isSignal(part)) {
        taken.push({ argument, field, kind: 'signal', value: part });
      } else {
        rest[field] = part;
      }
    }
    return rest;
  });
  return { args: plain, taken };
}

/** The arguments with a value in each place that a hook marks. */
export function putHooks(
  args: readonly unknown[],
  hooks: readonly Hook[],
  valueOf: (hook: Hook, index: number) => CancelSignal | Callback,
): readonly unknown[] {
  return args.map((value, argument) => {
    const own = hooks.flatMap((hook, index) =>
      hook.argument === argument ? [[hook.field, valueOf(hook, index)] as const] : [],
    );
    return own.length > 0 && isPlain(value) ? { ...value, ...Object.fromEntries(own) } : value;
  });
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isSignal(value: unknown): value is CancelSignal {
  return (
    typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
  );
}
