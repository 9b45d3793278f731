/** Small operations on byte arrays. Nothing here keeps or changes its arguments unless it says so. */

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Content comparison; not constant-time, so not for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

export function filledBytes(lengthBytes: number, value: number): Uint8Array {
  return new Uint8Array(lengthBytes).fill(value);
}

export function isFilledWith(bytes: Uint8Array, value: number): boolean {
  return bytes.every((byte) => byte === value);
}

/** `bytes` followed by `value` up to the next multiple of `alignment`. */
export function padTo(bytes: Uint8Array, alignment: number, value: number): Uint8Array {
  const rest = bytes.length % alignment;
  return rest === 0 ? bytes.slice() : concatBytes(bytes, filledBytes(alignment - rest, value));
}

/** Offset of the first occurrence of `needle` at or after `from`, or -1. */
export function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from = 0): number {
  const [first] = needle;
  const last = haystack.length - needle.length;
  if (first === undefined) return from <= last ? from : -1;
  let at = haystack.indexOf(first, from);
  while (at >= 0 && at <= last) {
    if (startsAt(haystack, needle, at)) return at;
    at = haystack.indexOf(first, at + 1);
  }
  return -1;
}

function startsAt(haystack: Uint8Array, needle: Uint8Array, at: number): boolean {
  for (let index = 1; index < needle.length; index++) {
    if (haystack[at + index] !== needle[index]) return false;
  }
  return true;
}

/** ASCII text to bytes; characters above 0x7F are refused by their position. */
export function asciiToBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0x7f) throw new RangeError(`not ASCII: ${JSON.stringify(character)}`);
    return code;
  });
}

/** So many arguments every engine takes. */
const LATIN1_CHUNK_BYTES = 4096;

/** Bytes to text, one character a byte (Latin-1), so that nothing is lost. */
export function bytesToLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += LATIN1_CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + LATIN1_CHUNK_BYTES));
  }
  return text;
}

/** Overwrites a secret. JavaScript may have made copies that nobody can reach; this clears ours. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}
