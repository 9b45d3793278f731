/** From what a person typed and chose to the options of an image (formats/wolfboot.md, section 11). */
import { fromHex, hexNumber } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';
import {
  checkCustomTag,
  cmdlineTlv,
  deviceTreeDigest,
  numericTlv,
  parsePolicyFile,
  parsePublicKeyFile,
  reservedTagMeaning,
  type CustomTlv,
  type ImageOptions,
} from '../core/wolfboot/index.ts';
import type { CustomField, HeaderRequest } from './sign-request.ts';

const MS_PER_SECOND = 1000;

/**
 * Everything but the key types. Throws `invalid-argument` for impossible fields, `malformed` for a bad
 * device tree or policy, and what `parsePublicKeyFile` throws.
 */
export async function headerOptions(
  request: HeaderRequest,
  clock: Pick<Clock, 'wallMs'>,
): Promise<Omit<ImageOptions, 'keyType'>> {
  const hash = request.hash ?? 'sha256';
  const { deviceTree, certificateChain, policy } = request;
  return {
    partitionId: request.partitionId,
    version: request.version,
    hash,
    headerSizeBytes: request.headerSizeBytes,
    timestamp: request.timestamp ? BigInt(Math.floor(clock.wallMs() / MS_PER_SECOND)) : undefined,
    customTlvs: await customTlvs(request),
    deviceTreeDigest: deviceTree && deviceTreeDigest(hash, deviceTree.bytes, deviceTree.name),
    certificateChain: certificateChain?.bytes,
    policy: policy && parsePolicyFile(policy.bytes, policy.name),
  };
}

async function customTlvs({
  customTlvs: fields = [],
  cmdline,
}: HeaderRequest): Promise<readonly CustomTlv[]> {
  const tlvs: CustomTlv[] = [];
  for (const field of fields) {
    refuseTag(field.tag, tlvs);
    tlvs.push(await customTlv(field));
  }
  if (cmdline !== undefined) tlvs.push(cmdlineTlv(new TextEncoder().encode(cmdline)));
  return tlvs;
}

/** A bootloader takes the first of two equal tags, and gives two of them a meaning. */
function refuseTag(tag: number, before: readonly CustomTlv[]): void {
  checkCustomTag(tag);
  const name = hexNumber(tag, 4);
  const meaning = reservedTagMeaning(tag);
  if (meaning !== undefined) {
    throw new AppError(
      'invalid-argument',
      `custom tag ${name} is ${meaning} to wolfBoot: there is a field of its own for that`,
    );
  }
  if (before.some((other) => other.tag === tag)) {
    throw new AppError(
      'invalid-argument',
      `custom tag ${name} is there twice: a bootloader would see the first only`,
    );
  }
}

async function customTlv(field: CustomField): Promise<CustomTlv> {
  const { tag } = field;
  switch (field.kind) {
    case 'number':
      return wholeNumber(tag, field.lengthBytes, field.value);
    case 'hex':
      return { tag, value: hexBytes(tag, field.hex) };
    case 'text':
      return { tag, value: new TextEncoder().encode(field.text) };
    case 'file':
      return { tag, value: field.file.bytes };
    case 'public-key': {
      const { publicKey } = await parsePublicKeyFile(field.file.bytes, field.file.name);
      return { tag, value: publicKey };
    }
  }
}

/** sign cuts a number to its length without a word. */
function wholeNumber(tag: number, lengthBytes: number, value: bigint): CustomTlv {
  if (value >= 0n && value < 1n << BigInt(8 * lengthBytes)) {
    return numericTlv(tag, lengthBytes, value);
  }
  throw new AppError(
    'invalid-argument',
    `custom TLV ${hexNumber(tag, 4)}: ${value} does not fit into ${lengthBytes} bytes`,
  );
}

function hexBytes(tag: number, text: string): Uint8Array {
  try {
    return fromHex(text);
  } catch {
    throw new AppError(
      'invalid-argument',
      `custom TLV ${hexNumber(tag, 4)}: pairs of hexadecimal digits are needed`,
    );
  }
}
