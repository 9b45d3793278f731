/**
 * One board, one keystore, and a burn that is disturbed and taken up again until it ends: what the app does, done by
 * hand over the core, with nothing that outlives an attempt but board and store.
 */
import { isAppError } from '../../../src/core/errors.ts';
import type { BoardFault, JsonValue, Store } from '../../../src/core/ports/index.ts';
import {
  approvePlan,
  burn,
  confirmBurned,
  erasePrimer,
  makePlan,
  requiredTails,
  type ApprovedPlan,
  type BurnCall,
  type BurnOutcome,
  type BurnPlan,
  type IntendedOtp,
} from '../../../src/core/provisioning/index.ts';
import type { KeystoreSlot } from '../../../src/core/wolfboot/index.ts';
import {
  allProven,
  dfuBench,
  enterDfu,
  inspect,
  intendedImage,
  intendedPrimer,
  journalOf,
  letRun,
  otpImage,
  p256Profile,
  udsOf,
  type BurnBench,
} from '../burning.ts';
import { intendedKeyfusePrimer } from '../keyfuse-primer.ts';
import {
  diceOf,
  drawFate,
  QUIET_FATE,
  ROUTES,
  type Dice,
  type Fate,
  type FateKind,
  type HandFault,
  type Route,
} from './fate.ts';
import { openTab, type Tab } from './mortal-tab.ts';
import { WatchedOtp } from './watched-otp.ts';

/** Attempts under faults, and then attempts that nothing disturbs. */
const DISTURBED = 5;
const QUIET = 4;
const PERSON_TIMEOUT_MS = 20_000;

/** What an attempt ended with: a code of our errors, `tab-lost`, or how it succeeded. */
export interface Attempt {
  readonly number: number;
  readonly fate: Fate;
  readonly struck: readonly FateKind[];
  readonly end: string;
  readonly outcome: BurnOutcome | undefined;
  /** Named in the error. */
  readonly halfwords: readonly number[];
  /** Cells outside the UDS that hold what nobody intended, when it had ended. */
  readonly wrong: readonly number[];
  readonly tookMs: number;
}

export interface ChaosRun {
  readonly seed: number;
  readonly route: Route;
  readonly slots: readonly KeystoreSlot[];
  readonly bench: BurnBench;
  readonly otp: WatchedOtp;
  /** Images offered to the board, UDS and all, in order. */
  readonly images: readonly Uint8Array[];
  readonly attempts: readonly Attempt[];
  /** Every kind that has struck so far. */
  readonly struck: ReadonlySet<FateKind>;
}

/** Plays the run of `seed`; `judge` is asked after every attempt and throws what is wrong. */
export async function playChaos(
  seed: number,
  keystores: readonly (readonly KeystoreSlot[])[],
  judge: (run: ChaosRun, attempt: Attempt) => Promise<void>,
): Promise<ChaosRun> {
  return new Chaos(seed, keystores).play(judge);
}

class Chaos implements ChaosRun {
  readonly route: Route;
  readonly slots: readonly KeystoreSlot[];
  readonly images: Uint8Array[] = [];
  readonly attempts: Attempt[] = [];
  readonly struck = new Set<FateKind>();
  bench!: BurnBench;
  otp!: WatchedOtp;
  private readonly dice: Dice;
  private readonly journal = new Map<string, string>();
  private readonly usbOnly: boolean;
  private tab: Tab | undefined;
  private approval: ApprovedPlan | undefined;

  constructor(
    readonly seed: number,
    keystores: readonly (readonly KeystoreSlot[])[],
  ) {
    this.dice = diceOf(seed);
    this.route = this.dice.pick(ROUTES);
    this.slots = this.dice.pick(keystores);
    this.usbOnly = this.dice.chance(25);
  }

  async play(judge: (run: ChaosRun, attempt: Attempt) => Promise<void>): Promise<ChaosRun> {
    const bench = await dfuBench({ seed: this.seed });
    this.bench = { ...bench, store: watchedStore(this.journal, bench.store) };
    const image = otpImage(this.slots, { uds: undefined });
    const entry = `journal/${bench.serial}`;
    this.otp = new WatchedOtp(bench.board, image, () => this.journal.get(entry));
    for (let number = 1; number <= DISTURBED + QUIET; number++) {
      const fate = number > DISTURBED ? QUIET_FATE : drawFate(this.dice, this.route);
      const attempt = await this.attempt(number, fate);
      this.attempts.push(attempt);
      await judge(this, attempt);
      if (attempt.outcome !== undefined || this.isRefusedForGood()) break;
    }
    return this;
  }

  private async attempt(number: number, fate: Fate): Promise<Attempt> {
    const { bench } = this;
    if (number > 1) await this.interlude(fate);
    this.otp.attempt = number;
    const tab = this.tabFor(fate);
    const beganMs = bench.clock.nowMs();
    const stuck = bench.panel.state().armedFaults;
    for (const fault of fate.board) bench.panel.armFault(fault);
    const armed = bench.panel.state().armedFaults;
    const call = new Person(bench, fate.hands, (kind) => this.struck.add(kind)).call();
    const strikesBefore = new Set(this.struck);
    let end: string;
    let outcome: BurnOutcome | undefined;
    let halfwords: readonly number[] = [];
    try {
      const done = await this.burnIn(tab, call);
      if (typeof done === 'string') end = done;
      else {
        end = done.kind;
        outcome = done;
      }
    } catch (error) {
      if (tab.lost) end = 'tab-lost';
      else if (isAppError(error)) {
        end = error.code;
        const named = error.context.halfwords;
        halfwords = Array.isArray(named) ? named.filter((one) => typeof one === 'number') : [];
      } else throw error;
    }
    if (tab.lost) {
      this.tab = undefined;
      this.approval = undefined;
    }
    for (const kind of tab.struck) this.struck.add(kind);
    this.noteBoardFaults(armed, stuck);
    const struck = [...this.struck].filter((kind) => !strikesBefore.has(kind));
    const wrong = this.otp.wrong().filter((index) => this.otp.isOurs(index));
    const tookMs = bench.clock.nowMs() - beganMs;
    return { number, fate, struck, end, outcome, halfwords, wrong, tookMs };
  }

  /** A conflict does not go away. */
  private isRefusedForGood(): boolean {
    const ends = this.attempts.slice(-2).map(({ end }) => end);
    return ends.length === 2 && ends.every((end) => end === 'refused: otp-conflict');
  }

  private tabFor(fate: Fate): Tab {
    const keeps = fate.sameTab && this.tab !== undefined && this.approval !== undefined;
    if (!keeps) this.approval = undefined;
    // A new set of faults needs a new environment; what the tab knows is its approval.
    this.tab = openTab(this.bench.bench, this.bench.store, fate.tab, PERSON_TIMEOUT_MS);
    return this.tab;
  }

  private async burnIn(tab: Tab, call: BurnCall): Promise<BurnOutcome | string> {
    const approval = this.approval ?? (await this.approveAnew(tab));
    if (typeof approval === 'string') return approval;
    if (approval instanceof Object && 'work' in approval)
      return confirmBurned(approval, tab.env, call);
    this.approval = approval;
    return burn(approval, tab.env, call);
  }

  /** As a fresh page does: the primer first, then look, plan, approve. A plan without work needs no approval. */
  private async approveAnew(tab: Tab): Promise<ApprovedPlan | BurnPlan | string> {
    const { serial } = this.bench;
    await erasePrimer(tab.env, serial);
    const inspection = await inspect({ ...this.bench.bench, ...tab.env.bench });
    const result = makePlan({
      inspection,
      benchKind: 'virtual',
      profile: p256Profile,
      keystore: this.slots,
      intended: this.intend(),
      backups: allProven(this.slots),
      journal: await journalOf({ store: tab.env.store, serial }),
    });
    if (result.kind === 'refused') return `refused: ${result.reasons[0]!.code}`;
    const { plan } = result;
    return plan.work === 'nothing' ? plan : approvePlan(plan, requiredTails(plan));
  }

  private intend(): IntendedOtp {
    if (this.route === 'primer') return intendedPrimer(this.slots);
    if (this.route === 'keyfuse-primer') return intendedKeyfusePrimer(this.slots);
    const uds = udsOf(`${this.seed} ${this.images.length}`);
    this.images.push(otpImage(this.slots, { uds }));
    return intendedImage(this.slots, { uds });
  }

  private async interlude({ interlude }: Fate): Promise<void> {
    const { panel, clock } = this.bench;
    const cells = panel.state().armedFaults.filter(({ kind }) => kind === 'stuck-otp-bit');
    panel.clearFaults();
    for (const fault of cells) panel.armFault(fault);
    if (interlude === 'replug') {
      panel.setPlug('userUsb', false);
      panel.setPlug('stLink', false);
      await clock.sleep(500);
    }
    if (interlude === 'boot0-slips') {
      this.struck.add('boot0-slips');
      panel.setPlug('stLink', true);
      panel.setBoot0(false);
      panel.pressReset();
      await clock.sleep(3000);
    }
    await enterDfu(this.bench);
    if (this.usbOnly) panel.setPlug('stLink', false);
  }

  private noteBoardFaults(armed: readonly BoardFault[], before: readonly BoardFault[]): void {
    const left = this.bench.panel.state().armedFaults;
    for (const fault of armed) {
      const struck =
        fault.kind === 'stuck-otp-bit' ? !before.includes(fault) : !left.includes(fault);
      if (struck) this.struck.add(nameOf(fault));
    }
  }
}

function nameOf(fault: BoardFault): FateKind {
  switch (fault.kind) {
    case 'unplug-at-byte':
      return `unplug ${fault.plug}`;
    case 'corrupt-byte':
      return fault.path === 'usb-out' ? 'corrupt usb-out' : 'corrupt usb-in';
    case 'stall-at-transfer':
    case 'stuck-busy':
    case 'slow-poll':
    case 'stuck-otp-bit':
      return fault.kind;
    default:
      throw new Error(`${fault.kind} is not drawn`);
  }
}

/** Everything stored goes into `values` as text too, where the watcher of the cells can see it at once. */
function watchedStore(
  values: Map<string, string>,
  store: BurnBench['store'],
): BurnBench['store'] & Store {
  return {
    get everStored() {
      return store.everStored;
    },
    get: (key) => store.get(key),
    put: async (key: string, value: JsonValue) => {
      await store.put(key, value);
      values.set(key, JSON.stringify(value));
    },
    delete: async (key) => {
      await store.delete(key);
      values.delete(key);
    },
    keys: (prefix) => store.keys(prefix),
  };
}

/** Hands at the board: they do what they are asked, unless fate has other plans. */
class Person {
  private progress = 0;
  private readonly controller = new AbortController();

  constructor(
    private readonly bench: BurnBench,
    private readonly faults: readonly HandFault[],
    private readonly onStrike: (kind: FateKind) => void,
  ) {}

  call(): BurnCall {
    const { clock, panel } = this.bench;
    for (const fault of this.faults) {
      if (!('atMs' in fault)) continue;
      const { kind, atMs } = fault;
      const strike = (): void => {
        this.onStrike(kind);
        if (kind === 'press-reset') panel.pressReset();
        if (kind !== 'press-reset') panel.setPlug('stLink', false);
        if (kind === 'pull-all') panel.setPlug('userUsb', false);
      };
      clock.schedule(atMs, strike, { background: true });
    }
    return {
      signal: this.controller.signal,
      onProgress: ({ stage }) => {
        this.progress++;
        for (const fault of this.faults) {
          if (fault.kind !== 'cancel' || fault.atProgress !== this.progress) continue;
          this.onStrike('cancel');
          this.controller.abort();
        }
        if (stage === 'waiting-for-run') this.startPrimer();
      },
    };
  }

  private startPrimer(): void {
    const fault = this.faults.find(
      ({ kind }) => kind === 'hasty-reset' || kind === 'power-cut-in-run' || kind === 'no-hands',
    );
    if (fault === undefined) {
      letRun(this.bench);
      return;
    }
    this.onStrike(fault.kind);
    if (fault.kind === 'hasty-reset') letRun(this.bench, fault.runMs);
    else if (fault.kind === 'power-cut-in-run') this.cutPower(fault.runMs);
  }

  private cutPower(runMs: number): void {
    const { clock, panel } = this.bench;
    const plugs = (plugged: boolean): void => {
      panel.setPlug('stLink', plugged);
      panel.setPlug('userUsb', plugged);
    };
    clock.schedule(100, () => {
      panel.setBoot0(false);
      panel.pressReset();
    });
    clock.schedule(100 + runMs, () => plugs(false));
    clock.schedule(2000, () => {
      panel.setBoot0(true);
      plugs(true);
    });
  }
}
