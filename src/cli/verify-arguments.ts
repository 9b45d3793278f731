/** The words of `verify`. */
import { bootloaderProfiles, type BootQuestion } from '../core/wolfboot/index.ts';
import { decimal, misuse, bigNumber, sizeNumber, type Words } from './arguments.ts';
import { readConfig } from './config-words.ts';
import { EncryptionOptions } from './encryption-options.ts';
import type { Host } from './host.ts';

export interface VerifyRequest {
  readonly imageFile: string;
  readonly keystoreFile: string;
  /** Where in a container the image lies. */
  readonly address: number | undefined;
  readonly headerSizeBytes: number | undefined;
  readonly profileId: string | undefined;
  readonly configFile: string | undefined;
  readonly partitionId: number | undefined;
  readonly runningVersion: number | undefined;
  readonly runningFile: string | undefined;
  readonly encryption: EncryptionOptions;
  readonly json: boolean;
}

const FILE_OPTIONS: readonly string[] = ['--keystore', '--config', '--running'];
const VALUE_OPTIONS: readonly string[] = [
  '--header-size',
  '--profile',
  '--partition',
  '--running-version',
  '--address',
];

export function readVerifyArguments(words: Words): VerifyRequest {
  const files: string[] = [];
  const values = new Map<string, string>();
  const encryption = new EncryptionOptions();
  let json = false;
  while (words.left > 0) {
    const word = words.take('the image');
    if (word === '--json') json = true;
    else if (FILE_OPTIONS.includes(word)) values.set(word, words.takeFile(`the file of ${word}`));
    else if (VALUE_OPTIONS.includes(word)) values.set(word, words.take(`the value of ${word}`));
    else if (encryption.take(word, words)) continue;
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of verify`);
    else files.push(word);
  }
  return { ...requestOf(values), ...theImage(files), encryption, json };
}

function theImage(files: readonly string[]): { readonly imageFile: string } {
  const [imageFile, extra] = files;
  if (imageFile === undefined) throw misuse('the image is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  return { imageFile };
}

function requestOf(values: ReadonlyMap<string, string>) {
  const given = <T>(name: string, read: (text: string) => T): T | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : read(text);
  };
  const keystoreFile = values.get('--keystore');
  if (keystoreFile === undefined) throw misuse('--keystore FILE is missing');
  if (values.has('--profile') && values.has('--config')) {
    throw misuse('--profile and --config both say what the bootloader is; give one of them');
  }
  return {
    keystoreFile,
    profileId: values.get('--profile'),
    configFile: values.get('--config'),
    runningFile: values.get('--running'),
    headerSizeBytes: given('--header-size', (text) => sizeNumber(text, '--header-size')),
    partitionId: given('--partition', (text) => decimal(text, '--partition', 0, 15)),
    runningVersion: given('--running-version', (text) =>
      decimal(text, '--running-version', 0, 0xffffffff),
    ),
    address: given('--address', (text) => Number(bigNumber(text, '--address'))),
  };
}

/** What is known of the bootloader. Throws `invalid-argument` for a profile that does not exist. */
export function bootloaderOf(
  host: Host,
  { profileId, configFile, headerSizeBytes }: VerifyRequest,
): Pick<BootQuestion, 'profile' | 'headerSizeBytes' | 'hash' | 'room'> {
  if (configFile !== undefined) {
    const { profile, hash, room, ...config } = readConfig(host, configFile);
    const size = headerSizeBytes ?? config.headerSizeBytes;
    return { profile, headerSizeBytes: size, hash, room };
  }
  if (profileId === undefined) return { headerSizeBytes };
  const profile = bootloaderProfiles.find(({ id }) => id === profileId);
  if (profile) return { profile, headerSizeBytes };
  const known = bootloaderProfiles.map(({ id }) => id).join(', ');
  throw misuse(`"${profileId}" is no profile; known are ${known}`);
}
