/**
 * Time at a virtual bench. One engine with two paces: at *host pace* a second takes a second of
 * the host's clock; with *simulated pace* time stands still while anybody works and jumps to the
 * next appointment as soon as everybody waits.
 *
 * It knows nothing of the board. It has no timers of its own: at host pace it sleeps on the clock
 * that it was given, in simulated pace it yields through the function that it was given.
 */
import { AppError } from '../core/errors.ts';
import {
  createCanceller,
  throwIfCancelled,
  type Canceller,
  type CancelSignal,
  type Clock,
} from '../core/ports/index.ts';

export interface ScheduleOptions {
  /**
   * A background appointment is kept when time passes, but does not make simulated time pass:
   * a receiver that asks once a second for ever must not keep the whole program spinning.
   */
  readonly background?: boolean;
}

/** A clock whose time can be simulated. Everything that waits on it may be awaited as usual. */
export interface SimClock extends Clock {
  /**
   * Calls `action` once, `delayMs` from now (at least one turn later; never when infinite).
   * Actions of the same instant run in the order in which they were scheduled. Returns the
   * function that calls it off, which frees everything that was kept for it.
   */
  schedule(delayMs: number, action: () => void, options?: ScheduleOptions): () => void;
  /** Keeps simulated time still until `work` settles; for work that waits on something else than this clock. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Appointments not yet kept; 0 means nothing leaks. */
  readonly pending: number;
}

export interface SimClockOptions {
  /**
   * Gives the host one turn of its event loop (a macrotask, e.g. `setImmediate` or a
   * MessageChannel message), so that everything that is ready to run does so.
   */
  readonly yieldToHost: () => Promise<void>;
  /** What `wallMs()` says at the start; milliseconds since 1970-01-01T00:00:00Z. */
  readonly startWallMs: number;
}

/** A clock that is always simulated. It starts at `nowMs() === 0`. */
export function createSimClock(options: SimClockOptions): SimClock {
  return new PacedClock({ ...options, host: undefined });
}

/**
 * Quiet turns of the host's event loop that make us believe that everybody waits. One would do
 * for promises; results of WebCrypto and of file access arrive through the loop and may need a few.
 */
const QUIET_TURNS = 4;

interface Appointment {
  readonly dueMs: number;
  readonly order: number;
  readonly background: boolean;
  readonly action: () => void;
}

interface PacedClockOptions extends SimClockOptions {
  /** The clock of the host pace; undefined: only simulated. */
  readonly host: Clock | undefined;
}

/** The engine. `createVirtualBench` uses it directly, because the pace is a switch on its panel. */
export class PacedClock implements SimClock {
  readonly #host: Clock | undefined;
  readonly #yieldToHost: () => Promise<void>;
  readonly #startWallMs: number;
  #hostPace: boolean;
  /** Our time at the moment `#hostBaseMs`, or simply our time when it is simulated. */
  #nowMs = 0;
  #hostBaseMs = 0;
  /** Sorted by due time, then by order. */
  readonly #appointments: Appointment[] = [];
  #orders = 0;
  /** Counts everything that shows that somebody is at work. */
  #activity = 0;
  readonly #holds = new Set<Promise<unknown>>();
  #driving = false;
  #hostSleep: Canceller | undefined;

  constructor(options: PacedClockOptions) {
    this.#host = options.host;
    this.#yieldToHost = options.yieldToHost;
    this.#startWallMs = options.startWallMs;
    this.#hostPace = options.host !== undefined;
    this.#hostBaseMs = options.host?.nowMs() ?? 0;
  }

  get hostPace(): boolean {
    return this.#hostPace;
  }

  get pending(): number {
    return this.#appointments.length;
  }

  nowMs(): number {
    if (!this.#hostPace || this.#host === undefined) return this.#nowMs;
    return this.#nowMs + Math.max(0, this.#host.nowMs() - this.#hostBaseMs);
  }

  wallMs(): number {
    return this.#startWallMs + this.nowMs();
  }

  /** Switches the pace; whoever sleeps keeps his appointment on the time line. */
  setHostPace(hostPace: boolean): void {
    if (hostPace === this.#hostPace || this.#host === undefined) return;
    this.#nowMs = this.nowMs();
    this.#hostBaseMs = this.#host.nowMs();
    this.#hostPace = hostPace;
    this.#activity += 1;
    this.#hostSleep?.cancel();
    this.#drive();
  }

  async sleep(durationMs: number, signal?: CancelSignal): Promise<void> {
    throwIfCancelled(signal);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        callOff();
        signal?.removeEventListener('abort', onAbort);
        reject(new AppError('cancelled', 'cancelled'));
      };
      const callOff = this.schedule(durationMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort);
    });
  }

  schedule(delayMs: number, action: () => void, options: ScheduleOptions = {}): () => void {
    const appointment: Appointment = {
      dueMs: this.nowMs() + (delayMs > 0 ? delayMs : 0),
      order: this.#orders,
      background: options.background ?? false,
      action,
    };
    this.#orders += 1;
    this.#activity += 1;
    const at = this.#appointments.findIndex((other) => other.dueMs > appointment.dueMs);
    this.#appointments.splice(at === -1 ? this.#appointments.length : at, 0, appointment);
    // The host sleeps until the first appointment; wake it when there is an earlier one now.
    if (at === 0) this.#hostSleep?.cancel();
    this.#drive();
    return () => {
      this.#remove(appointment);
    };
  }

  async hold<T>(work: Promise<T>): Promise<T> {
    this.#holds.add(work);
    this.#activity += 1;
    try {
      return await work;
    } finally {
      this.#holds.delete(work);
      this.#activity += 1;
    }
  }

  #remove(appointment: Appointment): void {
    const at = this.#appointments.indexOf(appointment);
    if (at === -1) return;
    this.#appointments.splice(at, 1);
    this.#activity += 1;
    if (at === 0) this.#hostSleep?.cancel();
  }

  /** Somebody must wait for time to pass, and something must be due one day. */
  #hasWork(): boolean {
    const first = this.#appointments[0];
    if (first === undefined || !Number.isFinite(first.dueMs)) return false;
    return this.#hostPace || this.#appointments.some((appointment) => !appointment.background);
  }

  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    // Leaves the caller's stack, so that an action never runs inside `schedule`.
    await Promise.resolve();
    try {
      while (this.#hasWork()) {
        if (this.#hostPace) await this.#waitOnHost();
        else await this.#waitUntilQuiet();
        this.#keepNext();
      }
    } finally {
      this.#driving = false;
    }
  }

  async #waitOnHost(): Promise<void> {
    const first = this.#appointments[0];
    if (first === undefined || this.#host === undefined) return;
    const waitMs = first.dueMs - this.nowMs();
    if (waitMs <= 0) {
      // Overdue: keep it now, but let the host breathe, for a chain of short appointments may be long.
      await this.#yieldToHost();
      return;
    }
    const sleep = createCanceller();
    this.#hostSleep = sleep;
    try {
      await this.#host.sleep(waitMs, sleep.signal);
    } catch (error) {
      // Woken early on purpose; anything else is a fault of the host's clock.
      if (!sleep.signal.aborted) throw error;
    } finally {
      this.#hostSleep = undefined;
    }
  }

  async #waitUntilQuiet(): Promise<void> {
    let seen = this.#activity;
    for (let quiet = 0; quiet < QUIET_TURNS && !this.#hostPace; quiet++) {
      await this.#yieldToHost();
      await Promise.allSettled(this.#holds);
      if (this.#activity !== seen) quiet = -1;
      seen = this.#activity;
    }
  }

  /** Keeps the first appointment if its time has come. */
  #keepNext(): void {
    const first = this.#appointments[0];
    if (first === undefined || !this.#hasWork()) return;
    if (this.#hostPace) {
      // Timers of a host may fire a fraction early; never run an action before its time.
      if (this.nowMs() < first.dueMs) return;
    } else {
      this.#nowMs = Math.max(this.#nowMs, first.dueMs);
    }
    this.#appointments.shift();
    this.#activity += 1;
    first.action();
  }
}
