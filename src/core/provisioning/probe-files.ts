/**
 * What an ST-LINK leaves on its drive, as values: FAIL.TXT after a file that it did not program, DETAILS.TXT about
 * itself, and the page that names it.
 */
import { asciiToBytes, bytesToLatin1, toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import { DETAILS_FILE, FAIL_FILE, IDENTITY_FILE, type ProbeDrive } from '../ports/index.ts';

/**
 * `target`: the probe cannot halt the chip. `transfer`: the file did not arrive whole. `file`: not a file it
 * programs. `flash`: programming failed. `protected`: the chip refuses.
 */
export type FailKind = 'target' | 'transfer' | 'file' | 'flash' | 'protected' | 'unknown';

export interface ProbeFailure {
  readonly kind: FailKind;
  /** The probe's own words, on one line. */
  readonly text: string;
}

export interface ProbeDetails {
  readonly version: string | undefined;
  readonly build: string | undefined;
}

const MOST_CHARACTERS = 300;

/** The first that fits counts; the words of ST-LINKs and of the interface firmware they descend from. */
const FAILURES: readonly (readonly [RegExp, FailKind])[] = [
  [/security|read.?protect|write.?protect|\blocked\b/i, 'protected'],
  [/reset\/halt|halt the target|no target|not detected|target.*not (found|connected)/i, 'target'],
  [/timed? ?out|out of order|aborted|interrupted|transfer/i, 'transfer'],
  [/format|parse|decode|invalid|unknown|not supported|outside|address|too (large|big)/i, 'file'],
  [/flash|program|erase|verif/i, 'flash'],
];

export function explainFailText(bytes: Uint8Array): ProbeFailure {
  const text = bytesToLatin1(bytes)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MOST_CHARACTERS);
  const kind = FAILURES.find(([words]) => words.test(text))?.[1] ?? 'unknown';
  return { kind, text };
}

/** Lines such as `Version: V3J13M4`; parts that are not there are undefined. */
export function parseDetails(bytes: Uint8Array): ProbeDetails {
  const text = bytesToLatin1(bytes);
  const value = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s*(\\S.*?)\\s*$`, 'im').exec(text)?.[1];
  return { version: value('Version'), build: value('Build') };
}

/** Undefined without FAIL.TXT, and while the drive is away. */
export async function readFailure(
  drive: ProbeDrive | undefined,
): Promise<ProbeFailure | undefined> {
  const bytes = await readIfThere(drive, FAIL_FILE);
  return bytes && explainFailText(bytes);
}

export async function readDetails(
  drive: ProbeDrive | undefined,
): Promise<ProbeDetails | undefined> {
  const bytes = await readIfThere(drive, DETAILS_FILE);
  return bytes && parseDetails(bytes);
}

/** Lower-case hex SHA-256 that tells this drive from others; undefined when the drive does not say. */
export async function identifyDrive(drive: ProbeDrive | undefined): Promise<string | undefined> {
  const page = await readIfThere(drive, IDENTITY_FILE);
  if (drive === undefined || page === undefined) return undefined;
  return toHex(hash('sha256', asciiToBytes(drive.label.replace(/[^\x20-\x7e]/g, '?')), page));
}

export function imageFailed({ kind, text }: ProbeFailure): AppError {
  return new AppError('drive-image-failed', `FAIL.TXT: ${text}`, { context: { kind, text } });
}

async function readIfThere(
  drive: ProbeDrive | undefined,
  name: string,
): Promise<Uint8Array | undefined> {
  try {
    if (drive === undefined || !(await drive.isAllowed())) return undefined;
    const found = (await drive.list()).find((each) => each.toUpperCase() === name);
    return found === undefined ? undefined : await drive.read(found);
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}
