/** `--config FILE`: what the user's own wolfBoot build says, in place of options and environment. */
import {
  authKeyByOption,
  imageCiphers,
  readBootloaderConfig,
  type BootloaderConfig,
} from '../core/wolfboot/index.ts';
import { misuse, Words } from './arguments.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';
import { optionsOfEnvironment } from './sign-environment.ts';

/** Reads a `.config` and says on standard error what is odd in it. Throws as `readBootloaderConfig`. */
export function readConfig(
  host: Host,
  path: string,
  besidesThePoint: readonly string[] = [],
): BootloaderConfig {
  const text = new TextDecoder().decode(readInput(host, path));
  const config = readBootloaderConfig(text, path);
  for (const { key, message } of config.warnings) {
    if (key === undefined || !besidesThePoint.includes(key)) host.note(`warning: ${message}`);
  }
  return config;
}

export interface SignCall {
  /** Its environment holds what the build says. */
  readonly host: Host;
  /** Without --config. */
  readonly words: Words;
  /** Options that stand in front of the words. */
  readonly options: Words;
}

/** Says nothing about signing. */
const BESIDES_SIGNING = [
  'TARGET',
  'FLASH_OTP_KEYSTORE',
  'WOLFBOOT_PARTITION_UPDATE_ADDRESS',
  'WOLFBOOT_PARTITION_SWAP_ADDRESS',
];

/**
 * Without --config everything as it was. Throws `invalid-argument` when options or environment say
 * something else than the build.
 */
export function withConfig(host: Host, typed: Words): SignCall {
  const options = optionsOfEnvironment(host);
  const list = typed.rest();
  const at = list.findIndex((word, index) => word === '--config' && !isFreeText(list, index));
  if (at < 0) return { host, words: new Words(list), options };
  const path = new Words(list.slice(at + 1)).takeFile('the file of --config');
  const words = [...list.slice(0, at), ...list.slice(at + 2)];
  const config = readConfig(host, path, BESIDES_SIGNING);
  const named = words.filter((word, index) => word.startsWith('-') && !isFreeText(words, index));
  noteUpdates(host, config, named);
  return {
    host: { ...host, environment: { ...host.environment, ...environmentFor(host, config) } },
    words: new Words(words),
    options: new Words([
      ...options.rest(),
      ...algorithmWords(config, named),
      ...hashWords(config, named),
      ...cipherWords(config, named),
    ]),
  };
}

/** The texts that `sign` takes may look like options. */
function isFreeText(words: readonly string[], index: number): boolean {
  return words[index - 1] === '--cmdline' || words[index - 2] === '--custom-tlv-string';
}

function environmentFor(host: Host, config: BootloaderConfig): Record<string, string> {
  const { signEnvironment, bootAddress, fileName } = config;
  const wanted = {
    ...signEnvironment,
    ...(bootAddress === undefined ? {} : { WOLFBOOT_PARTITION_BOOT_ADDRESS: String(bootAddress) }),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const set = host.environment[name] ?? '';
    if (set === '' || set === value || Number(set) === Number(value)) continue;
    throw misuse(`${name} is ${set} in the environment and ${value} in ${fileName}; unset it`);
  }
  return wanted;
}

/** --rsa2048enc is --rsa2048 for a bootloader. */
function algorithmWords(config: BootloaderConfig, named: readonly string[]): readonly string[] {
  const { sign, signSecondary, fileName } = config;
  const typed = named.flatMap((word) => {
    const key = authKeyByOption(word.replace(/^(--rsa\d+)enc$/, '$1'));
    return key ? [key.name] : [];
  });
  if (!sign || named.includes('--no-sign')) return [];
  const built = signSecondary ? [sign, signSecondary] : [sign];
  if (typed.length === 0) return built.map(({ option }) => option);
  if (new Set(typed).size === built.length && built.every(({ name }) => typed.includes(name))) {
    return [];
  }
  const names = built.map(({ name }) => name).join(' and ');
  throw misuse(`${fileName} is a bootloader for ${names}, the options name ${typed.join(' and ')}`);
}

const HASH_WORDS: readonly string[] = ['--sha256', '--sha384', '--sha3'];

function hashWords(
  { signWords, fileName }: BootloaderConfig,
  named: readonly string[],
): readonly string[] {
  const built = signWords.filter((word) => HASH_WORDS.includes(word));
  const typed = named.filter((word) => HASH_WORDS.includes(word));
  const other = typed.find((word) => !built.includes(word));
  if (other !== undefined) {
    throw misuse(`${fileName} is a bootloader for ${built.join(' ')}, not ${other}`);
  }
  return typed.length === 0 ? built : [];
}

const CIPHER_WORDS: readonly string[] = Object.values(imageCiphers).map(({ option }) => option);

function cipherWords(
  { encryption, fileName }: BootloaderConfig,
  named: readonly string[],
): readonly string[] {
  if (!encryption || !named.includes('--encrypt')) return [];
  const { option } = imageCiphers[encryption];
  const typed = named.filter((word) => CIPHER_WORDS.includes(word));
  const other = typed.find((word) => word !== option);
  if (other !== undefined) throw misuse(`${fileName} is a bootloader for ${option}, not ${other}`);
  return typed.length === 0 ? [option] : [];
}

function noteUpdates(
  host: Host,
  { encryption, deltaUpdates, fileName }: BootloaderConfig,
  named: readonly string[],
): void {
  const encrypts = named.includes('--encrypt');
  if (encryption && !encrypts) {
    host.note(
      `warning: ${fileName} has ENCRYPT=1: this bootloader takes encrypted updates only; --encrypt FILE makes one`,
    );
  }
  if (!encryption && encrypts) {
    host.note(`warning: ${fileName} has no ENCRYPT=1: this bootloader cannot decrypt the update`);
  }
  if (!deltaUpdates && named.includes('--delta')) {
    host.note(
      `warning: ${fileName} has no DELTA_UPDATES=1: this bootloader takes whole images only`,
    );
  }
}
