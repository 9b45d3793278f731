/**
 * Keys for encrypted images: secret, so they live here and leave only as the key files of
 * `saveEncryptionKey`. In memory only: their files are what lasts.
 */
import { equalBytes, toHex, wipe } from '../../core/bytes/index.ts';
import { AppError } from '../../core/errors.ts';
import type { Rng } from '../../core/ports/index.ts';
import {
  decryptImage,
  encryptImage,
  encryptionKeyFileBytes,
  freshNonceFor,
  makeEncryptionKey,
  parseEncryptionKeyFile,
  receiverWouldStopEarly,
  writeEncryptionKeyFile,
  type EncryptionKey,
  type ImageCipher,
} from '../../core/wolfboot/index.ts';
import type { EncryptedImage, EncryptionChoice, EncryptionKeyInfo, KeyFile } from './protocol.ts';

const ID_BYTES = 8;

export interface EncryptionKeys {
  list(): readonly EncryptionKeyInfo[];
  /** Wipes the bytes. A file that is here already keeps its id. Throws `malformed`. */
  open(file: KeyFile, cipher: ImageCipher): EncryptionKeyInfo;
  make(cipher: ImageCipher, name: string): EncryptionKeyInfo;
  /** Throws `key-unknown`, as all that follow. */
  save(id: string): KeyFile;
  forget(id: string): void;
  encrypt(id: string, image: Uint8Array, choice: EncryptionChoice): EncryptedImage;
  /** Throws also what `decryptImage` throws. */
  decrypt(id: string, bytes: Uint8Array, headerSizeBytes?: number): Uint8Array;
  wipe(): void;
}

interface Held {
  info: EncryptionKeyInfo;
  readonly key: EncryptionKey;
}

export function createEncryptionKeys(rng: Rng): EncryptionKeys {
  const held = new Map<string, Held>();

  const get = (id: string): Held => {
    const found = held.get(id);
    if (found) return found;
    throw new AppError('key-unknown', `there is no encryption key ${id} here`, {
      context: { key: id },
    });
  };
  const keep = (
    key: EncryptionKey,
    facts: Pick<EncryptionKeyInfo, 'name' | 'origin' | 'saved' | 'notes'>,
  ): Held => {
    const id = `encryption-${toHex(rng.bytes(ID_BYTES))}`;
    const info = { id, cipher: key.cipher, nonce: toHex(key.nonce), uses: 0, ...facts };
    const entry = { info, key };
    held.set(id, entry);
    return entry;
  };
  /** The key with this image's nonce: one of its own, or the one it has. */
  const keyFor = (
    from: Held,
    image: Uint8Array,
    { nonce, fileName, headerSizeBytes }: EncryptionChoice,
  ): Held => {
    if (nonce === 'keep') return from;
    const fresh = freshNonceFor(image, from.key, rng, headerSizeBytes);
    return keep(fresh, { name: fileName, origin: 'image', saved: false, notes: [] });
  };

  return {
    list: () => [...held.values()].map(({ info }) => info),

    open({ name, bytes }, cipher) {
      try {
        const key = parseEncryptionKeyFile(bytes, name, cipher);
        const present = [...held.values()].find((entry) => isSame(entry.key, key));
        if (present) {
          wipe(key.key);
          const origin = present.info.origin === 'image' ? 'opened' : present.info.origin;
          present.info = { ...present.info, origin, saved: true };
          return present.info;
        }
        const notes = notesOn(bytes, cipher);
        return keep(key, { name, origin: 'opened', saved: true, notes }).info;
      } finally {
        wipe(bytes);
      }
    },

    make: (cipher, name) =>
      keep(makeEncryptionKey(cipher, rng), { name, origin: 'made', saved: false, notes: [] }).info,

    save(id) {
      const entry = get(id);
      entry.info = { ...entry.info, saved: true };
      return { name: entry.info.name, bytes: writeEncryptionKeyFile(entry.key) };
    },

    forget(id) {
      wipe(get(id).key.key);
      held.delete(id);
    },

    encrypt(id, image, choice) {
      const used = keyFor(get(id), image, choice);
      const bytes = encryptImage(image, used.key);
      used.info = { ...used.info, uses: used.info.uses + 1 };
      return {
        bytes,
        key: used.info,
        stopsReceiverEarly: receiverWouldStopEarly(bytes, choice.headerSizeBytes),
      };
    },

    decrypt: (id, bytes, headerSizeBytes) => decryptImage(bytes, get(id).key, headerSizeBytes),

    wipe() {
      for (const { key } of held.values()) wipe(key.key);
      held.clear();
    },
  };
}

function isSame(one: EncryptionKey, other: EncryptionKey): boolean {
  return (
    one.cipher === other.cipher &&
    equalBytes(one.key, other.key) &&
    equalBytes(one.nonce, other.nonce)
  );
}

/** sign ignores what follows key and nonce; it may be a file of another cipher. */
function notesOn(bytes: Uint8Array, cipher: ImageCipher): readonly string[] {
  const extra = bytes.length - encryptionKeyFileBytes(cipher);
  return extra === 0
    ? []
    : [`${extra} bytes after key and nonce are not used: is this a file for another cipher?`];
}
