/**
 * The proof behind a burn: a wrongly signed image must be refused and the rightly signed one must boot, both
 * read from the board's console. Only then do the keys in silicon do what they are there for.
 *
 * Two updates over the console. The first image is right in everything but its signature, and newer than what
 * runs, so that a bootloader that verifies has one reason to refuse it and one that does not has none
 * (formats/stm32h5-device.md, section 5). The second is newer still where that is possible: a board that fell
 * for the first is led back to what its owner signed. Nothing of the first is ever confirmed.
 *
 * The proof keeps no state: whatever interrupted it, it may be run again from the start, for `update` erases
 * what a torn attempt left. A refusal that was seen may be handed in and is then not asked for a second time.
 */
import { toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Clock, LongCall } from '../ports/index.ts';
import {
  attemptUpdate,
  compareKeystore,
  updateFirmware,
  type ConsoleDialogue,
  type ConsoleInfo,
  type UpdateAttempt,
  type UpdateImage,
  type UpdateOptions,
  type UpdateOutcome,
  type UpdateProgress,
} from '../serial/index.ts';
import {
  verifyImage,
  type BootloaderProfile,
  type KeystoreSlot,
  type WrongSignature,
} from '../wolfboot/index.ts';

export interface ProofImage {
  readonly image: UpdateImage;
  readonly fileName: string;
}

export interface BootProofInput {
  /** What the board must hold; it lists its keys itself. */
  readonly slots: readonly KeystoreSlot[];
  readonly profile: BootloaderProfile;
  /** Signed by one of these keys, newer than what runs. */
  readonly right: ProofImage;
  /** From `wronglySigned`; not needed where `refused` is given. */
  readonly wrong?: (ProofImage & { readonly how: WrongSignature }) | undefined;
  /** What an earlier run saw on this board. */
  readonly refused?: RefusalSeen | undefined;
}

/** A wrongly signed image was sent, the board rebooted, and the old version runs. */
export interface RefusalSeen {
  readonly version: number;
  readonly imageSha256: string;
  readonly how: WrongSignature;
  readonly runningVersion: number;
  /** `kept`: a build with one bank leaves it where it is. */
  readonly updatePartition: 'empty' | 'kept';
}

export type BootProofProgress = UpdateProgress & { readonly step: 'wrong' | 'right' };

export interface BootProofCall extends LongCall<BootProofProgress> {
  readonly baudRate?: number;
  readonly bootTimeoutMs?: number;
  /** At once when it was seen: it stands, whatever becomes of the rest. */
  readonly onRefused?: (refusal: RefusalSeen) => void;
}

export type BootProof =
  | { readonly kind: 'proved'; readonly refusal: RefusalSeen; readonly boot: UpdateOutcome }
  /** The board started what no key of its keystore signed. */
  | {
      readonly kind: 'disproved';
      readonly version: number;
      readonly imageSha256: string;
      readonly how: WrongSignature;
      readonly versionBefore: number;
      /** The rightly signed image runs now instead. */
      readonly ledBack: boolean;
    };

/**
 * Resolves with what was proved, one way or the other. Throws `update-refused` when the images are not fit for
 * a proof, `board-wrong` when the board lists other keys, `update-not-proven` when what was seen proves nothing,
 * and what `updateFirmware` throws; after any of them the old firmware runs, or one of its owner's.
 */
export async function proveBoot(
  console: ConsoleDialogue,
  clock: Clock,
  input: BootProofInput,
  call: BootProofCall = {},
): Promise<BootProof> {
  await requireFit(input);
  await requireBoard(console, input, call);
  const { right } = input;
  const options = (step: 'wrong' | 'right'): UpdateOptions => optionsFor(input, call, step);
  const found = input.refused ?? (await tryWrong(console, clock, input, options('wrong')));
  if ('disproves' in found) {
    const ledBack = await leadBack(console, clock, input, options('right'));
    return { kind: 'disproved', ...found.disproves, ledBack };
  }
  if (input.refused === undefined) call.onRefused?.(found);
  const boot = await updateFirmware(console, clock, right.image, options('right'));
  return { kind: 'proved', refusal: found, boot };
}

type Disproof = Omit<Extract<BootProof, { kind: 'disproved' }>, 'kind' | 'ledBack'>;

async function tryWrong(
  console: ConsoleDialogue,
  clock: Clock,
  { wrong, profile }: BootProofInput,
  options: UpdateOptions,
): Promise<RefusalSeen | { readonly disproves: Disproof }> {
  if (wrong === undefined) throw unfit('no wrongly signed image was given', 'no-wrong-image');
  const { image, how } = wrong;
  const facts = { version: image.version, imageSha256: toHex(hash('sha256', image.bytes)), how };
  const seen = await attemptUpdate(console, clock, image, options);
  const runs = seen.after.firmwareVersion;
  if (runs === image.version || seen.boot.banner?.version === image.version) {
    return { disproves: { ...facts, versionBefore: seen.versionBefore } };
  }
  const updatePartition = leftover(seen, image, profile);
  if (runs !== seen.versionBefore || updatePartition === undefined) {
    throw new AppError('update-not-proven', 'what was seen after the reboot proves no refusal', {
      context: {
        reason: 'no-refusal-seen',
        expectedVersion: seen.versionBefore,
        runningVersion: runs,
      },
    });
  }
  return { ...facts, runningVersion: runs, updatePartition };
}

/** What a refusing bootloader leaves in the update partition; undefined: this is no such trace. */
function leftover(
  { after, boot }: UpdateAttempt,
  { version }: UpdateImage,
  { partitions }: BootloaderProfile,
): RefusalSeen['updatePartition'] | undefined {
  // Without its banner nobody knows whether the board rebooted at all.
  if (boot.banner === undefined) return undefined;
  if (after.update?.kind === 'empty') return 'empty';
  const kept = after.update?.kind === 'candidate' && after.update.version === version;
  return kept && partitions?.dualBank === false ? 'kept' : undefined;
}

/** The board runs an image that nobody signed: the right one takes its place where it is newer. */
async function leadBack(
  console: ConsoleDialogue,
  clock: Clock,
  { right, wrong }: BootProofInput,
  options: UpdateOptions,
): Promise<boolean> {
  if (wrong === undefined || right.image.version <= wrong.image.version) return false;
  try {
    await updateFirmware(console, clock, right.image, options);
    return true;
  } catch (error) {
    // The verdict stands either way, and must not be lost over this.
    if (isAppError(error)) return false;
    throw error;
  }
}

/** The wrong image must be wrong in its signature alone, and the right one right. */
async function requireFit({
  slots,
  profile,
  right,
  wrong,
  refused,
}: BootProofInput): Promise<void> {
  const judge = ({ image, fileName }: ProofImage) =>
    verifyImage(image.bytes, slots, {
      headerSizeBytes: profile.headerSizeBytes,
      partitionId: APPLICATION_PARTITION,
      profile,
      fileName,
    });
  const good = await judge(right);
  if (!good.ok) throw unfit(`${right.fileName}: ${good.message}`, 'right-image-refused');
  if (refused !== undefined) return;
  if (wrong === undefined) throw unfit('no wrongly signed image was given', 'no-wrong-image');
  const bad = await judge(wrong);
  if (bad.ok || bad.code !== 'image-signature-invalid') {
    throw unfit(
      bad.ok
        ? 'the wrong image is rightly signed'
        : `the wrong image has another fault: ${bad.code}`,
      'wrong-image-unfit',
    );
  }
  if (wrong.image.version > right.image.version) {
    throw unfit('the wrong image is newer than the right one', 'wrong-image-unfit');
  }
}

const APPLICATION_PARTITION = 1;

function unfit(message: string, reason: string): AppError {
  return new AppError('update-refused', `no proof can be had with these images: ${message}`, {
    context: { reason },
  });
}

/** Before anything is sent: the board lists just these keys, and runs something older than both images. */
async function requireBoard(
  console: ConsoleDialogue,
  { slots, right, wrong, refused }: BootProofInput,
  { signal }: BootProofCall,
): Promise<void> {
  await console.waitForPrompt({ signal, leaveReceiver: true });
  const info = await console.info({ signal });
  if (!compareKeystore(info.keys, slots).equal) {
    throw new AppError('board-wrong', 'the board lists other keys than those that were burned', {
      context: { listed: info.keys.length, expected: slots.length },
    });
  }
  requireOlder(info, right.image.version);
  if (refused === undefined && wrong !== undefined) requireOlder(info, wrong.image.version);
}

function requireOlder({ firmwareVersion }: ConsoleInfo, version: number): void {
  if (firmwareVersion === undefined || firmwareVersion < version) return;
  throw new AppError('update-refused', 'the images must be newer than what runs', {
    context: { reason: 'not-newer', version, runningVersion: firmwareVersion },
  });
}

function optionsFor(
  { profile }: BootProofInput,
  { signal, onProgress, baudRate, bootTimeoutMs }: BootProofCall,
  step: 'wrong' | 'right',
): UpdateOptions {
  return {
    receiverHeaderSizeBytes: profile.headerSizeBytes,
    ...(profile.partitions && { partitionSizeBytes: profile.partitions.sizeBytes }),
    ...(baudRate !== undefined && { baudRate }),
    ...(bootTimeoutMs !== undefined && { bootTimeoutMs }),
    onAbandon: 'leave',
    signal,
    onProgress: (progress) => onProgress?.({ ...progress, step }),
  };
}

/** The version of the wrong image: newer than what runs, and older than the right one where there is room. */
export function wrongVersionFor(runningVersion: number, rightVersion: number): number {
  return rightVersion - 1 > runningVersion ? rightVersion - 1 : rightVersion;
}
