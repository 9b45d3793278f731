/**
 * What a burn means for the board, as facts for the consequence sheet. The words are the screen's; nothing
 * here is prose, and nothing is left out because it is unpleasant.
 */
import { fingerprint } from '../crypto/index.ts';
import { lockedOtpBlocks } from '../stm32/index.ts';
import {
  keystoreWarnings,
  maskAllows,
  slotCapacity,
  type BootloaderProfile,
  type KeystoreSlot,
  type KeystoreWarning,
} from '../wolfboot/index.ts';
import { udsChanged } from './classify.ts';
import type { Inspection } from './inspection.ts';
import type { IntendedOtp, UdsSource } from './intended-otp.ts';
import type { JournalEntry } from './journal.ts';
import type { UdsCells } from './otp-content.ts';
import { blankInsideStructure, type DiffSummary, type PlanRow } from './otp-diff.ts';
import type { KeyBackups } from './plan-policy.ts';

export interface SlotConsequence {
  readonly slot: number;
  readonly keyType: number;
  readonly fingerprint: string;
  readonly partitionMask: number;
  /** May sign the application. */
  readonly allowsApplication: boolean;
  /** May sign the bootloader itself (partition id 0), if it is built for self-update. */
  readonly allowsBootloader: boolean;
  readonly backup: 'proven' | 'declared-external';
}

export interface Consequences {
  readonly slots: readonly SlotConsequence[];
  /** Slots whose keys can sign what the board boots from now on; all others can sign nothing it takes. */
  readonly applicationSlots: readonly number[];
  readonly bootloaderSlots: readonly number[];
  readonly capacity: {
    readonly slots: number;
    readonly used: number;
    /** Always 0 after the burn: item_count is programmed, so no key can be added or replaced, ever. */
    readonly canBeAddedLater: 0;
  };
  /** Halfwords programmed by this burn; each takes one value in its life. */
  readonly irreversibleHalfwords: number;
  readonly uds: {
    readonly source: UdsSource;
    readonly onBoard: UdsCells;
    /** `kept` also when it is not known who chose it. */
    readonly outcome: 'written' | 'kept' | 'none';
    /** It changed since it was first seen: attestation with it proves nothing. */
    readonly damaged: boolean;
  };
  readonly locks: {
    /** Undefined: the lock word cannot be read. */
    readonly lockedBlocks: readonly number[] | undefined;
    /**
     * Keyfuse never locks, so blank halfwords stay programmable by whoever has the chip. `possible`: the
     * code of the primer touches the lock register, and what it does there is its own affair.
     */
    readonly willLock: 'no' | 'possible';
  };
  readonly productState: string | undefined;
  readonly trustZone: 'on' | 'off' | 'unknown' | undefined;
  /** Present on the primer route: this part of the flash is erased, and what it held is lost. */
  readonly flash:
    | {
        readonly address: number;
        readonly sizeBytes: number;
        readonly sectors: number;
        readonly imageSha256: string;
      }
    | undefined;
  /** Halfwords that hold something the plan leaves alone. */
  readonly foreignHalfwords: readonly number[];
  /** See `blankInsideStructure`. */
  readonly blankInsideStructure: readonly number[];
  /** See `loneHalfwords`. */
  readonly loneHalfwords: readonly number[];
  /** Odd but harmless. */
  readonly keystoreWarnings: readonly KeystoreWarning[];
}

export interface ConsequenceInput {
  readonly inspection: Inspection;
  readonly profile: BootloaderProfile;
  readonly intended: IntendedOtp;
  readonly backups: KeyBackups;
  readonly journal: JournalEntry | undefined;
  readonly rows: readonly PlanRow[];
  readonly summary: DiffSummary;
  readonly loneHalfwords: readonly number[];
}

const APPLICATION_PARTITION = 1;
const BOOTLOADER_PARTITION = 0;

export function consequencesOf(input: ConsequenceInput): Consequences {
  const { inspection, profile, intended, rows, summary } = input;
  const slots = intended.slots.map((slot, index) => slotConsequence(slot, index, input.backups));
  const { optionBytes } = inspection;
  const lockWord = optionBytes.otpLockWord;
  return {
    slots,
    applicationSlots: slots.filter((slot) => slot.allowsApplication).map((slot) => slot.slot),
    bootloaderSlots: slots.filter((slot) => slot.allowsBootloader).map((slot) => slot.slot),
    capacity: {
      slots: slotCapacity(profile.target, intended.strideBytes),
      used: slots.length,
      canBeAddedLater: 0,
    },
    irreversibleHalfwords: summary.consumedHalfwords,
    uds: udsConsequence(input),
    locks: {
      lockedBlocks:
        lockWord === undefined
          ? undefined
          : lockedOtpBlocks(lockWord).filter((block) => block < intended.geometry.blockCount),
      willLock: mayLock(input) ? 'possible' : 'no',
    },
    productState: optionBytes.productState?.name,
    trustZone: optionBytes.trustZone,
    flash: flashConsequence(input),
    foreignHalfwords: rows
      .filter((row) => row.kind === 'untouched' && row.present !== 0xffff)
      .map((row) => row.index),
    blankInsideStructure: blankInsideStructure(intended),
    loneHalfwords: input.loneHalfwords,
    keystoreWarnings: keystoreWarnings(intended.slots, profile),
  };
}

/** When nothing is left to write, no primer runs. */
function mayLock({ intended, summary }: ConsequenceInput): boolean {
  return summary.counts.new > 0 && intended.primer?.image.locking === 'found';
}

function slotConsequence(slot: KeystoreSlot, index: number, backups: KeyBackups): SlotConsequence {
  const id = fingerprint(slot.publicKey);
  return {
    slot: index,
    keyType: slot.keyType,
    fingerprint: id,
    partitionMask: slot.partitionMask,
    allowsApplication: maskAllows(slot.partitionMask, APPLICATION_PARTITION),
    allowsBootloader: maskAllows(slot.partitionMask, BOOTLOADER_PARTITION),
    backup: backups.proven.has(id) ? 'proven' : 'declared-external',
  };
}

function udsConsequence({
  inspection,
  intended,
  rows,
  journal,
}: ConsequenceInput): Consequences['uds'] {
  const content = inspection.otp.kind === 'read' ? inspection.otp.content : undefined;
  const onBoard = content?.udsCells ?? 'blank';
  const written = rows.some((row) => intended.isUds(row.index) && row.kind === 'new');
  return {
    source: intended.udsSource,
    onBoard,
    outcome: written ? 'written' : onBoard === 'blank' ? 'none' : 'kept',
    damaged: content !== undefined && udsChanged(content, journal),
  };
}

function flashConsequence({
  inspection,
  intended,
  summary,
}: ConsequenceInput): Consequences['flash'] {
  const { primer } = intended;
  if (!primer || summary.counts.new === 0) return undefined;
  const sectorBytes = inspection.board?.flash.sectorBytes ?? 1;
  return {
    address: primer.image.loadAddress,
    sizeBytes: primer.bytes.length,
    sectors: Math.ceil(primer.bytes.length / sectorBytes),
    imageSha256: primer.image.sha256,
  };
}
