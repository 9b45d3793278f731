/** `keyfuse decrypt`: the signed image inside an encrypted one (formats/wolfboot.md, section 16). */
import { toHex, wipe } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import { AppError, isAppError } from '../core/errors.ts';
import {
  decryptImage,
  imageCiphers,
  looksLikeImage,
  type EncryptionKey,
} from '../core/wolfboot/index.ts';
import { misuse, sizeNumber, type Words } from './arguments.ts';
import { EncryptionOptions } from './encryption-options.ts';
import { readInput, writeOutputs } from './files.ts';
import type { Host } from './host.ts';
import { imageOutput } from './image-output.ts';
import { canonicalJson } from './json.ts';

interface DecryptRequest {
  readonly imageFile: string;
  readonly encryption: EncryptionOptions;
  readonly headerSizeBytes: number | undefined;
  readonly outFile: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

export function decrypt(host: Host, words: Words): Promise<void> {
  const request = readDecryptArguments(words);
  const { imageFile, encryption, headerSizeBytes, json } = request;
  const key = encryption.read(host);
  if (!key) throw misuse('--encryption-key FILE is missing');
  try {
    const bytes = openImage(readInput(host, imageFile), imageFile, key, headerSizeBytes);
    const output = imageOutput(host, bytes, { ...request, ending: '_decrypted.bin' });
    writeOutputs(host, [output]);
    const { path: file } = output;
    if (json) {
      const sha256 = toHex(hash('sha256', bytes));
      host.print(canonicalJson({ cipher: key.cipher, file, sizeBytes: bytes.length, sha256 }));
    } else {
      const { label } = imageCiphers[key.cipher];
      host.print(`wrote ${file} (${bytes.length} bytes), opened with ${label}`);
    }
    return Promise.resolve();
  } finally {
    wipe(key.key);
  }
}

/** The image itself when no key was named. Throws what `decryptImage` throws, naming the file. */
export function openImage(
  bytes: Uint8Array,
  fileName: string,
  key: EncryptionKey | undefined,
  headerSizeBytes?: number,
): Uint8Array {
  if (!key) return bytes;
  if (looksLikeImage(bytes)) {
    throw new AppError('decryption-key-wrong', `${fileName} is not encrypted`, {
      context: { file: fileName },
    });
  }
  try {
    return decryptImage(bytes, key, headerSizeBytes);
  } catch (error) {
    if (!isAppError(error, 'decryption-key-wrong')) throw error;
    const { message, context } = error;
    throw new AppError(error.code, `${fileName}: ${message}`, {
      cause: error,
      context: { ...context, file: fileName },
    });
  }
}

function readDecryptArguments(words: Words): DecryptRequest {
  const encryption = new EncryptionOptions();
  let headerSizeBytes: number | undefined;
  let outFile: string | undefined;
  let [force, json] = [false, false];
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the image');
    if (encryption.take(word, words)) continue;
    if (word === '--out') outFile = words.takeFile('the file of --out');
    else if (word === '--force') force = true;
    else if (word === '--json') json = true;
    else if (word === '--header-size') {
      headerSizeBytes = sizeNumber(words.take('the size of --header-size'), word);
    } else if (word.startsWith('-')) throw misuse(`${word} is not an option of decrypt`);
    else files.push(word);
  }
  const [imageFile, extra] = files;
  if (imageFile === undefined) throw misuse('the encrypted image is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  return { imageFile, encryption, headerSizeBytes, outFile, force, json };
}
