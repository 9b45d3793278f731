/**
 * The record of a burn: what was done to which board, and what was not (docs/formats/record.md). Canonical
 * JSON with its own SHA-256; no secret can be in it, because nothing it is made from holds one.
 */
import { hexNumber } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { JsonValue } from '../ports/index.ts';
import type { BurnOutcome } from './burn-types.ts';
import { canonicalJson, canonicalSha256 } from './canonical-json.ts';
import {
  checkRecordShape,
  RECORD_FORMAT,
  type BurnRecord,
  type DoneWord,
  type NotDoneWord,
  type RecordBody,
  type RecordedImage,
  type RecordedUpdate,
} from './record-shape.ts';

export interface RecordInput {
  readonly outcome: BurnOutcome;
  /** Version and build of this program. */
  readonly toolVersion: string;
  /** The identical plan was burnt on the virtual board before. */
  readonly rehearsed: boolean;
}

export function buildRecord(input: RecordInput): BurnRecord {
  const { outcome } = input;
  const { plan, verification } = outcome;
  const { consequences, intended, profile } = plan;
  return sealed({
    format: RECORD_FORMAT,
    virtual: plan.benchKind === 'virtual',
    tool: { name: 'keyfuse', version: input.toolVersion },
    target: intended.target,
    board: { serial: plan.serial, name: plan.boardName },
    bootloader: {
      profile: profile.id,
      name: profile.name,
      signName: profile.signName,
      universal: profile.universal,
      headerSizeBytes: profile.headerSizeBytes,
      strideBytes: intended.strideBytes,
    },
    plan: { hash: plan.hash, rehearsalHash: plan.rehearsalHash },
    route: plan.route,
    image: { name: intended.imageName, sha256: intended.imageSha256, sample: intended.sample },
    keystore: {
      fingerprint: plan.keystoreFingerprint,
      slots: consequences.slots.map(({ slot, keyType, fingerprint, partitionMask, backup }) => ({
        slot,
        keyType,
        fingerprint,
        partitionMask: hexNumber(partitionMask),
        backup,
        verdict: 'equal' as const,
      })),
    },
    otp: {
      before: outcome.before,
      after: {
        sha256: verification.sha256,
        sha256WithoutUds: verification.sha256WithoutUds,
      },
      consumedHalfwords: outcome.kind === 'burned' ? plan.summary.consumedHalfwords : 0,
      lockedBlocks: verification.lockedBlocks ?? null,
      uds: verification.uds,
    },
    outcome: outcome.kind,
    resumed: outcome.resumed,
    beganAt: instantOf(outcome.beganAtWallMs),
    endedAt: instantOf(outcome.endedAtWallMs),
    done: doneIn(input),
    notDone: notDoneIn(input),
    images: [],
    updates: [],
    bootProofs: undefined,
  });
}

/** The record with an image added that was signed for this keystore. */
export function recordImage(record: BurnRecord, image: RecordedImage): BurnRecord {
  const { sha256: _sealed, ...body } = record;
  return sealed({ ...body, images: [...body.images, image] });
}

/** The record with an update added that was proven by the version after the reboot. */
export function recordUpdate(
  record: BurnRecord,
  update: Omit<RecordedUpdate, 'at' | 'form'> &
    Partial<Pick<RecordedUpdate, 'form'>> & { readonly atWallMs: number },
): BurnRecord {
  const { sha256: _sealed, ...body } = record;
  const { atWallMs, ...facts } = update;
  const done: readonly DoneWord[] = [...body.done, 'update-proven'];
  return sealed({
    ...body,
    updates: [...body.updates, { form: undefined, ...facts, at: instantOf(atWallMs) }],
    done: [...new Set(done)],
    notDone: body.notDone.filter((word) => word !== 'boot-not-proven'),
  });
}

/** The record when a factory image was seen running where the primer of a one-cable burn had been. */
export function recordReplacedPrimer(record: BurnRecord): BurnRecord {
  const { sha256: _sealed, ...body } = record;
  const done: readonly DoneWord[] = [...body.done, 'primer-erased'];
  const settled: readonly NotDoneWord[] = [
    'primer-left-in-flash',
    'bootloader-not-flashed',
    'boot-not-proven',
  ];
  return sealed({
    ...body,
    done: [...new Set(done)],
    notDone: body.notDone.filter((word) => !settled.includes(word)),
  });
}

/** The file: canonical JSON and a line end. */
export function recordText(record: BurnRecord): string {
  return `${canonicalJson(record)}\n`;
}

/** Throws `malformed` with the member's path; also when the text was changed after it was sealed. */
export function parseRecord(text: string, fileName = 'record'): BurnRecord {
  const record = checkRecordShape(parseJson(text, fileName));
  const { sha256, ...body } = record;
  if (sha256 !== canonicalSha256(body)) {
    throw new AppError('malformed', `${fileName}: sha256 does not fit: the record was changed`, {
      context: { file: fileName, offset: 0, field: 'sha256' },
    });
  }
  return record;
}

function parseJson(text: string, fileName: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new AppError('malformed', `${fileName}: no JSON`, {
      cause: error,
      context: { file: fileName, offset: 0, field: '' },
    });
  }
}

/** A record of these members, with the digest over them. */
export function sealed(body: RecordBody): BurnRecord {
  return { ...body, sha256: canonicalSha256(body) };
}

function doneIn({ outcome, rehearsed }: RecordInput): readonly DoneWord[] {
  const { plan, kind } = outcome;
  const wrote: readonly DoneWord[] =
    kind === 'already-burned'
      ? ['nothing-to-write']
      : plan.route === 'primer'
        ? [
            'plan-approved',
            'primer-flashed',
            'primer-ran',
            ...(outcome.oneCable === true ? [] : (['primer-erased'] as const)),
          ]
        : ['plan-approved', 'otp-written'];
  return [
    ...wrote,
    'otp-read-back',
    'slots-verified',
    ...(allProven(outcome) ? (['backups-proven'] as const) : []),
    ...(rehearsed ? (['rehearsed'] as const) : []),
  ];
}

function notDoneIn({ outcome, rehearsed }: RecordInput): readonly NotDoneWord[] {
  return [
    ...notLocked(outcome),
    ...outcome.verification.notVisible.map(() => 'ecc-not-visible' as const),
    ...(outcome.oneCable === true ? (['primer-left-in-flash'] as const) : []),
    'uds-not-recorded',
    'trustzone-not-changed',
    'product-state-not-changed',
    'bootloader-not-flashed',
    'boot-not-proven',
    'refusal-not-proven',
    ...(rehearsed ? [] : (['not-rehearsed'] as const)),
    ...(allProven(outcome) ? [] : (['backups-declared-only'] as const)),
    'record-not-signed',
  ];
}

/** From the lock word after the burn, because a primer may have locked. */
function notLocked({ plan, verification: { lockedBlocks } }: BurnOutcome): readonly NotDoneWord[] {
  if (lockedBlocks === undefined) return ['lock-not-visible'];
  if (lockedBlocks.length === 0) return ['otp-not-locked'];
  return lockedBlocks.length < plan.intended.geometry.blockCount ? ['otp-partly-locked'] : [];
}

function allProven({ plan }: BurnOutcome): boolean {
  return plan.consequences.slots.every(({ backup }) => backup === 'proven');
}

/** UTC with milliseconds, such as 2026-01-02T03:04:05.000Z. */
export function instantOf(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
