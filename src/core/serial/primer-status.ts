/** What our own primer says of a run, as values (docs/formats/primer.md, "Serial line"). */
import { fromHex, toHex } from '../bytes/index.ts';

export const primerResults = [
  'done',
  'already',
  'no-keystore',
  'region-damaged',
  'refused-conflict',
  'refused-locked',
  'failed-random',
  'failed-program',
  'failed-verify',
  'failed-lock',
] as const;
export type PrimerResult = (typeof primerResults)[number];

export interface PrimerCell {
  /** From the start of the OTP area. */
  readonly offsetBytes: number;
  /** Undefined: a piece of the UDS, which is not told. */
  readonly found: number | undefined;
  readonly wanted: number | undefined;
}

export interface PrimerStatus {
  readonly result: PrimerResult;
  /** 24 hex digits in lower case: the 12 bytes of the chip's unique id. */
  readonly uniqueId: string;
  readonly trustZone: boolean;
  readonly region: 'empty' | 'filled' | 'damaged';
  /** Halfwords programmed by this run, the UDS included. */
  readonly writtenHalfwords: number;
  readonly uds: 'written' | 'completed' | 'kept' | 'not-asked';
  /** Bit n: OTP block n is locked. Unsigned. */
  readonly lockWord: number;
  readonly conflictCount: number;
  /** The first of them. */
  readonly conflicts: readonly PrimerCell[];
  /** Where a run stopped; `flags` are those of the flash controller. */
  readonly fault: (PrimerCell & { readonly flags: number }) | undefined;
  readonly lines: readonly string[];
}

const VERSION_LINE = 'keyfuse-primer 1';
const CELL = /at=([0-9A-F]{4}) found=([0-9A-F]{4}|----) wanted=([0-9A-F]{4}|----)/;

/** Undefined when these are not the lines of a status, or of another version of it. */
export function parsePrimerStatus(lines: readonly string[]): PrimerStatus | undefined {
  const value = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const result = primerResults.find((each) => each === value('result'));
  const region = (['empty', 'filled', 'damaged'] as const).find((each) => each === value('region'));
  const uniqueId = parseUniqueId(value('uid'));
  const lockWord = parseWord(value('lock'));
  if (lines[0] !== VERSION_LINE || result === undefined || region === undefined) return undefined;
  if (uniqueId === undefined || lockWord === undefined) return undefined;
  const udsWords = ['written', 'completed', 'kept', 'not-asked'] as const;
  const faultLine = lines.find((line) => line.startsWith('fault '));
  const fault = faultLine === undefined ? undefined : parseCell(faultLine);
  return {
    result,
    uniqueId,
    trustZone: value('trustzone') === 'on',
    region,
    writtenHalfwords: Number(value('wrote') ?? 0),
    uds: udsWords.find((each) => each === value('uds')) ?? 'not-asked',
    lockWord,
    conflictCount: Number(/ conflict=(\d+)/.exec(value('check') ?? '')?.[1] ?? 0),
    conflicts: lines
      .filter((line) => line.startsWith('conflict '))
      .flatMap((line) => parseCell(line) ?? []),
    fault: fault && {
      ...fault,
      flags: parseWord(/ flags=([0-9A-F]{8})$/.exec(faultLine ?? '')?.[1]) ?? 0,
    },
    lines,
  };
}

function parseCell(line: string): PrimerCell | undefined {
  const [, at, found, wanted] = CELL.exec(line) ?? [];
  if (at === undefined) return undefined;
  return {
    offsetBytes: Number.parseInt(at, 16),
    found: parseHalfword(found),
    wanted: parseHalfword(wanted),
  };
}

function parseHalfword(digits: string | undefined): number | undefined {
  return digits === undefined || digits === '----' ? undefined : Number.parseInt(digits, 16);
}

export function parseWord(digits: string | undefined): number | undefined {
  return /^[0-9A-F]{8}$/.test(digits ?? '') ? Number.parseInt(digits ?? '', 16) : undefined;
}

export function parseUniqueId(digits: string | undefined): string | undefined {
  return /^[0-9A-F]{24}$/.test(digits ?? '') ? toHex(fromHex(digits ?? '')) : undefined;
}
