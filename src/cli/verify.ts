/** `keyfuse verify`: would a bootloader with these keys start this image? */
import { groupHex } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import { keyTypeLabel, readKeystoreFile, verifyImage } from '../core/wolfboot/index.ts';
import type { KeystoreSlot } from '../core/wolfboot/index.ts';
import { misuse, sizeNumber, type Words } from './arguments.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';

interface VerifyRequest {
  readonly imageFile: string;
  readonly keystoreFile: string;
  readonly headerSizeBytes: number | undefined;
  readonly json: boolean;
}

/** Throws the refusal when the image is refused. */
export async function verify(host: Host, words: Words): Promise<void> {
  const { imageFile, keystoreFile, headerSizeBytes, json } = readVerifyArguments(words);
  const image = readInput(host, imageFile);
  const { slots, warnings } = await readKeystoreFile(readInput(host, keystoreFile), keystoreFile);
  for (const warning of warnings) host.note(`warning: ${keystoreFile}: ${warning}`);
  const verdict = await verifyImage(image, slots, { headerSizeBytes, fileName: imageFile });
  if (json) host.print(canonicalJson(asJson(imageFile, slots, verdict)));
  if (!verdict.ok) {
    const { code, message, context } = verdict;
    throw new AppError(code, `${imageFile} is refused: ${message}`, { context });
  }
  for (const { message } of verdict.warnings) host.note(`warning: ${message}`);
  if (json) return;
  const { version, partitionId, slotIndex, secondarySlotIndex } = verdict;
  host.print(`${imageFile} is good: version ${version}, partition ${partitionId}`);
  for (const index of [slotIndex, secondarySlotIndex]) {
    const slot = index === undefined ? undefined : slots[index];
    if (!slot) continue;
    const key = `${keyTypeLabel(slot.keyType)}, ${groupHex(fingerprint(slot.publicKey))}`;
    host.print(`  signed with the key of slot ${index ?? ''}: ${key}`);
  }
}

function asJson(
  file: string,
  slots: readonly KeystoreSlot[],
  verdict: Awaited<ReturnType<typeof verifyImage>>,
) {
  if (!verdict.ok) return { file, ok: false, code: verdict.code, message: verdict.message };
  const { version, partitionId, slotIndex, secondarySlotIndex, warnings } = verdict;
  const keyOf = (index: number | undefined) => {
    const slot = index === undefined ? undefined : slots[index];
    return slot && { slot: index, keyType: slot.keyType, fingerprint: fingerprint(slot.publicKey) };
  };
  return {
    file,
    ok: true,
    version,
    partitionId,
    key: keyOf(slotIndex),
    secondaryKey: keyOf(secondarySlotIndex),
    warnings: warnings.map(({ message }) => message),
  };
}

function readVerifyArguments(words: Words): VerifyRequest {
  let keystoreFile: string | undefined;
  let headerSizeBytes: number | undefined;
  let json = false;
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the image');
    if (word === '--keystore') keystoreFile = words.takeFile('the file of --keystore');
    else if (word === '--json') json = true;
    else if (word === '--header-size') {
      headerSizeBytes = sizeNumber(words.take('the size of --header-size'), word);
    } else if (word.startsWith('-')) throw misuse(`${word} is not an option of verify`);
    else files.push(word);
  }
  const [imageFile, extra] = files;
  if (imageFile === undefined) throw misuse('the image is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  if (keystoreFile === undefined) throw misuse('--keystore FILE is missing');
  return { imageFile, keystoreFile, headerSizeBytes, json };
}
