/** The words of our own primer on the serial line (docs/formats/primer.md). */
import { asciiToBytes, crc32, toHex } from '../../core/bytes/index.ts';
import type { KeyfusePrimer } from '../../core/wolfboot/index.ts';
import type { BoardHardware } from './firmware.ts';
import {
  isUds,
  readCell,
  wantedValue,
  type Cell,
  type PrimerRun,
} from './keyfuse-primer-run.ts';

const OTP_BASE = 0x08fff000;
const OTP_BYTES = 2048;
const LINE_HALFWORDS = 16;
const CONFLICTS_TOLD = 8;

export const GREETING = 'keyfuse-primer 1 starting\r\n';

const HELP = [
  'status  what was found and done',
  'dump    the whole OTP area, its secret included',
  'lock    which OTP blocks are locked',
  "uid     the chip's unique id",
  'help    this list',
];

/** The answer to one line, `end` line included. */
export function answerTo(line: string, hardware: BoardHardware, run: PrimerRun): string {
  switch (line) {
    case 'status':
      return answer(line, statusLines(hardware, run));
    case 'dump':
      return answer(line, dumpLines(hardware));
    case 'lock':
      return answer(line, [lockLine(hardware)]);
    case 'uid':
      return answer(line, [uidLine(hardware)]);
    case 'help':
      return answer(line, HELP);
    default:
      return answer('unknown', ['unknown command; try help']);
  }
}

function answer(command: string, lines: readonly string[]): string {
  const text = lines.map((line) => `${line}\r\n`).join('');
  return `${text}end ${command} ${crcOf(text)}\r\n`;
}

function crcOf(text: string): string {
  return hex(crc32(asciiToBytes(text)), 8);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function statusLines(hardware: BoardHardware, run: PrimerRun): readonly string[] {
  const { region, fault } = run;
  return [
    'keyfuse-primer 1',
    uidLine(hardware),
    `trustzone ${hardware.optionBytes.trustZone ? 'on' : 'off'}`,
    `region ${region === 'damaged' ? region : region.state}`,
    ...(region !== 'damaged' && region.state === 'filled' ? runLines(region, run) : []),
    ...(fault === undefined || region === 'damaged'
      ? []
      : [`${cellLine('fault', region, fault)} flags=${hex(fault.flags, 8)}`]),
    lockLine(hardware),
    `result ${run.result}`,
  ];
}

function runLines(region: KeyfusePrimer, run: PrimerRun): readonly string[] {
  const lockMask = region.lockBlocks.reduce((word, block) => (word | (1 << block)) >>> 0, 0);
  return [
    `plan uds=${region.uds} lock=${hex(lockMask, 8)} halfwords=${run.asked}`,
    `check blank=${run.blank} equal=${run.equal} conflict=${run.conflicts.length} locked=${run.locked}`,
    ...run.conflicts
      .slice(0, CONFLICTS_TOLD)
      .map((conflict) => cellLine('conflict', region, conflict)),
    `wrote ${run.written}`,
    `uds ${run.uds}`,
  ];
}

function cellLine(
  word: string,
  region: KeyfusePrimer,
  { halfword, found }: { readonly halfword: number; readonly found: Cell },
): string {
  const shown = (value: number): string => (isUds(halfword) ? '----' : hex(value, 4));
  const wanted = shown(wantedValue(region, halfword));
  return `${word} at=${hex(2 * halfword, 4)} found=${shown(found.value)} wanted=${wanted} ecc=${found.ecc ? 1 : 0}`;
}

function dumpLines(hardware: BoardHardware): readonly string[] {
  const lines: string[] = [];
  const bytes = new Uint8Array(OTP_BYTES);
  for (let offset = 0; offset < OTP_BYTES; offset += 2 * LINE_HALFWORDS) {
    let ecc = 0;
    for (let at = 0; at < LINE_HALFWORDS; at++) {
      const cell = readCell(hardware, offset / 2 + at);
      bytes.set([cell.value & 0xff, cell.value >> 8], offset + 2 * at);
      if (cell.ecc) ecc |= 1 << at;
    }
    const content = toHex(bytes.subarray(offset, offset + 2 * LINE_HALFWORDS)).toUpperCase();
    const text = `otp ${hex(OTP_BASE + offset, 8)} ${content} ${hex(ecc, 4)}`;
    lines.push(`${text} ${crcOf(text)}`);
  }
  return [...lines, `total ${OTP_BYTES} ${hex(crc32(bytes), 8)}`];
}

function lockLine({ optionBytes }: BoardHardware): string {
  return `lock ${hex(optionBytes.otpLockWord, 8)}`;
}

function uidLine({ uniqueId }: BoardHardware): string {
  return `uid ${toHex(uniqueId).toUpperCase()}`;
}
