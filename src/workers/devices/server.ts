/**
 * The worker's side: takes calls for the desk and for what it opened, and answers each exactly once.
 * It knows the methods of a session or a line only by asking the object that it opened.
 */
import { AppError } from '../../core/errors.ts';
import { createCanceller, type Canceller } from '../../core/ports/index.ts';
import { carryError } from './carried-error.ts';
import { putHooks } from './hooks.ts';
import type {
  BusName,
  CallRequest,
  DeviceDesk,
  DeviceReply,
  DeviceRequest,
  Handle,
} from './protocol.ts';

export type DevicePost = (reply: DeviceReply) => void;

/** What the desk has open, and the desk itself. */
export interface ServedDesk {
  readonly desk: DeviceDesk;
  /** Throws what a call on something that was closed deserves. */
  opened(handle: Handle): object;
  watch(onChange: (bus: BusName) => void): void;
}

type Method = (...args: readonly unknown[]) => unknown;

/** Returns the function that takes the page's messages. */
export function serveDevices(served: ServedDesk, post: DevicePost): (data: DeviceRequest) => void {
  const running = new Map<number, Canceller>();

  served.watch((changed) => {
    post({ changed });
  });

  const perform = async (request: CallRequest, canceller: Canceller): Promise<unknown> => {
    const { handle, method, args, hooks, call } = request;
    const target = handle === undefined ? served.desk : served.opened(handle);
    const given = putHooks(args, hooks, ({ kind }, hook) =>
      kind === 'signal'
        ? canceller.signal
        : (...values) => {
            post({ call, hook, given: values });
          },
    );
    return methodOf(target, method).apply(target, [...given]);
  };

  const answer = async (request: CallRequest): Promise<void> => {
    const { call } = request;
    const canceller = createCanceller();
    running.set(call, canceller);
    try {
      post({ call, ok: true, value: await perform(request, canceller) });
    } catch (error) {
      post({ call, ok: false, error: carryError(error) });
    } finally {
      running.delete(call);
    }
  };

  return (data) => {
    if ('cancel' in data) running.get(data.cancel)?.cancel();
    else void answer(data);
  };
}

/** Names of an object's own methods and those of its class; nothing that every object has. */
export function methodsOf(object: object): readonly string[] {
  const names = new Set<string>();
  for (
    let at: object | null = object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}

/** What it says about itself: its own fields that are data. */
export function factsOf(object: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => typeof value !== 'function'),
  );
}

function methodOf(target: object, name: string): Method {
  if (methodsOf(target).includes(name)) return (target as Record<string, Method>)[name] as Method;
  throw new AppError('invalid-argument', `there is no call ${name}`, { context: { call: name } });
}
