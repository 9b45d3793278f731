/** The options of `sign`, one by one, as wolfBoot's tool has them (formats/wolfboot.md, section 19). */
import { fromHex } from '../core/bytes/index.ts';
import type { HashId } from '../core/crypto/index.ts';
import {
  authKeyByOption,
  checkCustomTag,
  cmdlineTlv,
  imageCiphers,
  MOST_CUSTOM_TLVS,
  numericTlv,
  reservedTagMeaning,
  type AuthKey,
  type CustomTlv,
  type ImageCipher,
} from '../core/wolfboot/index.ts';
import { bigNumber, decimal, misuse, sizeNumber, utf8Bytes, type Words } from './arguments.ts';

/** A field of one's own whose content may still lie in a file. */
export type TlvRequest =
  | { readonly from: 'words'; readonly tlv: CustomTlv }
  | { readonly from: 'file' | 'public-key'; readonly tag: number; readonly path: string };

/** What the options say, before it is known whether they go together. */
export interface SignDraft {
  readonly types: AuthKey[];
  readonly digestInfoTypes: Set<AuthKey>;
  readonly customTlvs: TlvRequest[];
  readonly notes: string[];
  unsigned: boolean;
  hash: HashId;
  partitionId: number;
  timestamp: boolean;
  headerOnly: boolean;
  digestOnly: boolean;
  manual: boolean;
  json: boolean;
  deviceTreeFile: string | undefined;
  certificateFile: string | undefined;
  policyFile: string | undefined;
  encryptionFile: string | undefined;
  cipher: ImageCipher | undefined;
  keepNonce: boolean;
  baseFile: string | undefined;
  baseDigest: boolean;
  upstreamCompatible: boolean;
  raw: boolean;
}

export function emptyDraft(): SignDraft {
  return {
    types: [],
    digestInfoTypes: new Set(),
    customTlvs: [],
    notes: [],
    unsigned: false,
    hash: 'sha256',
    partitionId: 1,
    timestamp: true,
    headerOnly: false,
    digestOnly: false,
    manual: false,
    json: false,
    deviceTreeFile: undefined,
    certificateFile: undefined,
    policyFile: undefined,
    encryptionFile: undefined,
    cipher: undefined,
    keepNonce: false,
    baseFile: undefined,
    baseDigest: true,
    upstreamCompatible: false,
    raw: false,
  };
}

const HIGHEST_PARTITION_ID = 15;
const LARGEST_U64 = (1n << 64n) - 1n;

type Option = (draft: SignDraft, words: Words, name: string) => void;

const flags: Readonly<Record<string, Partial<SignDraft>>> = {
  '--no-sign': { unsigned: true },
  '--sha256': { hash: 'sha256' },
  '--sha384': { hash: 'sha384' },
  '--sha3': { hash: 'sha3-384' },
  '--wolfboot-update': { partitionId: 0 },
  '--no-ts': { timestamp: false },
  '--header-only': { headerOnly: true },
  '--sha-only': { digestOnly: true },
  '--manual-sign': { manual: true },
  '--keep-iv': { keepNonce: true },
  '--no-base-sha': { baseDigest: false },
  '--upstream-compatible': { upstreamCompatible: true },
  '--raw': { raw: true },
  '--json': { json: true },
};

const files = {
  '--policy': 'policyFile',
  '--dts': 'deviceTreeFile',
  '--cert-chain': 'certificateFile',
  '--encrypt': 'encryptionFile',
  '--delta': 'baseFile',
} as const satisfies Readonly<Record<string, keyof SignDraft>>;

const options: Readonly<Record<string, Option>> = {
  '--id': (draft, words, name) => {
    draft.partitionId = decimal(words.take(name), name, 0, HIGHEST_PARTITION_ID);
  },
  '--cmdline': (draft, words, name) => {
    const text = utf8Bytes(words.take(`the text of ${name}`), name);
    addTlv(draft, name, { from: 'words', tlv: cmdlineTlv(text) });
  },
  '--custom-tlv': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const length = sizeNumber(words.take(`the length of ${name}`), 'length');
    const value = bigNumber(words.take(`the value of ${name}`), 'value');
    if (value > LARGEST_U64) throw misuse(`${name}: ${value} does not fit into 8 bytes`);
    const tlv = numericTlv(tag, length, value);
    if (value >= 1n << BigInt(8 * length)) {
      draft.notes.push(`${name}: ${value} is cut to ${length} bytes`);
    }
    addTlv(draft, name, { from: 'words', tlv });
  },
  '--custom-tlv-buffer': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const digits = words.take(`the content of ${name}`);
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
      throw misuse(`${name}: "${digits}" is not an even number of hexadecimal digits`);
    }
    addTlv(draft, name, { from: 'words', tlv: { tag, value: fromHex(digits) } });
  },
  '--custom-tlv-string': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const value = utf8Bytes(words.take(`the text of ${name}`), name);
    addTlv(draft, name, { from: 'words', tlv: { tag, value } });
  },
  '--custom-tlv-file': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    addTlv(draft, name, { from: 'file', tag, path: words.takeFile(`the file of ${name}`) });
  },
  '--custom-tlv-pubkey-der': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    addTlv(draft, name, { from: 'public-key', tag, path: words.takeFile(`the file of ${name}`) });
  },
};

/** The first word that is no option ends the options, as in wolfBoot's tool: then false. Throws `invalid-argument`. */
export function readSignOption(draft: SignDraft, words: Words): boolean {
  const name = words.peek();
  if (!name?.startsWith('-')) return false;
  words.take(name);
  if (Object.hasOwn(flags, name)) Object.assign(draft, flags[name]);
  else if (isFileOption(name)) draft[files[name]] = words.takeFile(`the file of ${name}`);
  else if (Object.hasOwn(options, name)) options[name]?.(draft, words, name);
  else if (!readCipher(draft, name) && !readType(draft, name)) {
    throw misuse(`${name} is not an option of sign`);
  }
  return true;
}

function isFileOption(name: string): name is keyof typeof files {
  return Object.hasOwn(files, name);
}

const ciphers = Object.keys(imageCiphers) as ImageCipher[];

function readCipher(draft: SignDraft, name: string): boolean {
  const cipher = ciphers.find((each) => imageCiphers[each].option === name);
  if (cipher === undefined) return false;
  if (draft.cipher !== undefined && draft.cipher !== cipher) {
    draft.notes.push(`${name} counts, not ${imageCiphers[draft.cipher].option}`);
  }
  draft.cipher = cipher;
  return true;
}

/** `--rsa2048enc`: keys of `--rsa2048`, whose signatures hold DigestInfo (section 12). */
function readType({ types, digestInfoTypes }: SignDraft, name: string): boolean {
  const bareName = /^--rsa\d+enc$/.test(name) ? name.slice(0, -'enc'.length) : name;
  const type = authKeyByOption(bareName);
  if (!type) return false;
  const digestInfo = bareName !== name;
  if (types.includes(type) && digestInfoTypes.has(type) !== digestInfo) {
    throw misuse(`${type.label} signs with DigestInfo or without it, not both`);
  }
  types.push(type);
  if (digestInfo) digestInfoTypes.add(type);
  return true;
}

function addTlv({ customTlvs }: SignDraft, name: string, tlv: TlvRequest): void {
  if (customTlvs.length >= MOST_CUSTOM_TLVS) {
    throw misuse(`${name}: more than ${MOST_CUSTOM_TLVS} custom TLVs`);
  }
  customTlvs.push(tlv);
}

function customTag(draft: SignDraft, words: Words, name: string): number {
  const tag = sizeNumber(words.take(`the tag of ${name}`), 'tag');
  checkCustomTag(tag);
  const meaning = reservedTagMeaning(tag);
  if (meaning !== undefined) {
    draft.notes.push(`${name}: to wolfBoot this tag means ${meaning}`);
  }
  return tag;
}
