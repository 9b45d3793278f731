/** What a boot proof adds to a board's record, and the verdict that follows from the record. */
import type { RefusalSeen } from './boot-proof.ts';
import { instantOf, sealed } from './record.ts';
import type { BurnRecord, DoneWord, NotDoneWord, RecordedBootProof } from './record-shape.ts';

/**
 * `unproven`: burned and read back, not yet proven by boot. `refusal-only`: a wrongly signed image was refused, and
 * no rightly signed one was seen to boot since. `disproved`: the board starts what nobody signed.
 */
export type BootVerdict = 'unproven' | 'refusal-only' | 'proved' | 'disproved';

/** The last proof decides; an update that was proven after a refusal is its other half. */
export function bootVerdict({ bootProofs = [], updates }: BurnRecord): BootVerdict {
  const last = bootProofs.at(-1);
  if (last === undefined) return 'unproven';
  if (last.outcome !== 'refusal-seen') return last.outcome;
  return updates.some(({ at }) => at >= last.at) ? 'proved' : 'refusal-only';
}

/** The record when a wrongly signed image was refused, whatever becomes of the rest of the proof. */
export function recordRefusal(
  record: BurnRecord,
  refusal: RefusalSeen,
  atWallMs: number,
): BurnRecord {
  const proof: RecordedBootProof = {
    at: instantOf(atWallMs),
    outcome: 'refusal-seen',
    how: refusal.how,
    wrongImageSha256: refusal.imageSha256,
    wrongVersion: refusal.version,
    versionBefore: refusal.runningVersion,
    bootedVersion: undefined,
    bootedImageSha256: undefined,
  };
  return changed(record, [...(record.bootProofs ?? []), proof], {
    done: ['refusal-proven'],
    undone: ['refusal-disproved'],
    settled: ['refusal-not-proven'],
  });
}

/** The record when the rightly signed image runs after that refusal. */
export function recordBootProved(
  record: BurnRecord,
  refusal: RefusalSeen,
  booted: { readonly version: number; readonly imageSha256: string; readonly atWallMs: number },
): BurnRecord {
  const { bootProofs = [] } = recordRefusal(record, refusal, booted.atWallMs);
  const last = bootProofs.at(-1);
  const earlier = (record.bootProofs ?? []).filter(
    ({ outcome, wrongImageSha256 }) =>
      outcome !== 'refusal-seen' || wrongImageSha256 !== refusal.imageSha256,
  );
  const proof = last && {
    ...last,
    outcome: 'proved' as const,
    bootedVersion: booted.version,
    bootedImageSha256: booted.imageSha256,
  };
  return changed(record, proof ? [...earlier, proof] : earlier, {
    done: ['refusal-proven', 'boot-proven'],
    undone: ['refusal-disproved'],
    settled: ['refusal-not-proven', 'boot-not-proven'],
  });
}

/** The record when the board started the wrongly signed image. */
export function recordDisproved(
  record: BurnRecord,
  seen: {
    readonly how: RecordedBootProof['how'];
    readonly imageSha256: string;
    readonly version: number;
    readonly versionBefore: number;
  },
  atWallMs: number,
): BurnRecord {
  const proof: RecordedBootProof = {
    at: instantOf(atWallMs),
    outcome: 'disproved',
    how: seen.how,
    wrongImageSha256: seen.imageSha256,
    wrongVersion: seen.version,
    versionBefore: seen.versionBefore,
    bootedVersion: undefined,
    bootedImageSha256: undefined,
  };
  const { sha256: _sealed, ...body } = changed(record, [...(record.bootProofs ?? []), proof], {
    done: ['refusal-disproved'],
    undone: ['refusal-proven'],
    settled: [],
  });
  return sealed({
    ...body,
    notDone: [...new Set([...body.notDone, 'refusal-not-proven' as const])],
  });
}

interface Words {
  readonly done: readonly DoneWord[];
  /** Said before, and not true any more. */
  readonly undone: readonly DoneWord[];
  readonly settled: readonly NotDoneWord[];
}

function changed(
  { sha256: _sealed, ...body }: BurnRecord,
  bootProofs: readonly RecordedBootProof[],
  { done, undone, settled }: Words,
): BurnRecord {
  const kept = body.done.filter((word) => !undone.includes(word));
  return sealed({
    ...body,
    done: [...new Set([...kept, ...done])],
    notDone: body.notDone.filter((word) => !settled.includes(word)),
    bootProofs,
  });
}
