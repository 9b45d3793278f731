/**
 * `keyfuse sign`: takes the place of wolfBoot's sign (formats/wolfboot.md, sections 11 to 15, 19).
 * Everything is read and checked before a key is used, and written at the very end.
 */
import { basename, resolve } from 'node:path';
import { toHex } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import {
  assembleImage,
  buildSignedImage,
  checkPartitionFit,
  deviceTreeDigest,
  imageDigest,
  parsePolicyFile,
  parsePublicKeyFile,
  planImageHeader,
  UNSIGNED_KEY_TYPE,
  type CustomTlv,
  type ImageLayout,
  type ImageOptions,
} from '../core/wolfboot/index.ts';
import { AppError } from '../core/errors.ts';
import type { Words } from './arguments.ts';
import { checkWritable, fileIdentity, readInput, writeOutputs, type OutputFile } from './files.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';
import { readSignArguments, type SignRequest, type TlvRequest } from './sign-arguments.ts';
import { headerSizeOf, partitionRoom } from './sign-environment.ts';
import { openKeys, type OpenKeys } from './sign-keys.ts';

export async function sign(host: Host, words: Words): Promise<void> {
  const request = readSignArguments(words);
  const room = partitionRoom(host, request.partitionId);
  const suggestedBytes = headerSizeOf(host);
  const firmware = readInput(host, request.imageFile);
  const options = await imageOptions(host, request, suggestedBytes);
  checkOutputs(host, request);
  // Most lengths follow from the key's type: then the keys need not even be opened to find it.
  if (room && request.types.every(({ signatureBytes }) => signatureBytes !== undefined)) {
    checkPartitionFit(planImageHeader(options).headerSizeBytes, firmware.length, room);
  }
  const keys = await openKeys(host, request);
  try {
    const layout = planImageHeader(options, keys.public);
    // Before the signature: a one-time key would be used up for an image that is not written.
    if (room) checkPartitionFit(layout.headerSizeBytes, firmware.length, room);
    const warnings = [...request.notes, ...headerNotes(layout, suggestedBytes)];
    if (request.types.length === 0) {
      warnings.push('the image is not signed; nobody can tell whether it was changed');
    }
    for (const line of warnings) host.note(`warning: ${line}`);
    const product = await produce(host, request, options, layout, firmware, keys);
    writeOutputs(host, product.outputs);
    report(host, request, layout, product, keys, warnings);
  } finally {
    keys.close();
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

function headerNotes(layout: ImageLayout, suggestedBytes: number | undefined): readonly string[] {
  const { headerSizeBytes, grownFromBytes } = layout;
  if (grownFromBytes !== undefined) {
    return [
      `the header grew from ${grownFromBytes} to ${headerSizeBytes} bytes to hold its fields; the bootloader must be built with IMAGE_HEADER_SIZE=${headerSizeBytes}`,
    ];
  }
  if (suggestedBytes !== undefined && suggestedBytes < headerSizeBytes) {
    return [`IMAGE_HEADER_SIZE=${suggestedBytes} is too small; the header has ${headerSizeBytes}`];
  }
  return [];
}

interface Product {
  readonly outputs: readonly OutputFile[];
  /** Set with --sha-only. */
  readonly digest?: Uint8Array;
}

async function produce(
  host: Host,
  request: SignRequest,
  options: ImageOptions,
  layout: ImageLayout,
  firmware: Uint8Array,
  keys: OpenKeys,
): Promise<Product> {
  const path = outputPath(request);
  const output = (bytes: Uint8Array): OutputFile => ({ path, bytes, replace: true });
  if (request.product === 'digest') {
    const digest = imageDigest(firmware, options, keys.public);
    return { outputs: [output(digest)], digest };
  }
  const { signatureFile } = request;
  const image =
    signatureFile === undefined
      ? await buildSignedImage(firmware, options, ...keys.signers)
      : await assembleImage(firmware, options, keys.public, {
          primary: readInput(host, signatureFile),
        });
  const whole = request.product === 'signed';
  return {
    outputs: [
      output(whole ? image : image.slice(0, layout.headerSizeBytes)),
      ...policyOutputs(request, layout, image),
    ],
  };
}

function report(
  host: Host,
  request: SignRequest,
  { headerSizeBytes }: ImageLayout,
  { outputs, digest }: Product,
  keys: OpenKeys,
  warnings: readonly string[],
): void {
  for (const line of keys.notes()) host.note(line);
  if (!request.json) {
    if (digest) host.print(`${request.hash} ${toHex(digest)}`);
    for (const { path, bytes } of outputs) host.print(`wrote ${path} (${bytes.length} bytes)`);
    return;
  }
  host.print(
    canonicalJson({
      version: request.version,
      partitionId: request.partitionId,
      hash: request.hash,
      headerSizeBytes,
      digest: digest && toHex(digest),
      keys: keys.facts(),
      outputs: outputs.map(({ path, bytes }) => ({
        file: path,
        sizeBytes: bytes.length,
        sha256: toHex(hash('sha256', bytes)),
      })),
      warnings,
    }),
  );
}

/** The signed policy is also kept beside the policy's file (section 15). */
function policyOutputs(
  { policyFile }: SignRequest,
  layout: ImageLayout,
  image: Uint8Array,
): readonly OutputFile[] {
  const field = layout.fields.find(({ source }) => source.from === 'policy');
  if (policyFile === undefined || !field) return [];
  const start = field.offsetBytes + 4;
  const bytes = image.slice(start, start + field.lengthBytes);
  return [{ path: `${policyFile}.sig`, bytes, replace: true }];
}

/** The image's name up to its last dot; unlike wolfBoot's tool, dots of directories do not count. */
function outputPath({ imageFile, versionText, product }: SignRequest): string {
  const name = basename(imageFile);
  const folder = imageFile.slice(0, imageFile.length - name.length);
  const dot = name.lastIndexOf('.');
  const stem = dot < 0 ? name : name.slice(0, dot);
  return `${folder}${stem}_v${versionText}_${product}.bin`;
}

/**
 * No output may land on an input, links could lead there; and each must have a place. Asked before a key
 * is used: a signature that cannot be written would use up an index for nothing.
 */
function checkOutputs(host: Host, request: SignRequest): void {
  const { imageFile, keyFiles, policyFile, signatureFile, deviceTreeFile, certificateFile } =
    request;
  const inputs = [
    imageFile,
    ...keyFiles,
    ...[policyFile, signatureFile, deviceTreeFile, certificateFile].filter(
      (path) => path !== undefined,
    ),
  ].map((path) => fileIdentity(host, path));
  const outputs = [outputPath(request), ...(policyFile === undefined ? [] : [`${policyFile}.sig`])];
  for (const path of outputs) {
    if (inputs.includes(fileIdentity(host, path))) {
      throw new AppError('file-failed', `${path} is also an input; it was not written`);
    }
    checkWritable(host, path);
  }
}
