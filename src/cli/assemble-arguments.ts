/** The words of `assemble`. */
import { bootloaderProfiles } from '../core/wolfboot/index.ts';
import { bigNumber, misuse, sizeNumber, type Words } from './arguments.ts';

export const factoryFormats = ['bin', 'hex', 'srec', 'dfu'] as const;
export type FactoryFormat = (typeof factoryFormats)[number];

/** Where the addresses come from. */
export type LayoutSource =
  | { readonly from: 'config' | 'profile'; readonly name: string }
  | {
      readonly from: 'words';
      readonly bootAddress: number;
      readonly partitionSizeBytes: number | undefined;
      readonly sectorSizeBytes: number | undefined;
      readonly headerSizeBytes: number | undefined;
    };

export interface AssembleRequest {
  readonly bootloaderFile: string;
  readonly imageFile: string;
  readonly keystoreFile: string | undefined;
  /** Undefined: the image is checked against the keystore, which is not put into the result. */
  readonly keystoreAddress: number | undefined;
  readonly layout: LayoutSource;
  readonly out: string;
  readonly format: FactoryFormat;
  /** Every address as a chip without TrustZone has it. */
  readonly nonSecure: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

const FILE_OPTIONS = ['--bootloader', '--image', '--keystore', '--config', '-o', '--out'] as const;
const WORD_OPTIONS = [
  '--profile',
  '--format',
  '--keystore-address',
  '--boot-address',
  '--partition-size',
  '--sector-size',
  '--header-size',
] as const;
const SWITCHES: readonly string[] = ['--non-secure', '--force', '--json'];

type Given = Readonly<Record<string, string | undefined>>;

/** Throws `invalid-argument`. */
export function readAssembleArguments(words: Words): AssembleRequest {
  const given: Record<string, string> = {};
  while (words.left > 0) {
    const word = words.take('an option');
    if (given[word] !== undefined) throw misuse(`${word} stands there twice`);
    if (isOneOf(FILE_OPTIONS, word)) given[word] = words.takeFile(`the file of ${word}`);
    else if (isOneOf(WORD_OPTIONS, word)) given[word] = words.take(`the value of ${word}`);
    else if (SWITCHES.includes(word)) given[word] = word;
    else throw misuse(`${word} is not an option of assemble`);
  }
  const out = given['-o'] ?? given['--out'];
  if (out === undefined) throw misuse('-o FILE is missing: where the factory image goes');
  const keystoreFile = given['--keystore'];
  const keystoreAddress = addressOf(given, '--keystore-address');
  if (keystoreAddress !== undefined && keystoreFile === undefined) {
    throw misuse('--keystore-address without --keystore');
  }
  return {
    bootloaderFile: required(given, '--bootloader'),
    imageFile: required(given, '--image'),
    keystoreFile,
    keystoreAddress,
    layout: layoutOf(given),
    out,
    format: formatOf(given['--format'], out),
    nonSecure: given['--non-secure'] !== undefined,
    force: given['--force'] !== undefined,
    json: given['--json'] !== undefined,
  };
}

function isOneOf(options: readonly string[], word: string): boolean {
  return options.includes(word);
}

function required(given: Given, option: string): string {
  const value = given[option];
  if (value === undefined) throw misuse(`${option} FILE is missing`);
  return value;
}

const SIZE_OPTIONS: readonly string[] = ['--partition-size', '--sector-size', '--header-size'];

function layoutOf(given: Given): LayoutSource {
  const sources = ['--config', '--profile', '--boot-address'].filter(
    (option) => given[option] !== undefined,
  );
  const [source, second] = sources;
  if (source === undefined) {
    throw misuse(
      `where things go is missing: --config FILE, --profile NAME (${bootloaderProfiles.map(({ id }) => id).join(', ')}) or --boot-address ADDRESS`,
    );
  }
  if (second !== undefined) throw misuse(`${source} and ${second} exclude each other`);
  const name = given[source] ?? '';
  if (source === '--boot-address') {
    return {
      from: 'words',
      bootAddress: addressOf(given, source) ?? 0,
      partitionSizeBytes: sizeOf(given, '--partition-size'),
      sectorSizeBytes: sizeOf(given, '--sector-size'),
      headerSizeBytes: sizeOf(given, '--header-size'),
    };
  }
  const extra = SIZE_OPTIONS.find((option) => given[option] !== undefined);
  if (extra !== undefined) throw misuse(`${source} says it all: no ${extra} with it`);
  return { from: source === '--config' ? 'config' : 'profile', name };
}

function sizeOf(given: Given, option: string): number | undefined {
  const text = given[option];
  return text === undefined ? undefined : sizeNumber(text, option);
}

function addressOf(given: Given, option: string): number | undefined {
  const text = given[option];
  if (text === undefined) return undefined;
  const value = bigNumber(text, option);
  if (value <= 0xffffffffn) return Number(value);
  throw misuse(`${option} "${text}" does not fit into 32 bits`);
}

const EXTENSIONS: Readonly<Record<string, FactoryFormat>> = {
  bin: 'bin',
  hex: 'hex',
  ihex: 'hex',
  srec: 'srec',
  s19: 'srec',
  s37: 'srec',
  mot: 'srec',
  dfu: 'dfu',
};

function formatOf(text: string | undefined, out: string): FactoryFormat {
  const extension = /\.([^./\\]+)$/.exec(out)?.[1]?.toLowerCase() ?? '';
  const found =
    text === undefined
      ? EXTENSIONS[extension]
      : factoryFormats.find((format) => format === text.toLowerCase());
  if (found) return found;
  throw misuse(
    text === undefined
      ? `the name ${out} does not say its format; end it with .bin, .hex, .srec or .dfu, or name it with --format`
      : `--format "${text}" is none of ${factoryFormats.join(', ')}`,
  );
}
