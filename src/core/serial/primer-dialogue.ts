/**
 * The dialogue with our own primer on the board (docs/formats/primer.md, "Serial line"). Every answer carries a
 * checksum; one that does not hold is asked for again, and of a dump the lines that hold are kept.
 *
 * Only asks: there is no command that writes.
 */
import { asciiToBytes, bytesToLatin1, crc32, fromHex, hexNumber } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import type { BytePipe, CancelSignal, Clock } from '../ports/index.ts';
import { parsePrimerStatus, parseUniqueId, parseWord, type PrimerStatus } from './primer-status.ts';

export interface PrimerCall {
  readonly signal?: CancelSignal | undefined;
  /** For one try of one command; there are three tries. 3 s, a dump 6 s, when not given. */
  readonly timeoutMs?: number | undefined;
}

export interface PrimerDump {
  /** The whole OTP area, its secret included; the caller owns it and wipes it. */
  readonly bytes: Uint8Array;
  /** Halfwords whose reading raised the double-ECC flag, ascending: never programmed, or damaged. */
  readonly doubleErrors: readonly number[];
}

export interface PrimerOtpReading extends PrimerDump {
  readonly status: PrimerStatus;
  /** Bit n: OTP block n is locked. Unsigned. */
  readonly lockWord: number;
  /** As `PrimerStatus.uniqueId`. */
  readonly uniqueId: string;
}

/** Errors: `console-silent`, `console-unexpected`, `serial-disconnected`, `cancelled`. Calls one after the other. */
export interface PrimerDialogue {
  status(call?: PrimerCall): Promise<PrimerStatus>;
  dump(call?: PrimerCall): Promise<PrimerDump>;
  lockWord(call?: PrimerCall): Promise<number>;
  uniqueId(call?: PrimerCall): Promise<string>;
}

const TRIES = 3;
const ANSWER_TIMEOUT_MS = 3000;
const DUMP_TIMEOUT_MS = 6000;
const WRITE_TIMEOUT_MS = 1000;
/** What of an older answer may still be on its way. */
const QUIET_MS = 50;
const MOST_DRAINS = 200;
const OTP_BASE = 0x08fff000;
const OTP_BYTES = 2048;
const LINE_BYTES = 32;
const OTP_LINE = /^otp ([0-9A-F]{8}) ([0-9A-F]{64}) ([0-9A-F]{4}) ([0-9A-F]{8})$/;
const TOTAL_LINE = /^total 2048 ([0-9A-F]{8})$/;
const END_LINE = /^end (\S+) ([0-9A-F]{8})$/;

/** Uses `pipe` from now on: nobody else may read it. Does not close it. */
export function createPrimerDialogue(pipe: BytePipe, clock: Clock): PrimerDialogue {
  const line = new PrimerLine(pipe, clock);
  return {
    status: (call = {}) =>
      line.ask('status', call, ({ good, lines }) => (good ? parsePrimerStatus(lines) : undefined)),
    lockWord: (call = {}) =>
      line.ask('lock', call, ({ good, lines }) => (good ? wordIn(lines, 'lock ') : undefined)),
    uniqueId: (call = {}) =>
      line.ask('uid', call, ({ good, lines }) =>
        good ? parseUniqueId(lines[0]?.replace(/^uid /, '')) : undefined,
      ),
    dump: (call = {}) => {
      const collected = new DumpCollector();
      const timeoutMs = call.timeoutMs ?? DUMP_TIMEOUT_MS;
      return line.ask('dump', { ...call, timeoutMs }, ({ lines }) => collected.add(lines));
    },
  };
}

/**
 * Everything a proof needs, in one go; id and lock word are asked for besides the status, so that the reading
 * stands for one board. The caller wipes `bytes`. Throws what the dialogue throws.
 */
export async function readOtpOverPrimer(
  pipe: BytePipe,
  clock: Clock,
  call: PrimerCall = {},
): Promise<PrimerOtpReading> {
  const dialogue = createPrimerDialogue(pipe, clock);
  const status = await dialogue.status(call);
  const dump = await dialogue.dump(call);
  const lockWord = await dialogue.lockWord(call);
  const uniqueId = await dialogue.uniqueId(call);
  if (uniqueId !== status.uniqueId) {
    throw new AppError('console-unexpected', 'the board was changed while it was read');
  }
  return { ...dump, status, lockWord, uniqueId };
}

interface Answer {
  /** Without the `end` line. */
  readonly lines: readonly string[];
  /** Its checksum holds. */
  readonly good: boolean;
}

class PrimerLine {
  constructor(
    private readonly pipe: BytePipe,
    private readonly clock: Clock,
  ) {}

  async ask<T>(
    command: string,
    call: PrimerCall,
    read: (answer: Answer) => T | undefined,
  ): Promise<T> {
    let heard = false;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      await this.drain(call.signal);
      // The first CR ends whatever garbage stands in the board's line.
      const words = asciiToBytes(`\r${command}\r`);
      await this.pipe.write(words, { timeoutMs: WRITE_TIMEOUT_MS, signal: call.signal });
      const answer = await this.listen(command, call);
      heard ||= answer.lines.length > 0;
      const value = read(answer);
      if (value !== undefined) return value;
    }
    throw new AppError(
      heard ? 'console-unexpected' : 'console-silent',
      heard
        ? `the answers to "${command}" are not those of a Keyfuse primer`
        : 'no Keyfuse primer answers on this line',
      { context: { command } },
    );
  }

  private async drain(signal: CancelSignal | undefined): Promise<void> {
    for (let turn = 0; turn < MOST_DRAINS; turn++) {
      const bytes = await this.pipe.read({ timeoutMs: QUIET_MS, signal });
      if (bytes.length === 0) return;
    }
  }

  /** Up to the `end` of this command; what was heard when the time is over. */
  private async listen(command: string, call: PrimerCall): Promise<Answer> {
    const deadlineMs = this.clock.nowMs() + (call.timeoutMs ?? ANSWER_TIMEOUT_MS);
    let text = '';
    for (;;) {
      const answer = answerIn(text, command);
      if (answer !== undefined) return answer;
      const restMs = deadlineMs - this.clock.nowMs();
      if (restMs <= 0) return { lines: text === '' ? [] : text.split('\r\n'), good: false };
      text += bytesToLatin1(await this.pipe.read({ timeoutMs: restMs, signal: call.signal }));
    }
  }
}

/** The lines between the `end` before and that of `command`. */
function answerIn(text: string, command: string): Answer | undefined {
  let lines: string[] = [];
  for (const line of text.split('\r\n').slice(0, -1)) {
    const [, name, crc] = END_LINE.exec(line) ?? [];
    if (name === undefined) {
      lines.push(line);
      continue;
    }
    if (name === command) return { lines, good: crc === crcOf(lines) };
    lines = [];
  }
  return undefined;
}

function crcOf(lines: readonly string[]): string {
  return digits(crc32(...lines.map((line) => latin1Bytes(`${line}\r\n`))));
}

/** A garbled line may hold any byte. */
function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function digits(word: number): string {
  return hexNumber(word).slice(2);
}

function wordIn(lines: readonly string[], prefix: string): number | undefined {
  const line = lines.find((each) => each.startsWith(prefix));
  return parseWord(line?.slice(prefix.length));
}

/** Keeps the lines that hold, also of answers that do not hold as a whole. */
class DumpCollector {
  readonly #lines = new Map<number, { readonly bytes: Uint8Array; readonly ecc: number }>();
  #total: string | undefined;

  add(lines: readonly string[]): PrimerDump | undefined {
    for (const line of lines) this.#take(line);
    const offsets = Array.from({ length: OTP_BYTES / LINE_BYTES }, (_, at) => at * LINE_BYTES);
    const bytes = new Uint8Array(OTP_BYTES);
    const doubleErrors: number[] = [];
    for (const offset of offsets) {
      const line = this.#lines.get(offset);
      if (line === undefined) return undefined;
      bytes.set(line.bytes, offset);
      for (let at = 0; at < LINE_BYTES / 2; at++) {
        if (((line.ecc >> at) & 1) === 1) doubleErrors.push(offset / 2 + at);
      }
    }
    if (this.#total !== digits(crc32(bytes))) return undefined;
    return { bytes, doubleErrors };
  }

  #take(line: string): void {
    const [, total] = TOTAL_LINE.exec(line) ?? [];
    this.#total = total ?? this.#total;
    const [, address, content = '', ecc = '', crc] = OTP_LINE.exec(line) ?? [];
    if (address === undefined) return;
    if (crc !== digits(crc32(asciiToBytes(line.slice(0, line.lastIndexOf(' ')))))) return;
    const offset = Number.parseInt(address, 16) - OTP_BASE;
    this.#lines.set(offset, { bytes: fromHex(content), ecc: Number.parseInt(ecc, 16) });
  }
}
