/**
 * What must not be burnt, all reasons at once: a board that is refused costs a minute, one that is burnt
 * wrong costs the board. Pure; nothing here looks at a device.
 */
import { hexNumber } from '../bytes/index.ts';
import { fingerprint } from '../crypto/index.ts';
import type { ErrorCode } from '../errors.ts';
import type { Bench } from '../ports/index.ts';
import {
  authKeyByCode,
  keystoreFingerprint,
  refuseKeystore,
  refusePrimer,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../wolfboot/index.ts';
import type { Inspection } from './inspection.ts';
import type { IntendedOtp } from './intended-otp.ts';
import { isUnfinished, type JournalEntry } from './journal.ts';
import { BLANK_HALFWORD } from './otp-content.ts';
import { halfwordsOf, type PlanRow } from './otp-diff.ts';

export interface PlanRefusal {
  readonly code: ErrorCode;
  /** English, for logs and terminals. */
  readonly message: string;
  readonly slot?: number;
  /** Numbers of the halfwords it is about. */
  readonly halfwords?: readonly number[];
  /** Lock blocks it is about. */
  readonly blocks?: readonly number[];
}

/** Whose private half is known to exist. Fingerprints as `fingerprint` of core/crypto gives them. */
export interface KeyBackups {
  /** A backup was re-opened and signed a challenge. */
  readonly proven: ReadonlySet<string>;
  /** The person declared, key by key, that the private half is kept elsewhere. */
  readonly external: ReadonlySet<string>;
}

export interface PlanInput {
  readonly inspection: Inspection;
  readonly benchKind: Bench['kind'];
  readonly profile: BootloaderProfile;
  /** What the person agreed to; the image must hold exactly this. */
  readonly keystore: readonly KeystoreSlot[];
  readonly intended: IntendedOtp;
  readonly backups: KeyBackups;
  /** The board's entry, `readJournal`. */
  readonly journal?: JournalEntry | undefined;
}

/** Everything that can be said before the board's OTP is compared. */
export function refuseBeforeDiff(input: PlanInput): readonly PlanRefusal[] {
  return [
    ...refuseKeystore(input.keystore, input.profile),
    ...refuseImage(input),
    ...refuseBackups(input),
    ...refuseBoard(input),
    ...refuseBoardState(input),
    ...refuseJournal(input),
  ];
}

function refuseImage({
  intended,
  keystore,
  profile,
  benchKind,
}: PlanInput): readonly PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  if (intended.primer) {
    const known = new Set(refuseKeystore(keystore, profile).map(({ message }) => message));
    refusals.push(
      ...refusePrimer(intended.primer.image, profile).filter(({ message }) => !known.has(message)),
    );
  }
  refusals.push(...differingSlots(intended.slots, keystore));
  if (intended.sample && benchKind === 'real') {
    refusals.push({
      code: 'sample-on-real-board',
      message: `${intended.imageName} was made for the virtual board; a real one cannot run it`,
    });
  }
  return refusals;
}

/** The image is never trusted: its slots are compared with what the person agreed to, one by one. */
function differingSlots(
  found: readonly KeystoreSlot[],
  agreed: readonly KeystoreSlot[],
): readonly PlanRefusal[] {
  const count = Math.max(found.length, agreed.length);
  return Array.from({ length: count }, (_, slot) => slot)
    .filter((slot) => !sameSlot(found[slot], agreed[slot]))
    .map((slot): PlanRefusal => {
      const message =
        found[slot] === undefined
          ? `slot ${slot} of the keystore is not in the image`
          : agreed[slot] === undefined
            ? `slot ${slot} of the image is not in the keystore that was agreed to`
            : `slot ${slot} of the image differs from the keystore in ${differenceOf(found[slot], agreed[slot])}`;
      return { code: 'keystore-differs', slot, message };
    });
}

function sameSlot(a: KeystoreSlot | undefined, b: KeystoreSlot | undefined): boolean {
  return (
    a !== undefined && b !== undefined && keystoreFingerprint([a]) === keystoreFingerprint([b])
  );
}

function differenceOf(a: KeystoreSlot, b: KeystoreSlot): string {
  if (a.keyType !== b.keyType) return 'key type';
  return a.partitionMask === b.partitionMask ? 'the key' : 'the partition mask';
}

function refuseBackups({ keystore, backups }: PlanInput): readonly PlanRefusal[] {
  return keystore.flatMap((slot, index): readonly PlanRefusal[] => {
    const id = fingerprint(slot.publicKey);
    if (backups.proven.has(id) || backups.external.has(id)) return [];
    const name = authKeyByCode(slot.keyType)?.label ?? 'unknown type';
    return [
      {
        code: 'backup-not-proven',
        slot: index,
        message: `slot ${index} (${name}): the backup of its private key was not proven, and it was not declared to be kept elsewhere`,
      },
    ];
  });
}

function refuseBoard({ inspection, profile, intended }: PlanInput): readonly PlanRefusal[] {
  const { board, serial } = inspection;
  const refusals: PlanRefusal[] = [];
  if (serial === undefined || serial === '') {
    refusals.push({
      code: 'board-wrong',
      message: 'the board tells no serial number, so nothing can be bound to it',
    });
  }
  if (board === undefined) {
    refusals.push({ code: 'board-wrong', message: 'this is not a board that Keyfuse knows' });
  }
  const target = board?.otp.target;
  if (target !== undefined && (target !== profile.target || target !== intended.target)) {
    refusals.push({
      code: 'board-wrong',
      message: `the board is ${target}, the bootloader ${profile.id} is for ${profile.target}, the image for ${intended.target}`,
    });
  }
  return refusals;
}

/** Also asked again with a fresh inspection right before a burn. */
export function refuseBoardState({
  inspection,
  intended,
}: Pick<PlanInput, 'inspection' | 'intended'>): readonly PlanRefusal[] {
  const { productState, trustZone } = inspection.optionBytes;
  const refusals: PlanRefusal[] = [];
  if (productState !== undefined && !stateAllows(productState.name, intended)) {
    refusals.push({
      code: 'board-not-open',
      message: `product state ${productState.name} (${hexNumber(productState.code, 2)}) does not allow this burn`,
    });
  }
  if (intended.route === 'primer' && trustZone === 'on') {
    refusals.push({
      code: 'board-trustzone-on',
      message: 'TrustZone is on: the primer belongs before it is enabled and would not run',
    });
  }
  if (inspection.otp.kind === 'unreadable') {
    refusals.push({
      code: 'otp-unreadable',
      message: `the OTP cannot be read, so nothing could be compared or verified: ${inspection.otp.reason}`,
    });
  } else if (intended.route === 'otp-alternate' && inspection.otp.via !== 'otp-alternate') {
    refusals.push({
      code: 'not-supported',
      message: 'the bootloader offers no OTP alternate; a primer can burn this board',
    });
  }
  return refusals;
}

/** In state Provisioning the ROM always starts its bootloader, so a primer would never run. */
function stateAllows(name: string, { route }: IntendedOtp): boolean {
  return name === 'open' || (name === 'provisioning' && route === 'otp-alternate');
}

function refuseJournal({ journal, inspection, intended }: PlanInput): readonly PlanRefusal[] {
  if (!isUnfinished(journal)) return [];
  if (journal.phase === 'primer-in-flash') {
    return [
      {
        code: 'journal-conflict',
        message: 'a primer may still be in the flash of this board: it has to be erased first',
      },
    ];
  }
  const blank = inspection.otp.kind === 'read' && inspection.otp.content.isAllBlank;
  if (blank || journal.contentSha256 === intended.contentSha256) return [];
  if (journal.keystoreFingerprint === keystoreFingerprint(intended.slots)) return [];
  return [
    {
      code: 'journal-conflict',
      message: 'another keystore was begun on this board and not finished',
    },
  ];
}

/** What the comparison shows. */
export function refuseAfterDiff(
  rows: readonly PlanRow[],
  intended: IntendedOtp,
): readonly PlanRefusal[] {
  return [...refuseConflicts(rows), ...refuseLocked(rows), ...refuseSecondRun(rows, intended)];
}

function refuseConflicts(rows: readonly PlanRow[]): readonly PlanRefusal[] {
  const conflicts = rows.filter((row) => row.kind === 'conflict');
  if (conflicts.length === 0) return [];
  return [
    {
      code: 'otp-conflict',
      halfwords: conflicts.map((row) => row.index),
      message: `${conflicts.length} halfwords hold something else: ${listed(conflicts.map(describeConflict))}`,
    },
  ];
}

/** Values of an UDS are never named, only its places. */
export function describeConflict(row: PlanRow): string {
  const place = `${hexNumber(row.offsetBytes, 3)} (${row.field})`;
  if (typeof row.present !== 'number' || typeof row.intended !== 'number') return place;
  return `${place} is ${hexNumber(row.present, 4)}, not ${hexNumber(row.intended, 4)}`;
}

const LISTED = 16;

export function listed(items: readonly string[]): string {
  const more = items.length - LISTED;
  return items.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function refuseLocked(rows: readonly PlanRow[]): readonly PlanRefusal[] {
  const locked = rows.filter((row) => row.kind === 'locked');
  if (locked.length === 0) return [];
  const blocks = [...new Set(locked.map((row) => row.block))];
  return [
    {
      code: 'otp-locked',
      blocks,
      halfwords: locked.map((row) => row.index),
      message: `blocks ${blocks.join(', ')} are locked for ever, but would have to be written`,
    },
  ];
}

/**
 * Upstream's primer writes all its halfwords, also those that already hold what they should. Whether a cell bears
 * that is documented nowhere, so a half-written area is not its job; writing the rest singly is.
 */
function refuseSecondRun(rows: readonly PlanRow[], intended: IntendedOtp): readonly PlanRefusal[] {
  if (intended.mayRunAgain) return [];
  if (intended.route !== 'primer' || halfwordsOf(rows, 'new').length === 0) return [];
  const written = rows.filter(
    (row) => intended.programs(row.index) && row.present !== BLANK_HALFWORD,
  );
  if (written.length === 0) return [];
  return [
    {
      code: 'otp-conflict',
      halfwords: written.map((row) => row.index),
      message: `${written.length} halfwords that the primer writes are written already, from ${hexNumber(written[0]?.offsetBytes ?? 0, 3)} on: it would write them a second time`,
    },
  ];
}
