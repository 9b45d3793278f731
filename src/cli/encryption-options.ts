/** `--encryption-key FILE` and the cipher it is for, as `sign` names them. */
import {
  imageCiphers,
  parseEncryptionKeyFile,
  type EncryptionKey,
  type ImageCipher,
} from '../core/wolfboot/index.ts';
import { wipe } from '../core/bytes/index.ts';
import { misuse, type Words } from './arguments.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';

const ciphers = Object.keys(imageCiphers) as readonly ImageCipher[];

/** Collects the options while words are read. */
export class EncryptionOptions {
  #file: string | undefined;
  #cipher: ImageCipher | undefined;

  /** Whether the word was one of these options; then its value is taken too. */
  take(word: string, words: Words): boolean {
    if (word === '--encryption-key') {
      this.#file = words.takeFile('the file of --encryption-key');
      return true;
    }
    const cipher = ciphers.find((id) => imageCiphers[id].option === word);
    this.#cipher = cipher ?? this.#cipher;
    return cipher !== undefined;
  }

  /** Reads the key file; ChaCha20 if no cipher is named. The caller wipes the key. */
  read(host: Host): EncryptionKey | undefined {
    if (this.#file === undefined) {
      if (this.#cipher === undefined) return undefined;
      throw misuse(`${imageCiphers[this.#cipher].option} needs --encryption-key FILE`);
    }
    const bytes = readInput(host, this.#file);
    try {
      return parseEncryptionKeyFile(bytes, this.#file, this.#cipher ?? 'chacha20');
    } finally {
      wipe(bytes);
    }
  }
}
