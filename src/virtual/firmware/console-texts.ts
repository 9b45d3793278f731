/**
 * What the test application prints (formats/stm32h5-device.md section 4, wolfboot.md section 21;
 * recordings in test/vectors/transcripts). Pure text: no line, no time.
 */
import type { KeystoreSlot } from '../../core/wolfboot/index.ts';
import type { ImageState } from './partitions.ts';

export const PROMPT = '\r\ncmd> ';
const THIN_RULE = '====================================\r\n';
const BANNER_RULE = '========================\r\n';
const DUMP_ROW_BYTES = 16;
const DUMP_BYTE_TEXT = '   ';

/** In the order in which the application tries them; a command matches by prefix. */
export const COMMANDS = {
  help: 'shows this help message',
  info: 'display information about the system and partitions',
  success: 'confirm a successful update',
  random: 'generate a random number',
  timestamp: 'print the current systick/timestamp',
  benchmark: 'run the wolfCrypt benchmark',
  test: 'run the wolfCrypt test',
  update: 'update the firmware via XMODEM',
  reboot: 'reboot the system',
} as const;
export type CommandName = keyof typeof COMMANDS;

export interface PartitionReport {
  readonly version: number;
  readonly state: ImageState;
}

export interface SystemReport {
  readonly banksSwapped: boolean;
  readonly boot: PartitionReport;
  /** Version 0: no image. */
  readonly update: PartitionReport;
  readonly slots: readonly KeystoreSlot[];
}

export function bannerText(version: number): string {
  return (
    BANNER_RULE +
    'STM32H5 wolfBoot demo Application\r\n' +
    'Copyright 2024 wolfSSL Inc\r\n' +
    'GPL v3\r\n' +
    `Version : 0x${version.toString(16)}\r\n` +
    BANNER_RULE
  );
}

export function helpText(): string {
  return Object.entries(COMMANDS)
    .map(([name, help]) => `${name} : ${help}\r\n`)
    .join('');
}

export function infoText(report: SystemReport): string {
  return (
    '\r\nSystem information\r\n' +
    THIN_RULE +
    `Flash banks are ${report.banksSwapped ? '' : 'not '}swapped.\r\n` +
    `Firmware version : 0x${report.boot.version.toString(16)}\r\n` +
    `Current firmware state: ${report.boot.state}\r\n` +
    updateText(report) +
    '\r\nBootloader OTP keystore information\r\n' +
    THIN_RULE +
    `Number of public keys: ${report.slots.length}\r\n` +
    report.slots.map(keyText).join('')
  );
}

function updateText({ boot, update }: SystemReport): string {
  if (update.version === 0) return 'No image in update partition.\r\n';
  const role = update.state === 'UPDATING' ? 'Candidate' : 'Backup';
  return (
    `${role} firmware version : 0x${update.version.toString(16)}\r\n` +
    `Update state: ${update.state}\r\n` +
    (update.version > boot.version
      ? "'reboot' to initiate update.\r\n"
      : 'Update image older than current.\r\n')
  );
}

function keyText(slot: KeystoreSlot, index: number): string {
  const mask = slot.partitionMask.toString(16).padStart(8, '0');
  const type = slot.keyType.toString(16);
  return (
    `\r\n  Public Key #${index}: size ${slot.publicKeySize}, type ${type}, mask ${mask}\r\n` +
    `  ${THIN_RULE}` +
    `  ${dumpText(slot.publicKey)}`
  );
}

function dumpText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += DUMP_ROW_BYTES) {
    const row = Array.from(bytes.subarray(at, at + DUMP_ROW_BYTES), byteText).join('');
    text += `\t${row.padEnd(DUMP_ROW_BYTES * DUMP_BYTE_TEXT.length)}\r\n`;
  }
  return text;
}

function byteText(byte: number): string {
  return `${byte.toString(16).padStart(2, '0')} `;
}

/** Milliseconds as the application's tick counter has them. */
export function timestampText(ticks: number, vectorTable: number): string {
  const seconds = Math.floor(ticks / 1000);
  const milliseconds = String(ticks % 1000).padStart(3, '0');
  return (
    `Current timestamp: ${seconds}.${milliseconds}\r\n` +
    `Current systick: ${ticks}\r\n` +
    `VTOR: 0x${vectorTable.toString(16).padStart(8, '0')}\r\n`
  );
}

/** Its line ends are as the application has them: LF alone, then the prompt. */
export const RANDOM_REFUSED_TEXT = 'Feature only supported with WOLFCRYPT_TZ=1\n';
