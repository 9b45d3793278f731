/** What a board is to us when it turns up: blank, ours, begun, somebody else's (anchors C2, number 10). */
import { asciiToBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { lockedOtpBlocks } from '../stm32/index.ts';
import {
  keystoreFingerprint,
  OTP_MAGIC,
  parseOtpImage,
  slotStrideBytes,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../wolfboot/index.ts';
import type { Inspection } from './inspection.ts';
import { isUnfinished, type JournalEntry } from './journal.ts';
import {
  BLANK_HALFWORD,
  halfwordAt,
  HALFWORD_BYTES,
  type OtpContent,
  type UdsCells,
} from './otp-content.ts';

export type OtpClass =
  | { readonly kind: 'blank' }
  | {
      readonly kind: 'keystore';
      readonly slots: readonly KeystoreSlot[];
      readonly fingerprint: string;
      readonly udsCells: UdsCells;
    }
  /** Something of a keystore, but not all: the header is missing or what it promises is. */
  | { readonly kind: 'partial'; readonly problem: string }
  | { readonly kind: 'foreign'; readonly problem: string };

/** Judges the content alone. With a profile the slots are read as that bootloader reads them. */
export function classifyOtp(content: OtpContent, profile?: BootloaderProfile): OtpClass {
  if (content.isAllBlank) return { kind: 'blank' };
  const shown = content.redacted();
  const magic = magicState(shown);
  if (magic === 'other') {
    return { kind: 'foreign', problem: `the area does not begin with "${OTP_MAGIC}"` };
  }
  if (magic === 'missing') {
    return {
      kind: 'partial',
      problem: `there is content, but no "${OTP_MAGIC}" in front of it yet`,
    };
  }
  return keystoreIn(shown, content.udsCells, profile);
}

function keystoreIn(
  shown: Uint8Array,
  udsCells: UdsCells,
  profile: BootloaderProfile | undefined,
): OtpClass {
  try {
    const strideBytes = profile && slotStrideBytes(profile);
    const { slots, itemCount } = parseOtpImage(shown, 'OTP', { strideBytes });
    if (itemCount === 0) return { kind: 'partial', problem: 'item_count is 0' };
    const blank = slots.findIndex((slot) => slot.publicKey.every((byte) => byte === 0xff));
    if (blank >= 0) return { kind: 'partial', problem: `slot ${blank} holds no key` };
    return { kind: 'keystore', slots, fingerprint: keystoreFingerprint(slots), udsCells };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'partial', problem: error.message };
  }
}

function magicState(bytes: Uint8Array): 'there' | 'missing' | 'other' {
  const magic = asciiToBytes(OTP_MAGIC);
  const indexes = Array.from({ length: magic.length / HALFWORD_BYTES }, (_, index) => index);
  const right = (index: number): boolean => halfwordAt(bytes, index) === halfwordAt(magic, index);
  if (indexes.every(right)) return 'there';
  const unfinished = indexes.every(
    (index) => right(index) || halfwordAt(bytes, index) === BLANK_HALFWORD,
  );
  return unfinished ? 'missing' : 'other';
}

export type BoardState =
  /** Erase it before anything resets the board: `erasePrimer`. */
  | { readonly kind: 'primer-in-flash'; readonly journal: JournalEntry }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'blank' }
  /** Blank, but some blocks take no more writes. */
  | { readonly kind: 'locked'; readonly blocks: readonly number[] }
  /** The journal knows what was begun here; the same keystore may be continued. */
  | { readonly kind: 'begun'; readonly journal: JournalEntry }
  | { readonly kind: 'partial'; readonly problem: string }
  /** Holds the keystore that was asked about. */
  | { readonly kind: 'complete'; readonly fingerprint: string; readonly udsChanged: boolean }
  /** Holds another keystore. */
  | { readonly kind: 'other-keystore'; readonly fingerprint: string; readonly slotCount: number }
  | { readonly kind: 'foreign'; readonly problem: string };

export interface ClassifyInput {
  readonly inspection: Inspection;
  readonly journal?: JournalEntry | undefined;
  /** What the person wants on this board, if that is settled. */
  readonly wanted?: {
    readonly slots: readonly KeystoreSlot[];
    readonly profile: BootloaderProfile;
  };
}

export function classifyBoard({ inspection, journal, wanted }: ClassifyInput): BoardState {
  if (journal?.phase === 'primer-in-flash') return { kind: 'primer-in-flash', journal };
  if (inspection.otp.kind === 'unreadable') {
    return { kind: 'unreadable', reason: inspection.otp.reason };
  }
  const { content } = inspection.otp;
  const found = classifyOtp(content, wanted?.profile);
  switch (found.kind) {
    case 'blank': {
      const blocks = lockedBlocksOf(inspection);
      return blocks.length > 0 ? { kind: 'locked', blocks } : { kind: 'blank' };
    }
    case 'keystore':
      return stateOfKeystore(found, content, journal, wanted?.slots);
    case 'partial':
      return isUnfinished(journal) ? { kind: 'begun', journal } : found;
    case 'foreign':
      return found;
  }
}

function stateOfKeystore(
  found: Extract<OtpClass, { kind: 'keystore' }>,
  content: OtpContent,
  journal: JournalEntry | undefined,
  wanted: readonly KeystoreSlot[] | undefined,
): BoardState {
  const { fingerprint, slots } = found;
  if (wanted !== undefined && keystoreFingerprint(wanted) === fingerprint) {
    return { kind: 'complete', fingerprint, udsChanged: udsChanged(content, journal) };
  }
  return { kind: 'other-keystore', fingerprint, slotCount: slots.length };
}

/** The UDS is no longer the one that was seen first: a primer ran a second time, or somebody wrote there. */
export function udsChanged(content: OtpContent, journal: JournalEntry | undefined): boolean {
  if (journal?.udsDamaged === true) return true;
  return journal?.udsSha256 !== undefined && journal.udsSha256 !== content.udsSha256;
}

/** Locked blocks among those the area has; empty when the lock word could not be read. */
export function lockedBlocksOf({ optionBytes, otp }: Inspection): readonly number[] {
  if (optionBytes.otpLockWord === undefined || otp.kind !== 'read') return [];
  const { blockCount } = otp.content.geometry;
  return lockedOtpBlocks(optionBytes.otpLockWord).filter((block) => block < blockCount);
}
