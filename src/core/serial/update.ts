/**
 * A firmware update over the console, from the check before to the proof after
 * (stm32h5-device.md section 5). The receiver's words are shown and never believed: it calls torn
 * and flipped images a success. Proof is the version that answers after the reboot, its state, and
 * that it lets itself be confirmed.
 *
 * Knows nothing of keys and signatures, and reads no image: its facts are handed in.
 */
import { AppError, isAppError } from '../errors.ts';
import type { Clock } from '../ports/index.ts';
import { isCompleteInfo } from './console-info.ts';
import type { BootReport, ConsoleDialogue, ConsoleInfo, TransferText } from './console-types.ts';
import {
  proveConfirmed,
  proveNewFirmware,
  refuseBase,
  refuseImage,
  refuseVersion,
} from './update-checks.ts';
import type {
  UpdateAttempt,
  UpdateImage,
  UpdateOptions,
  UpdateOutcome,
  UpdateProgress,
} from './update-types.ts';
import { sendXmodem } from './xmodem-sender.ts';
import type { XmodemReport } from './xmodem-types.ts';

const BOOT_TIMEOUT_MS = 60_000;
/** E.g. a lost answer to the first packet cannot be mended within a transfer, but by a second one. */
const MAX_TRANSFERS = 2;
/** wolfBoot's own images end in erased flash. */
const PADDING_BYTE = 0xff;

/**
 * Resolves only when the new version was seen running and was confirmed. Nothing is erased before
 * the checks passed. Whatever it throws leaves the old firmware able to run, and a new call may
 * start over, also with the receiver still waiting.
 *
 * Errors: `update-refused`, `image-too-large` (nothing was started), `xmodem-*`, `update-unread`,
 * `update-rejected`, `update-not-proven`, `console-silent`, `console-unexpected`, `serial-disconnected`, `cancelled`.
 */
export async function updateFirmware(
  console: ConsoleDialogue,
  clock: Clock,
  image: UpdateImage,
  options: UpdateOptions,
): Promise<UpdateOutcome> {
  return new Update(console, clock, image, options).run();
}

/**
 * Sends an image and reboots, and says what was seen; whether that is good news is for the caller to judge.
 * Nothing is confirmed, so a bootloader that tries an image out goes back to the old one at the next reset.
 * Errors: those of `updateFirmware` up to the reboot.
 */
export async function attemptUpdate(
  console: ConsoleDialogue,
  clock: Clock,
  image: UpdateImage,
  options: UpdateOptions,
): Promise<UpdateAttempt> {
  return new Update(console, clock, image, options).attempt();
}

class Update {
  constructor(
    private readonly console: ConsoleDialogue,
    private readonly clock: Clock,
    private readonly image: UpdateImage,
    private readonly options: UpdateOptions,
  ) {}

  async run(): Promise<UpdateOutcome> {
    const { versionBefore, before, boot, after, transfer, transfersNeeded } = await this.attempt();
    const stateAfterReboot = proveNewFirmware(this.image, before, boot, after);
    const confirmed = await this.confirm();
    return {
      kind: 'proven',
      versionBefore,
      version: this.image.version,
      stateAfterReboot,
      before,
      boot,
      confirmed,
      transfer,
      transfersNeeded,
    };
  }

  async attempt(): Promise<UpdateAttempt> {
    const { version, info } = await this.checkBefore();
    const { transfer, transfersNeeded } = await this.transferImage();
    const boot = await this.reboot();
    const after = await this.lookAfter(boot);
    return { versionBefore: version, before: info, boot, after, transfer, transfersNeeded };
  }

  private async checkBefore(): Promise<{ readonly version: number; readonly info: ConsoleInfo }> {
    this.say({ stage: 'checking' });
    refuseImage(this.image, this.options);
    await this.console.waitForPrompt({ ...this.call(), leaveReceiver: true });
    const info = await this.console.info(this.call());
    const version = info.firmwareVersion;
    if (version === undefined) {
      throw new AppError('console-unexpected', 'info names no firmware version', {
        context: { step: 'info' },
      });
    }
    refuseVersion(version, this.image, this.options.force ?? false);
    refuseBase(version, this.image);
    return { version, info };
  }

  private async transferImage(): Promise<{
    readonly transfer: XmodemReport;
    readonly transfersNeeded: number;
  }> {
    for (let transfersNeeded = 1; ; transfersNeeded++) {
      try {
        return { transfer: await this.transferOnce(transfersNeeded), transfersNeeded };
      } catch (error) {
        if (transfersNeeded === MAX_TRANSFERS || !isWorthRepeating(error)) throw error;
        // `update` erases what the torn transfer left behind.
        await this.console.waitForPrompt({ ...this.call(), leaveReceiver: true });
      }
    }
  }

  private async transferOnce(attempt: number): Promise<XmodemReport> {
    const { baudRate, onAbandon = 'leave' } = this.options;
    this.say({ stage: 'erasing' });
    await this.console.startUpdate(this.call());
    this.say({ stage: 'waiting-for-receiver', attempt });
    const transfer = await this.console.withPipe((pipe) =>
      sendXmodem(pipe, this.clock, this.image.bytes, {
        ...this.call(),
        ...(baudRate === undefined ? {} : { baudRate }),
        receiver: 'wolfboot',
        paddingByte: PADDING_BYTE,
        onAbandon,
        onProgress: (progress) => {
          this.say({ stage: 'sending', ...progress });
        },
      }),
    );
    this.console.unread(transfer.trailing);
    const words = await this.console.readTransferText(this.call());
    this.say({ stage: 'receiver-done', receiverSays: words.says });
    refuseBadNews(words, this.image);
    return transfer;
  }

  private async reboot(): Promise<BootReport> {
    const timeoutMs = this.options.bootTimeoutMs ?? BOOT_TIMEOUT_MS;
    const onWaiting = (waitedMs: number): void => {
      this.say({ stage: 'rebooting', waitedMs, timeoutMs });
    };
    onWaiting(0);
    return this.console.reboot({ ...this.call(), timeoutMs, onWaiting });
  }

  private async lookAfter(boot: BootReport): Promise<ConsoleInfo> {
    this.say({ stage: 'proving' });
    return isCompleteInfo(boot.info) ? boot.info : this.console.info(this.call());
  }

  private async confirm(): Promise<ConsoleInfo> {
    this.say({ stage: 'confirming' });
    await this.console.success(this.call());
    const info = await this.console.info(this.call());
    proveConfirmed(this.image, info);
    return info;
  }

  private call(): Pick<UpdateOptions, 'signal'> {
    return { signal: this.options.signal };
  }

  private say(progress: UpdateProgress): void {
    this.options.onProgress?.(progress);
  }
}

/**
 * Good news proves nothing, bad news is true. An application that does not know of encryption looks
 * for a header, finds ciphertext, and marks nothing for the bootloader.
 */
function refuseBadNews(words: TransferText, { encrypted = false }: UpdateImage): void {
  if (words.says !== 'failed' && words.says !== 'no-valid-image') return;
  const unread = encrypted && words.says === 'no-valid-image';
  throw new AppError(
    unread ? 'update-unread' : 'xmodem-failed',
    unread
      ? 'the application on the board found no image in what it received: it does not know of encrypted updates, or was given no key'
      : `the receiver says: ${words.says}`,
    { context: { reason: words.says, returnCode: words.returnCode } },
  );
}

/** Accidents of the line after which board and firmware are as before. */
const ACCIDENTS: readonly unknown[] = ['first-packet-unclear', 'lost-track', 'receiver-ended'];

function isWorthRepeating(error: unknown): boolean {
  return isAppError(error) && ACCIDENTS.includes(error.context.reason);
}
