/** What passes for a passphrase, and one drawn by the program. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Rng } from '../ports/index.ts';

export const MINIMUM_PASSPHRASE_CHARACTERS = 12;
const MINIMUM_DIFFERENT_CHARACTERS = 5;

export type PassphraseProblem = 'too-short' | 'too-uniform';

/** undefined: it will do. Length counts characters as people see them typed, blanks included. */
export function passphraseProblem(passphrase: string): PassphraseProblem | undefined {
  const characters = Array.from(passphrase.normalize('NFKC'));
  if (characters.length < MINIMUM_PASSPHRASE_CHARACTERS) return 'too-short';
  if (new Set(characters).size < MINIMUM_DIFFERENT_CHARACTERS) return 'too-uniform';
  return undefined;
}

/**
 * UTF-8 of the NFKC form, so that the same letters typed on another system are the same bytes.
 * The caller wipes it.
 */
export function passphraseBytes(passphrase: string): Uint8Array {
  return utf8ToBytes(passphrase.normalize('NFKC'));
}

/** Without i, l, o and u, which are misread or make words. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = 5;
const GROUP_CHARACTERS = 5;

/** A passphrase of 125 random bits, in groups that can be copied from paper. */
export function drawPassphrase(rng: Rng): string {
  const drawn = rng.bytes(GROUPS * GROUP_CHARACTERS);
  const letters = Array.from(drawn, (byte) => ALPHABET.charAt(byte % ALPHABET.length));
  drawn.fill(0);
  return Array.from({ length: GROUPS }, (_, group) =>
    letters.slice(group * GROUP_CHARACTERS, (group + 1) * GROUP_CHARACTERS).join(''),
  ).join('-');
}
