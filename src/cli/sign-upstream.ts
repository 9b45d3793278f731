/**
 * `--upstream-compatible`: what wolfBoot's sign makes of words and keys that it should have refused
 * (formats/wolfboot.md, section 23), for comparing with it. Nothing here uses up a one-time key.
 */
import { type AuthKey } from '../core/wolfboot/index.ts';

/** As C reads a number: the digits at the start, after blanks and a plus, 0 when there are none; undefined below zero. */
export function firstNumber(text: string): number | undefined {
  const [, sign, digits] = /^[ \t\n\v\f\r]*([+-]?)(\d*)/.exec(text) ?? [];
  const value = Number(digits === '' ? 0 : digits);
  return sign === '-' && value > 0 ? undefined : value;
}

/**
 * The header that RSA images get when the signature is made elsewhere, whatever IMAGE_HEADER_SIZE says:
 * that of a SHA-256 image.
 */
export function forcedHeaderBytes({ family, signatureBytes }: AuthKey): number | undefined {
  if (family !== 'rsa') return undefined;
  return signatureBytes === 512 ? 1024 : 512;
}

/** Up to the last dot of the whole path, even when it belongs to a directory. */
export function upstreamStem(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? path : path.slice(0, dot);
}
