/** What the keyring refuses, and what becomes of a key then. */
import { wipe } from '../../core/bytes/index.ts';
import type { KeyPair } from '../../core/crypto/index.ts';
import { AppError, type ErrorCode } from '../../core/errors.ts';
import { MOST_TEXT } from '../../core/vault/index.ts';

/** What keeps a key from signing a challenge and says nothing against the key. */
export const leavesUnproven: ReadonlySet<ErrorCode> = new Set([
  'cancelled',
  'key-exhausted',
  'key-state-busy',
  'key-state-rolled-back',
  'storage-failed',
  'file-failed',
]);

/** A pair that `admit` did not take over is nobody's. */
export async function wipedUnlessKept<T>(pair: KeyPair, admit: () => Promise<T>): Promise<T> {
  try {
    return await admit();
  } catch (error) {
    wipe(pair.privateKey.bytes);
    throw error;
  }
}

/** No vault would take the key. */
export function refuseLongName(name: string): void {
  if (name.length > MOST_TEXT) {
    throw new AppError('invalid-argument', `the name has more than ${MOST_TEXT} characters`);
  }
}

export function locked(): AppError {
  return new AppError('vault-locked', 'the vault is locked');
}

export function notProven(id: string, name: string): AppError {
  return new AppError('backup-not-proven', `the backup of "${name}" was never proven`, {
    context: { key: id },
  });
}
