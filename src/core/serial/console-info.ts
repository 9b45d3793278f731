/**
 * Reads what the console prints: boot banner, `info`, `help` and the words behind a transfer
 * (wolfboot.md sections 21, 22; stm32h5-device.md sections 4, 5). Text may come with noise around
 * it and with bytes missing: what cannot be read is undefined. Knows nothing of the line.
 */
import type {
  BootBanner,
  ConsoleInfo,
  ConsoleKey,
  FirmwareState,
  TransferText,
  UpdatePartitionInfo,
} from './console-types.ts';

const STATES: Readonly<Record<string, FirmwareState>> = {
  NEW: 'NEW',
  UPDATING: 'UPDATING',
  FFLAGS: 'FFLAGS',
  TESTING: 'TESTING',
  CONFIRMED: 'CONFIRMED',
  '[Invalid state]': 'invalid',
};

const BANNER_TITLE = /^[^\r\n]*wolfBoot[^\r\n]*Application[^\r\n]*$/im;
const BANNER_VERSION = /^Version : 0x([0-9a-f]{1,8})\r?$/im;
const INFO_TITLE = 'System information';
const KEY_TITLE =
  /^ *Public Key #(\d{1,3}): size (\d{1,5}), type ([0-9a-f]{1,8}), mask ([0-9a-f]{8})\r?$/gim;
const DUMP_ROW = /^ *\t((?:[0-9a-f]{2} ){1,16}) *\r?$/i;
const DUMP_ROW_BYTES = 16;

/** Reads the last `info` block of `text`. */
export function parseConsoleInfo(text: string): ConsoleInfo {
  const start = text.lastIndexOf(INFO_TITLE);
  const block = start < 0 ? text : text.slice(start);
  return {
    banksSwapped: banksSwapped(block),
    firmwareVersion: hexAfter(block, 'Firmware version'),
    state: stateAfter(block, 'Current firmware state'),
    update: updatePartition(block),
    keyCount: decimal(/^Number of public keys: (\d{1,3})\r?$/m.exec(block)?.[1]),
    keys: keys(block),
  };
}

/** Whether every part of an `info` block was there, keys included. */
export function isCompleteInfo(info: ConsoleInfo): boolean {
  const { banksSwapped: swapped, firmwareVersion, state, update, keyCount, keys: listed } = info;
  return (
    swapped !== undefined &&
    firmwareVersion !== undefined &&
    state !== undefined &&
    update !== undefined &&
    keyCount === listed.length &&
    listed.every(({ index, complete }, place) => complete && index === place)
  );
}

/** The last boot banner of `text`, or undefined when there is none. */
export function parseBootBanner(text: string): BootBanner | undefined {
  const title = lastMatch(BANNER_TITLE, text);
  const version = lastMatch(BANNER_VERSION, text);
  if (title === undefined && version === undefined) return undefined;
  return { application: title?.[0].trim() ?? '', version: hexadecimal(version?.[1]) };
}

export function parseTransferText(text: string): TransferText {
  return {
    returnCode: decimal(/End of transfer\. ret: (\d{1,3})/.exec(text)?.[1]),
    says: verdict(text),
    newVersion: hexadecimal(/^New firmware version: 0x([0-9a-f]{1,8})\r?$/im.exec(text)?.[1]),
    text,
  };
}

export function parseHelp(
  text: string,
): readonly { readonly name: string; readonly text: string }[] {
  return [...text.matchAll(/^(\w+) : ([^\r\n]*)\r?$/gm)].map(([, name = '', description = '']) => ({
    name,
    text: description,
  }));
}

function verdict(text: string): TransferText['says'] {
  if (text.includes('Transfer failed')) return 'failed';
  if (text.includes('No valid image in update partition')) return 'no-valid-image';
  return text.includes('Transfer succeeded') ? 'succeeded' : 'nothing';
}

function banksSwapped(block: string): boolean | undefined {
  if (/^Flash banks are swapped\.\r?$/m.test(block)) return true;
  return /^Flash banks are not swapped\.\r?$/m.test(block) ? false : undefined;
}

function updatePartition(block: string): UpdatePartitionInfo | undefined {
  if (/^No image in update partition\.\r?$/m.test(block)) return { kind: 'empty' };
  const candidate = hexAfter(block, 'Candidate firmware version');
  const backup = hexAfter(block, 'Backup firmware version');
  if (candidate === undefined && backup === undefined) return undefined;
  return {
    kind: candidate === undefined ? 'backup' : 'candidate',
    version: candidate ?? backup,
    state: stateAfter(block, 'Update state'),
    outlook: outlook(block),
  };
}

function outlook(block: string): 'reboot-to-update' | 'older-than-current' | undefined {
  if (block.includes("'reboot' to initiate update.")) return 'reboot-to-update';
  return block.includes('Update image older than current.') ? 'older-than-current' : undefined;
}

function hexAfter(block: string, label: string): number | undefined {
  return hexadecimal(new RegExp(`^${label} : 0x([0-9a-f]{1,8})\\r?$`, 'im').exec(block)?.[1]);
}

function stateAfter(block: string, label: string): FirmwareState | undefined {
  const word = new RegExp(`^${label}: (\\[?[A-Za-z ]+\\]?)\\r?$`, 'm').exec(block)?.[1];
  return word === undefined ? undefined : STATES[word];
}

function keys(block: string): readonly ConsoleKey[] {
  const titles = [...block.matchAll(KEY_TITLE)];
  return titles.map((title, place) => {
    const dump = block.slice(title.index + title[0].length, titles[place + 1]?.index);
    const sizeBytes = Number(title[2]);
    const { bytes, undamaged } = readDump(dump, sizeBytes);
    return {
      index: Number(title[1]),
      sizeBytes,
      keyType: Number.parseInt(title[3] ?? '', 16),
      partitionMask: Number.parseInt(title[4] ?? '', 16),
      bytes,
      complete: undamaged && bytes.length === sizeBytes,
    };
  });
}

interface Dump {
  readonly bytes: Uint8Array;
  /** False: a row was not as the size foretells, or the size itself lost a digit. */
  readonly undamaged: boolean;
}

/** Rows of 16 bytes; a damaged row ends the dump, because what follows it has lost its place. */
function readDump(dump: string, sizeBytes: number): Dump {
  const bytes: number[] = [];
  for (const line of dump.split('\n')) {
    if (!line.includes('\t')) continue;
    const row = DUMP_ROW.exec(line)?.[1]?.trim().split(' ');
    const expected = Math.min(DUMP_ROW_BYTES, sizeBytes - bytes.length);
    if (row?.length !== expected) return { bytes: Uint8Array.from(bytes), undamaged: false };
    bytes.push(...row.map((digits) => Number.parseInt(digits, 16)));
  }
  return { bytes: Uint8Array.from(bytes), undamaged: true };
}

function lastMatch(pattern: RegExp, text: string): RegExpMatchArray | undefined {
  return [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].at(-1);
}

function hexadecimal(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function decimal(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, 10);
}
