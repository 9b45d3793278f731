/**
 * `keyfuse assemble`: bootloader and first signed image, with a keystore where the bootloader looks for
 * one in flash, as one file for the factory.
 */
import { equalBytes, asciiToBytes, groupHex, hexNumber, toHex } from '../core/bytes/index.ts';
import { fingerprint, hash } from '../core/crypto/index.ts';
import { AppError, isAppError } from '../core/errors.ts';
import {
  endAddress,
  flatten,
  readFirmwareFile,
  writeDfuSe,
  writeIntelHex,
  writeSRecords,
  type Segment,
} from '../core/stm32/index.ts';
import {
  assembleFactoryImage,
  bootloaderProfiles,
  factoryLayout,
  factoryLayoutOfConfig,
  nonSecureFlashAddress,
  readKeystoreFile,
  verifyImage,
  type FactoryImage,
  type FactoryInput,
  type FactoryLayout,
  type FactoryPart,
  type KeystoreSlot,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import {
  readAssembleArguments,
  type AssembleRequest,
  type LayoutSource,
} from './assemble-arguments.ts';
import { readConfig } from './config-words.ts';
import { checkReplaceable, readInput, writeOutputs } from './files.ts';
import { readSegments } from './firmware-input.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';

export async function assemble(host: Host, words: Words): Promise<void> {
  const request = readAssembleArguments(words);
  const layout = layoutOf(host, request.layout);
  const input = readParts(host, request, layout);
  const factory = assembleFactoryImage(input);
  const signer = await checkKeystore(host, request, factory);
  const warnings = [
    ...factory.warnings,
    ...(signer || request.keystoreFile !== undefined ? [] : [UNCHECKED]),
  ];
  for (const warning of warnings) host.note(`warning: ${warning}`);
  const product = write(request, factory);
  const replace = checkPlace(host, request, layout);
  writeOutputs(host, [{ path: request.out, bytes: product.bytes, replace }]);
  report(host, request, { factory, product, signer, warnings });
}

const UNCHECKED =
  'the signature was not checked; --keystore FILE, the keystore of the bootloader, would do that';

function layoutOf(host: Host, source: LayoutSource): FactoryLayout {
  if (source.from === 'config') return factoryLayoutOfConfig(readConfig(host, source.name));
  if (source.from === 'words') {
    const { bootAddress, partitionSizeBytes, sectorSizeBytes, headerSizeBytes } = source;
    return {
      bootAddress,
      partitionSizeBytes,
      sectorSizeBytes,
      headerSizeBytes,
      signName: undefined,
      trustZone: false,
      reserved: [],
    };
  }
  const profile = bootloaderProfiles.find(({ id }) => id === source.name);
  if (profile) return factoryLayout(profile);
  const known = bootloaderProfiles.map(({ id }) => id).join(', ');
  throw misuse(`--profile "${source.name}" is none of ${known}`);
}

function readParts(host: Host, request: AssembleRequest, layout: FactoryLayout): FactoryInput {
  const { bootloaderFile, imageFile, keystoreFile, keystoreAddress } = request;
  const read = (fileName: string) => {
    const { segments, addressKnown, notes } = readSegments(host, fileName);
    for (const note of notes) host.note(`warning: ${fileName}: ${note}`);
    return { fileName, segments, addressKnown };
  };
  return {
    bootloader: read(bootloaderFile),
    image: read(imageFile),
    layout,
    ...(keystoreFile === undefined || keystoreAddress === undefined
      ? {}
      : {
          keystore: {
            fileName: keystoreFile,
            bytes: readInput(host, keystoreFile),
            address: keystoreAddress,
          },
        }),
  };
}

/** The slot whose key signed the image. Throws the refusal of a bootloader with these keys. */
async function checkKeystore(
  host: Host,
  { keystoreFile, imageFile }: AssembleRequest,
  { parts, image }: FactoryImage,
): Promise<{ readonly index: number; readonly slot: KeystoreSlot } | undefined> {
  const bytes = parts.find(({ name }) => name === 'image')?.bytes;
  if (keystoreFile === undefined || !bytes || image.unsigned) return undefined;
  const { slots, warnings } = await readKeystoreFile(readInput(host, keystoreFile), keystoreFile);
  for (const warning of warnings) host.note(`warning: ${keystoreFile}: ${warning}`);
  const { headerSizeBytes } = image;
  const verdict = await verifyImage(bytes, slots, { headerSizeBytes, fileName: imageFile });
  if (!verdict.ok) {
    const { code, message, context } = verdict;
    throw new AppError(code, `${imageFile} would not boot with ${keystoreFile}: ${message}`, {
      context,
    });
  }
  const slot = slots[verdict.slotIndex];
  return slot && { index: verdict.slotIndex, slot };
}

interface Product {
  readonly bytes: Uint8Array;
  /** As they stand in the file. */
  readonly parts: readonly FactoryPart[];
}

/** Raw bytes and DFU know no secure addresses; the others keep those of the layout unless asked. */
function write({ format, nonSecure }: AssembleRequest, factory: FactoryImage): Product {
  const plain = nonSecure || format === 'bin' || format === 'dfu';
  const parts = plain
    ? factory.parts.map((part) => ({ ...part, address: nonSecureFlashAddress(part.address) }))
    : factory.parts;
  const writers = {
    bin: (segments: readonly Segment[]) => flatten(segments).bytes,
    hex: (segments: readonly Segment[]) => writeIntelHex(segments),
    srec: (segments: readonly Segment[]) => writeSRecords(segments),
    dfu: (segments: readonly Segment[]) => writeDfuSe(segments),
  };
  return { bytes: writers[format](parts), parts };
}

function checkPlace(host: Host, request: AssembleRequest, layout: FactoryLayout): boolean {
  const { out, bootloaderFile, imageFile, keystoreFile, force } = request;
  const inputs = [bootloaderFile, imageFile, ...(keystoreFile === undefined ? [] : [keystoreFile])];
  const isEarlier = (bytes: Uint8Array): boolean => holdsImage(bytes, out, layout);
  return inputs
    .map((input) => checkReplaceable(host, out, { input, isEarlier, force }))
    .some((isThere) => isThere);
}

/** What an earlier run wrote has an image where the boot partition starts. */
function holdsImage(bytes: Uint8Array, path: string, { bootAddress }: FactoryLayout): boolean {
  const boot = nonSecureFlashAddress(bootAddress);
  try {
    const { segments, addressKnown } = readFirmwareFile(bytes, path);
    return segments.some((segment) => {
      const start = addressKnown ? nonSecureFlashAddress(segment.address) : FLASH_START;
      const mark = segment.bytes.subarray(boot - start, boot - start + IMAGE_MARK.length);
      return start <= boot && equalBytes(mark, IMAGE_MARK);
    });
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

const FLASH_START = 0x08000000;
const IMAGE_MARK = asciiToBytes('WOLF');

interface Outcome {
  readonly factory: FactoryImage;
  readonly product: Product;
  readonly signer: { readonly index: number; readonly slot: KeystoreSlot } | undefined;
  readonly warnings: readonly string[];
}

function report(host: Host, request: AssembleRequest, outcome: Outcome): void {
  const { factory, product, signer } = outcome;
  const { out, format, json } = request;
  if (json) {
    host.print(canonicalJson(asJson(request, outcome)));
    return;
  }
  host.print(`wrote ${out} (${product.bytes.length} bytes)`);
  for (const { name, fileName, address, bytes } of product.parts) {
    const end = endAddress({ address, bytes }) - 1;
    host.print(`  ${hexNumber(address)} to ${hexNumber(end)}  ${name}: ${fileName}`);
  }
  const { version, partitionId, headerSizeBytes } = factory.image;
  host.print(
    `  image version ${version}, partition ${partitionId}, header ${headerSizeBytes} bytes`,
  );
  if (signer) {
    host.print(
      `  signed with the key of slot ${signer.index}: ${groupHex(fingerprint(signer.slot.publicKey))}`,
    );
  }
  if (format === 'bin') {
    host.print(`  flash it to ${hexNumber(product.parts[0]?.address ?? FLASH_START)}`);
  }
}

function asJson(request: AssembleRequest, { factory, product, signer, warnings }: Outcome) {
  const { version, partitionId, headerSizeBytes } = factory.image;
  return {
    file: request.out,
    format: request.format,
    sizeBytes: product.bytes.length,
    sha256: toHex(hash('sha256', product.bytes)),
    loadAddress: product.parts[0]?.address,
    version,
    partitionId,
    headerSizeBytes,
    key: signer && { slot: signer.index, fingerprint: fingerprint(signer.slot.publicKey) },
    parts: product.parts.map(({ name, fileName, address, bytes }) => ({
      name,
      file: fileName,
      address,
      sizeBytes: bytes.length,
      sha256: toHex(hash('sha256', bytes)),
    })),
    warnings,
  };
}
