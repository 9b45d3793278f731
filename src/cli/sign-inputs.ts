/** Everything `sign` reads but the keys, checked before a key is opened. */
import { resolve } from 'node:path';
import {
  deviceTreeDigest,
  encryptionKeyFileBytes,
  parseEncryptionKeyFile,
  parseImage,
  parsePolicyFile,
  parsePublicKeyFile,
  UNSIGNED_KEY_TYPE,
  type CustomTlv,
  type EncryptionKey,
  type ImageOptions,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';
import { AppError } from '../core/errors.ts';
import { wipe } from '../core/bytes/index.ts';
import { readInput } from './files.ts';
import { readFirmware, type FirmwareInput } from './firmware-input.ts';
import type { Host } from './host.ts';
import type { SignRequest } from './sign-arguments.ts';
import { deltaSectorSize } from './sign-environment.ts';
import type { TlvRequest } from './sign-options.ts';

/** The signed image a delta starts from. */
export interface DeltaBase {
  readonly bytes: Uint8Array;
  readonly image: WolfBootImage;
  readonly sectorSizeBytes: number;
}

export interface SignInputs {
  readonly firmware: Uint8Array;
  /** What it was taken from, and for which address. */
  readonly source: FirmwareInput;
  /** Of the whole image. */
  readonly options: ImageOptions;
  readonly base: DeltaBase | undefined;
  /** As it stands in its file, with the nonce of the file. */
  readonly encryptionKey: EncryptionKey | undefined;
  /** Made elsewhere, in the order of `SignRequest.signatureFiles`. */
  readonly signatures: readonly Uint8Array[];
}

/** Throws what the readers of the files throw; the encryption key is wiped by nobody then. */
export async function readSignInputs(
  host: Host,
  request: SignRequest,
  headerSizeBytes: number | undefined,
): Promise<SignInputs> {
  const source = readFirmware(host, request.imageFile, request.raw);
  const base = readBase(host, request);
  const options = await imageOptions(host, request, headerSizeBytes);
  return {
    firmware: source.bytes,
    source,
    options,
    base,
    signatures: request.signatureFiles.map((path) => readInput(host, path)),
    encryptionKey: readEncryptionKey(host, request),
  };
}

function readBase(host: Host, { delta }: SignRequest): DeltaBase | undefined {
  if (!delta) return undefined;
  const sectorSizeBytes = deltaSectorSize(host);
  const bytes = readInput(host, delta.baseFile);
  return { bytes, image: parseImage(bytes, delta.baseFile), sectorSizeBytes };
}

/** Undefined where nothing is encrypted. The caller wipes it. Throws `malformed`, `file-failed`. */
export function readEncryptionKey(
  host: Host,
  { encryption, product }: SignRequest,
): EncryptionKey | undefined {
  if (!encryption || product !== 'signed') return undefined;
  const { keyFile, cipher } = encryption;
  const bytes = readInput(host, keyFile);
  try {
    const extra = bytes.length - encryptionKeyFileBytes(cipher);
    if (extra > 0) {
      host.note(
        `warning: ${keyFile}: ${extra} more bytes follow key and nonce and are ignored; is it a key for another cipher?`,
      );
    }
    return parseEncryptionKeyFile(bytes, keyFile, cipher);
  } finally {
    wipe(bytes);
  }
}

async function imageOptions(
  host: Host,
  request: SignRequest,
  headerSizeBytes: number | undefined,
): Promise<ImageOptions> {
  const { types, deviceTreeFile, certificateFile, policyFile } = request;
  const [primary, secondary] = types;
  const customTlvs: CustomTlv[] = [];
  for (const tlv of request.customTlvs) customTlvs.push(await customTlv(host, tlv));
  return {
    keyType: primary?.code ?? UNSIGNED_KEY_TYPE,
    secondaryKeyType: secondary?.code,
    partitionId: request.partitionId,
    version: request.version,
    hash: request.hash,
    timestamp: request.timestamp
      ? host.changeTimeSeconds(resolve(host.directory, request.imageFile))
      : undefined,
    headerSizeBytes,
    customTlvs,
    deviceTreeDigest:
      deviceTreeFile === undefined
        ? undefined
        : deviceTreeDigest(request.hash, readInput(host, deviceTreeFile), deviceTreeFile),
    certificateChain: certificateFile === undefined ? undefined : readInput(host, certificateFile),
    policy:
      policyFile === undefined
        ? undefined
        : parsePolicyFile(readInput(host, policyFile), policyFile),
    deltaRun: request.delta !== undefined,
  };
}

async function customTlv(host: Host, request: TlvRequest): Promise<CustomTlv> {
  if (request.from === 'words') return request.tlv;
  const { tag, path } = request;
  const bytes = readInput(host, path);
  if (request.from === 'public-key') {
    return { tag, value: (await parsePublicKeyFile(bytes, path)).publicKey };
  }
  if (bytes.length === 0) throw new AppError('malformed', `${path} is empty`);
  return { tag, value: bytes };
}
