/**
 * What our own primer finds and does, by the rules of docs/formats/primer.md; written from those rules and not
 * from the firmware's source, so that each can be held against the other.
 */
import type { KeyfusePrimer } from '../../core/wolfboot/index.ts';
import type { BoardHardware } from './firmware.ts';

export interface Cell {
  readonly value: number;
  /** Reading it raised the double-error flag. */
  readonly ecc: boolean;
}

export type PrimerResult =
  | 'done'
  | 'already'
  | 'no-keystore'
  | 'region-damaged'
  | 'refused-conflict'
  | 'refused-locked'
  | 'failed-random'
  | 'failed-program'
  | 'failed-verify';

export interface PrimerRun {
  readonly region: KeyfusePrimer | 'damaged';
  result: PrimerResult;
  asked: number;
  blank: number;
  equal: number;
  locked: number;
  written: number;
  uds: 'not-asked' | 'written' | 'completed' | 'kept';
  readonly conflicts: { readonly halfword: number; readonly found: Cell }[];
  fault: { readonly halfword: number; readonly found: Cell; readonly flags: number } | undefined;
}

interface Write {
  readonly halfword: number;
  readonly value: number;
}

export const UDS_HALFWORDS = { first: 0x7c0 / 2, end: 0x7e0 / 2 } as const;
const HEADER_HALFWORDS = 8;
const HALFWORDS = 1024;
const BLANK = 0xffff;
const UDS_WORDS = 8;
const MOST_DRAWS = 16;
/** FLASH_NSSR.WRPERR: the block is locked. */
const WRITE_PROTECTED = 0x20000;
/** One program operation. */
const PROGRAM_MS = 0.05;

export function isUds(halfword: number): boolean {
  return halfword >= UDS_HALFWORDS.first && halfword < UDS_HALFWORDS.end;
}

export function readCell({ otp }: BoardHardware, halfword: number): Cell {
  const { bytes, doubleErrors } = otp.read(2 * halfword, 2);
  return { value: (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8), ecc: doubleErrors.length > 0 };
}

export function wantedValue({ content }: KeyfusePrimer, halfword: number): number {
  return (content[2 * halfword] ?? 0) | ((content[2 * halfword + 1] ?? 0) << 8);
}

/** Runs to its end, or until power goes; `done` is then never called. */
export function runPrimer(
  hardware: BoardHardware,
  region: KeyfusePrimer | 'damaged',
  done: (run: PrimerRun) => void,
): void {
  const run = newRun(region);
  if (region === 'damaged' || region.state === 'empty') {
    done(run);
    return;
  }
  const writes = planWrites(hardware, region, run);
  program(hardware, run, writes, 0, () => {
    if (run.fault === undefined && (run.result === 'done' || run.result === 'already')) {
      lock(hardware, region, run);
    }
    done(run);
  });
}

function newRun(region: KeyfusePrimer | 'damaged'): PrimerRun {
  return {
    region,
    result: region === 'damaged' ? 'region-damaged' : 'no-keystore',
    asked: 0,
    blank: 0,
    equal: 0,
    locked: 0,
    written: 0,
    uds: 'not-asked',
    conflicts: [],
    fault: undefined,
  };
}

/** The whole check. What it gives back is written; nothing, when anything speaks against it. */
function planWrites(
  hardware: BoardHardware,
  region: KeyfusePrimer,
  run: PrimerRun,
): readonly Write[] {
  const keys = checkKeystore(hardware, region, run);
  const blankUds = region.uds === 'generate' ? checkUds(hardware, run) : [];
  if (region.uds === 'generate') run.uds = 'kept';
  if (run.conflicts.length > 0) return refuse(run, 'refused-conflict');
  if (run.locked > 0) return refuse(run, 'refused-locked');
  const uds = blankUds.length > 0 ? drawUds(hardware) : [];
  if (uds === undefined) return refuse(run, 'failed-random');
  if (blankUds.length > 0) run.uds = blankUds.length === uds.length ? 'written' : 'completed';
  run.result = keys.length + blankUds.length > 0 ? 'done' : 'already';
  const secret = blankUds.map((halfword): Write => {
    return { halfword, value: uds[halfword - UDS_HALFWORDS.first] ?? 0 };
  });
  const isHeader = ({ halfword }: Write): boolean => halfword < HEADER_HALFWORDS;
  return [...keys.filter((write) => !isHeader(write)), ...secret, ...keys.filter(isHeader)];
}

function refuse(run: PrimerRun, result: PrimerResult): readonly Write[] {
  run.result = result;
  return [];
}

function checkKeystore(
  hardware: BoardHardware,
  region: KeyfusePrimer,
  run: PrimerRun,
): readonly Write[] {
  const writes: Write[] = [];
  for (let halfword = 0; halfword < HALFWORDS; halfword++) {
    if (region.written[halfword] !== true) continue;
    const found = readCell(hardware, halfword);
    const value = wantedValue(region, halfword);
    run.asked += 1;
    if (found.ecc && found.value === BLANK) {
      run.blank += 1;
      if (hardware.otp.isLocked(halfword)) run.locked += 1;
      writes.push({ halfword, value });
    } else if (!found.ecc && found.value === value) run.equal += 1;
    else run.conflicts.push({ halfword, found });
  }
  return writes;
}

function checkUds(hardware: BoardHardware, run: PrimerRun): readonly number[] {
  const blank: number[] = [];
  for (let halfword = UDS_HALFWORDS.first; halfword < UDS_HALFWORDS.end; halfword++) {
    const found = readCell(hardware, halfword);
    if (!found.ecc) continue;
    if (found.value !== BLANK) {
      run.conflicts.push({ halfword, found });
      continue;
    }
    blank.push(halfword);
    if (hardware.otp.isLocked(halfword)) run.locked += 1;
  }
  return blank;
}

/** Sixteen halfwords, none of them FFFF; undefined when the generator repeats itself. */
function drawUds(hardware: BoardHardware): readonly number[] | undefined {
  const uds: number[] = [];
  const draw = (): number => new DataView(hardware.random(4).buffer).getUint32(0, true);
  let last = draw();
  for (let draws = 0; draws < UDS_WORDS + MOST_DRAWS; draws++) {
    const word = draw();
    if (word === last) return undefined;
    last = word;
    const pair = [word & 0xffff, word >>> 16];
    if (!pair.includes(BLANK)) uds.push(...pair);
    if (uds.length === 2 * UDS_WORDS) return uds;
  }
  return undefined;
}

/** One halfword after the other, each read back at once. */
function program(
  hardware: BoardHardware,
  run: PrimerRun,
  writes: readonly Write[],
  at: number,
  done: () => void,
): void {
  const write = writes[at];
  if (write === undefined || run.fault !== undefined) {
    done();
    return;
  }
  hardware.after(PROGRAM_MS, () => {
    const { halfword, value } = write;
    const flags = hardware.otp.program(halfword, value) === 'locked' ? WRITE_PROTECTED : 0;
    run.written += 1;
    const found = readCell(hardware, halfword);
    if (flags !== 0 || found.ecc || found.value !== value) {
      run.result = flags === 0 ? 'failed-verify' : 'failed-program';
      run.fault = { halfword, found, flags };
    }
    program(hardware, run, writes, at + 1, done);
  });
}

function lock({ optionBytes }: BoardHardware, { lockBlocks }: KeyfusePrimer, run: PrimerRun): void {
  const mask = lockBlocks.reduce((word, block) => (word | (1 << block)) >>> 0, 0);
  if (((optionBytes.otpLockWord & mask) >>> 0) === mask) return;
  optionBytes.lockOtpBlocks(mask);
  run.result = 'done';
}
