/**
 * A plan: what one burn would do to one board, with every reason against it found first. A `BurnPlan`
 * can only come from `makePlan`, so whatever is approved later has passed the policy.
 */
import type { Bench } from '../ports/index.ts';
import { AppError } from '../errors.ts';
import { keystoreFingerprint, type BootloaderProfile } from '../wolfboot/index.ts';
import { canonicalSha256 } from './canonical-json.ts';
import { consequencesOf, type Consequences } from './consequences.ts';
import type { BurnRoute, IntendedOtp } from './intended-otp.ts';
import { isUnfinished, type JournalEntry } from './journal.ts';
import type { OtpContent } from './otp-content.ts';
import { diffOtp, summariseRows, type DiffSummary, type PlanRow } from './otp-diff.ts';
import {
  refuseAfterDiff,
  refuseBeforeDiff,
  type KeyBackups,
  type PlanInput,
  type PlanRefusal,
} from './plan-policy.ts';
import { refuseStrays } from './stray-cells.ts';
import { loneHalfwords } from './write-units.ts';

interface PlanParts {
  readonly input: PlanInput;
  readonly serial: string;
  readonly present: OtpContent;
  readonly rows: readonly PlanRow[];
}

/** Plans that this file made; a look-alike is not among them. */
const genuinePlans = new WeakSet<BurnPlan>();

/** What each plan was made of. */
const inputs = new WeakMap<BurnPlan, PlanInput>();

/** Held by nobody else, so that nobody else can construct a plan. */
const constructionKey = Symbol('plan');

export class BurnPlan {
  /**
   * Lower-case hex SHA-256 over the canonical JSON of `planIdentity`: target, board, route, profile, intended
   * content, image file and present content.
   */
  readonly hash: string;
  /** The same without the board and what it holds: equal for a rehearsal and the real thing. */
  readonly rehearsalHash: string;
  /** `nothing`: the board already holds all of it. */
  readonly work: 'write' | 'nothing';
  readonly route: BurnRoute;
  readonly benchKind: Bench['kind'];
  readonly serial: string;
  readonly boardName: string;
  readonly profile: BootloaderProfile;
  readonly intended: IntendedOtp;
  readonly keystoreFingerprint: string;
  readonly present: OtpContent;
  /** Continues what the journal says was begun on this board. */
  readonly continues: boolean;
  readonly rows: readonly PlanRow[];
  readonly summary: DiffSummary;
  readonly consequences: Consequences;
  /** How each key's private half was accounted for; goes into the record. */
  readonly backups: KeyBackups;

  constructor(key: symbol, { input, serial, present, rows }: PlanParts) {
    if (key !== constructionKey) {
      throw new AppError('plan-not-approved', 'only makePlan makes plans');
    }
    const { inspection, intended, profile, journal, backups } = input;
    this.route = intended.route;
    this.benchKind = input.benchKind;
    this.serial = serial;
    this.boardName = inspection.board?.name ?? serial;
    this.profile = profile;
    this.intended = intended;
    this.backups = { proven: new Set(backups.proven), external: new Set(backups.external) };
    this.keystoreFingerprint = keystoreFingerprint(intended.slots);
    this.present = present;
    this.continues = isUnfinished(journal) && journal.contentSha256 === intended.contentSha256;
    this.rows = rows;
    this.summary = summariseRows(rows, intended);
    this.work = this.summary.counts.new > 0 ? 'write' : 'nothing';
    this.hash = canonicalSha256(planIdentity(serial, profile, intended, present));
    this.rehearsalHash = canonicalSha256(rehearsalIdentity(profile, intended));
    this.consequences = consequencesOf({
      inspection,
      profile,
      intended,
      backups,
      journal,
      rows,
      summary: this.summary,
      loneHalfwords: intended.route === 'otp-alternate' ? loneHalfwords(rows) : [],
    });
    genuinePlans.add(this);
    inputs.set(this, input);
    Object.freeze(this);
  }
}

export type PlanResult =
  | { readonly kind: 'plan'; readonly plan: BurnPlan }
  | {
      readonly kind: 'refused';
      /** Never empty. */
      readonly reasons: readonly PlanRefusal[];
      /** The comparison, when the OTP could be read. */
      readonly rows: readonly PlanRow[] | undefined;
    };

/** Changes nothing and asks no device: everything it needs was read before. */
export function makePlan(input: PlanInput): PlanResult {
  const { inspection, intended } = input;
  const before = refuseBeforeDiff(input);
  const content = inspection.otp.kind === 'read' ? inspection.otp.content : undefined;
  const present = content?.geometry.target === intended.target ? content : undefined;
  const rows =
    present &&
    diffOtp({
      present,
      intended,
      otpLockWord: inspection.optionBytes.otpLockWord,
      udsIsOurs: udsIsOurs(input.journal, intended),
    });
  const strays = present ? refuseStrays(input.journal, present, intended) : [];
  const reasons = [...before, ...(rows ? refuseAfterDiff(rows, intended) : []), ...strays];
  const { serial } = inspection;
  if (reasons.length > 0 || rows === undefined || present === undefined || serial === undefined) {
    return { kind: 'refused', reasons, rows };
  }
  return { kind: 'plan', plan: new BurnPlan(constructionKey, { input, serial, present, rows }) };
}

/** Throws `plan-refused` with the first reason's code in its context; for callers that cannot show a list. */
export function requirePlan(result: PlanResult): BurnPlan {
  if (result.kind === 'plan') return result.plan;
  throw new AppError('plan-refused', result.reasons.map(({ message }) => message).join('; '), {
    context: { reasons: result.reasons.map(({ code }) => code) },
  });
}

export function isGenuinePlan(plan: BurnPlan): boolean {
  return genuinePlans.has(plan);
}

/** What the plan was made of. Not exported from the room. */
export function inputOf(plan: BurnPlan): PlanInput {
  const input = inputs.get(plan);
  if (input === undefined) {
    throw new AppError('plan-not-approved', 'this plan did not pass the policy');
  }
  return input;
}

/** The written UDS cells of this board were begun by an interrupted burn of the same content. */
export function udsIsOurs(journal: JournalEntry | undefined, intended: IntendedOtp): boolean {
  return (
    isUnfinished(journal) &&
    (journal.route === 'otp-alternate' || intended.mayRunAgain) &&
    journal.udsIsOurs &&
    journal.contentSha256 === intended.contentSha256
  );
}

/** What a plan's hash covers; documented in docs/formats/record.md, never to be changed under the same format. */
export function planIdentity(
  serial: string,
  profile: BootloaderProfile,
  intended: IntendedOtp,
  present: OtpContent,
) {
  return {
    format: 'keyfuse-plan-1',
    ...whatIsBurnt(profile, intended),
    board: serial,
    image: intended.imageSha256,
    present: present.sha256,
  };
}

/** Without the image file of the OTP route, for each board gets an image with an UDS of its own. */
export function rehearsalIdentity(profile: BootloaderProfile, intended: IntendedOtp) {
  return {
    format: 'keyfuse-rehearsal-1',
    ...whatIsBurnt(profile, intended),
    ...(intended.route === 'primer' && { image: intended.imageSha256 }),
  };
}

function whatIsBurnt(profile: BootloaderProfile, intended: IntendedOtp) {
  return {
    target: intended.target,
    route: intended.route,
    profile: profile.id,
    strideBytes: intended.strideBytes,
    content: intended.contentSha256,
    uds: intended.udsSource,
  };
}
