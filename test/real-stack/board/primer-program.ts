/** The primer on the serial line (docs/formats/primer.md, "Serial line"), written from that document alone. */
import { crc32 } from 'node:zlib';
import type { Stm32H5 } from '../chip/stm32h5.ts';
import { findRegion, type PrimerRegion } from './primer-region.ts';
import { hex8, runPrimer, type PrimerReport } from './primer-run.ts';
import type { Program, ProgramHost } from './program.ts';

const PRIMER_AT = 0x08000000;
const LARGEST_PRIMER_BYTES = 0x8000;
/** Clocks and the look at every cell; then about 50 µs a halfword. */
const START_MS = 20;
const RUN_MS = 80;
const DUMP_LINE_BYTES = 32;
const OTP_BASE = 0x08fff000;
const CR = 0x0d;
const LF = 0x0a;

/** Undefined when there is no primer at the start of the flash. */
export function startPrimer(host: ProgramHost): Program | undefined {
  const region = findRegion(host.chip.flash.read(PRIMER_AT, LARGEST_PRIMER_BYTES));
  return region === undefined ? undefined : new PrimerProgram(host, region);
}

class PrimerProgram implements Program {
  readonly #host: ProgramHost;
  readonly #callOff: (() => void)[] = [];
  #report: PrimerReport | undefined;
  #line = '';

  constructor(host: ProgramHost, region: PrimerRegion) {
    this.#host = host;
    this.#callOff.push(
      host.time.after(START_MS, () => {
        host.print('keyfuse-primer 1 starting\r\n');
      }),
      host.time.after(START_MS + RUN_MS, () => {
        this.#report = runPrimer(host.chip, region);
        this.#answer('status');
      }),
    );
  }

  receive(byte: number): void {
    if (byte !== CR && byte !== LF) {
      this.#line += String.fromCharCode(byte);
      return;
    }
    const line = this.#line;
    this.#line = '';
    if (line !== '' && this.#report !== undefined) this.#answer(line);
  }

  stop(): void {
    for (const callOff of this.#callOff) callOff();
  }

  #answer(line: string): void {
    const lines = this.#linesOf(line);
    const command = lines === undefined ? 'unknown' : line;
    const text = (lines ?? []).map((each) => `${each}\r\n`).join('');
    this.#host.print(`${text}end ${command} ${hex8(crc32(text))}\r\n`);
  }

  #linesOf(line: string): string[] | undefined {
    const { chip } = this.#host;
    switch (line) {
      case 'status':
        return this.#status();
      case 'dump':
        return dumpOf(chip);
      case 'lock':
        return [`lock ${hex8(chip.optionBytes.otpLock)}`];
      case 'uid':
        return [`uid ${uidOf(chip)}`];
      case 'help':
        return ['status', 'dump', 'lock', 'uid', 'help'];
      default:
        return undefined;
    }
  }

  #status(): string[] {
    const { chip } = this.#host;
    const report = this.#report;
    if (report === undefined) return [];
    const optional = (word: string, value: string | number | undefined): string[] =>
      value === undefined ? [] : [`${word} ${value}`];
    return [
      'keyfuse-primer 1',
      `uid ${uidOf(chip)}`,
      `trustzone ${chip.optionBytes.trustZone ? 'on' : 'off'}`,
      `region ${report.region}`,
      ...optional('plan', report.plan),
      ...optional('check', report.check),
      ...report.conflicts.map((conflict) => `conflict ${conflict}`),
      ...optional('wrote', report.wrote),
      ...optional('uds', report.uds),
      ...optional('fault', report.fault),
      `lock ${hex8(chip.optionBytes.otpLock)}`,
      `result ${report.result}`,
    ];
  }
}

function dumpOf({ otp }: Stm32H5): string[] {
  const content = otp.content;
  const lines: string[] = [];
  for (let at = 0; at < content.length; at += DUMP_LINE_BYTES) {
    let ecc = 0;
    for (let n = 0; n < DUMP_LINE_BYTES / 2; n++) if (otp.raisesEcc(at / 2 + n)) ecc |= 1 << n;
    const bytes = Buffer.from(content.subarray(at, at + DUMP_LINE_BYTES)).toString('hex');
    const head = `otp ${hex8(OTP_BASE + at)} ${bytes.toUpperCase()} ${ecc.toString(16).toUpperCase().padStart(4, '0')}`;
    lines.push(`${head} ${hex8(crc32(head))}`);
  }
  return [...lines, `total ${content.length} ${hex8(crc32(content))}`];
}

/**
 * The 96 bits that the bootloader makes its serial number of: the 32-bit sum of the first and the last word,
 * then the upper half of the middle one (formats/stm32-dfu.md, section 1).
 */
function uidWordsFor(serialNumber: string): readonly [number, number, number] {
  const sum = parseInt(serialNumber.slice(0, 8), 16);
  const upper = parseInt(serialNumber.slice(8, 12), 16);
  const last = 0x20353933;
  return [(sum - last) >>> 0, ((upper << 16) | 0x5117) >>> 0, last];
}

function uidOf({ serialNumber }: Stm32H5): string {
  const bytes = Buffer.alloc(12);
  for (const [at, word] of uidWordsFor(serialNumber ?? '3550366F3330').entries()) {
    bytes.writeUInt32LE(word, 4 * at);
  }
  return bytes.toString('hex').toUpperCase();
}
