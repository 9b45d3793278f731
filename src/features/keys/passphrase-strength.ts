/**
 * How hard a passphrase is to guess, coarsely and on the careful side: words count as words of a list,
 * not letter by letter, and what repeats counts once. A judge of passphrases, not of people.
 */
export type PassphraseStrength = 'weak' | 'fair' | 'strong';

/** A word out of a list of 2048. */
const WORD_BITS = 11;
const LETTER_BITS = 4.7;
/** Letters beyond a long word: they may be words run together. */
const RUN_BITS = 2;
const LONG_WORD = 10;
const DIGIT_BITS = 3.3;
const SIGN_BITS = 5;
const UPPER_CASE_BITS = 1;
const FAIR_BITS = 48;
const STRONG_BITS = 64;

export function passphraseStrength(passphrase: string): PassphraseStrength {
  const bits = passphraseBits(passphrase);
  if (bits < FAIR_BITS) return 'weak';
  return bits < STRONG_BITS ? 'fair' : 'strong';
}

export function passphraseBits(passphrase: string): number {
  const pieces = passphrase.match(/\p{L}+|\p{N}+|[^\p{L}\p{N}\s]+/gu) ?? [];
  return [...new Set(pieces.map(collapse))].reduce((sum, piece) => sum + pieceBits(piece), 0);
}

function pieceBits(piece: string): number {
  const characters = Array.from(piece);
  if (/^\p{N}/u.test(piece)) return steps(characters) * DIGIT_BITS;
  if (!/^\p{L}/u.test(piece)) return steps(characters) * SIGN_BITS;
  const upperCase = piece !== piece.toLowerCase() ? UPPER_CASE_BITS : 0;
  const beyond = Math.max(0, characters.length - LONG_WORD);
  return Math.min(WORD_BITS, characters.length * LETTER_BITS) + beyond * RUN_BITS + upperCase;
}

/** Characters that do not just follow the one before: 123456 is one. */
function steps(characters: readonly string[]): number {
  return characters.filter((character, index) => {
    const before = characters[index - 1]?.codePointAt(0);
    const now = character.codePointAt(0);
    return before === undefined || now === undefined || Math.abs(now - before) !== 1;
  }).length;
}

/** A character that repeats counts once. */
function collapse(piece: string): string {
  return piece.replaceAll(/(.)\1+/gu, '$1');
}

/** No letter or digit that is taken for another. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 6;
const GROUP_LENGTH = 4;

/** 120 bits from `random`, in groups that can be read aloud. `random` is asked for bytes. */
export function suggestPassphrase(random: (lengthBytes: number) => Uint8Array): string {
  const characters = Array.from(
    random(GROUPS * GROUP_LENGTH),
    (byte) => ALPHABET[byte % ALPHABET.length] ?? '',
  );
  return Array.from({ length: GROUPS }, (_, group) =>
    characters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join(''),
  ).join('-');
}
