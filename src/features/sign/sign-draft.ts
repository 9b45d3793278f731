/** What is being asked for on the firmware page while it is typed, and the request that comes of it. */
import type { HashId } from '../../core/crypto/index.ts';
import type { NamedFile } from '../../state/services.ts';
import type { CustomField, SignRequest } from '../../state/sign-request.ts';

export type CustomKind = CustomField['kind'];

export interface CustomDraft {
  readonly id: number;
  readonly kind: CustomKind;
  /** As typed: hexadecimal with 0x, or decimal. */
  readonly tag: string;
  readonly lengthBytes: 1 | 2 | 4 | 8;
  readonly text: string;
  readonly file: NamedFile | undefined;
}

export interface SignDraft {
  readonly hash: HashId;
  readonly partitionId: number | undefined;
  /** `profile`: what the bootloader was built with; `rules`: as wolfBoot's sign has it. */
  readonly header: 'profile' | 'rules' | number;
  readonly timestamp: boolean;
  readonly output: 'image' | 'header';
  readonly unsigned: boolean;
  readonly custom: readonly CustomDraft[];
  readonly cmdline: string;
  readonly deviceTree: NamedFile | undefined;
  readonly certificateChain: NamedFile | undefined;
  readonly secondaryKeyId: string | undefined;
  readonly policy: NamedFile | undefined;
  readonly encryptionKeyId: string | undefined;
  readonly nonce: 'fresh' | 'keep';
  readonly baseImageId: string | undefined;
  /** undefined: that of the bootloader's profile. */
  readonly sectorSizeBytes: number | undefined;
  readonly baseDigest: boolean;
}

export const firstDraft: SignDraft = {
  hash: 'sha256',
  partitionId: 1,
  header: 'profile',
  timestamp: true,
  output: 'image',
  unsigned: false,
  custom: [],
  cmdline: '',
  deviceTree: undefined,
  certificateChain: undefined,
  secondaryKeyId: undefined,
  policy: undefined,
  encryptionKeyId: undefined,
  nonce: 'fresh',
  baseImageId: undefined,
  sectorSizeBytes: undefined,
  baseDigest: true,
};

export function newCustomDraft(before: readonly CustomDraft[]): CustomDraft {
  const most = before.reduce((id, entry) => Math.max(id, entry.id), 0);
  const taken = new Set(before.map(({ tag }) => readWhole(tag)));
  let tag = 0x40;
  while (taken.has(BigInt(tag))) tag++;
  return {
    id: most + 1,
    kind: 'text',
    tag: `0x${tag.toString(16).toUpperCase().padStart(4, '0')}`,
    lengthBytes: 4,
    text: '',
    file: undefined,
  };
}

/** Decimal, or hexadecimal with 0x; undefined when it is no whole number. */
export function readWhole(text: string): bigint | undefined {
  const trimmed = text.trim();
  return /^(0x[0-9a-f]+|\d+)$/i.test(trimmed) ? BigInt(trimmed) : undefined;
}

/** undefined while something that was begun is not filled in. */
export function customField(draft: CustomDraft): CustomField | undefined {
  const tag = Number(readWhole(draft.tag) ?? NaN);
  if (Number.isNaN(tag)) return undefined;
  switch (draft.kind) {
    case 'number': {
      const value = readWhole(draft.text);
      return value === undefined
        ? undefined
        : { kind: 'number', tag, lengthBytes: draft.lengthBytes, value };
    }
    case 'hex':
      return draft.text.trim() === '' ? undefined : { kind: 'hex', tag, hex: draft.text };
    case 'text':
      return { kind: 'text', tag, text: draft.text };
    case 'file':
    case 'public-key':
      return draft.file && { kind: draft.kind, tag, file: draft.file };
  }
}

interface Basics {
  readonly firmwareId: string | undefined;
  readonly keyId: string | undefined;
  readonly version: number | undefined;
  readonly profileHeaderBytes: number;
  readonly profileSectorBytes: number | undefined;
}

/** undefined while something is missing. */
export function requestOf(draft: SignDraft, basics: Basics): SignRequest | undefined {
  const { firmwareId, keyId, version } = basics;
  const custom = draft.custom.map(customField);
  const fields = custom.filter((field) => field !== undefined);
  const { partitionId } = draft;
  const keyMissing = !draft.unsigned && keyId === undefined;
  if (
    firmwareId === undefined ||
    version === undefined ||
    partitionId === undefined ||
    keyMissing
  ) {
    return undefined;
  }
  const delta = deltaOf(draft, basics);
  if (fields.length !== custom.length || delta === 'incomplete') return undefined;
  return {
    firmwareId,
    keyId: draft.unsigned ? undefined : keyId,
    version,
    partitionId,
    headerSizeBytes: headerBytes(draft, basics.profileHeaderBytes),
    timestamp: draft.timestamp,
    hash: draft.hash,
    customTlvs: fields,
    cmdline: draft.cmdline === '' ? undefined : draft.cmdline,
    deviceTree: draft.deviceTree,
    certificateChain: draft.certificateChain,
    policy: draft.policy,
    secondaryKeyId: draft.secondaryKeyId,
    unsigned: draft.unsigned,
    headerOnly: draft.output === 'header',
    encryption:
      draft.encryptionKeyId === undefined
        ? undefined
        : { keyId: draft.encryptionKeyId, nonce: draft.nonce },
    delta,
  };
}

function deltaOf(
  { baseImageId, sectorSizeBytes: typed, baseDigest }: SignDraft,
  { profileSectorBytes }: Basics,
): SignRequest['delta'] | 'incomplete' {
  if (baseImageId === undefined) return undefined;
  const sectorSizeBytes = typed ?? profileSectorBytes;
  return sectorSizeBytes === undefined
    ? 'incomplete'
    : { baseImageId, sectorSizeBytes, baseDigest };
}

export function headerBytes({ header }: SignDraft, ofProfile: number): number | undefined {
  if (header === 'profile') return ofProfile;
  return header === 'rules' ? undefined : header;
}

export type OptionGroup = 'header' | 'fields' | 'second' | 'encryption' | 'delta';

/** What differs from how a newcomer finds it, so that a folded group can say so. */
export function changesOf(draft: SignDraft): Readonly<Record<OptionGroup, number>> {
  const count = (...changed: readonly boolean[]): number => changed.filter(Boolean).length;
  return {
    header: count(
      draft.hash !== firstDraft.hash,
      draft.partitionId !== firstDraft.partitionId,
      draft.header !== firstDraft.header,
      draft.timestamp !== firstDraft.timestamp,
      draft.output !== firstDraft.output,
      draft.unsigned,
    ),
    fields:
      draft.custom.length +
      count(
        draft.cmdline !== '',
        draft.deviceTree !== undefined,
        draft.certificateChain !== undefined,
      ),
    second: count(draft.secondaryKeyId !== undefined, draft.policy !== undefined),
    encryption: count(draft.encryptionKeyId !== undefined),
    delta: count(draft.baseImageId !== undefined),
  };
}

interface Present {
  readonly keys: readonly { readonly id: string }[];
  readonly images: readonly { readonly id: string }[];
  readonly encryptionKeys: readonly { readonly id: string }[];
}

/** What was chosen may have been removed since. */
export function withoutGone(
  draft: SignDraft,
  { keys, images, encryptionKeys }: Present,
): SignDraft {
  const present = (
    list: readonly { readonly id: string }[],
    id: string | undefined,
  ): string | undefined => (list.some((entry) => entry.id === id) ? id : undefined);
  return {
    ...draft,
    secondaryKeyId: present(keys, draft.secondaryKeyId),
    baseImageId: present(images, draft.baseImageId),
    encryptionKeyId: present(encryptionKeys, draft.encryptionKeyId),
  };
}
