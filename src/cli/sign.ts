/**
 * `keyfuse sign`: takes the place of wolfBoot's sign (formats/wolfboot.md, sections 11 to 17, 19).
 * Everything is read and checked before a key is used, and written at the very end.
 */
import { toHex, wipe } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import {
  checkPartitionFit,
  planImageHeader,
  type ImageLayout,
  type PartitionRoom,
} from '../core/wolfboot/index.ts';
import type { Words } from './arguments.ts';
import { withConfig } from './config-words.ts';
import { writeOutputs } from './files.ts';
import { checkLinkAddress, describeFirmware } from './firmware-input.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';
import { readSignArguments, type SignRequest } from './sign-arguments.ts';
import { headerSizeOf, partitionRoom } from './sign-environment.ts';
import { readSignInputs, type SignInputs } from './sign-inputs.ts';
import { isStateful, openKeys } from './sign-keys.ts';
import { makeProducts, type SignJob, type SignProducts } from './sign-make.ts';
import { checkOutputs } from './sign-names.ts';
import { planImages, rehearseDelta } from './sign-plan.ts';

export async function sign(caller: Host, typed: Words): Promise<void> {
  const { host, words, options } = withConfig(caller, typed);
  const request = readSignArguments(words, options);
  const room = partitionRoom(host, request.partitionId);
  const suggestedBytes = headerSizeOf(host, request.upstreamCompatible);
  const inputs = await readSignInputs(host, request, suggestedBytes);
  try {
    checkOutputs(host, request);
    // Most lengths follow from the key's type: then the keys need not even be opened to find it.
    const known = request.types.every(({ signatureBytes }) => signatureBytes !== undefined);
    if (room && known && !request.upstreamCompatible) {
      const { headerSizeBytes } = planImageHeader(inputs.options);
      checkPartitionFit(headerSizeBytes, inputs.firmware.length, room);
    }
    await signWithKeys(host, request, inputs, { room, suggestedBytes });
  } finally {
    if (inputs.encryptionKey) wipe(inputs.encryptionKey.key);
  }
}

interface Environment {
  readonly room: PartitionRoom | undefined;
  readonly suggestedBytes: number | undefined;
}

async function signWithKeys(
  host: Host,
  request: SignRequest,
  inputs: SignInputs,
  { room, suggestedBytes }: Environment,
): Promise<void> {
  const keys = await openKeys(host, request);
  try {
    const { options, layout, warnings } = planImages(request, inputs, keys);
    const job: SignJob = { host, request, inputs, keys, options, layout };
    // Before the signature: a one-time key would be used up for an image that is not written.
    if (room) checkPartitionFit(layout.headerSizeBytes, inputs.firmware.length, room);
    checkLinkAddress(host, request.imageFile, inputs.source.address, {
      headerSizeBytes: layout.headerSizeBytes,
      partitionId: request.partitionId,
    });
    const hasOneTimeKeys = keys.signers.length > 0 && request.types.some(isStateful);
    if (hasOneTimeKeys) await rehearseDelta(job, room);
    const before = [
      ...request.notes,
      ...inputs.source.notes,
      ...warnings,
      ...planNotes(request, layout, suggestedBytes),
    ];
    for (const line of before) host.note(`warning: ${line}`);
    const products = await makeProducts(job);
    if (room && products.delta) {
      checkPartitionFit(layout.headerSizeBytes, products.delta.payload.length, room);
    }
    for (const line of products.warnings) host.note(`warning: ${line}`);
    writeOutputs(host, products.outputs);
    report(job, products, [...before, ...products.warnings]);
  } finally {
    keys.close();
  }
}

function planNotes(
  request: SignRequest,
  layout: ImageLayout,
  suggestedBytes: number | undefined,
): readonly string[] {
  const { types, encryption, product, upstreamCompatible, manual } = request;
  const notes = [...headerNotes(layout, suggestedBytes)];
  if (types.length === 0) {
    notes.push('the image is not signed; nobody can tell whether it was changed');
  }
  if (upstreamCompatible && manual) notes.push('the signature was not checked');
  if (encryption?.keepNonce && product === 'signed') {
    notes.push(
      `the nonce in ${encryption.keyFile} is used as it is, and again with every image that is encrypted with this file: whoever has two of them learns what differs, and with one of them known also the other. Without --keep-iv each image gets a fresh nonce`,
    );
  }
  return notes;
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

function report(job: SignJob, products: SignProducts, warnings: readonly string[]): void {
  const { host, request, keys, inputs } = job;
  const { outputs, digest, deltaDigest } = products;
  for (const line of keys.notes()) host.note(line);
  if (inputs.source.format !== 'bin') {
    host.note(describeFirmware(request.imageFile, inputs.source));
  }
  if (request.json) {
    host.print(canonicalJson(asJson(job, products, warnings)));
    return;
  }
  if (digest) host.print(`${request.hash} ${toHex(digest)}`);
  if (deltaDigest) host.print(`${request.hash} ${toHex(deltaDigest)} (delta image)`);
  for (const { path, bytes, secret } of outputs) {
    const what = secret ? ', secret: key and nonce of the encrypted image' : '';
    host.print(`wrote ${path} (${bytes.length} bytes${what})`);
  }
}

function asJson(
  { request, keys, layout, inputs }: SignJob,
  { outputs, digest, deltaDigest, delta, encryption }: SignProducts,
  warnings: readonly string[],
) {
  const fields = delta?.options.delta;
  return {
    version: request.version,
    partitionId: request.partitionId,
    hash: request.hash,
    firmware: {
      format: inputs.source.format,
      address: inputs.source.address,
      sizeBytes: inputs.firmware.length,
    },
    headerSizeBytes: layout.headerSizeBytes,
    digest: digest && toHex(digest),
    deltaDigest: deltaDigest && toHex(deltaDigest),
    delta: fields && {
      baseVersion: fields.baseVersion,
      patchSizeBytes: fields.patchSizeBytes,
      inverseSizeBytes: fields.inverseSizeBytes,
      sectorSizeBytes: inputs.base?.sectorSizeBytes,
    },
    encryption: encryption && {
      cipher: request.encryption?.cipher,
      nonce: toHex(encryption.nonce),
      freshNonce: encryption.fresh,
    },
    keys: keys.facts(),
    outputs: outputs.map(({ path, bytes, secret }) => ({
      file: path,
      sizeBytes: bytes.length,
      // A short secret must not be told by its hash either.
      sha256: secret ? undefined : toHex(hash('sha256', bytes)),
    })),
    warnings,
  };
}
