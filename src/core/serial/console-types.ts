/** The console of wolfBoot's STM32H5 test application as values (wolfboot.md section 21). */
import type { BytePipe, CancelSignal, SerialSignals } from '../ports/index.ts';

/** `invalid` is the application's own "[Invalid state]". */
export type FirmwareState = 'NEW' | 'UPDATING' | 'FFLAGS' | 'TESTING' | 'CONFIRMED' | 'invalid';

export interface ConsoleKey {
  readonly index: number;
  readonly sizeBytes: number;
  readonly keyType: number;
  /** Unsigned 32 bits. */
  readonly partitionMask: number;
  /** The dump as far as it could be read; whole only when `complete`. */
  readonly bytes: Uint8Array;
  readonly complete: boolean;
}

export type UpdatePartitionInfo =
  | { readonly kind: 'empty' }
  | {
      /** `candidate`: waits to be booted; `backup`: what ran before. */
      readonly kind: 'candidate' | 'backup';
      readonly version: number | undefined;
      readonly state: FirmwareState | undefined;
      /** What the application says a reboot will do. */
      readonly outlook: 'reboot-to-update' | 'older-than-current' | undefined;
    };

/** What could be read stands here; what could not is undefined, never a guess. */
export interface ConsoleInfo {
  readonly banksSwapped: boolean | undefined;
  readonly firmwareVersion: number | undefined;
  readonly state: FirmwareState | undefined;
  readonly update: UpdatePartitionInfo | undefined;
  /** The number the application announced; the list may be shorter when bytes got lost. */
  readonly keyCount: number | undefined;
  readonly keys: readonly ConsoleKey[];
}

export interface BootBanner {
  /** The line that names the application, e.g. "STM32H5 wolfBoot demo Application". */
  readonly application: string;
  readonly version: number | undefined;
}

/** What a board printed between its reset and its prompt. */
export interface BootReport {
  /** Undefined when the banner got lost or the board did not print one. */
  readonly banner: BootBanner | undefined;
  readonly info: ConsoleInfo;
  readonly text: string;
  readonly elapsedMs: number;
}

/** What the receiver printed behind EOT. None of it proves anything good. */
export interface TransferText {
  readonly returnCode: number | undefined;
  readonly says: 'succeeded' | 'failed' | 'no-valid-image' | 'nothing';
  readonly newVersion: number | undefined;
  readonly text: string;
}

export interface ConsoleCall {
  readonly signal?: CancelSignal | undefined;
  /** Each command has its own default. */
  readonly timeoutMs?: number;
}

export interface ConsoleReply {
  /** What stands between the echo and the next prompt; CR LF kept. */
  readonly text: string;
}

/** Where the other end of the line is. */
export type ConsolePlace = 'prompt' | 'xmodem-receiver' | 'silent';

export interface ConsoleOptions {
  /** Hears every received byte once, in order, also those of a transfer. Must not keep the array. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  /** Called when a boot banner passes, whoever caused the reset. */
  readonly onBoot?: (banner: BootBanner) => void;
  /** Called when a command takes the line and when the last one gives it back. */
  readonly onBusy?: ((busy: boolean) => void) | undefined;
  /** Ends every call of this dialogue. */
  readonly signal?: CancelSignal | undefined;
}

/**
 * One dialogue on one line. It owns the pipe: nobody else may read it. Calls are serialised.
 * Errors: `console-silent`, `console-unexpected`, `serial-disconnected`, `cancelled`.
 */
export interface ConsoleDialogue {
  /** Sends CR and looks at what answers. */
  probe(call?: ConsoleCall): Promise<ConsolePlace>;
  /**
   * Resolves at a prompt. A board that waits for XMODEM is `console-unexpected` with
   * context.place 'xmodem-receiver', unless `leaveReceiver` asks to lead it out first.
   */
  waitForPrompt(call?: ConsoleCall & { readonly leaveReceiver?: boolean }): Promise<void>;
  help(call?: ConsoleCall): Promise<readonly { readonly name: string; readonly text: string }[]>;
  info(call?: ConsoleCall): Promise<ConsoleInfo>;
  /** Confirms the running firmware. */
  success(call?: ConsoleCall): Promise<void>;
  /** Erases the update partition and resolves when the receiver waits; then `sendXmodem` goes through `withPipe`. */
  startUpdate(call?: ConsoleCall & { readonly onErasing?: () => void }): Promise<void>;
  /** What is printed behind a transfer, up to the prompt. */
  readTransferText(call?: ConsoleCall): Promise<TransferText>;
  /**
   * More than 2 s of silence, then EOT. A half-sent image stays in the update partition and may even
   * be marked for update: send a whole one (`update` erases first) before the next reboot.
   */
  leaveReceiver(call?: ConsoleCall): Promise<void>;
  /** Sends `reboot` and waits for the prompt behind the banner; `onWaiting` is called about once a second. */
  reboot(
    call?: ConsoleCall & { readonly onWaiting?: (waitedMs: number) => void },
  ): Promise<BootReport>;
  /** Waits until the board boots by itself or by hand. */
  waitForBoot(
    call?: ConsoleCall & { readonly onWaiting?: (waitedMs: number) => void },
  ): Promise<BootReport>;
  /** Any other command: the line and CR (never LF), answered up to the next prompt. */
  send(line: string, call?: ConsoleCall): Promise<ConsoleReply>;
  /** Keystrokes of a person, as they are. False, and nothing sent, while a command runs. */
  type(bytes: Uint8Array): Promise<boolean>;
  /** As `BytePipe.setSignals`. False, and nothing set, while a command runs. */
  setSignals(signals: SerialSignals): Promise<boolean>;
  /** Forwards what arrives while no command runs, until the signal is raised or the line is gone. */
  listen(call?: { readonly signal?: CancelSignal | undefined }): Promise<void>;
  /** Lends the line, for `sendXmodem`; every byte read from it passes the tap, and nobody else reads. */
  withPipe<T>(work: (pipe: BytePipe) => Promise<T>): Promise<T>;
  /** Bytes that `work` read too far; the next command hears them first. */
  unread(bytes: Uint8Array): void;
  close(): Promise<void>;
}
