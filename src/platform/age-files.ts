/** Files of the age program, by the library of its author (age-encryption.org/v1). */
import type { AgeFiles } from '../core/ports/index.ts';
import { AppError } from '../core/errors.ts';

const ARMOR_MARK = '-----BEGIN AGE ENCRYPTED FILE-----';
const BINARY_MARK = 'age-encryption.org/v1';

/** Loaded when the first such file is made or opened. */
const loadAge = () => import('age-encryption');

/** `workFactor`: base-2 logarithm of scrypt's N; the library's own, 18, costs about a second. */
export function createAgeFiles(workFactor?: number): AgeFiles {
  return {
    async encrypt(content, passphrase) {
      const { armor, Encrypter } = await loadAge();
      const encrypter = new Encrypter();
      encrypter.setPassphrase(passphrase);
      if (workFactor !== undefined) encrypter.setScryptWorkFactor(workFactor);
      return new TextEncoder().encode(armor.encode(await encrypter.encrypt(content)));
    },

    async decrypt(file, passphrase, fileName) {
      const { armor, Decrypter } = await loadAge();
      const binary = unarmored(armor, file, fileName);
      const decrypter = new Decrypter();
      decrypter.addPassphrase(passphrase);
      try {
        return await decrypter.decrypt(binary);
      } catch (error) {
        // The library tells its failures apart by their words only.
        const words = error instanceof Error ? error.message : '';
        if (words.includes('no identity matched')) {
          throw new AppError('vault-secret-wrong', `the passphrase does not open ${fileName}`, {
            cause: error,
            context: { file: fileName },
          });
        }
        throw broken(fileName, error);
      }
    },
  };
}

type Armor = Awaited<ReturnType<typeof loadAge>>['armor'];

function unarmored(armor: Armor, file: Uint8Array, fileName: string): Uint8Array {
  const text = new TextDecoder().decode(file).trim();
  if (text.startsWith(BINARY_MARK)) return file;
  if (!text.startsWith(ARMOR_MARK)) throw broken(fileName, undefined);
  try {
    return armor.decode(text);
  } catch (error) {
    throw broken(fileName, error);
  }
}

function broken(fileName: string, cause: unknown): AppError {
  return new AppError('malformed', `${fileName} is no whole age file`, {
    cause,
    context: { file: fileName, problem: 'no whole age file' },
  });
}
