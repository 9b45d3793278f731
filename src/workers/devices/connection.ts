/**
 * One worker as the page speaks to it: calls with their answers, callbacks and cancels. When the worker
 * ends, whatever waits for it is told so.
 */
import { AppError } from '../../core/errors.ts';
import type { CancelSignal } from '../../core/ports/index.ts';
import { reviveError } from './carried-error.ts';
import { takeHooks, type Callback, type TakenHook } from './hooks.ts';
import type { BusName, DeviceReply, DeviceWorkerPort, Handle, Opened } from './protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

export class Connection {
  readonly #port: DeviceWorkerPort;
  readonly #onChange: (bus: BusName) => void;
  readonly #onEnd: () => void;
  readonly #waiting = new Map<number, Waiting>();
  /** By call. Those of a call that opened something are kept until it is released. */
  readonly #callbacks = new Map<number, readonly TakenHook[]>();
  /** By number of the handle: the call that opened it. */
  readonly #openedBy = new Map<number, number>();
  #ended: AppError | undefined;
  #lastCall = 0;

  constructor(
    port: DeviceWorkerPort,
    listeners: { readonly onChange: (bus: BusName) => void; readonly onEnd: () => void },
  ) {
    this.#port = port;
    this.#onChange = listeners.onChange;
    this.#onEnd = listeners.onEnd;
    port.onMessage((reply) => {
      this.#hear(reply);
    });
    port.onError((reason) => {
      this.end(reason);
    });
  }

  /** Terminates the worker; the browser gives its devices back. What waits is rejected. */
  end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new AppError('internal', `the worker that had the devices ended: ${reason}`, {
      context: { reason },
    });
    this.#port.terminate();
    for (const { reject } of [...this.#waiting.values()]) reject(this.#ended);
    this.#waiting.clear();
    this.#callbacks.clear();
    this.#onEnd();
  }

  /**
   * Calls the desk (`handle` undefined) or what it opened. Bytes are copied. A cancelled call still waits
   * for the worker's answer, so that nothing which it got meanwhile is lost.
   */
  async call(
    handle: Handle | undefined,
    method: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const { args: plain, taken } = takeHooks(args);
    const signals = taken.flatMap(({ value }) => (typeof value === 'function' ? [] : [value]));
    return this.#cancellable(signals, (call) =>
      this.#send(call, taken, () => {
        const hooks = taken.map(({ argument, field, kind }) => ({ argument, field, kind }));
        this.#port.postMessage({ call, handle, method, args: plain, hooks });
      }),
    );
  }

  /** A call that opens something; its callbacks are heard until `release`. */
  async open(method: string, args: readonly unknown[]): Promise<RemoteObject> {
    return new RemoteObject(this, (await this.call(undefined, method, args)) as Opened);
  }

  /** Never throws: a worker that has ended holds nothing any more. */
  async release(handle: Handle): Promise<void> {
    try {
      await this.call(undefined, 'release', [handle]);
    } catch {
      // Ended meanwhile: the browser has taken its devices back.
    } finally {
      this.#callbacks.delete(this.#openedBy.get(handle.number) ?? 0);
      this.#openedBy.delete(handle.number);
    }
  }

  async #cancellable(
    signals: readonly CancelSignal[],
    send: (call: number) => Promise<unknown>,
  ): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended;
    if (signals.some(({ aborted }) => aborted)) throw new AppError('cancelled', 'cancelled');
    this.#lastCall += 1;
    const call = this.#lastCall;
    const onAbort = (): void => {
      this.#port.postMessage({ cancel: call });
    };
    for (const signal of signals) signal.addEventListener('abort', onAbort);
    try {
      return await send(call);
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    }
  }

  #send(call: number, taken: readonly TakenHook[], post: () => void): Promise<unknown> {
    if (taken.length > 0) this.#callbacks.set(call, taken);
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      try {
        post();
      } catch (error) {
        this.#waiting.delete(call);
        this.#callbacks.delete(call);
        reject(
          new AppError('internal', 'what was asked cannot travel to the worker', { cause: error }),
        );
      }
    });
  }

  #hear(reply: DeviceReply): void {
    if ('changed' in reply) {
      this.#onChange(reply.changed);
      return;
    }
    const { call } = reply;
    if ('hook' in reply) {
      const callback = this.#callbacks.get(call)?.[reply.hook]?.value;
      if (typeof callback === 'function') (callback satisfies Callback)(...reply.given);
      return;
    }
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (reply.ok && isOpened(reply.value)) this.#openedBy.set(reply.value.handle.number, call);
    else this.#callbacks.delete(call);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(reviveError(reply.error));
  }
}

/** Something that lives in the worker. */
export class RemoteObject {
  readonly facts: Opened['facts'];
  /** A function for each of its methods. */
  readonly methods: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  readonly #connection: Connection;
  readonly #handle: Handle;

  constructor(connection: Connection, { handle, methods, facts }: Opened) {
    this.#connection = connection;
    this.#handle = handle;
    this.facts = facts;
    this.methods = Object.fromEntries(
      methods.map((name) => [name, (...args) => connection.call(handle, name, args)]),
    );
  }

  /** Ends what is under way there. Never throws, may be called twice. */
  async release(): Promise<void> {
    await this.#connection.release(this.#handle);
  }
}

function isOpened(value: unknown): value is Opened {
  return typeof value === 'object' && value !== null && 'handle' in value && 'methods' in value;
}
