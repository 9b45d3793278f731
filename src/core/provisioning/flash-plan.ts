/**
 * A flash plan: one project for one board, with one hash, every reason against it found first. Flash can be
 * written again, so its approval is a plain one; what goes into OTP keeps its own plan and its typed approval,
 * and comes last. A primer burns from the start of flash: what belongs there follows when it is erased.
 */
import { AppError } from '../errors.ts';
import type { Bench } from '../ports/index.ts';
import { requireApproved, type ApprovedPlan } from './approval.ts';
import { canonicalSha256 } from './canonical-json.ts';
import type { FlashJournalEntry } from './flash-journal.ts';
import { isBurnPart } from './flash-part.ts';
import { sharedRange } from './flash-places.ts';
import { isFlashWarning, type FlashProblem } from './flash-problems.ts';
import type { FlashProject } from './flash-project.ts';
import type { FlashRun } from './flash-runs.ts';
import type { Inspection } from './inspection.ts';
import type { JournalEntry } from './journal.ts';
import type { BurnPlan, PlanResult } from './plan.ts';

export interface FlashPlanInput {
  /** Made with the geometry of the board that was inspected. */
  readonly project: FlashProject;
  readonly inspection: Inspection;
  readonly benchKind: Bench['kind'];
  /** `makePlan` for the project's burn part with the same inspection; needed when it has one. */
  readonly burn: PlanResult | undefined;
  /** The board's burn journal, `readJournal`. */
  readonly journal: JournalEntry | undefined;
  /** `readFlashJournal`. */
  readonly flashJournal: FlashJournalEntry | undefined;
}

export type FlashStep =
  | { readonly kind: 'flash'; readonly run: FlashRun }
  | { readonly kind: 'burn'; readonly plan: BurnPlan };

const constructionKey = Symbol('flash plan');
const genuinePlans = new WeakSet<FlashPlan>();

interface PlanParts {
  readonly input: FlashPlanInput;
  readonly serial: string;
  readonly boardName: string;
  readonly burn: BurnPlan | undefined;
  readonly warnings: readonly FlashProblem[];
}

/** Comes from `planFlashProject` alone. */
export class FlashPlan {
  /** Lower-case hex SHA-256: board, bootloader, every run, and the burn plan. */
  readonly hash: string;
  /** The same without the board and what it holds: by this an interrupted project is known again. */
  readonly projectHash: string;
  readonly benchKind: Bench['kind'];
  readonly serial: string;
  readonly boardName: string;
  readonly project: FlashProject;
  readonly burn: BurnPlan | undefined;
  /** In the order of doing. */
  readonly steps: readonly FlashStep[];
  readonly warnings: readonly FlashProblem[];
  /** Continues what the journal says was begun on this board. */
  readonly continues: boolean;

  constructor(key: symbol, { input, serial, boardName, burn, warnings }: PlanParts) {
    if (key !== constructionKey) {
      throw new AppError('plan-not-approved', 'only planFlashProject makes flash plans');
    }
    const { project, benchKind, flashJournal } = input;
    this.project = project;
    this.benchKind = benchKind;
    this.serial = serial;
    this.boardName = boardName;
    this.burn = burn;
    this.steps = orderedSteps(project, burn);
    this.warnings = warnings;
    const content = projectIdentity(project, burn);
    this.projectHash = canonicalSha256({ format: 'keyfuse-flash-project-1', ...content });
    this.hash = canonicalSha256({
      format: 'keyfuse-flash-plan-1',
      board: serial,
      ...content,
      burn: burn?.hash,
    });
    this.continues =
      flashJournal?.phase === 'writing' && flashJournal.projectHash === this.projectHash;
    genuinePlans.add(this);
    Object.freeze(this);
  }
}

export type FlashPlanResult =
  | { readonly kind: 'plan'; readonly plan: FlashPlan }
  /** Problems that are no warnings; never empty. */
  | { readonly kind: 'refused'; readonly problems: readonly FlashProblem[] };

/** Changes nothing and asks no device. */
export function planFlashProject(input: FlashPlanInput): FlashPlanResult {
  const problems = [...input.project.problems, ...problemsOfBoard(input)];
  const refusals = problems.filter((problem) => !isFlashWarning(problem));
  const { serial, board } = input.inspection;
  const burn = input.burn?.kind === 'plan' ? input.burn.plan : undefined;
  if (refusals.length > 0 || serial === undefined || board === undefined) {
    return { kind: 'refused', problems: refusals };
  }
  const warnings = [...problems, ...afterThePrimer(input.project)];
  const parts = { input, serial, boardName: board.name, burn, warnings };
  return { kind: 'plan', plan: new FlashPlan(constructionKey, parts) };
}

function problemsOfBoard(input: FlashPlanInput): readonly FlashProblem[] {
  const { project, inspection, benchKind, journal } = input;
  const { board, serial, optionBytes } = inspection;
  const problems: FlashProblem[] = [];
  if (serial === undefined || serial === '') problems.push({ kind: 'board-without-serial' });
  if (board === undefined) problems.push({ kind: 'board-unknown' });
  else if (board.otp.target !== project.profile.target) {
    problems.push({ kind: 'board-of-other-target' });
  }
  const state = optionBytes.productState?.name;
  // Open, or Provisioning: everywhere else the bootloader does not write (formats/stm32-dfu.md, section 4).
  if (state !== undefined && state !== 'open' && state !== 'provisioning') {
    problems.push({ kind: 'board-not-open', state });
  }
  if (journal?.phase === 'primer-in-flash') problems.push({ kind: 'primer-in-flash' });
  if (benchKind === 'real') {
    for (const part of project.parts) {
      if (part.sample) problems.push({ kind: 'sample-on-real-board', part: part.id });
    }
  }
  if (optionBytes.swapBank === true) problems.push({ kind: 'banks-swapped' });
  if (optionBytes.trustZone === 'on') problems.push({ kind: 'trustzone-on' });
  return [...problems, ...problemsOfBurn(input)];
}

function problemsOfBurn({ project, burn }: FlashPlanInput): readonly FlashProblem[] {
  const part = project.burn;
  if (part === undefined) return [];
  if (burn === undefined) {
    throw new AppError('invalid-argument', `${part.name} needs a burn plan`);
  }
  if (burn.kind === 'plan') {
    if (burn.plan.intended === part.intended) return [];
    throw new AppError('invalid-argument', `the burn plan is not for ${part.name}`);
  }
  return burn.reasons.map(({ code, message }) => ({
    kind: 'burn-refused',
    part: part.id,
    code,
    message,
  }));
}

/** Sectors that a primer takes while it burns, as one range from its load address. */
function primerRange({ burn, geometry }: FlashProject) {
  const primer = burn?.intended.primer;
  if (primer === undefined) return undefined;
  const { sectorBytes } = geometry;
  const lengthBytes = Math.ceil(primer.bytes.length / sectorBytes) * sectorBytes;
  return { address: primer.image.loadAddress, lengthBytes };
}

function waitsForPrimer(project: FlashProject, run: FlashRun): boolean {
  const range = primerRange(project);
  if (range === undefined) return false;
  return sharedRange(range, { address: run.address, lengthBytes: run.bytes.length }) !== undefined;
}

function afterThePrimer(project: FlashProject): readonly FlashProblem[] {
  const waiting = project.runs.filter((run) => waitsForPrimer(project, run));
  if (waiting.length === 0) return [];
  return [{ kind: 'after-the-primer', parts: [...new Set(waiting.flatMap(({ parts }) => parts))] }];
}

/** What can be undone first; the OTP when all of flash is proven, as far as a primer leaves room for it. */
function orderedSteps(project: FlashProject, plan: BurnPlan | undefined): readonly FlashStep[] {
  const asStep = (run: FlashRun): FlashStep => ({ kind: 'flash', run });
  const later = project.runs.filter((run) => waitsForPrimer(project, run));
  const first = project.runs.filter((run) => !later.includes(run));
  const burn: readonly FlashStep[] = plan === undefined ? [] : [{ kind: 'burn', plan }];
  return [...first.map(asStep), ...burn, ...later.map(asStep)];
}

function projectIdentity(project: FlashProject, burn: BurnPlan | undefined) {
  return {
    bootloader: project.profile.id,
    runs: project.runs.map(({ address, bytes, sha256 }) => ({
      address,
      lengthBytes: bytes.length,
      sha256,
    })),
    parts: project.parts
      .filter((part) => !isBurnPart(part))
      .map(({ role, name, sha256 }) => ({ role, name, sha256 })),
    otp: burn && { route: burn.route, content: burn.intended.contentSha256 },
  };
}

const approvals = new WeakSet<ApprovedFlash>();

/** What `runFlashProject` takes. Lasts as long as the plan: running it again finishes what is left. */
export class ApprovedFlash {
  readonly #plan: FlashPlan;
  readonly #burn: ApprovedPlan | undefined;

  constructor(key: symbol, plan: FlashPlan, burn: ApprovedPlan | undefined) {
    if (key !== constructionKey) {
      throw new AppError('plan-not-approved', 'only approveFlashPlan approves flash plans');
    }
    this.#plan = plan;
    this.#burn = burn;
    approvals.add(this);
    Object.freeze(this);
  }

  get plan(): FlashPlan {
    return this.#plan;
  }

  /** Undefined where nothing is burnt, or nothing is left to burn. */
  get burn(): ApprovedPlan | undefined {
    return this.#burn;
  }
}

/**
 * To be called when a person said yes to this plan. Where it writes OTP, `burn` is the approval of its burn
 * plan, which only the typed confirmation gives (`approvePlan`). Throws `plan-not-approved`.
 */
export function approveFlashPlan(plan: FlashPlan, burn?: ApprovedPlan): ApprovedFlash {
  if (!genuinePlans.has(plan)) {
    throw new AppError('plan-not-approved', 'this flash plan did not pass the policy');
  }
  if (plan.burn?.work === 'write') {
    if (burn === undefined || requireApproved(burn) !== plan.burn) {
      throw new AppError('plan-not-approved', 'what goes into OTP needs its typed confirmation');
    }
  }
  return new ApprovedFlash(constructionKey, plan, burn);
}

/** Throws `plan-not-approved` for anything that `approveFlashPlan` did not make. */
export function requireApprovedFlash(approved: ApprovedFlash): FlashPlan {
  if (!approvals.has(approved)) throw new AppError('plan-not-approved', 'this is no approval');
  return approved.plan;
}
