/** The words of `sign`, as wolfBoot's tool has them (formats/wolfboot.md, section 19). */
import { fromHex } from '../core/bytes/index.ts';
import type { HashId } from '../core/crypto/index.ts';
import {
  authKeyByOption,
  checkCustomTag,
  cmdlineTlv,
  MOST_CUSTOM_TLVS,
  numericTlv,
  reservedTagMeaning,
  type AuthKey,
  type CustomTlv,
} from '../core/wolfboot/index.ts';
import {
  bigNumber,
  decimal,
  misuse,
  notYet,
  sizeNumber,
  utf8Bytes,
  type Words,
} from './arguments.ts';

/** A field of one's own whose content may still lie in a file. */
export type TlvRequest =
  | { readonly from: 'words'; readonly tlv: CustomTlv }
  | { readonly from: 'file' | 'public-key'; readonly tag: number; readonly path: string };

/** What is written: the whole image, its header, or only the digest to be signed elsewhere. */
export type SignProduct = 'signed' | 'header' | 'digest';

export interface SignRequest {
  /** None for an unsigned image, two for a hybrid one. */
  readonly types: readonly AuthKey[];
  /** Those whose signatures hold DigestInfo instead of the bare digest (`--rsa2048enc`). */
  readonly digestInfoTypes: ReadonlySet<AuthKey>;
  readonly hash: HashId;
  readonly partitionId: number;
  readonly timestamp: boolean;
  readonly product: SignProduct;
  readonly customTlvs: readonly TlvRequest[];
  readonly deviceTreeFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly policyFile: string | undefined;
  readonly imageFile: string;
  /** As many as there are types. */
  readonly keyFiles: readonly string[];
  readonly version: number;
  /** As typed; it goes into the name of the output. */
  readonly versionText: string;
  /** Set with --manual-sign: the keys are public ones then. */
  readonly signatureFile: string | undefined;
  readonly notes: readonly string[];
  readonly json: boolean;
}

const HIGHEST_PARTITION_ID = 15;
const HIGHEST_VERSION = 0xffffffff;
const LARGEST_U64 = (1n << 64n) - 1n;

interface Draft {
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
}

type Option = (draft: Draft, words: Words, name: string) => void;

const options: Readonly<Record<string, Option>> = {
  '--no-sign': (draft) => {
    draft.unsigned = true;
  },
  '--sha256': (draft) => {
    draft.hash = 'sha256';
  },
  '--sha384': (draft) => {
    draft.hash = 'sha384';
  },
  '--sha3': (draft) => {
    draft.hash = 'sha3-384';
  },
  '--id': (draft, words, name) => {
    draft.partitionId = decimal(words.take(name), name, 0, HIGHEST_PARTITION_ID);
  },
  '--wolfboot-update': (draft) => {
    draft.partitionId = 0;
  },
  '--no-ts': (draft) => {
    draft.timestamp = false;
  },
  '--header-only': (draft) => {
    draft.headerOnly = true;
  },
  '--sha-only': (draft) => {
    draft.digestOnly = true;
  },
  '--manual-sign': (draft) => {
    draft.manual = true;
  },
  '--json': (draft) => {
    draft.json = true;
  },
  '--policy': (draft, words, name) => {
    draft.policyFile = words.takeFile(`the file of ${name}`);
  },
  '--dts': (draft, words, name) => {
    draft.deviceTreeFile = words.takeFile(`the file of ${name}`);
  },
  '--cert-chain': (draft, words, name) => {
    draft.certificateFile = words.takeFile(`the file of ${name}`);
  },
  '--cmdline': (draft, words, name) => {
    const text = utf8Bytes(words.take(`the text of ${name}`), name);
    draft.customTlvs.push({ from: 'words', tlv: cmdlineTlv(text) });
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
    draft.customTlvs.push({ from: 'words', tlv });
  },
  '--custom-tlv-buffer': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const digits = words.take(`the content of ${name}`);
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
      throw misuse(`${name}: "${digits}" is not an even number of hexadecimal digits`);
    }
    draft.customTlvs.push({ from: 'words', tlv: { tag, value: fromHex(digits) } });
  },
  '--custom-tlv-string': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const value = utf8Bytes(words.take(`the text of ${name}`), name);
    draft.customTlvs.push({ from: 'words', tlv: { tag, value } });
  },
  '--custom-tlv-file': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const path = words.takeFile(`the file of ${name}`);
    draft.customTlvs.push({ from: 'file', tag, path });
  },
  '--custom-tlv-pubkey-der': (draft, words, name) => {
    const tag = customTag(draft, words, name);
    const path = words.takeFile(`the file of ${name}`);
    draft.customTlvs.push({ from: 'public-key', tag, path });
  },
};

const notSupported: Readonly<Record<string, string>> = {
  '--encrypt': 'an encrypted image',
  '--chacha': 'an encrypted image',
  '--aes128': 'an encrypted image',
  '--aes256': 'an encrypted image',
  '--delta': 'a delta image',
  '--no-base-sha': 'a delta image',
};

/** Throws `invalid-argument` and `not-supported`; nothing was read or written then. */
export function readSignArguments(words: Words): SignRequest {
  const draft: Draft = {
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
  };
  while (readOption(draft, words));
  const types = settleTypes(draft);
  checkCombination(draft, types);
  return { ...shared(draft, types), ...positionals(words, types, draft.manual) };
}

/** The first word that is no option ends the options, as in wolfBoot's tool. */
function readOption(draft: Draft, words: Words): boolean {
  const name = words.peek();
  if (!name?.startsWith('-')) return false;
  words.take(name);
  const unsupported = notSupported[name];
  if (unsupported !== undefined) throw notYet(`${name}: ${unsupported}`);
  const option = options[name];
  const bareName = withoutSuffix(name);
  const type = authKeyByOption(bareName);
  if (option) option(draft, words, name);
  else if (type) addType(draft, type, bareName !== name);
  else throw misuse(`${name} is not an option of sign`);
  return true;
}

/** `--rsa2048enc`: keys of `--rsa2048`, whose signatures hold DigestInfo (section 12). */
function withoutSuffix(name: string): string {
  return /^--rsa\d+enc$/.test(name) ? name.slice(0, -'enc'.length) : name;
}

function addType({ types, digestInfoTypes }: Draft, type: AuthKey, digestInfo: boolean): void {
  if (types.includes(type) && digestInfoTypes.has(type) !== digestInfo) {
    throw misuse(`${type.label} signs with DigestInfo or without it, not both`);
  }
  types.push(type);
  if (digestInfo) digestInfoTypes.add(type);
}

function customTag(draft: Draft, words: Words, name: string): number {
  if (draft.customTlvs.length >= MOST_CUSTOM_TLVS) {
    throw misuse(`${name}: more than ${MOST_CUSTOM_TLVS} custom TLVs`);
  }
  const tag = sizeNumber(words.take(`the tag of ${name}`), 'tag');
  checkCustomTag(tag);
  const meaning = reservedTagMeaning(tag);
  if (meaning !== undefined) {
    draft.notes.push(`${name}: to wolfBoot this tag means ${meaning}`);
  }
  return tag;
}

function settleTypes({ types, unsigned, notes }: Draft): readonly AuthKey[] {
  const different = [...new Set(types)];
  if (different.length < types.length) {
    notes.push('the same algorithm is named twice: the image gets one signature');
  }
  if (unsigned && different.length > 0) {
    throw misuse('--no-sign and a signature algorithm exclude each other');
  }
  if (different.length > 2) throw misuse('an image has at most two signatures');
  if (!unsigned && different.length === 0) {
    throw misuse(
      "name the algorithm of the key, for example --ecc256 or --ed25519. It is never guessed: wolfBoot's own tool cannot either",
    );
  }
  return different;
}

function checkCombination(draft: Draft, types: readonly AuthKey[]): void {
  const { headerOnly, digestOnly, manual, unsigned } = draft;
  if (digestOnly && (headerOnly || manual)) {
    throw misuse('--sha-only goes with neither --header-only nor --manual-sign');
  }
  if (unsigned && (digestOnly || manual || draft.policyFile !== undefined)) {
    throw misuse(
      'with --no-sign there is nothing to sign: no --sha-only, --manual-sign or --policy',
    );
  }
  if (draft.policyFile !== undefined && (digestOnly || manual)) {
    throw notYet('--policy with a signature made elsewhere');
  }
  if (manual && types.length > 1) {
    throw notYet('--manual-sign with two algorithms');
  }
}

function shared(draft: Draft, types: readonly AuthKey[]) {
  return {
    types,
    digestInfoTypes: draft.digestInfoTypes,
    hash: draft.hash,
    partitionId: draft.partitionId,
    timestamp: draft.timestamp,
    product: productOf(draft),
    customTlvs: draft.customTlvs,
    deviceTreeFile: draft.deviceTreeFile,
    certificateFile: draft.certificateFile,
    policyFile: draft.policyFile,
    notes: draft.notes,
    json: draft.json,
  };
}

function productOf({ headerOnly, digestOnly }: Draft): SignProduct {
  if (headerOnly) return 'header';
  return digestOnly ? 'digest' : 'signed';
}

function positionals(words: Words, types: readonly AuthKey[], manual: boolean) {
  const imageFile = words.takeFile('the image');
  const keyFiles = types.map((type, index) =>
    words.takeFile(index === 0 ? 'the key' : `the key of ${type.label}`),
  );
  const versionText = words.take('the version');
  const version = readVersion(versionText);
  const signatureFile = manual ? words.takeFile('the signature file') : undefined;
  const [extra] = words.rest();
  if (extra !== undefined) {
    throw misuse(
      extra.startsWith('-')
        ? `${extra} stands after the file names; options come first`
        : `"${extra}" is one word too many`,
    );
  }
  return { imageFile, keyFiles, version, versionText, signatureFile };
}

/** wolfBoot's tool reads 1.2.3 as 1 and abc as 0, and signs. */
function readVersion(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= HIGHEST_VERSION) return Number(text);
  throw misuse(
    `version "${text}" is not a whole number from 0 to ${HIGHEST_VERSION}; a bootloader compares versions as plain numbers`,
  );
}
