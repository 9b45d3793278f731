/**
 * What a key file might be, if not what was asked for. Error messages for wrong files name the file
 * that was given and the way out; no message says anything about a key's content.
 */
import { asciiToBytes, equalBytes, indexOfBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { authKeys } from './auth-keys.ts';

/** Says what the file is, as far as its first bytes or its length tell. */
export function describeOtherFile(bytes: Uint8Array): string {
  const startsWith = (mark: string): boolean =>
    equalBytes(bytes.subarray(0, mark.length), asciiToBytes(mark));
  if (bytes.length === 0) return 'is empty';
  if (startsWith('WOLFBOOT')) return 'is an OTP image';
  if (startsWith('WOLF')) return 'is a wolfBoot firmware image';
  if (startsWith('ssh-') || startsWith('-----BEGIN OPENSSH')) return 'is an OpenSSH key';
  if (indexOfBytes(bytes, asciiToBytes('keystore_slot')) >= 0) return 'is a keystore.c';
  if (looksLikeKeystoreDer(bytes)) return 'is a keystore.der';
  return `is ${bytes.length} bytes that are no key file wolfBoot writes`;
}

/** First slot: id 0 and a known type. The file is not checked further. */
export function looksLikeKeystoreDer(bytes: Uint8Array): boolean {
  const words = Array.from({ length: 4 }, (_, index) => wordLe(bytes, index * 4));
  const [slotId, keyType, , size] = words;
  return (
    bytes.length >= 16 &&
    slotId === 0 &&
    size !== undefined &&
    size <= bytes.length &&
    authKeys.some((key) => key.code === keyType)
  );
}

function wordLe(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(offset, offset + 4).reduceRight((value, byte) => value * 256 + byte, 0);
}

export function keyFileError(
  code: 'key-invalid' | 'key-mismatch' | 'unrecognised-file' | 'not-supported',
  fileName: string,
  problem: string,
): AppError {
  return new AppError(code, `${fileName} ${problem}`, { context: { file: fileName, problem } });
}
