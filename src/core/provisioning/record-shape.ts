/**
 * The record's members as a table: it yields the type and checks what comes in from a file. Members that the
 * table does not know are refused, for whoever changed the record changed the format.
 */
import { AppError } from '../errors.ts';
import type { JsonValue } from '../ports/index.ts';

/** Checks one value and returns it typed; throws `malformed` with the path. */
type Check<T> = (value: JsonValue | undefined, path: string) => T;
type Members = Readonly<Record<string, Check<unknown>>>;
type ObjectOf<M extends Members> = {
  readonly [K in keyof M]: M[K] extends Check<infer T> ? T : never;
};

function wrong(path: string, problem: string): AppError {
  return new AppError('malformed', `record: ${path} ${problem}`, {
    context: { file: 'record', offset: 0, field: path, problem },
  });
}

const text: Check<string> = (value, path) => {
  if (typeof value === 'string') return value;
  throw wrong(path, 'is not text');
};

function textLike(pattern: RegExp, what: string): Check<string> {
  return (value, path) => {
    const found = text(value, path);
    if (pattern.test(found)) return found;
    throw wrong(path, `is not ${what}`);
  };
}

const sha256 = textLike(/^[0-9a-f]{64}$/, 'a lower-case hex SHA-256');
const instant = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'an instant in UTC');
const mask = textLike(/^0x[0-9A-F]{8}$/, 'a mask of 32 bits in hex');

const count: Check<number> = (value, path) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(path, 'is not a whole number');
};

const flag: Check<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value;
  throw wrong(path, 'is neither true nor false');
};

function oneOf<const T extends string>(...choices: readonly T[]): Check<T> {
  return (value, path) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw wrong(path, `is none of ${choices.join(', ')}`);
  };
}

function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'is not a list');
    return value.map((item: JsonValue, index) => check(item, `${path}[${index}]`));
  };
}

function members<M extends Members>(table: M): Check<ObjectOf<M>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(path, 'is not an object');
    }
    const found = value as Readonly<Record<string, JsonValue | undefined>>;
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    for (const name of Object.keys(found)) {
      if (!Object.hasOwn(table, name)) throw wrong(at(name), 'is not a member of this format');
    }
    const entries = Object.entries(table).map(([name, check]) => [
      name,
      check(found[name], at(name)),
    ]);
    return Object.fromEntries(entries) as ObjectOf<M>;
  };
}

export const RECORD_FORMAT = 'keyfuse-record-1';

/** What was done, in a closed list of words; the screen has sentences for them. */
const doneWord = oneOf(
  'plan-approved', // the person typed the ends of keystore fingerprint and board serial
  'otp-written', // through the OTP alternate
  'primer-flashed',
  'primer-ran',
  'primer-erased',
  'nothing-to-write', // the board held everything already
  'otp-read-back', // twice, both readings equal
  'slots-verified',
  'backups-proven', // of every key
  'rehearsed', // the identical plan on the virtual board
  'update-proven', // a signed update was seen running and confirmed
  'refusal-proven', // a wrongly signed image was sent, and the old version ran on
  'boot-proven', // and after it the rightly signed one was seen running and confirmed
  'refusal-disproved', // a wrongly signed image was seen running
);

/** What was not done or cannot be seen, so that nobody assumes it. */
const notDoneWord = oneOf(
  'otp-not-locked', // no block; blank halfwords stay programmable
  'otp-partly-locked', // blank halfwords of some blocks stay programmable
  'lock-not-visible', // the lock word cannot be read
  'ecc-not-visible', // DFU does not show the ECC state of OTP cells
  'primer-left-in-flash', // harmless when it runs again; the factory image takes its place
  'uds-not-recorded', // the secret is in the chip only
  'trustzone-not-changed',
  'product-state-not-changed',
  'bootloader-not-flashed',
  'boot-not-proven', // no correctly signed image was seen to boot
  'refusal-not-proven', // no wrongly signed image was seen to be refused
  'not-rehearsed',
  'backups-declared-only', // of at least one key the person said so, nothing was proven
  'record-not-signed',
);

export type DoneWord = ReturnType<typeof doneWord>;
export type NotDoneWord = ReturnType<typeof notDoneWord>;

const digests = members({ sha256, sha256WithoutUds: sha256 });

const slot = members({
  slot: count,
  keyType: count,
  fingerprint: sha256,
  partitionMask: mask,
  backup: oneOf('proven', 'declared-external'),
  verdict: oneOf('equal'),
});

const signedImage = members({
  name: text,
  sha256,
  version: count,
  partitionId: count,
  keyFingerprint: sha256,
});

const update = members({
  at: instant,
  imageSha256: sha256,
  /** What was sent instead of the whole image in the clear; missing where nothing was. */
  form: optional(oneOf('delta', 'encrypted', 'delta-encrypted')),
  fromVersion: count,
  toVersion: count,
  stateAfterReboot: oneOf('TESTING', 'NEW'),
  /** The application said CONFIRMED afterwards. */
  confirmed: flag,
});

const bootProof = members({
  at: instant,
  outcome: oneOf('refusal-seen', 'proved', 'disproved'),
  /** How the first image was wrongly signed. */
  how: oneOf('stranger-key', 'signature-of-another'),
  wrongImageSha256: sha256,
  wrongVersion: count,
  /** What ran before, and after a refusal still. */
  versionBefore: count,
  /** Of the rightly signed image that was seen running afterwards; missing where none was. */
  bootedVersion: optional(count),
  bootedImageSha256: optional(sha256),
});

const body = {
  format: oneOf(RECORD_FORMAT),
  /** Burnt on a virtual board: no silicon was changed. */
  virtual: flag,
  tool: members({ name: oneOf('keyfuse'), version: text }),
  target: oneOf('stm32h5', 'stm32h7'),
  board: members({ serial: text, name: text }),
  bootloader: members({
    profile: text,
    name: text,
    signName: text,
    universal: flag,
    headerSizeBytes: count,
    strideBytes: count,
  }),
  plan: members({ hash: sha256, rehearsalHash: sha256 }),
  route: oneOf('otp-alternate', 'primer'),
  image: members({ name: text, sha256, sample: flag }),
  keystore: members({ fingerprint: sha256, slots: listOf(slot) }),
  otp: members({
    before: digests,
    after: digests,
    /** Halfwords that this burn made permanent. */
    consumedHalfwords: count,
    lockedBlocks: orNull(listOf(count)),
    uds: oneOf('present', 'absent', 'partial', 'suspect'),
  }),
  outcome: oneOf('burned', 'already-burned'),
  resumed: flag,
  beganAt: instant,
  endedAt: instant,
  done: listOf(doneWord),
  notDone: listOf(notDoneWord),
  /** Images signed for this board's keystore. */
  images: listOf(signedImage),
  updates: listOf(update),
  /** The oldest first; missing where none was tried. */
  bootProofs: optional(listOf(bootProof)),
};

const recordShape = members({ ...body, sha256 });

export type RecordedImage = ReturnType<typeof signedImage>;
export type RecordedUpdate = ReturnType<typeof update>;
export type RecordedBootProof = ReturnType<typeof bootProof>;
/** `sha256`: lower-case hex SHA-256 over the canonical JSON of all other members. */
export type BurnRecord = ReturnType<typeof recordShape>;
export type RecordBody = Omit<BurnRecord, 'sha256'>;

/** Throws `malformed` with the member's path. */
export function checkRecordShape(value: JsonValue): BurnRecord {
  return recordShape(value, '');
}
