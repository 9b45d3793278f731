/** The checks that need no key: what the file is, how it is laid out, whether it fits what is there. */
import { equalBytes, toHex } from '../../bytes/index.ts';
import { isAppError, type ErrorContext } from '../../errors.ts';
import { looksLikeImage, parseImage } from '../image/image-parse.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import { mostImageBytes, type PartitionRoom } from '../image/partition-fit.ts';
import type { BootFinding, BootCheck, BootQuestion, BootReason } from './boot-types.ts';
import { bootMessage, outcomeOf } from './boot-messages.ts';
import type { BootReading } from './boot-reading.ts';

export function finding(
  check: BootCheck,
  reason: BootReason,
  context: ErrorContext = {},
): BootFinding {
  const message = bootMessage(reason, context);
  return { check, outcome: outcomeOf(reason), reason, context, message };
}

export function headerSizeOf({ headerSizeBytes, profile }: BootQuestion): number | undefined {
  return headerSizeBytes ?? profile?.headerSizeBytes;
}

export function magicFinding(bytes: Uint8Array): BootFinding {
  if (looksLikeImage(bytes)) return finding('magic', 'magic-good');
  const found = bytes.length === 0 ? 'nothing' : toHex(bytes.subarray(0, 4));
  return finding('magic', 'magic-missing', { found });
}

export function fieldsFinding({ problem }: BootReading): BootFinding {
  if (!problem) return finding('fields', 'fields-good');
  const { field, offset } = problem.context;
  return finding('fields', 'fields-broken', { problem: problem.message, field, offset });
}

export function headerSizeFinding(
  { headerSizeBytes, proven }: BootReading,
  expected: number | undefined,
): BootFinding {
  const check = 'header-size';
  if (expected === undefined) return finding(check, 'header-size-unknown', { headerSizeBytes });
  if (headerSizeBytes === expected) return finding(check, 'header-size-good', { headerSizeBytes });
  const reason = proven ? 'header-size-differs' : 'header-size-likely-differs';
  return finding(check, reason, { headerSizeBytes, expected });
}

export function lengthFinding(reading: BootReading): BootFinding {
  const { surplusBytes, payloadSizeBytes, headerOnly } = reading;
  if (headerOnly) return finding('length', 'payload-absent', { payloadSizeBytes });
  if (surplusBytes < 0) return finding('length', 'payload-cut', { missingBytes: -surplusBytes });
  if (surplusBytes > 0) {
    return finding('length', 'payload-lengthened', { extraBytes: surplusBytes });
  }
  return finding('length', 'length-good', { payloadSizeBytes });
}

export function fitFinding(
  { headerSizeBytes, payloadSizeBytes }: BootReading,
  question: BootQuestion,
): BootFinding {
  const room = question.room ?? roomOf(question);
  if (!room) return finding('fit', 'fit-unknown');
  const imageBytes = headerSizeBytes + payloadSizeBytes;
  const mostBytes = mostImageBytes(room);
  return finding('fit', imageBytes <= mostBytes ? 'fits' : 'too-large', { imageBytes, mostBytes });
}

function roomOf({ profile }: BootQuestion): PartitionRoom | undefined {
  const layout = profile?.partitions;
  if (!layout) return undefined;
  const { sizeBytes, sectorBytes } = layout;
  return { partitionSizeBytes: sizeBytes, sectorSizeBytes: sectorBytes, writeOnce: false };
}

/** Only of delta images. */
export function deltaFindings(
  { delta, hash }: WolfBootImage,
  { runningVersion, runningImage }: BootQuestion,
): readonly BootFinding[] {
  if (!delta) return [];
  const { baseVersion, baseDigest } = delta;
  const running = runningImage && readRunning(runningImage);
  const version = running?.version ?? runningVersion;
  if (version === undefined) return [finding('delta', 'delta-base-unknown', { baseVersion })];
  if (version !== baseVersion) {
    const context = { baseVersion, runningVersion: version };
    return [finding('delta', 'delta-base-version-differs', context)];
  }
  const otherDigest =
    running !== undefined &&
    baseDigest !== undefined &&
    (running.hash !== hash || !equalBytes(running.digest, baseDigest));
  const reason = otherDigest ? 'delta-base-digest-differs' : 'delta-base-fits';
  return [finding('delta', reason, { baseVersion })];
}

function readRunning(bytes: Uint8Array): WolfBootImage | undefined {
  try {
    return parseImage(bytes, 'running image');
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

export function versionFinding(
  { version }: WolfBootImage,
  { runningVersion, runningImage }: BootQuestion,
): BootFinding {
  const check = 'version';
  if (version === 0) return finding(check, 'version-zero');
  const running = runningVersion ?? (runningImage && readRunning(runningImage)?.version);
  if (running === undefined) return finding(check, 'version-not-compared', { version });
  const context = { version, runningVersion: running };
  if (version > running) return finding(check, 'version-newer', context);
  return finding(check, version === running ? 'version-same' : 'version-older', context);
}
