/** The one check that every scheme makes before it touches a private key. */
import { AppError } from '../errors.ts';
import type { AlgorithmId, PrivateKey } from './scheme.ts';

/** The key's bytes, not copied. The error names lengths, never content. */
export function checkPrivateKey(
  privateKey: PrivateKey,
  algorithm: AlgorithmId,
  lengthBytes: number,
): Uint8Array {
  if (privateKey.algorithm !== algorithm) {
    throw new AppError(
      'key-invalid',
      `this is a private key of ${privateKey.algorithm}, not of ${algorithm}`,
      { context: { algorithm } },
    );
  }
  if (privateKey.bytes.length !== lengthBytes) {
    throw new AppError(
      'key-invalid',
      `the private key of ${algorithm} is ${privateKey.bytes.length} bytes long, not ${lengthBytes}`,
      { context: { algorithm } },
    );
  }
  return privateKey.bytes;
}
