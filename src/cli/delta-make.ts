/**
 * `keyfuse delta make`: the delta image between two images that are signed already, where `sign --delta`
 * makes the new one too (formats/wolfboot.md, section 17). Its header says what the new image's says.
 */
import { equalBytes, toHex, wipe } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import {
  checkPartitionFit,
  parseImage,
  planImageHeader,
  TAG,
  UNSIGNED_KEY_TYPE,
  type ImageOptions,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { checkWritable, fileIdentity, readInput, writeOutputs } from './files.ts';
import type { Host } from './host.ts';
import { besideOf } from './image-output.ts';
import { canonicalJson } from './json.ts';
import {
  settleEncryption,
  settleTypes,
  sharedRequest,
  type SignRequest,
} from './sign-arguments.ts';
import { deltaSectorSize, optionsOfEnvironment, partitionRoom } from './sign-environment.ts';
import { readEncryptionKey, type DeltaBase, type SignInputs } from './sign-inputs.ts';
import { openKeys, type OpenKeys } from './sign-keys.ts';
import { deltaOf, makeImage, seal, signing, type SignJob } from './sign-make.ts';
import { baseNotes } from './sign-plan.ts';
import { emptyDraft, readSignOption, type SignDraft } from './sign-options.ts';

export async function deltaMake(host: Host, words: Words): Promise<void> {
  const request = readMakeArguments(words, optionsOfEnvironment(host));
  const { base, next, nextBytes } = readImages(host, request);
  const options = optionsLike(next, request);
  const names = outputNames(request);
  checkNames(host, request, names);
  const encryptionKey = readEncryptionKey(host, request);
  // The new image is signed already: one message is left.
  const keys = await openKeys(host, { ...request, delta: undefined });
  try {
    const layout = planImageHeader({ ...options, delta: NO_SIZES }, keys.public);
    const source = { bytes: nextBytes, format: 'bin', address: undefined, notes: [] } as const;
    const inputs: SignInputs = {
      firmware: nextBytes,
      source,
      options,
      base,
      encryptionKey,
      signatures: [],
    };
    const job: SignJob = { host, request, inputs, keys, options, layout };
    const delta = await deltaOf(job, base, nextBytes);
    const room = partitionRoom(host, next.partitionId);
    if (room) checkPartitionFit(layout.headerSizeBytes, delta.payload.length, room);
    const warnings = [
      ...request.notes,
      ...baseNotes({ ...request, version: next.version }, base, layout),
      ...keyNotes(next, keys),
    ];
    for (const line of warnings) host.note(`warning: ${line}`);
    const image = await makeImage(delta.payload, delta.options, keys, signing(job), 'delta');
    const sealed = seal(job, image, names);
    for (const line of sealed.warnings) host.note(`warning: ${line}`);
    const outputs = [{ path: names.delta, bytes: image, replace: true }, ...sealed.outputs];
    writeOutputs(host, outputs);
    for (const line of keys.notes()) host.note(line);
    if (!request.json) {
      for (const { path, bytes } of outputs) host.print(`wrote ${path} (${bytes.length} bytes)`);
      return;
    }
    host.print(
      canonicalJson({
        baseVersion: base.image.version,
        version: next.version,
        headerSizeBytes: layout.headerSizeBytes,
        patchSizeBytes: delta.options.delta?.patchSizeBytes,
        inverseSizeBytes: delta.options.delta?.inverseSizeBytes,
        keys: keys.facts(),
        outputs: outputs.map(({ path, bytes }) => ({ file: path, sizeBytes: bytes.length })),
        sha256: toHex(hash('sha256', image)),
        warnings: [...warnings, ...sealed.warnings],
      }),
    );
  } finally {
    keys.close();
    if (encryptionKey) wipe(encryptionKey.key);
  }
}

const NO_SIZES = {
  baseVersion: 1,
  patchSizeBytes: 0,
  inverseStartBytes: 0,
  inverseSizeBytes: 0,
} as const;

function readImages(host: Host, request: SignRequest) {
  const { imageFile, delta } = request;
  const sectorSizeBytes = deltaSectorSize(host);
  const baseFile = delta?.baseFile ?? '';
  const baseBytes = readInput(host, baseFile);
  const nextBytes = readInput(host, imageFile);
  const next = parseImage(nextBytes, imageFile);
  if (next.delta || !next.payloadPresent) {
    throw misuse(
      `${imageFile} is ${next.delta ? 'a delta image itself' : 'a header without its firmware'}; give the whole new image`,
    );
  }
  const base: DeltaBase = {
    bytes: baseBytes,
    image: parseImage(baseBytes, baseFile),
    sectorSizeBytes,
  };
  return { base, next, nextBytes };
}

/** Every field of the new image that a delta image can have too. */
function optionsLike(next: WolfBootImage, { types }: SignRequest): ImageOptions {
  const [primary, secondary] = types;
  const keyType = primary?.code ?? UNSIGNED_KEY_TYPE;
  if (keyType !== next.authKeyCode) {
    throw new AppError(
      'key-invalid',
      `${next.fileName} was signed with a key of another type than the one named; a bootloader knows one type`,
      { context: { file: next.fileName } },
    );
  }
  const covered = next.tlvs.filter((tlv) => tlv.covered);
  const field = (tag: number): Uint8Array | undefined =>
    covered.find((tlv) => tlv.tag === tag)?.value;
  return {
    keyType,
    secondaryKeyType: secondary?.code,
    partitionId: next.partitionId,
    version: next.version,
    hash: next.hash,
    timestamp: next.timestamp,
    headerSizeBytes: next.headerSizeBytes,
    customTlvs: covered.filter(
      ({ tag }) => tag >= LOWEST_CUSTOM_TAG && tag !== TAG.deviceTreeDigest,
    ),
    deviceTreeDigest: field(TAG.deviceTreeDigest),
    certificateChain: field(TAG.certChain),
  };
}

const LOWEST_CUSTOM_TAG = 0x0030;

function keyNotes(next: WolfBootImage, { public: { primary } }: OpenKeys): readonly string[] {
  const notes: string[] = [];
  if (primary && !equalBytes(hash(next.hash, primary), next.hint)) {
    notes.push(`${next.fileName} was signed with another key than this one`);
  }
  if (next.policy) notes.push(`the policy of ${next.fileName} is not taken over`);
  return notes;
}

interface MakeNames {
  readonly delta: string;
  readonly encrypted: string | undefined;
  readonly encryptionKey: string | undefined;
}

/** As `sign --delta` names them, when the new image has the name that `sign` gave it. */
function outputNames({ imageFile, encryption }: SignRequest): MakeNames {
  const sealed = besideOf(imageFile, '_diff_encrypted');
  return {
    delta: besideOf(imageFile, '_diff.bin'),
    encrypted: encryption && `${sealed}.bin`,
    encryptionKey: encryption && !encryption.keepNonce ? `${sealed}.key` : undefined,
  };
}

function checkNames(host: Host, request: SignRequest, names: MakeNames): void {
  const { imageFile, keyFiles, delta, encryption } = request;
  const inputs = [imageFile, ...keyFiles, delta?.baseFile, encryption?.keyFile]
    .filter((path) => path !== undefined)
    .map((path) => fileIdentity(host, path));
  for (const path of [names.delta, names.encrypted, names.encryptionKey]) {
    if (path === undefined) continue;
    if (inputs.includes(fileIdentity(host, path))) {
      throw new AppError('file-failed', `${path} is also an input; it was not written`);
    }
    checkWritable(host, path);
  }
}

function readMakeArguments(words: Words, extraOptions: Words): SignRequest {
  const draft = emptyDraft();
  while (readSignOption(draft, extraOptions));
  while (readSignOption(draft, words));
  const types = settleTypes(draft);
  checkOptions(draft);
  const encryption = settleEncryption(draft);
  const baseFile = words.takeFile('the base image');
  const imageFile = words.takeFile('the new image');
  const keyFiles = types.map(({ label }) => words.takeFile(`the key of ${label}`));
  const [extra] = words.rest();
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many; options come first`);
  return {
    ...sharedRequest(draft, types),
    encryption,
    delta: { baseFile, baseDigest: draft.baseDigest },
    imageFile,
    keyFiles,
    version: 0,
    versionText: '',
    signatureFiles: [],
  };
}

/** What the new image's header says already, or what belongs to `sign` alone. */
function checkOptions(draft: SignDraft): void {
  const usual = emptyDraft();
  const asSign = ['types', 'digestInfoTypes', 'notes', 'unsigned', 'encryptionFile', 'cipher'];
  const own = [...asSign, 'keepNonce', 'baseDigest', 'json', 'upstreamCompatible'];
  const other = Object.entries(draft).find(
    ([name, value]) =>
      !own.includes(name) &&
      JSON.stringify(value) !== JSON.stringify(usual[name as keyof SignDraft]),
  );
  if (!other) return;
  throw misuse(
    'delta make takes algorithms, --no-sign, --encrypt with its cipher, --keep-iv, --no-base-sha and --json: everything else follows from the new image',
  );
}
