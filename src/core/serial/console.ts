/**
 * The dialogue with wolfBoot's STM32H5 test application (wolfboot.md section 21, stm32h5-device.md
 * section 4). A line can lose or flip a byte in either direction, so a command whose answer makes no
 * sense is asked again where that does no harm.
 *
 * Knows nothing of keystores, images or screens.
 */
import { bytesToLatin1 } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { BytePipe, CancelSignal, Clock, SerialSignals } from '../ports/index.ts';
import { createBootWatcher } from './boot-watcher.ts';
import { joinSignals } from './join-signals.ts';
import { atPrompt, hear, PROMPT, sendText, unexpected, type Hearing } from './console-hearing.ts';
import {
  isCompleteInfo,
  parseBootBanner,
  parseConsoleInfo,
  parseHelp,
  parseTransferText,
} from './console-info.ts';
import type {
  BootReport,
  ConsoleCall,
  ConsoleDialogue,
  ConsoleInfo,
  ConsoleOptions,
  ConsolePlace,
  ConsoleReply,
  TransferText,
} from './console-types.ts';
import { SerialLine } from './serial-line.ts';
import { leaveReceiver } from './xmodem-leave.ts';
import { NAK } from './xmodem-packet.ts';

const REPLY_TIMEOUT_MS = 6000;
const PROMPT_TIMEOUT_MS = 12_000;
/** 80 sectors; ST gives no more than some 10 ms each, but nobody has measured this board. */
const ERASE_TIMEOUT_MS = 30_000;
const BOOT_TIMEOUT_MS = 60_000;
/** Long enough to hear two ticks behind our own stray CR (1 s to drop it, 1 s to each tick). */
const PROBE_MS = 4500;
const TICKS_OF_A_RECEIVER = 2;
const TRIES = 3;
const QUIET_MS = 300;
const PATIENCE_MS = 1000;
const NUDGE_MS = 1500;
const NUDGE_AFTER_BANNER_MS = 3000;
const NUDGE_BEFORE_BANNER_MS = 15_000;
const MAX_LINE = 255;

const WAITING_FOR_XMODEM = /Waiting for XMODEM transfer\.\.\.\r?\n/;
const UNKNOWN_COMMAND = 'Unknown command';
/** Any line that is printed at boot; some may be lost. */
const BOOT_TEXT = /System information|Firmware version : |Public Key #\d/;
const NAK_CHARACTER = String.fromCharCode(NAK);

/** Takes over `pipe`: from now on nobody else may read it. Sends nothing by itself. */
export function createConsole(
  pipe: BytePipe,
  clock: Clock,
  options: ConsoleOptions = {},
): ConsoleDialogue {
  return new Dialogue(pipe, clock, options);
}

class Dialogue implements ConsoleDialogue {
  private readonly line: SerialLine;
  /** Characters a person typed since the last CR; they would stand in front of a command. */
  private typed = 0;

  constructor(
    pipe: BytePipe,
    private readonly clock: Clock,
    private readonly options: ConsoleOptions,
  ) {
    const watchBoot = createBootWatcher(options.onBoot);
    this.line = new SerialLine(
      pipe,
      (bytes) => {
        options.onBytes?.(bytes);
        watchBoot(bytes);
      },
      options.onBusy,
    );
  }

  async probe(call: ConsoleCall = {}): Promise<ConsolePlace> {
    return this.line.exclusively(() => this.look(call));
  }

  async waitForPrompt(
    call: ConsoleCall & { readonly leaveReceiver?: boolean } = {},
  ): Promise<void> {
    const { timeoutMs = PROMPT_TIMEOUT_MS } = call;
    await this.line.exclusively(async () => {
      const deadlineMs = this.clock.nowMs() + timeoutMs;
      for (;;) {
        const place = await this.look({ ...call, timeoutMs: deadlineMs - this.clock.nowMs() });
        if (place === 'prompt') return;
        if (place === 'xmodem-receiver') {
          if (call.leaveReceiver !== true) throw inReceiver();
          await this.leadOut(call);
          return;
        }
        if (this.clock.nowMs() >= deadlineMs) {
          throw new AppError('console-silent', 'the console gave no prompt', {
            context: { timeoutMs },
          });
        }
      }
    });
  }

  async help(
    call: ConsoleCall = {},
  ): Promise<readonly { readonly name: string; readonly text: string }[]> {
    const text = await this.ask('help', call, (reply) => parseHelp(reply).length > 0);
    return parseHelp(text);
  }

  async info(call: ConsoleCall = {}): Promise<ConsoleInfo> {
    const text = await this.ask(
      'info',
      call,
      (reply) => isCompleteInfo(parseConsoleInfo(reply)),
      'best',
    );
    return parseConsoleInfo(text);
  }

  async success(call: ConsoleCall = {}): Promise<void> {
    await this.ask('success', call, (reply) => reply.includes('update success confirmed'));
  }

  async send(line: string, call: ConsoleCall = {}): Promise<ConsoleReply> {
    checkLine(line);
    return this.line.exclusively(async () => ({ text: await this.command(line, call) }));
  }

  async startUpdate(call: ConsoleCall & { readonly onErasing?: () => void } = {}): Promise<void> {
    const { timeoutMs = ERASE_TIMEOUT_MS } = call;
    await this.line.exclusively(async () => {
      for (let attempt = 1; ; attempt++) {
        await this.sendLine('update', call);
        const text = await this.hear({
          what: 'update',
          call,
          timeoutMs,
          // A prompt behind our line means refusal; a tick means that the words got lost.
          enough: (heard, quietMs) =>
            receiverWaits(heard) ??
            (heard.includes(UNKNOWN_COMMAND) || quietMs >= QUIET_MS ? atPrompt(heard) : undefined),
          sliceMs: QUIET_MS,
          nudgeAfterMs: (heard) => (heard.includes('\n') ? undefined : NUDGE_MS),
          onText: (heard) => {
            if (heard.includes('Erasing')) call.onErasing?.();
          },
        });
        if (atPrompt(text) === undefined) return;
        if (attempt === TRIES || !text.includes(UNKNOWN_COMMAND)) throw unexpected('update', text);
      }
    });
  }

  async readTransferText(call: ConsoleCall = {}): Promise<TransferText> {
    const { timeoutMs = REPLY_TIMEOUT_MS } = call;
    return this.line.exclusively(async () => {
      const text = await this.hear({
        what: 'end of transfer',
        call,
        timeoutMs,
        enough: atPrompt,
        nudgeAfterMs: () => NUDGE_MS,
      });
      return parseTransferText(text);
    });
  }

  async leaveReceiver(call: ConsoleCall = {}): Promise<void> {
    await this.line.exclusively(() => this.leadOut(call));
  }

  async reboot(
    call: ConsoleCall & { readonly onWaiting?: (waitedMs: number) => void } = {},
  ): Promise<BootReport> {
    return this.line.exclusively(async () => {
      const startMs = this.clock.nowMs();
      for (let attempt = 1; ; attempt++) {
        await this.sendLine('reboot', call);
        // A prompt without a boot may be an older one, so silence must follow it.
        const text = await this.hearBoot(call, (heard, quietMs) =>
          hasBootText(heard) || quietMs >= PATIENCE_MS ? atPrompt(heard) : undefined,
        );
        if (hasBootText(text)) return this.bootReport(text, startMs);
        // A prompt without a boot: the command did not arrive as it was sent.
        if (attempt === TRIES) throw unexpected('reboot', text);
      }
    });
  }

  async waitForBoot(
    call: ConsoleCall & { readonly onWaiting?: (waitedMs: number) => void } = {},
  ): Promise<BootReport> {
    return this.line.exclusively(async () => {
      const startMs = this.clock.nowMs();
      await this.line.drain(this.signal(call));
      const text = await this.hearBoot(call, (heard) =>
        hasBootText(heard) ? atPrompt(heard) : undefined,
      );
      return this.bootReport(text, startMs);
    });
  }

  async type(bytes: Uint8Array): Promise<boolean> {
    if (this.line.busy) return false;
    const lastCr = bytes.lastIndexOf(0x0d);
    this.typed = lastCr < 0 ? this.typed + bytes.length : bytes.length - 1 - lastCr;
    await this.line.write(bytes, { timeoutMs: REPLY_TIMEOUT_MS, signal: this.options.signal });
    return true;
  }

  async setSignals(signals: SerialSignals): Promise<boolean> {
    if (this.line.busy) return false;
    await this.line.setSignals(signals);
    return true;
  }

  async listen(call: { readonly signal?: CancelSignal | undefined } = {}): Promise<void> {
    await this.line.listen(this.signal(call));
  }

  async withPipe<T>(work: (pipe: BytePipe) => Promise<T>): Promise<T> {
    return this.line.exclusively(() => work(this.line));
  }

  unread(bytes: Uint8Array): void {
    this.line.unread(bytes);
  }

  async close(): Promise<void> {
    await this.line.close();
  }

  /** Asks until the answer makes sense; with 'best' the last answer is good enough in the end. */
  private async ask(
    command: string,
    call: ConsoleCall,
    makesSense: (reply: string) => boolean,
    otherwise: 'best' | 'throw' = 'throw',
  ): Promise<string> {
    return this.line.exclusively(async () => {
      for (let attempt = 1; ; attempt++) {
        const reply = await this.command(command, call);
        if (makesSense(reply)) return reply;
        if (attempt < TRIES) continue;
        if (otherwise === 'best' && !reply.includes(UNKNOWN_COMMAND)) return reply;
        throw unexpected(command, reply);
      }
    });
  }

  private async command(line: string, call: ConsoleCall): Promise<string> {
    await this.sendLine(line, call);
    const echo = `${line}\r\n`;
    const text = await this.hear({
      what: line,
      call,
      timeoutMs: call.timeoutMs ?? REPLY_TIMEOUT_MS,
      // Without our echo the prompt may be an older one, so a little silence must follow it.
      enough: (heard, quietMs) =>
        heard.includes(echo) || quietMs >= QUIET_MS ? atPrompt(heard) : undefined,
      nudgeAfterMs: () => NUDGE_MS,
      sliceMs: QUIET_MS,
    });
    const echoAt = text.indexOf(echo);
    return text.slice(echoAt < 0 ? 0 : echoAt + echo.length, text.length - PROMPT.length);
  }

  /** CR only: an LF would stay behind and become the first byte of a packet (rule 1). */
  private async sendLine(line: string, call: ConsoleCall): Promise<void> {
    const signal = this.signal(call);
    await this.line.drain(signal);
    const rubOut = '\b'.repeat(Math.min(this.typed, MAX_LINE));
    this.typed = 0;
    await sendText(this.line, `${rubOut}${line}\r`, signal);
  }

  private async look(call: ConsoleCall): Promise<ConsolePlace> {
    const signal = this.signal(call);
    const startMs = this.clock.nowMs();
    const patienceMs = Math.min(call.timeoutMs ?? PROBE_MS, PROBE_MS);
    await this.sendLine('', call);
    let text = '';
    for (;;) {
      if (text.endsWith(PROMPT)) return 'prompt';
      const ticks = text.split(NAK_CHARACTER).length - 1;
      const ticking = ticks >= TICKS_OF_A_RECEIVER;
      // Between the words of a boot stray bytes may look like ticks; then wait for the prompt.
      if (ticking && !/[ -~]/.test(text)) return 'xmodem-receiver';
      const restMs = startMs + patienceMs - this.clock.nowMs();
      if (restMs <= 0) return ticking ? 'xmodem-receiver' : 'silent';
      text += bytesToLatin1(await this.line.read({ timeoutMs: restMs, signal }));
    }
  }

  private async leadOut(call: ConsoleCall): Promise<void> {
    const signal = this.signal(call);
    this.line.unread(await leaveReceiver(this.line, this.clock, { receiver: 'wolfboot', signal }));
    await this.hear({
      what: 'leaving the receiver',
      call,
      timeoutMs: REPLY_TIMEOUT_MS,
      enough: atPrompt,
      nudgeAfterMs: () => NUDGE_MS,
    });
  }

  private async hearBoot(
    call: ConsoleCall & { readonly onWaiting?: (waitedMs: number) => void },
    enough: Hearing['enough'],
  ): Promise<string> {
    return this.hear({
      what: 'reboot',
      call,
      timeoutMs: call.timeoutMs ?? BOOT_TIMEOUT_MS,
      enough,
      nudgeAfterMs: (heard) => {
        if (hasBootText(heard)) return NUDGE_AFTER_BANNER_MS;
        return heard.includes('\n') ? NUDGE_BEFORE_BANNER_MS : NUDGE_AFTER_BANNER_MS;
      },
      onWaiting: call.onWaiting,
      isNothing: (heard) => !hasBootText(heard),
    });
  }

  private bootReport(text: string, startMs: number): BootReport {
    return {
      banner: parseBootBanner(text),
      info: parseConsoleInfo(text),
      text,
      elapsedMs: this.clock.nowMs() - startMs,
    };
  }

  private async hear(
    hearing: Omit<Hearing, 'signal'> & {
      readonly call: ConsoleCall;
      readonly onText?: (text: string) => void;
    },
  ): Promise<string> {
    const { call, onText, enough, ...rest } = hearing;
    return hear(this.line, this.clock, {
      ...rest,
      signal: this.signal(call),
      enough: (text, quietMs) => {
        onText?.(text);
        return enough(text, quietMs);
      },
    });
  }

  private signal(call: { readonly signal?: CancelSignal | undefined }): CancelSignal | undefined {
    return joinSignals(call.signal, this.options.signal);
  }
}

function receiverWaits(text: string): number | undefined {
  const words = WAITING_FOR_XMODEM.exec(text);
  if (words !== null) return words.index + words[0].length;
  const tick = text.indexOf(NAK_CHARACTER);
  return tick < 0 ? undefined : tick;
}

function hasBootText(text: string): boolean {
  return parseBootBanner(text) !== undefined || BOOT_TEXT.test(text);
}

function inReceiver(): AppError {
  return new AppError('console-unexpected', 'the board waits for an XMODEM transfer', {
    context: { place: 'xmodem-receiver' },
  });
}

function checkLine(line: string): void {
  if (line.length <= MAX_LINE && /^[\x20-\x7e]*$/.test(line)) return;
  throw new AppError(
    'invalid-argument',
    'a console line is at most 255 printable ASCII characters',
    {
      context: { lengthCharacters: line.length },
    },
  );
}
