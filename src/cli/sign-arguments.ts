/** The words of `sign`, as wolfBoot's tool has them (formats/wolfboot.md, section 19). */
import type { HashId } from '../core/crypto/index.ts';
import { imageCiphers, type AuthKey, type ImageCipher } from '../core/wolfboot/index.ts';
import { misuse, notYet, type Words } from './arguments.ts';
import { emptyDraft, readSignOption, type SignDraft, type TlvRequest } from './sign-options.ts';
import { firstNumber } from './sign-upstream.ts';

/** What is written: the whole image, its header, or only the digest to be signed elsewhere. */
export type SignProduct = 'signed' | 'header' | 'digest';

export interface EncryptionRequest {
  readonly keyFile: string;
  readonly cipher: ImageCipher;
  /** The nonce of the key file is used, whatever else was encrypted with it. */
  readonly keepNonce: boolean;
}

export interface DeltaRequest {
  /** The signed image that the patch starts from. */
  readonly baseFile: string;
  /** False with --no-base-sha. */
  readonly baseDigest: boolean;
}

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
  readonly encryption: EncryptionRequest | undefined;
  readonly delta: DeltaRequest | undefined;
  readonly imageFile: string;
  /** As many as there are types. */
  readonly keyFiles: readonly string[];
  readonly version: number;
  /** As typed; it goes into the name of the output. */
  readonly versionText: string;
  /** With --manual-sign: the keys are public ones then. */
  readonly manual: boolean;
  /** Made elsewhere: of each key, of the policy, then of each key for the delta image. */
  readonly signatureFiles: readonly string[];
  /** The mistakes of wolfBoot's tool too, where they harm nobody but the image (docs/cli.md). */
  readonly upstreamCompatible: boolean;
  /** The image's bytes are signed as they are, whatever format they look like. */
  readonly raw: boolean;
  readonly notes: readonly string[];
  readonly json: boolean;
}

const HIGHEST_VERSION = 0xffffffff;

/**
 * `extraOptions` stand in front of the words. Throws `invalid-argument` and `not-supported`; nothing was
 * read or written then.
 */
export function readSignArguments(words: Words, extraOptions: Words): SignRequest {
  const draft = emptyDraft();
  while (readSignOption(draft, extraOptions));
  while (readSignOption(draft, words));
  const types = settleTypes(draft);
  checkCombination(draft, types);
  const encryption = settleEncryption(draft);
  return { ...sharedRequest(draft, types), encryption, ...positionals(words, types, draft) };
}

export function settleTypes(draft: SignDraft): readonly AuthKey[] {
  const { types, unsigned, notes, upstreamCompatible } = draft;
  const different = [...new Set(types)];
  if (unsigned && different.length > 0) {
    throw misuse('--no-sign and a signature algorithm exclude each other');
  }
  if (different.length > 2) {
    if (!upstreamCompatible) throw misuse('an image has at most two signatures');
    return firstAndLast(draft);
  }
  if (different.length < types.length) {
    notes.push('the same algorithm is named twice: the image gets one signature');
  }
  if (!unsigned && different.length === 0) {
    throw misuse(
      "name the algorithm of the key, for example --ecc256 or --ed25519. It is never guessed: wolfBoot's own tool cannot either",
    );
  }
  return different;
}

/** What wolfBoot's tool makes of three algorithms and more. */
function firstAndLast({ types, notes }: SignDraft): readonly AuthKey[] {
  const different = [...new Set([...types.slice(0, 1), ...types.slice(-1)])];
  notes.push(
    `of ${types.length} algorithms only ${different.map(({ label }) => label).join(' and ')} count`,
  );
  return different;
}

function checkCombination(draft: SignDraft, types: readonly AuthKey[]): void {
  const { headerOnly, digestOnly, manual, unsigned, baseFile, deviceTreeFile } = draft;
  if (digestOnly && (headerOnly || manual)) {
    throw misuse('--sha-only goes with neither --header-only nor --manual-sign');
  }
  if (unsigned && (digestOnly || manual || draft.policyFile !== undefined)) {
    throw misuse(
      'with --no-sign there is nothing to sign: no --sha-only, --manual-sign or --policy',
    );
  }
  if (baseFile === undefined && !draft.baseDigest) {
    draft.notes.push('--no-base-sha does nothing without --delta');
  }
  if (baseFile !== undefined) checkDelta({ headerOnly, deviceTreeFile });
  const isMany = types.length > 1 || draft.policyFile !== undefined;
  if (draft.upstreamCompatible && manual && isMany) {
    throw notYet(
      "--upstream-compatible with two signatures made elsewhere or --policy: wolfBoot's tool takes one only, and breaks the policy. This",
    );
  }
}

function checkDelta({
  headerOnly,
  deviceTreeFile,
}: Pick<SignDraft, 'headerOnly' | 'deviceTreeFile'>) {
  if (headerOnly) {
    throw misuse(
      '--header-only with --delta: the patch leads to the whole image, so the header alone is no target for it',
    );
  }
  if (deviceTreeFile !== undefined) {
    throw misuse("--dts and --delta do not go together, as in wolfBoot's tool");
  }
}

export function settleEncryption(draft: SignDraft): EncryptionRequest | undefined {
  const { encryptionFile, cipher, keepNonce, notes, upstreamCompatible } = draft;
  if (encryptionFile !== undefined) {
    if (draft.headerOnly) notes.push('--encrypt does nothing with --header-only');
    return {
      keyFile: encryptionFile,
      cipher: cipher ?? 'chacha20',
      keepNonce: keepNonce || upstreamCompatible,
    };
  }
  if (cipher === undefined) return undefined;
  const { option } = imageCiphers[cipher];
  if (!upstreamCompatible) {
    throw misuse(
      `${option} names a cipher, but no key: without --encrypt FILE nothing is encrypted`,
    );
  }
  notes.push(`${option} without --encrypt FILE: nothing is encrypted`);
  return undefined;
}

/** What follows from the options alone. */
export function sharedRequest(draft: SignDraft, types: readonly AuthKey[]) {
  const { baseFile, baseDigest } = draft;
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
    delta: baseFile === undefined ? undefined : { baseFile, baseDigest },
    manual: draft.manual,
    upstreamCompatible: draft.upstreamCompatible,
    raw: draft.raw || draft.upstreamCompatible,
    notes: draft.notes,
    json: draft.json,
  };
}

function productOf({ headerOnly, digestOnly }: SignDraft): SignProduct {
  if (headerOnly) return 'header';
  return digestOnly ? 'digest' : 'signed';
}

function positionals(words: Words, types: readonly AuthKey[], draft: SignDraft) {
  const imageFile = words.takeFile('the image');
  const keyFiles = types.map((type, index) =>
    words.takeFile(index === 0 ? 'the key' : `the key of ${type.label}`),
  );
  const versionText = words.take('the version');
  const version = readVersion(versionText, draft);
  const signatureFiles = readSignatureFiles(words, types, draft);
  const [extra] = words.rest();
  if (extra !== undefined) {
    const problem = extra.startsWith('-')
      ? `${extra} stands after the file names; options come first`
      : `"${extra}" is one word too many`;
    if (!draft.upstreamCompatible) throw misuse(problem);
    draft.notes.push(`${problem}; it is ignored`);
  }
  return { imageFile, keyFiles, version, versionText, signatureFiles };
}

/**
 * Signatures made elsewhere, in the order of `SignRequest.signatureFiles`. The digest of a delta image can
 * be told only when the signatures of the whole image are there: with --sha-only and --delta they may follow.
 */
function readSignatureFiles(
  words: Words,
  types: readonly AuthKey[],
  { manual, digestOnly, policyFile, baseFile, upstreamCompatible }: SignDraft,
): readonly string[] {
  const each = types.map(({ label }) =>
    types.length === 1 ? 'the signature' : `the signature of ${label}`,
  );
  if (upstreamCompatible) return manual ? take(words, each) : [];
  const whole = [...each, ...(policyFile === undefined ? [] : ['the signature of the policy'])];
  const delta = baseFile === undefined ? [] : each.map((what) => `${what} for the delta image`);
  if (manual) return take(words, [...whole, ...delta]);
  const isSecondDigest = digestOnly && baseFile !== undefined && words.left > 0;
  return isSecondDigest ? take(words, whole) : [];
}

function take(words: Words, names: readonly string[]): readonly string[] {
  return names.map((what) => words.takeFile(`${what}, a file,`));
}

/** wolfBoot's tool reads 1.2.3 as 1 and abc as 0, and signs. */
function readVersion(text: string, { upstreamCompatible, notes }: SignDraft): number {
  if (/^\d+$/.test(text) && Number(text) <= HIGHEST_VERSION) return Number(text);
  const read = upstreamCompatible ? firstNumber(text) : undefined;
  if (read !== undefined && read <= HIGHEST_VERSION) {
    notes.push(`version "${text}" is read as ${read}`);
    return read;
  }
  throw misuse(
    `version "${text}" is not a whole number from 0 to ${HIGHEST_VERSION}; a bootloader compares versions as plain numbers`,
  );
}
